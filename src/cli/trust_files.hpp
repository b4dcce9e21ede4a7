// What the PKI comes in, as files that the command line names: certificates, CRLs and keys, DER or PEM.
#pragma once

#include "cli/command.hpp"
#include "pki/chain.hpp"

namespace sealift::cli {

/// The certificates of a file. Errors name the file.
Result<std::vector<pki::Certificate>> read_certificates(const std::string& file);
/// The first one of them.
Result<pki::Certificate> read_certificate(const std::string& file);
/// A private key in clear, SEC 1 or PKCS #8. Errors name the file.
Result<crypto::PrivateKey> read_private_key(const std::string& file);
/// Takes up every certificate of the file as a CI. Errors name the file.
Status load_ci(const std::string& file, pki::TrustStore& trust);
/// A CRL's DER. Errors name the file.
Result<Bytes> read_crl(const std::string& file);
/// Takes up the CRL of the file. Errors name the file.
Status load_crl(const std::string& file, pki::TrustStore& trust);

}  // namespace sealift::cli
