#include "samples.hpp"

#include "download/es10.hpp"
#include "euicc/install_engine.hpp"
#include "euicc/memory.hpp"
#include "fuzz.hpp"
#include "reader/loopback.hpp"

namespace sealift::fuzz {
namespace {

using namespace euicc;

constexpr std::string_view seed_address = "smdp.example.com";

saip::UsimProfileOptions subscriber(std::string_view iccid, bool everything) {
  saip::UsimProfileOptions o;
  o.iccid = *Iccid::parse(iccid);
  o.imsi = *Imsi::parse("001010123456789");
  o.k = *Secret<16>::from(*from_hex("465B5CE8B199B49FAA5F0A2EE238A6BC"));
  o.opc = *Secret<16>::from(*from_hex("CD63CB71954A9F4E48A5994E37A02BAF"));
  o.puk1 = "48152637";
  o.pin2 = "7531";
  o.puk2 = "90817263";
  o.adm1 = "83016429";
  if (everything) {
    o.spn = "Sealift";
    o.msisdn = "+8821012345678";
    o.smsc = "+882101000000";
    o.pin1 = "1234";
    o.ota_keys.emplace();
    for (Secret<16>* key : {&o.ota_keys->kic, &o.ota_keys->kid, &o.ota_keys->kik}) {
      *key = *Secret<16>::from(*from_hex("00112233445566778899AABBCCDDEEFF"));
    }
  }
  return o;
}

pki::Hierarchy make(crypto::Curve curve) {
  SeededRandom random(1);
  pki::HierarchyOptions options{.curve = curve, .deterministic = true, .eid = test::test_eid()};
  options.dp_hosts = {std::string(seed_address)};
  options.not_before = Time(std::chrono::seconds(1'700'000'000));
  return std::move(pki::make_hierarchy(options, random)).value();
}

/// Keeps what is sent.
class Recorder final : public download::ApduTransport {
 public:
  explicit Recorder(Card& card) : card_(card) {}
  Result<Bytes> transmit(View command) override {
    commands.push_back(to_bytes(command));
    return card_.transmit(command);
  }
  std::vector<Bytes> commands;

 private:
  Card& card_;
};

test::Server server_of(Random& random) {
  test::Server server(hierarchy(), random);
  server.eid = test::test_eid();
  server.address = seed_address;
  return server;
}

/// One download through ES10; false where the card refused it.
bool download(download::Es10& card, test::Server& server, std::string_view iccid) {
  test::MetadataOptions said{.iccid = std::string(iccid)};
  said.notifications = {{messages::NotificationEvent{messages::NotificationEventBit::notificationEnable},
                         std::string(seed_address)}};
  server.metadata = test::metadata(said);
  server.package = saip::encode(built_profile(iccid, iccid == first_iccid));
  auto challenge = card.call<messages::GetEuiccChallengeResponse>("", messages::GetEuiccChallengeRequest{});
  if (!challenge) return false;
  auto client =
      card.call<messages::AuthenticateServerResponse>("", server.authenticate(challenge->euiccChallenge));
  if (!client || client->alt.index() != 0) return false;
  auto ready = card.call<messages::PrepareDownloadResponse>(
      "", server.prepare(std::get<messages::AuthenticateResponseOk>(client->alt)));
  if (!ready || ready->alt.index() != 0) return false;
  const auto package = server.bind(std::get<messages::PrepareDownloadResponseOk>(ready->alt));
  auto result = card.load_bound_profile_package(asn1::encode(package), [](size_t, size_t) {});
  return result && test::succeeded(*result);
}

void switch_to(download::Es10& card, std::string_view iccid) {
  messages::EnableProfileRequest enable;
  enable.profileIdentifier.alt = *Iccid::parse(iccid);
  auto done = card.call<messages::EnableProfileResponse>("", enable);
  check(done && done->enableResult == messages::EnableResult::ok, "the sample's profile is enabled");
}

Bytes made_memory(bool with_profiles) {
  MemoryNvm nvm;
  auto said = test::personalisation(hierarchy(), test::test_eid());
  said.capacity = 256 << 10;
  check(bool(Card::personalise(nvm, std::move(said))), "the sample's card is personalised");
  if (!with_profiles) return nvm.content();
  SeededRandom random(2);
  SaipEngine engine;
  auto card = std::move(Card::open({nvm, random, engine, nullptr, nullptr, true})).value();
  reader::Loopback transport(*card);
  auto es10 = std::move(download::Es10::open(transport)).value();
  auto server = server_of(random);
  for (std::string_view iccid : {first_iccid, second_iccid}) {
    check(download(es10, server, iccid), "the sample's profile is installed");
  }
  switch_to(es10, first_iccid);
  return nvm.content();
}

template <class T>
Bytes made(const T& request) {
  return asn1::encode(request);
}

/// A CRL of the CI, the first part of two.
messages::LoadCrlRequest crl_request() {
  const Time now{std::chrono::seconds(1'750'000'000)};
  pki::CrlSpec spec{.this_update = now, .next_update = now + std::chrono::days(30)};
  spec.parts = 2;
  spec.revoked = {{Bytes{0x12, 0x34}, now}};
  crypto::DeterministicSigner signer(hierarchy()[pki::Role::ci].key.clone());
  const auto crl = pki::issue_crl(spec, hierarchy().certificate(pki::Role::ci), signer).value();
  messages::LoadCrlRequest request;
  request.crl = to_bytes(crl.der().subspan(asn1::read_header(crl.der()).header_size));
  return request;
}

/// Every other function of ES10, each once.
void call_the_rest(download::Es10& card) {
  using namespace messages;
  const Iccid iccid = *Iccid::parse(third_iccid);
  EnableProfileRequest enable;
  enable.profileIdentifier.alt = iccid;
  enable.refreshFlag = true;
  DisableProfileRequest disable;
  disable.profileIdentifier.alt = iccid;
  DeleteProfileRequest remove;
  remove.alt = *Iccid::parse(second_iccid);
  SetNicknameRequest nickname;
  nickname.iccid = iccid;
  nickname.profileNickname = "mine";
  for (const Bytes& request :
       {made(GetEuiccDataRequest{}), made(GetEuiccInfo1Request{}), made(GetEuiccInfo2Request{}),
        made(EuiccConfiguredAddressesRequest{}), made(SetDefaultDpAddressRequest{"dp.example.com", {}}),
        made(GetRatRequest{}), made(crl_request()), made(ProfileInfoListRequest{}),
        made(ListNotificationRequest{}), made(RetrieveNotificationsListRequest{}),
        made(NotificationSentRequest{1, {}}), made(nickname), made(enable), made(disable), made(remove),
        made(EuiccMemoryResetRequest{{ResetOption::resetDefaultSmdpAddress}, {}}),
        made(CancelSessionRequest{{}, CancelSessionReason::postponed, {}})}) {
    (void)card.call(request);
    (void)card.run_proactive();
  }
}

}  // namespace

const pki::Hierarchy& hierarchy() {
  static const pki::Hierarchy made = make(crypto::Curve::p256);
  return made;
}
const pki::Hierarchy& brainpool_hierarchy() {
  static const pki::Hierarchy made = make(crypto::Curve::brainpool_p256r1);
  return made;
}

saip::Package built_profile(std::string_view iccid, bool everything) {
  return std::move(saip::build_usim_profile(subscriber(iccid, everything))).value();
}

Bytes unusual_profile() {
  using namespace saip;
  auto options = subscriber(third_iccid, true);
  options.tuak.emplace(TuakKeys{SecretBytes(Bytes(32, 0x4B)), SecretBytes(Bytes(32, 0x70))});
  Package package = std::move(build_usim_profile(options)).value();
  ProfileElement end = std::move(package.elements.back());
  package.elements.pop_back();
  uint16_t number = 100;
  auto add = [&](auto body) {
    body.header.identification = number++;
    package.elements.emplace_back(std::move(body));
  };
  GenericFileManagement files;
  Fcp fcp;
  fcp.fileDescriptor = *from_hex("42210010");
  fcp.fileID = FileId{0x6F60};
  fcp.securityAttributesReferenced = *from_hex("2F0601");
  fcp.efFileSize = Bytes{0x40};
  fcp.shortEFID = Bytes{};
  fcp.proprietaryEFInfo.emplace().fillPattern = Bytes{0xFF, 0x00};
  fcp.linkPath = Bytes{};
  files.fileManagementCMD.push_back({{FilePath{*from_hex("7F10")}},
                                     {fcp},
                                     {FillFileContent{Bytes(16, 1)}},
                                     {FillFileOffset{8}},
                                     {FillFileContent{Bytes(16, 2)}}});
  add(std::move(files));
  add(PinCodes{{}, {FilePath{*from_hex("7FF0")}}, {}});
  AkaParameter mapped;
  mapped.algoConfiguration.alt = MappingParameter{{1}, to_bytes(usim_aid()), {}};
  add(std::move(mapped));
  CdmaParameter cdma;
  cdma.ssd = SecretBytes(Bytes(16, 3));
  add(std::move(cdma));
  Rfm rfm;
  rfm.instanceAID = *from_hex("A00000055910100001");
  rfm.tarList = std::vector<Octets<3>>{{0xB0, 0x00, 0x00}};
  rfm.uiccAccessDomain = rfm.uiccAdminAccessDomain = Bytes{0x00};
  rfm.adfRFMAccess = AdfRfmAccess{to_bytes(usim_aid()), Bytes{0x00}, Bytes{0x00}, {}};
  add(std::move(rfm));
  Application application;
  application.loadBlock =
      ApplicationLoadPackage{*from_hex("A000000559"), {}, {}, {}, {}, {}, Bytes(40, 4), {}};
  add(std::move(application));
  add(NonStandard{{}, {0x29, 0x01}, Bytes(20, 5), {}});
  package.elements.push_back(std::move(end));
  return encode(package);
}

const Bytes& card_memory() {
  static const Bytes made = made_memory(true);
  return made;
}
const Bytes& new_card_memory() {
  static const Bytes made = made_memory(false);
  return made;
}

void require_same_card(const Bytes& memory) {
  MemoryNvm nvm(memory);
  auto opened = Memory::open(nvm);
  require(bool(opened), "the card's memory opens again");
  const Identity& now = opened->identity();
  const auto& ci = hierarchy().certificate(pki::Role::ci);
  require(now.eid == test::test_eid(), "the EID is unchanged");
  require(now.ci_key_ids.size() == 1 && equal(now.ci_key_ids[0], ci.subject_key_id()),
          "the CI keys are unchanged");
  require(now.ci_certificates.size() == 1 && equal(now.ci_certificates[0], ci.der()), "the CI is unchanged");
  require(now.credentials.size() == 1 && equal(now.credentials[0].key.scalar().expose(),
                                               hierarchy()[pki::Role::euicc].key.scalar().expose()),
          "the card's key is unchanged");
  for (const ProfileRecord& profile : opened->profiles()) {
    require(bool(profile.parsed_metadata()), "a profile's metadata can be read");
    require(bool(opened->image(profile.isdp_aid)), "a profile has an image");
  }
  if (auto enabled = opened->enabled())
    require(opened->find(*enabled).has_value(), "what is enabled is there");
}

std::vector<Bytes> recorded_download(const Bytes& memory) {
  MemoryNvm nvm(memory);
  SeededRandom random(card_seed), server_random(3);
  SaipEngine engine;
  auto card = std::move(Card::open({nvm, random, engine, nullptr, nullptr, true})).value();
  card->reset();
  Recorder transport(*card);
  {
    auto es10 = std::move(download::Es10::open(transport, {.block = 200})).value();
    auto server = server_of(server_random);
    check(download(es10, server, third_iccid), "the recorded download succeeds");
    call_the_rest(es10);
  }
  return std::move(transport.commands);
}

}  // namespace sealift::fuzz
