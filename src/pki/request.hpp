// Certificate signing requests (PKCS #10, RFC 2986): what a CI elsewhere is asked to issue for a key of ours.
#pragma once

#include "pki/issue.hpp"

namespace sealift::pki {

/// CertificationRequest, DER, for the key of the signer: the subject, and as extensionRequest (RFC 2985 5.4.2)
/// what a certificate of `role` says. Error: what the signer said.
Result<Bytes> certificate_request(Role role, const Subject& subject, crypto::Signer& key);

}  // namespace sealift::pki
