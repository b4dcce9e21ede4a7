// ES10b.AuthenticateServer (SGP.22 5.7.13): the card makes sure of the server before it says who it is. Until
// every check has passed, the answer holds nothing but the transactionId and an error code.
#include "euicc/isdr.hpp"

namespace sealift::euicc {

namespace {

using messages::AuthenticateErrorCode;
using messages::AuthenticateServerRequest;

/// CERT.DPauth or CERT.DSauth, by its own policy OID.
Result<pki::VerifiedChain, AuthenticateErrorCode> verify_server(Isdr& isdr, View certificate) {
  auto trust = isdr.trust();
  if (!trust) return AuthenticateErrorCode::undefinedError;
  auto chain = pki::verify_chain(pki::Role::dp_auth, certificate, **trust, pki::no_clock);
  if (!chain && chain.error().error == pki::ChainError::wrong_role) {
    chain = pki::verify_chain(pki::Role::ds_auth, certificate, **trust, pki::no_clock);
  }
  if (chain && is_revoked(isdr, *chain)) return AuthenticateErrorCode::invalidCertificate;
  if (chain) return std::move(*chain);
  switch (chain.error().error) {
    case pki::ChainError::unknown_ci:
      return AuthenticateErrorCode::ciPKUnknown;
    case pki::ChainError::wrong_curve:
      return AuthenticateErrorCode::unsupportedCurve;
    case pki::ChainError::wrong_role:
      return AuthenticateErrorCode::invalidOid;
    default:
      return AuthenticateErrorCode::invalidCertificate;
  }
}

std::optional<uint8_t> credential_of(const Identity& identity,
                                     const messages::SubjectKeyIdentifier& ci_key_id) {
  for (size_t i = 0; i < identity.credentials.size(); ++i) {
    if (identity.credentials[i].ci_key_id == ci_key_id) return static_cast<uint8_t>(i);
  }
  return std::nullopt;
}

/// The checks, in the order of the specification; fills the decision as it goes.
Result<ServerAuthenticated, AuthenticateErrorCode> judge(Isdr& isdr, const Session& session,
                                                         const AuthenticateServerRequest& request,
                                                         Decision& decision) {
  const auto* given = std::get_if<ChallengeGiven>(&session);
  if (!given) return AuthenticateErrorCode::noSessionContext;
  auto credential = credential_of(isdr.identity(), request.euiccCiPKIdToBeUsed);
  if (!credential) return AuthenticateErrorCode::ciPKUnknown;
  decision.right_server = false;
  auto server = TRY(verify_server(isdr, request.serverCertificate.tlv));
  if (!crypto::verify(server.public_key(), {request.serverSigned1.tlv}, request.serverSignature1)) {
    return AuthenticateErrorCode::invalidSignature;
  }
  decision.right_server = true;
  const auto& signed1 = request.serverSigned1.value;
  decision.right_chip = signed1.euiccChallenge == given->euiccChallenge;
  if (!*decision.right_chip) return AuthenticateErrorCode::euiccChallengeMismatch;
  return ServerAuthenticated{
      signed1.transactionId, signed1.serverAddress, std::move(server), *credential, {}, decision};
}

}  // namespace

Reply authenticate_server(Isdr& isdr, View command) {
  Session session = std::exchange(isdr.session, NoSession{});
  auto request = DECODE(AuthenticateServerRequest, command);
  const auto& signed1 = request.serverSigned1.value;
  messages::AuthenticateServerResponse response;
  Decision decision{.transactionId = signed1.transactionId};
  auto judged = judge(isdr, session, request, decision);
  if (!judged) {
    decision.code = static_cast<uint8_t>(judged.error());
    isdr.decided(decision);
    messages::AuthenticateResponseError error;
    error.transactionId = signed1.transactionId;
    error.authenticateErrorCode = judged.error();
    response.alt = error;
    return asn1::encode(response);
  }
  ServerAuthenticated next = std::move(*judged);
  messages::EuiccSigned1 mine;
  mine.transactionId = signed1.transactionId;
  mine.serverAddress = signed1.serverAddress;
  mine.serverChallenge = signed1.serverChallenge;
  mine.euiccInfo2 = euicc_info2(isdr);
  mine.ctxParams1 = request.ctxParams1;
  messages::AuthenticateResponseOk ok;
  ok.euiccSigned1 = asn1::seal(std::move(mine));
  auto signature = isdr.sign(next.credential, {ok.euiccSigned1.tlv});
  if (!signature) return sw::technical_problem;
  ok.euiccSignature1 = next.euiccSignature1 = *signature;
  const auto& credential = isdr.identity().credentials[next.credential];
  ok.euiccCertificate.tlv = credential.euicc_certificate;
  ok.eumCertificate.tlv = credential.eum_certificate;
  response.alt = std::move(ok);
  isdr.session = std::move(next);
  return asn1::encode(response);
}

}  // namespace sealift::euicc
