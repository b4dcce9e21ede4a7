#include "auth/server.hpp"

#include <algorithm>

namespace sealift::auth {
namespace {

bool contains(std::span<const messages::CiPKId> list, const messages::CiPKId& id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

/// Which of the server's own identities is under the key; none where there is none.
std::optional<size_t> place_of(const messages::CiPKId& key, std::span<const crypto::KeyIdentifier> own) {
  for (size_t i = 0; i < own.size(); ++i) {
    if (equal(own[i], key.octets)) return i;
  }
  return std::nullopt;
}

bool names_another_ci(View eum_certificate, const crypto::KeyIdentifier& ci) {
  const auto eum = pki::Certificate::parse(eum_certificate);
  return eum && !eum->authority_key_id().empty() && !equal(eum->authority_key_id(), ci);
}

AuthFailure failure_of(const pki::ChainFailure& f) {
  const bool expired = f.error == pki::ChainError::expired;
  if (f.error == pki::ChainError::unknown_ci || f.link == pki::Link::ci) return AuthFailure::ci_unknown;
  if (f.link == pki::Link::eum) return expired ? AuthFailure::eum_expired : AuthFailure::eum_invalid;
  if (f.error == pki::ChainError::missing_intermediate) return AuthFailure::eum_invalid;
  return expired ? AuthFailure::euicc_expired : AuthFailure::euicc_invalid;
}

}  // namespace

Result<ServerIdentity> server_identity(pki::Role role, View certificate,
                                       std::shared_ptr<crypto::Signer> signer, const pki::TrustStore& trust,
                                       Time now) {
  const pki::VerifiedChain chain = TRY(pki::verify_chain(role, certificate, trust, now));
  if (chain.public_key() != signer->public_key()) {
    return Error{ErrorKind::verification,
                 "the private key does not belong to certificate " + std::string(pki::name(role))};
  }
  ServerIdentity out;
  out.ciPKId = TRY(octets<20>(chain.ci_key_id()));
  out.certificate = {to_bytes(certificate)};
  if (chain.owner()) out.oid = *chain.owner();
  out.signer = std::move(signer);
  return out;
}

Result<CiChoice, CiChoiceFailure> choose_ci(const messages::EuiccInfo1& info, const pki::TrustStore& trust,
                                            std::span<const crypto::KeyIdentifier> own) {
  std::optional<crypto::KeyIdentifier> signing;
  for (const messages::CiPKId& named : info.euiccCiPKIdListForSigning) {
    const auto id = octets<20>(named.octets);
    if (!id || !trust.find(*id)) continue;
    if (!signing) signing = *id;
    const auto mine = place_of(named, own);
    if (mine && contains(info.euiccCiPKIdListForVerification, named)) return CiChoice{*id, *mine};
  }
  if (!signing) return CiChoiceFailure::no_ci_for_signing;
  for (const messages::CiPKId& named : info.euiccCiPKIdListForVerification) {
    if (const auto mine = place_of(named, own)) return CiChoice{*signing, *mine};
  }
  return CiChoiceFailure::no_certificate;
}

Result<SignedServer1> sign_server1(const Challenged& session, const Challenge& euiccChallenge,
                                   const ServerIdentity& identity) {
  SignedServer1 out;
  out.serverSigned1 = asn1::seal(messages::ServerSigned1{.transactionId = session.transactionId,
                                                         .euiccChallenge = euiccChallenge,
                                                         .serverAddress = std::string(session.serverAddress),
                                                         .serverChallenge = session.serverChallenge});
  out.serverSignature1 = TRY(identity.signer->sign({View(out.serverSigned1.tlv)}));
  return out;
}

Result<EuiccIdentity, AuthFailure> Authenticator::verify_chain(View euicc_certificate, View eum_certificate,
                                                               const crypto::KeyIdentifier* ci,
                                                               Time now) const {
  auto chain = pki::verify_euicc(euicc_certificate, eum_certificate, trust_, now);
  if (!chain) {
    // Whatever else is wrong with it: a chain of another CI than the one agreed is told so.
    if (ci && names_another_ci(eum_certificate, *ci)) return AuthFailure::ci_unknown;
    return failure_of(chain.error());
  }
  if (ci && !equal(chain->ci_key_id(), *ci)) return AuthFailure::ci_unknown;
  const std::optional<Eid> eid = chain->eid();
  if (!eid) return AuthFailure::euicc_invalid;
  EuiccIdentity euicc(*eid, chain->public_key());
  euicc.serial_number_ = to_bytes(chain->leaf().serial_number());
  euicc.eum_ = chain->eum();
  return euicc;
}

Result<void, AuthFailure> Authenticator::verify_again(const EuiccIdentity& euicc, Time now) const {
  if (!euicc.eum()) return {};
  const auto valid = pki::verify_eum_again(*euicc.eum(), trust_, now);
  if (!valid) return failure_of({valid.error().error, pki::Link::eum, {}});
  return {};
}

Result<Verified<messages::EuiccSigned1>, AuthFailure> Authenticator::verify(
    const Challenged& session, const messages::AuthenticateResponseOk& response, Time now) const {
  const EuiccIdentity euicc = TRY(verify_chain(response.euiccCertificate.tlv, response.eumCertificate.tlv,
                                               &session.euiccCiPKIdToBeUsed, now));
  auto verified = verify_signed(euicc, response.euiccSigned1, View(), response.euiccSignature1);
  if (!verified) return AuthFailure::signature;
  const messages::EuiccSigned1& said = **verified;
  if (said.transactionId != session.transactionId) return AuthFailure::other_transaction;
  if (said.serverChallenge != session.serverChallenge || said.serverAddress != session.serverAddress) {
    return AuthFailure::other_session;
  }
  return std::move(*verified);
}

}  // namespace sealift::auth
