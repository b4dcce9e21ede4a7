// What mini_card.hpp declares. Part of test programs alone.
#include "smdp/mini_card.hpp"

#include "auth/server.hpp"
#include "bsp/opener.hpp"
#include "crypto/hash.hpp"

namespace sealift::smdp::testing {

namespace {
Status open(bsp::Opener& opener, View list, Bytes& out) {
  for (View tlv : TRY(messages::split_tlvs(list))) {
    auto plain = opener.open(tlv);
    if (!plain) return Error{ErrorKind::verification, "a protected TLV does not open"};
    append(out, plain->expose());
  }
  return {};
}
}  // namespace

MiniCard::MiniCard(const pki::Identity& euicc, const pki::Certificate& eum, const pki::Certificate& ci,
                   const Eid& eid, Random& random)
    : eid(eid),
      certificate(to_bytes(euicc.certificate.der())),
      eum_certificate(to_bytes(eum.der())),
      ci_(ci),
      signer_(std::make_unique<crypto::SoftwareSigner>(euicc.key)),
      random_(&random) {
  ci_id_ = *octets<20>(ci.subject_key_id());
  info1.svn = {2, 5, 0};
  info1.euiccCiPKIdListForSigning = info1.euiccCiPKIdListForVerification = {ci_id_};
  info2.profileVersion = {3, 3, 1};
  info2.svn = info1.svn;
  info2.extCardResource = {0x81, 0x01, 0x00, 0x82, 0x03, 0x08, 0x00, 0x00, 0x83, 0x02, 0x10, 0x00};
  info2.uiccCapability = {messages::UiccCapabilityBit::usimSupport, messages::UiccCapabilityBit::akaMilenage};
  info2.euiccCiPKIdListForSigning = info2.euiccCiPKIdListForVerification = {ci_id_};
  info2.ppVersion = {0, 0, 1};
  info2.sasAcreditationNumber = "TEST";
}

MiniCard::~MiniCard() = default;
MiniCard::MiniCard(MiniCard&&) noexcept = default;
MiniCard& MiniCard::operator=(MiniCard&&) noexcept = default;

messages::InitiateAuthenticationRequest MiniCard::initiate(std::string address) {
  challenge_ = random_->octets<16>();
  return {.euiccChallenge = challenge_, .smdpAddress = std::move(address), .euiccInfo1 = info1};
}

messages::AuthenticateServerResponse MiniCard::authenticate(
    const messages::InitiateAuthenticationOkEs9& hello, std::optional<MatchingId> matchingId) {
  auto server = pki::Certificate::parse(hello.serverCertificate.tlv);
  EXPECT_TRUE(server && server->signed_by(ci_.public_key()));
  EXPECT_TRUE(crypto::verify(server->public_key(), {View(hello.serverSigned1.tlv)}, hello.serverSignature1));
  auto signed1 = asn1::decode<messages::ServerSigned1>(hello.serverSigned1.tlv);
  EXPECT_TRUE(signed1 && signed1->euiccChallenge == challenge_ &&
              signed1->transactionId == hello.transactionId);
  smdp_oid_ = server->registered_id().value_or(asn1::Oid());
  messages::EuiccSigned1 mine{.transactionId = hello.transactionId,
                              .serverAddress = signed1->serverAddress,
                              .serverChallenge = signed1->serverChallenge,
                              .euiccInfo2 = info2,
                              .ctxParams1 = {.matchingId = std::move(matchingId)}};
  messages::AuthenticateResponseOk ok{.euiccSigned1 = asn1::seal(std::move(mine))};
  ok.euiccSignature1 = signature1_ = sign({View(ok.euiccSigned1.tlv)});
  ok.euiccCertificate = {certificate};
  ok.eumCertificate = {eum_certificate};
  return {std::move(ok)};
}

messages::PrepareDownloadResponse MiniCard::prepare(const messages::AuthenticateClientOk& offer,
                                                    const std::optional<std::string>& code) {
  dppb_ = pki::Certificate::parse(offer.smdpCertificate.tlv).value();
  EXPECT_TRUE(dppb_->signed_by(ci_.public_key()));
  const Octets<67> tail1 = auth::signature_tlv(signature1_);
  EXPECT_TRUE(
      crypto::verify(dppb_->public_key(), {View(offer.smdpSigned2.tlv), View(tail1)}, offer.smdpSignature2));
  const auto& offered = offer.smdpSigned2.value.bppEuiccOtpk;
  if (!otsk_ || !offered || otsk_->public_key().point() != *offered) {
    otsk_ = crypto::EphemeralKey::generate(dppb_->public_key().curve(), *random_);
  }
  messages::EuiccSigned2 mine{.transactionId = offer.transactionId, .euiccOtpk = otsk_->public_key().point()};
  if (code) {
    const auto hash = crypto::sha256(view(*code));
    mine.hashCc = to_bytes(crypto::sha256({View(hash), offer.transactionId.octets()}));
  }
  messages::PrepareDownloadResponseOk ok{.euiccSigned2 = asn1::seal(std::move(mine))};
  const Octets<67> tail2 = auth::signature_tlv(offer.smdpSignature2);
  ok.euiccSignature2 = sign({View(ok.euiccSigned2.tlv), View(tail2)});
  return {std::move(ok)};
}

void MiniCard::forget() {
  otsk_.reset();
}

Result<MiniCard::Installed> MiniCard::install(View bpp, const TransactionId& id) {
  auto package = TRY(asn1::decode<messages::BoundProfilePackage>(bpp));
  const auto& channel = package.initialiseSecureChannelRequest;
  if (channel.transactionId != id) return Error{ErrorKind::verification, "transactionId"};
  const Bytes covered = messages::smdp_sign_input(channel, otsk_->public_key().point());
  if (!crypto::verify(dppb_->public_key(), {View(covered)}, channel.smdpSign)) {
    return Error{ErrorKind::verification, "smdpSign"};
  }
  const auto peer = TRY(crypto::PublicKey::from_point(dppb_->public_key().curve(), channel.smdpOtpk));
  const auto z = TRY(otsk_->agree(peer));
  const auto keys = TRY(bsp::derive_session_keys(z, channel.controlRefTemplate, eid));
  bsp::Opener opener(keys);
  Installed out;
  TRY_VOID(open(opener, package.firstSequenceOf87, out.configure));
  TRY_VOID(open(opener, package.sequenceOf88, out.metadata));
  if (package.secondSequenceOf87) {
    Bytes command;
    TRY_VOID(open(opener, *package.secondSequenceOf87, command));
    opener.replace_session_keys(TRY(asn1::decode<messages::ReplaceSessionKeysRequest>(command)));
  }
  TRY_VOID(open(opener, package.sequenceOf86, out.upp));
  return out;
}

messages::HandleNotification MiniCard::result(const TransactionId& id, messages::FinalResult result,
                                              const Iccid& iccid) {
  messages::ProfileInstallationResultData data{
      .transactionId = id,
      .notificationMetadata = metadata(messages::NotificationEventBit::notificationInstall, iccid),
      .smdpOid = smdp_oid_,
      .finalResult = std::move(result)};
  messages::ProfileInstallationResult pir{.profileInstallationResultData = asn1::seal(std::move(data))};
  pir.euiccSignPIR = sign({View(pir.profileInstallationResultData.tlv)});
  return {{std::move(pir)}};
}

messages::HandleNotification MiniCard::success(const TransactionId& id, const Iccid& iccid) {
  return result(id,
                {messages::SuccessResult{.aid = *Aid::from_octets(Bytes(16, 1)), .simaResponse = {0x30, 0}}},
                iccid);
}

messages::HandleNotification MiniCard::failure(const TransactionId& id, const Iccid& iccid,
                                               messages::ErrorReason reason) {
  return result(id, {messages::ErrorResult{messages::BppCommandId::loadProfileElements, reason}}, iccid);
}

messages::HandleNotification MiniCard::notification(messages::NotificationEventBit event,
                                                    const Iccid& iccid) {
  messages::OtherSignedNotification other{.tbsOtherNotification = asn1::seal(metadata(event, iccid))};
  other.euiccNotificationSignature = sign({View(other.tbsOtherNotification.tlv)});
  other.euiccCertificate = {certificate};
  other.eumCertificate = {eum_certificate};
  return {{std::move(other)}};
}

messages::CancelSessionResponse MiniCard::cancel(const TransactionId& id,
                                                 messages::CancelSessionReason reason) {
  return cancel(id, reason, smdp_oid_);
}

messages::CancelSessionResponse MiniCard::cancel(const TransactionId& id,
                                                 messages::CancelSessionReason reason, const asn1::Oid& oid) {
  messages::CancelSessionResponseOk ok{.euiccCancelSessionSigned =
                                           asn1::seal(messages::EuiccCancelSessionSigned{
                                               .transactionId = id, .smdpOid = oid, .reason = reason})};
  ok.euiccCancelSessionSignature = sign({View(ok.euiccCancelSessionSigned.tlv)});
  return {std::move(ok)};
}

crypto::Signature MiniCard::sign(std::initializer_list<View> parts) {
  return *signer_->sign(parts);
}

void MiniCard::set_otsk(crypto::EphemeralKey key) {
  otsk_ = std::move(key);
}

messages::NotificationMetadata MiniCard::metadata(messages::NotificationEventBit event, const Iccid& iccid) {
  messages::NotificationMetadata m{
      .seqNumber = seqNumber++, .notificationAddress = "smdp.example.com", .iccid = iccid};
  m.profileManagementOperation.insert(event);
  return m;
}

}  // namespace sealift::smdp::testing
