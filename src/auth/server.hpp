// The server half of the common mutual authentication (SGP.22 3.1.2, 5.6.1, 5.6.3): what an SM-DP+ and an
// SM-DS do alike.
//
// Pure but for a cache of EUM certificates that verified. Thread safe.
#pragma once

#include <memory>
#include <vector>

#include "auth/verified.hpp"
#include "crypto/ports.hpp"
#include "messages/es9.hpp"
#include "pki/chain.hpp"

namespace sealift::auth {

/// A certificate of this server with the key that signs for it.
struct ServerIdentity {
  crypto::KeyIdentifier ciPKId{};            ///< the CI key its chain ends at
  messages::CertificateOctets certificate;   ///< as sent
  asn1::Oid oid;                             ///< registeredID of its subjectAltName
  std::shared_ptr<crypto::Signer> signer;
};

/// What the server remembers between its two steps.
struct Challenged {
  TransactionId transactionId;
  std::string serverAddress;
  Challenge serverChallenge{};
  crypto::KeyIdentifier euiccCiPKIdToBeUsed{};
};

/// Why an eUICC's answer is not believed, in the order of the checks.
enum class AuthFailure : uint8_t {
  eum_invalid,
  eum_expired,
  euicc_invalid,  ///< also where its EID lies outside the EUM's range
  euicc_expired,
  ci_unknown,
  signature,
  other_session,  ///< challenge, transactionId or server address is not the one sent
};

/// Which CI key the eUICC is to sign under, and which of the server's identities it will verify.
struct CiChoice {
  crypto::KeyIdentifier euiccCiPKIdToBeUsed{};
  size_t identity = 0;
};
enum class CiChoiceFailure : uint8_t {
  no_ci_for_signing,  ///< no key of euiccCiPKIdListForSigning is trusted here
  no_certificate,     ///< no own certificate under a key of euiccCiPKIdListForVerification
};

class Authenticator {
 public:
  /// `trust` is borrowed and holds the CIs that eUICCs may chain to.
  explicit Authenticator(const pki::TrustStore& trust);
  ~Authenticator();
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  /// Chooses in the eUICC's order of priority. `own` are the CI keys of the server's identities. A CI key that
  /// serves both ways is preferred, since eUICCs look for the named key in both their lists.
  Result<CiChoice, CiChoiceFailure> choose_ci(const messages::EuiccInfo1& info,
                                              std::span<const crypto::KeyIdentifier> own) const;

  /// Verifies an AuthenticateServerResponse against the session: chain, signature over the received octets,
  /// then that it answers this session.
  Result<Verified<messages::EuiccSigned1>, AuthFailure> verify(const Challenged& session,
                                                               const messages::AuthenticateResponseOk& response,
                                                               Time now) const;

  /// Verifies the chain of an eUICC. Where `ci` is given the chain must end at that CI key.
  Result<EuiccIdentity, AuthFailure> verify_chain(View euicc_certificate, View eum_certificate,
                                                  const crypto::KeyIdentifier* ci, Time now) const;

 private:
  struct EumCache;
  const pki::TrustStore& trust_;
  std::unique_ptr<EumCache> cache_;
};

/// Builds and signs serverSigned1. Error: the signer's.
struct SignedServer1 {
  asn1::Signed<messages::ServerSigned1> serverSigned1;
  messages::SignatureOctets serverSignature1{};
};
Result<SignedServer1> sign_server1(const Challenged& session, const Challenge& euiccChallenge,
                                   const ServerIdentity& identity);

}  // namespace sealift::auth
