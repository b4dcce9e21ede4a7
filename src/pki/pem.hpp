// PEM (RFC 7468) and private key files (SEC 1 / RFC 5915, PKCS #8 / RFC 5958), for files and the TLS layer.
//
// Not for request paths. Private keys are read into Secret and written only where the caller keeps the file
// to itself; encrypted key files are the key store's matter (hsm/software).
#pragma once

#include <vector>

#include "base/secret.hpp"
#include "crypto/keys.hpp"
#include "pki/certificate.hpp"

namespace sealift::pki {

struct PemBlock {
  std::string label;  ///< "CERTIFICATE"
  Bytes der;
};
/// Text with lines of 64 characters.
std::string to_pem(std::string_view label, View der);
/// Every block of the text; what stands between blocks is passed over. Error kind: invalid where a block has
/// no end, a bad label or bad base64; not_found where there is none.
Result<std::vector<PemBlock>> from_pem(std::string_view text);

/// The certificates of a file's octets, PEM or DER. Error kinds as from_pem and Certificate::parse.
Result<std::vector<Certificate>> certificates_from_file_octets(View octets);

/// SEC 1 ECPrivateKey (RFC 5915) with curve and public key.
SecretBytes private_key_to_sec1(const crypto::PrivateKey& key);
/// PKCS #8 around it: what TLS libraries read most readily.
SecretBytes private_key_to_pkcs8(const crypto::PrivateKey& key);
/// PEM with label PRIVATE KEY (PKCS #8).
SecretBytes private_key_to_pem(const crypto::PrivateKey& key);
/// Reads PEM or DER, SEC 1 or PKCS #8, P-256 or brainpoolP256r1. A public key inside must be the scalar's.
/// Error kinds: invalid, unsupported (encrypted, another algorithm or curve), verification.
Result<crypto::PrivateKey> private_key_from_file_octets(View octets);

}  // namespace sealift::pki
