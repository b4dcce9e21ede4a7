// Taking the keys of a PKI's folder into an HSM: a key is made within the token, gets a certificate, and from
// then on signs in the place of the key file, which goes.
#pragma once

#include "lab/pki_office.hpp"

namespace sealift::lab {

struct HsmKeyOptions {
  pki::Role role = pki::Role::dp_auth;
  hsm::pkcs11::TokenOptions token;  ///< where the key is, or is to be; absolute paths
  std::string socket;               ///< of sealift-keyd: how servers will reach it; empty: as `token` says
  std::string label;                ///< of the key in the token; the role's name where empty
  bool existing = false;            ///< take the key that has the label; else make one
  std::optional<pki::Subject> subject;  ///< of a request; as the folder's certificate where absent
};

/// Makes or finds the key, has the folder's CI issue a certificate that says for it what that of the role
/// says, and enters the key into DIR/hsm. Errors: those of Token and certify_key; invalid (DIR/hsm names
/// another HSM: one folder, one HSM).
Result<Renewal> take_key_into_hsm(KeysFolder& folder, const HsmKeyOptions& options, Time now, Random& random);

/// Makes or finds the key, and gives a request for its certificate (PKCS #10), DER; the folder stays as it
/// is.
Result<Bytes> request_for_hsm_key(KeysFolder& folder, const HsmKeyOptions& options);
/// The certificate that was asked for: checks it, and enters both into the folder. Errors: as
/// import_certificate.
Status import_for_hsm_key(KeysFolder& folder, const pki::Certificate& certificate, HsmKeyOptions options,
                          Time now, Random& random);

}  // namespace sealift::lab
