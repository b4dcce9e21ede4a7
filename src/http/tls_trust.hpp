// What a client asks of a server beside a path that OpenSSL verified: under a CI of the GSMA's PKI a certificate
// must be that of a TLS server of RSP, and not revoked (SGP.22 4.5.2.2, 2.6.6). pki judges it by the rules it has
// for every other certificate.
//
// The rules hang on the X509_STORE that every connection of a client trusts by, and live as long as it.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "pki/chain.hpp"

namespace sealift::http {

/// Empty where it cannot be encoded.
Bytes der_of(X509* certificate);

/// The CIs that a client believes.
struct RspTrust {
  pki::TrustStore cis;                          ///< with the CRLs that the client itself was given
  const pki::TrustStore* live_trust = nullptr;  ///< ClientOptions::live_trust
};
/// Hangs them on a store.
void set_trust(X509_STORE* store, std::shared_ptr<RspTrust> trust);
/// What hangs there; null where nothing does.
std::shared_ptr<RspTrust> trust_of(X509_STORE* store);

/// Judges a leaf (DER) that a CI of `trust` should have signed: CERT.DP.TLS or CERT.DS.TLS, valid, not revoked.
/// X509_V_OK, or the code to refuse with; take_refusal() has the words.
int judge_rsp_tls(View leaf, const pki::TrustStore& trust, Time now);
/// The same, and by `live_trust` as well where it is given and has the CI of this key identifier: by the CRLs
/// that it has now, and its policy.
int judge_rsp_tls(View leaf, const pki::TrustStore& trust, const pki::TrustStore* live_trust, View ci_key_id,
                  Time now);

/// For SSL_CTX_set_verify: refuses a leaf on a curve that is not ours, and under a CI of RSP one that is no TLS
/// server's, or revoked. An anchor that is no CI of RSP (a public CA that the user named) has no such roles.
int verify_rsp_server(int ok, X509_STORE_CTX* context);

/// Why the last of these of this thread said no; empties it.
std::string take_refusal();

}  // namespace sealift::http
