#include "lab/lean_phone.hpp"

#include "auth/verified.hpp"
#include "crypto/ecka.hpp"
#include "lab/load_phone.hpp"
#include "pki/certificate.hpp"

namespace sealift::lab {

using namespace messages;

namespace {

using Post = http::VirtualPhone::Post;

Post post(const char* function, std::string body) {
  return {std::string("/gsma/rsp2/es9plus/") + function, std::move(body)};
}

InitiateAuthenticationRequest hello(const LeanCard& card, const std::string& address, Random& random) {
  return {.euiccChallenge = random.octets<16>(), .smdpAddress = address, .euiccInfo1 = card.info1};
}

class LeanPhone final : public http::VirtualPhone {
 public:
  LeanPhone(LeanCard& card, const download::ActivationCode& code, Random& random)
      : card_(card), code_(code), random_(random) {}

  Result<std::optional<Post>> next(const http::Response* previous) override {
    switch (step_++) {
      case 0:
        return post("initiateAuthentication", to_json(hello(card_, code_.smdpAddress, random_)));
      case 1:
        return authenticate(*previous);
      case 2:
        return prepare(*previous);
      case 3:
        return report(*previous);
      default:
        if (previous->status / 100 == 2) return std::optional<Post>();
        return Error{ErrorKind::conflict, "handleNotification HTTP " + std::to_string(previous->status)};
    }
  }

 private:
  Result<std::optional<Post>> authenticate(const http::Response& previous) {
    auto server = TRY(output_of<InitiateAuthenticationOkEs9>("initiateAuthentication", previous));
    id_ = server.transactionId;
    EuiccSigned1 mine{
        .transactionId = id_,
        .serverAddress = server.serverSigned1.value.serverAddress,
        .serverChallenge = server.serverSigned1.value.serverChallenge,
        .euiccInfo2 = card_.info2,
        .ctxParams1 = {.matchingId = code_.acToken, .deviceInfo = download::default_device_info()}};
    AuthenticateResponseOk ok{.euiccSigned1 = asn1::seal(std::move(mine))};
    ok.euiccSignature1 = TRY(card_.signer.sign({View(ok.euiccSigned1.tlv)}));
    ok.euiccCertificate = {card_.certificate};
    ok.eumCertificate = {card_.eum_certificate};
    return post("authenticateClient",
                to_json(AuthenticateClientRequest{id_, {std::move(ok)}, std::nullopt, {}}));
  }

  Result<std::optional<Post>> prepare(const http::Response& previous) {
    auto offer = TRY(output_of<AuthenticateClientOk>("authenticateClient", previous));
    const auto server = TRY(pki::Certificate::parse(offer.smdpCertificate.tlv));
    smdpOid_ = server.registered_id().value_or(asn1::Oid());
    iccid_ = offer.profileMetaData.value.iccid;
    const auto otsk = crypto::EphemeralKey::generate(server.public_key().curve(), random_);
    EuiccSigned2 mine{.transactionId = id_, .euiccOtpk = otsk.public_key().point()};
    PrepareDownloadResponseOk ok{.euiccSigned2 = asn1::seal(std::move(mine))};
    const Octets<67> tail = auth::signature_tlv(offer.smdpSignature2);
    ok.euiccSignature2 = TRY(card_.signer.sign({View(ok.euiccSigned2.tlv), View(tail)}));
    return post("getBoundProfilePackage", to_json(GetBoundProfilePackageRequest{id_, {std::move(ok)}, {}}));
  }

  Result<std::optional<Post>> report(const http::Response& previous) {
    (void)TRY(output_of<GetBoundProfilePackageOk>("getBoundProfilePackage", previous));
    NotificationMetadata about{
        .seqNumber = ++card_.seqNumber, .notificationAddress = code_.smdpAddress, .iccid = iccid_};
    about.profileManagementOperation.insert(NotificationEventBit::notificationInstall);
    ProfileInstallationResultData data{
        .transactionId = id_,
        .notificationMetadata = std::move(about),
        .smdpOid = smdpOid_,
        .finalResult = {
            SuccessResult{.aid = TRY(Aid::from_octets(Bytes(16, 1))), .simaResponse = {0x30, 0}}}};
    ProfileInstallationResult result{.profileInstallationResultData = asn1::seal(std::move(data))};
    result.euiccSignPIR = TRY(card_.signer.sign({View(result.profileInstallationResultData.tlv)}));
    return post("handleNotification",
                to_json(HandleNotification{PendingNotification{std::move(result)}, {}}));
  }

  LeanCard& card_;
  const download::ActivationCode& code_;
  Random& random_;
  TransactionId id_;
  asn1::Oid smdpOid_;
  Iccid iccid_;
  int step_ = 0;
};

class Nuisance final : public http::VirtualPhone {
 public:
  Nuisance(const LeanCard& card, const std::string& address, unsigned times, Random& random)
      : body_(to_json(hello(card, address, random))), left_(times) {}
  Result<std::optional<Post>> next(const http::Response*) override {
    if (left_-- == 0) return std::optional<Post>();
    return std::optional<Post>(post("initiateAuthentication", body_));
  }

 private:
  std::string body_;
  unsigned left_;
};

}  // namespace

Result<std::unique_ptr<LeanCard>> LeanCard::make(const pki::Identity& eum, const pki::Certificate& ci,
                                                 const Eid& eid, Random& random) {
  const pki::Identity euicc = TRY(pki::issue_euicc(eum, eid, random));
  auto card = std::make_unique<LeanCard>(euicc.key);
  card->certificate = to_bytes(euicc.certificate.der());
  card->eum_certificate = to_bytes(eum.certificate.der());
  const auto key = TRY(octets<20>(ci.subject_key_id()));
  card->info1.svn = card->info2.svn = {2, 5, 0};
  card->info1.euiccCiPKIdListForSigning = card->info1.euiccCiPKIdListForVerification = {key};
  card->info2.euiccCiPKIdListForSigning = card->info2.euiccCiPKIdListForVerification = {key};
  card->info2.profileVersion = {3, 3, 1};
  card->info2.extCardResource = {0x81, 0x01, 0x00, 0x82, 0x04, 0x7F, 0xFF,
                                 0xFF, 0xFF, 0x83, 0x02, 0x10, 0x00};
  card->info2.uiccCapability = {UiccCapabilityBit::usimSupport, UiccCapabilityBit::akaMilenage};
  card->info2.ppVersion = {0, 0, 1};
  card->info2.sasAcreditationNumber = "LOAD";
  return card;
}

std::unique_ptr<http::VirtualPhone> make_lean_phone(LeanCard& card, const download::ActivationCode& code,
                                                    Random& random) {
  return std::make_unique<LeanPhone>(card, code, random);
}

std::unique_ptr<http::VirtualPhone> make_nuisance(const LeanCard& card, const std::string& smdpAddress,
                                                  unsigned times, Random& random) {
  return std::make_unique<Nuisance>(card, smdpAddress, times, random);
}

}  // namespace sealift::lab
