// InitiateAuthentication as an SM-DP+ and an SM-DS do it (SGP.22 5.6.1, 5.8.1): whether this eUICC can be
// served here, and the answer that challenges it. Pure.
#pragma once

#include "auth/server.hpp"

namespace sealift::auth {

/// Why an eUICC is not challenged, in the order of the checks.
enum class InitiateFailure : uint8_t {
  address_not_ours,
  svn_not_supported,
  no_ci_for_signing,  ///< no key of euiccCiPKIdListForSigning is trusted here
  no_certificate,     ///< no own certificate under a key of euiccCiPKIdListForVerification
};

/// Which eUICCs are served, and as whom.
struct ServedAs {
  std::string_view address;                    ///< of this server, as the LPA has to name it; borrowed
  Octets<3> lowest_svn{};                      ///< first and last SVN
  Octets<3> highest_svn{};                     ///<
  std::span<const crypto::KeyIdentifier> cis;  ///< CI key of each identity of this server
};

/// Judges the request; gives the CI key to sign under and the identity to answer as.
Result<CiChoice, InitiateFailure> judge_initiation(const messages::InitiateAuthenticationRequest& request,
                                                   const ServedAs& as, const pki::TrustStore& trust);

/// What is remembered of a challenge, and the answer that carries it.
struct Begun {
  Challenge serverChallenge{};
  messages::InitiateAuthenticationOkEs9 answer;
};
/// Draws transactionId and serverChallenge and signs. Error: the signer's.
Result<Begun> begin(const messages::InitiateAuthenticationRequest& request, const CiChoice& choice,
                    const ServerIdentity& identity, std::string_view address, Random& random);

}  // namespace sealift::auth
