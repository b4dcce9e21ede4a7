// ES10b.PrepareDownload (SGP.22 5.7.5): the key that binds is of the same SM-DP+ as the one that
// authenticated; then the card offers a one-time key, the old one where the server has a package bound to it
// already.
#include "euicc/isdr.hpp"

namespace sealift::euicc {

namespace {

using messages::DownloadErrorCode;
using messages::PrepareDownloadRequest;

Octets<67> signature_tlv(const messages::SignatureOctets& signature) {
  Octets<67> tlv{0x5F, 0x37, 0x40};
  std::copy(signature.begin(), signature.end(), tlv.begin() + 3);
  return tlv;
}

Result<pki::VerifiedChain, DownloadErrorCode> verify_binding_certificate(Isdr& isdr, View certificate,
                                                                         const pki::VerifiedChain& server) {
  auto trust = isdr.trust();
  if (!trust) return DownloadErrorCode::undefinedError;
  auto chain = pki::verify_chain(pki::Role::dp_pb, certificate, **trust, pki::no_clock);
  if (!chain) {
    return chain.error().error == pki::ChainError::wrong_curve ? DownloadErrorCode::unsupportedCurve
                                                               : DownloadErrorCode::invalidCertificate;
  }
  if (server.role() != pki::Role::dp_auth || !pki::same_owner(server, *chain) ||
      !equal(server.ci_key_id(), chain->ci_key_id()) || is_revoked(isdr, *chain)) {
    return DownloadErrorCode::invalidCertificate;
  }
  return std::move(*chain);
}

Result<pki::VerifiedChain, DownloadErrorCode> judge(Isdr& isdr, const ServerAuthenticated& session,
                                                    const PrepareDownloadRequest& request) {
  const auto& signed2 = request.smdpSigned2.value;
  if (signed2.transactionId != session.transactionId) return DownloadErrorCode::invalidTransactionId;
  auto binding = TRY(verify_binding_certificate(isdr, request.smdpCertificate.tlv, session.server));
  auto tail = signature_tlv(session.euiccSignature1);
  if (!crypto::verify(binding.public_key(), {request.smdpSigned2.tlv, tail}, request.smdpSignature2)) {
    return DownloadErrorCode::invalidSignature;
  }
  if (signed2.ccRequiredFlag && !request.hashCc) return DownloadErrorCode::undefinedError;
  return binding;
}

/// The kept pair where this server's package is bound to it, else a fresh one, which is kept before it is
/// used. Another server that has learnt the public key cannot have it used again.
Result<crypto::EphemeralKey> choose_one_time_key(Isdr& isdr, const messages::SmdpSigned2& signed2,
                                                 const pki::VerifiedChain& binding) {
  const crypto::Curve curve = binding.public_key().curve();
  auto kept = isdr.memory.one_time_key();
  if (kept && signed2.bppEuiccOtpk && kept->curve == curve && kept->point == *signed2.bppEuiccOtpk &&
      kept->smdp_oid == binding.owner()) {
    return crypto::EphemeralKey::from_stored(curve, kept->scalar.expose(), kept->point);
  }
  auto fresh = crypto::EphemeralKey::generate(curve, isdr.ports.random);
  Transaction t;
  Memory::put_one_time_key(t, {curve, fresh.scalar().clone(), fresh.public_key().point(), *binding.owner()});
  TRY_VOID(isdr.memory.commit(t));
  return fresh;
}

Reply refuse(const TransactionId& transactionId, DownloadErrorCode code) {
  messages::PrepareDownloadResponseError error;
  error.transactionId = transactionId;
  error.downloadErrorCode = code;
  messages::PrepareDownloadResponse response;
  response.alt = error;
  return asn1::encode(response);
}

}  // namespace

Reply prepare_download(Isdr& isdr, View command) {
  Session taken = std::exchange(isdr.session, NoSession{});
  auto request = DECODE(PrepareDownloadRequest, command);
  const auto& signed2 = request.smdpSigned2.value;
  auto* session = std::get_if<ServerAuthenticated>(&taken);
  if (!session) return refuse(signed2.transactionId, DownloadErrorCode::noSessionContext);
  auto binding = judge(isdr, *session, request);
  if (!binding) {
    session->decision.right_server = false;
    session->decision.code = static_cast<uint8_t>(binding.error());
    isdr.decided(session->decision);
    return refuse(signed2.transactionId, binding.error());
  }
  auto key = choose_one_time_key(isdr, signed2, *binding);
  if (!key) return sw::memory_problem;
  messages::EuiccSigned2 mine;
  mine.transactionId = session->transactionId;
  mine.euiccOtpk = key->public_key().point();
  if (request.hashCc) mine.hashCc = to_bytes(*request.hashCc);
  messages::PrepareDownloadResponseOk ok;
  ok.euiccSigned2 = asn1::seal(std::move(mine));
  auto signature =
      isdr.sign(session->credential, {ok.euiccSigned2.tlv, signature_tlv(request.smdpSignature2)});
  if (!signature) return sw::technical_problem;
  ok.euiccSignature2 = *signature;
  messages::PrepareDownloadResponse response;
  response.alt = std::move(ok);
  isdr.session = DownloadPrepared{std::move(*session), std::move(*binding), std::move(*key)};
  return asn1::encode(response);
}

}  // namespace sealift::euicc
