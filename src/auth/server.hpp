// The server half of the common mutual authentication (SGP.22 3.1.2, 5.6.1, 5.6.3): what an SM-DP+ and an
// SM-DS do alike.
//
// Pure, and thread safe. EUM certificates that verified are remembered by the trust store.
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
  crypto::KeyIdentifier ciPKId{};           ///< the CI key its chain ends at
  messages::CertificateOctets certificate;  ///< as sent
  asn1::Oid oid;                            ///< registeredID of its subjectAltName
  std::shared_ptr<crypto::Signer> signer;
};
/// An identity of a certificate that verifies as one of this role; `signer` must hold its key.
/// Error kind verification: the chain, or the key is another one.
Result<ServerIdentity> server_identity(pki::Role role, View certificate,
                                       std::shared_ptr<crypto::Signer> signer, const pki::TrustStore& trust,
                                       Time now);

/// What the server remembers between its two steps.
struct Challenged {
  TransactionId transactionId;
  std::string_view serverAddress;
  Challenge serverChallenge{};
  crypto::KeyIdentifier euiccCiPKIdToBeUsed{};
};

/// Why an eUICC's answer is not believed, in the order of the checks.
enum class AuthFailure : uint8_t {
  ci_unknown,  ///< the chain does not end at the CI key agreed, or at none that is trusted
  eum_invalid,
  eum_expired,
  euicc_invalid,  ///< also where its EID lies outside the EUM's range
  euicc_expired,
  signature,
  other_transaction,  ///< it signed another transactionId
  other_session,      ///< challenge or server address is not the one sent
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
/// Chooses in the eUICC's order of priority. `own` are the CI keys of the server's identities. A key that
/// serves both ways is preferred, since eUICCs look for the named key in both their lists.
Result<CiChoice, CiChoiceFailure> choose_ci(const messages::EuiccInfo1& info, const pki::TrustStore& trust,
                                            std::span<const crypto::KeyIdentifier> own);

/// serverSigned1 with its signature.
struct SignedServer1 {
  asn1::Signed<messages::ServerSigned1> serverSigned1;
  messages::SignatureOctets serverSignature1{};
};
/// Error: the signer's.
Result<SignedServer1> sign_server1(const Challenged& session, const Challenge& euiccChallenge,
                                   const ServerIdentity& identity);

/// Makes EuiccIdentity and Verified<EuiccSigned1>: the only way from octets to something to believe.
class Authenticator {
 public:
  /// `trust` is borrowed and holds the CIs that eUICCs may chain to.
  explicit Authenticator(const pki::TrustStore& trust) : trust_(trust) {}
  const pki::TrustStore& trust() const { return trust_; }

  /// Verifies an AuthenticateServerResponse: chain, then the signature over the received octets, then that
  /// it answers this session.
  Result<Verified<messages::EuiccSigned1>, AuthFailure> verify(
      const Challenged& session, const messages::AuthenticateResponseOk& response, Time now) const;

  /// Verifies the chain of an eUICC. Where `ci` is given the chain must end at that CI key.
  Result<EuiccIdentity, AuthFailure> verify_chain(View euicc_certificate, View eum_certificate,
                                                  const crypto::KeyIdentifier* ci, Time now) const;
  /// Judges the EUM of an identity kept by a session anew: it may have been revoked since.
  Result<void, AuthFailure> verify_again(const EuiccIdentity& euicc, Time now) const;

 private:
  const pki::TrustStore& trust_;
};

}  // namespace sealift::auth
