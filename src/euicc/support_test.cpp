// What test_support.hpp declares. Part of the test program alone.
#include <gtest/gtest.h>

#include "asn1/writer.hpp"
#include "crypto/ecka.hpp"
#include "euicc/test_support.hpp"

namespace sealift::euicc::test {

namespace {

class PlainInstaller final : public ProfileInstaller {
 public:
  explicit PlainInstaller(InstallContext context) : context_(std::move(context)) {}
  Result<void, InstallFailure> feed(View segment) override {
    append(octets_, segment);
    if (text(octets_).starts_with("bad")) return InstallFailure{12, *from_hex("3006A0043002800003")};
    if (text(octets_).starts_with("imsi")) return InstallFailure{13, {}};
    if (text(octets_).starts_with("naa key")) return InstallFailure{14, {}};
    if (text(octets_).starts_with("open")) return InstallFailure{31, {}};
    if (octets_.size() > context_.free_nvm) return InstallFailure{10, {}};
    return {};
  }
  bool complete() const override { return text(octets_).ends_with("end"); }
  Result<InstalledProfile, InstallFailure> finish() override {
    if (!complete()) return InstallFailure{12, {}};
    return InstalledProfile{SecretBytes(std::move(octets_)), *from_hex("3007A0053003800100")};
  }

 private:
  InstallContext context_;
  Bytes octets_;
};

class PlainProfile final : public RunningProfile {
 public:
  PlainProfile(View image, std::vector<ProfileChange> changes, ProfileStore& store)
      : image_(to_bytes(image)), store_(store) {
    for (auto& c : changes) kept_ = c.value.value_or(Bytes{});
  }
  bool has_application(View aid) const override { return hex(aid) == "A0000000871002"; }
  Response command(uint8_t, const Command& command) override {
    switch (command.ins) {
      case 0xA4:
        return {*from_hex("6200"), sw::ok};
      case 0xB0:
        return {kept_, sw::ok};
      case 0xB2:
        return {image_, sw::ok};
      case 0xDC: {
        ProfileChange change{"kept", to_bytes(command.data)};
        if (!store_.commit(std::span(&change, 1))) return {{}, sw::memory_problem};
        kept_ = to_bytes(command.data);
        return {};
      }
      default:
        return {{}, sw::ins_not_supported};
    }
  }
  void channel_opened(uint8_t) override {}
  void channel_closed(uint8_t) override {}

 private:
  Bytes image_, kept_;
  ProfileStore& store_;
};

/// Number of octets of identifier and length.
size_t head_size(View tlv) {
  return asn1::read_header(tlv).header_size;
}

}  // namespace

std::unique_ptr<ProfileInstaller> PlainEngine::install(InstallContext context) const {
  return std::make_unique<PlainInstaller>(std::move(context));
}
Result<std::unique_ptr<RunningProfile>> PlainEngine::start(View image, std::vector<ProfileChange> changes,
                                                           ProfileStore& store, Random&) const {
  return std::unique_ptr<RunningProfile>(std::make_unique<PlainProfile>(image, std::move(changes), store));
}

void Phone::connect() {
  card_->reset();
  ASSERT_EQ(apdu("80AA000005A903830107"), "9000");
  ASSERT_EQ(apdu("0070000001"), "019000");
  ASSERT_EQ(apdu("01A4040010A0000005591010FFFFFFFF8900000100").substr(0, 2), "61");
}

std::optional<Bytes> Phone::script(View octets) {
  Bytes data;
  size_t number = 0;
  do {
    View now = octets.first(std::min(block, octets.size()));
    octets = octets.subspan(now.size());
    Bytes command{0x81, 0xE2, static_cast<uint8_t>(octets.empty() ? 0x91 : 0x11),
                  static_cast<uint8_t>(number++), static_cast<uint8_t>(now.size())};
    append(command, now);
    for (;;) {
      Bytes response = card_->transmit(command);
      last_sw = static_cast<uint16_t>(response[response.size() - 2] << 8 | response.back());
      append(data, View(response).first(response.size() - 2));
      if (last_sw >> 8 != 0x61) break;
      command = {0x81, 0xC0, 0x00, 0x00, response.back()};
    }
    if (last_sw >> 8 != 0x90 && last_sw >> 8 != 0x91) return std::nullopt;
  } while (!octets.empty());
  return data;
}

std::vector<Bytes> Phone::scripts(View bpp) {
  std::vector<Bytes> scripts;
  View rest = bpp.subspan(head_size(bpp));
  asn1::Reader parts(rest);
  asn1::Tlv initialise = *parts.next();
  scripts.push_back(concat({bpp.first(head_size(bpp)), initialise.whole}));
  while (!parts.at_end()) {
    asn1::Tlv list = *parts.next();
    if (list.tag == 0xA0 || list.tag == 0xA2) {
      scripts.push_back(to_bytes(list.whole));
      continue;
    }
    scripts.push_back(to_bytes(list.whole.first(head_size(list.whole))));
    asn1::Reader elements(list.value);
    while (!elements.at_end()) scripts.push_back(to_bytes(elements.next()->whole));
  }
  return scripts;
}

std::optional<messages::ProfileInstallationResult> Phone::load(View bpp) {
  for (const auto& one : scripts(bpp)) {
    auto answer = script(one);
    if (!answer) return std::nullopt;
    if (answer->empty()) continue;
    auto result = asn1::decode<messages::ProfileInstallationResult>(*answer);
    check(bool(result), "the result decodes");
    return std::move(*result);
  }
  return std::nullopt;
}

messages::SignatureOctets Server::sign(pki::Role role, std::initializer_list<View> parts) const {
  return *crypto::DeterministicSigner(key(role).clone())
              .sign(std::span<const View>(parts.begin(), parts.size()));
}

static Bytes signature_tlv(const messages::SignatureOctets& s) {
  return asn1::tlv(0x5F37, s);
}

messages::AuthenticateServerRequest Server::authenticate(const Challenge& challenge) {
  messages::ServerSigned1 signed1;
  signed1.transactionId = transactionId;
  signed1.euiccChallenge = challenge;
  signed1.serverAddress = address;
  signed1.serverChallenge = random_.octets<16>();
  if (change_signed1) change_signed1(signed1);
  messages::AuthenticateServerRequest request;
  request.serverSigned1 = asn1::seal(std::move(signed1));
  request.serverSignature1 = sign(auth_role, {request.serverSigned1.tlv});
  request.euiccCiPKIdToBeUsed = *octets<20>(pki_.certificate(pki::Role::ci).subject_key_id());
  request.serverCertificate.tlv = to_bytes(pki_.certificate(auth_role).der());
  request.ctxParams1.matchingId = *MatchingId::parse("TOKEN-1");
  request.ctxParams1.deviceInfo.tac = {0x35, 0x29, 0x06, 0x11};
  return request;
}

messages::PrepareDownloadRequest Server::prepare(const messages::AuthenticateResponseOk& client) {
  messages::SmdpSigned2 signed2;
  signed2.transactionId = transactionId;
  signed2.ccRequiredFlag = cc_required;
  signed2.bppEuiccOtpk = bpp_otpk;
  if (change_signed2) change_signed2(signed2);
  messages::PrepareDownloadRequest request;
  request.smdpSigned2 = asn1::seal(std::move(signed2));
  request.smdpSignature2 =
      sign(binding_role, {request.smdpSigned2.tlv, signature_tlv(client.euiccSignature1)});
  request.smdpCertificate.tlv = to_bytes(pki_.certificate(binding_role).der());
  return request;
}

messages::InitialiseSecureChannelRequest Server::initialise(const messages::PointOctets& card_key,
                                                            const messages::PointOctets& server_key) {
  messages::InitialiseSecureChannelRequest isc;
  isc.transactionId = transactionId;
  isc.controlRefTemplate.hostId = to_bytes("HOST01");
  isc.smdpOtpk = server_key;
  if (change_initialise) change_initialise(isc);
  Bytes input = messages::smdp_sign_input(isc, card_key);
  isc.smdpSign = sign(pki::Role::dp_pb, {input});
  return isc;
}

messages::BoundProfilePackage Server::bind(const messages::PrepareDownloadResponseOk& card) {
  const auto& card_key = card.euiccSigned2.value.euiccOtpk;
  auto curve = key(pki::Role::dp_pb).curve();
  auto mine = crypto::EphemeralKey::generate(curve, random_);
  auto isc = initialise(card_key, mine.public_key().point());
  auto z = *mine.agree(*crypto::PublicKey::from_point(curve, card_key));
  messages::ControlRefTemplate crt;
  crt.hostId = to_bytes("HOST01");
  auto keys = *bsp::derive_session_keys(z, crt, eid);
  auto bpp = session_key_mode
                 ? bsp::bind(keys, configuration, metadata, package)
                 : bsp::bind(keys, configuration, metadata, bsp::protect_profile(package, random_));
  bpp.initialiseSecureChannelRequest = std::move(isc);
  return bpp;
}

Bytes metadata(const MetadataOptions& options) {
  messages::StoreMetadataRequest m;
  m.iccid = *Iccid::parse(options.iccid);
  m.serviceProviderName = "Sealift";
  m.profileName = options.name;
  m.profileClass = options.profile_class;
  if (options.owner) {
    m.profileOwner.emplace();
    m.profileOwner->mccMnc = {0x00, 0xF1, 0x10};
  }
  if (options.rules.any()) m.profilePolicyRules = options.rules;
  for (const auto& [event, address] : options.notifications) {
    if (!m.notificationConfigurationInfo) m.notificationConfigurationInfo.emplace();
    auto& one = m.notificationConfigurationInfo->emplace_back();
    one.profileManagementOperation = event;
    one.notificationAddress = address;
  }
  return asn1::encode(m);
}

Eid test_eid() {
  return *Eid::parse("89049032123451234512345678901235");
}

Personalisation personalisation(const pki::Hierarchy& pki, const Eid& eid) {
  Personalisation p{.eid = eid};
  p.credentials.push_back({to_bytes(pki.certificate(pki::Role::euicc).der()),
                           to_bytes(pki.certificate(pki::Role::eum).der()),
                           pki[pki::Role::euicc].key.scalar().clone()});
  p.ci_certificates = {to_bytes(pki.certificate(pki::Role::ci).der())};
  p.root_ds_address = "ds.example.com";
  p.default_dp_address = "default.example.com";
  auto& rule = p.rules.emplace_back();
  rule.pprIds = {messages::PprId::ppr1, messages::PprId::ppr2};
  rule.allowedOperators.emplace_back().mccMnc = {0xEE, 0xEE, 0xEE};
  return p;
}

static pki::Hierarchy make_pki(Random& random) {
  pki::HierarchyOptions options{.deterministic = true, .eid = test_eid()};
  options.not_before = Time(std::chrono::seconds(1700000000));
  auto made = pki::make_hierarchy(options, random);
  check(bool(made), "the hierarchy is made");
  return std::move(*made);
}

World::World(uint64_t seed, std::function<void(Personalisation&)> change, const ProfileEngine* real)
    : random(seed),
      hierarchy(make_pki(random)),
      engine(real ? *real : plain),
      phone(nullptr),
      server(hierarchy, random) {
  auto p = personalisation(hierarchy, test_eid());
  if (change) change(p);
  Status made = Card::personalise(nvm, std::move(p));
  check(bool(made), "the card is personalised");
  server.eid = test_eid();
  server.metadata = metadata();
  restart();
}

void World::restart() {
  card.reset();
  auto opened = Card::open({nvm, random, engine, &decisions, nullptr, true});
  check(bool(opened), "the card opens");
  card = std::move(*opened);
  phone = Phone(card.get());
  phone.connect();
}

void World::restart_with(Bytes memory) {
  nvm = MemoryNvm(std::move(memory));
  restart();
}

messages::AuthenticateResponseOk World::authenticate() {
  auto challenge = phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{});
  auto response =
      phone.command<messages::AuthenticateServerResponse>(server.authenticate(challenge.euiccChallenge));
  auto* ok = std::get_if<messages::AuthenticateResponseOk>(&response.alt);
  check(ok != nullptr, "the card authenticates the server");
  return std::move(*ok);
}

messages::PrepareDownloadResponseOk World::prepare(const messages::AuthenticateResponseOk& client) {
  auto response = phone.command<messages::PrepareDownloadResponse>(server.prepare(client));
  auto* ok = std::get_if<messages::PrepareDownloadResponseOk>(&response.alt);
  check(ok != nullptr, "the card prepares the download");
  return std::move(*ok);
}

std::optional<messages::ProfileInstallationResult> World::download() {
  auto bpp = server.bind(prepare(authenticate()));
  return phone.load(asn1::encode(bpp));
}

std::vector<messages::ProfileInfo> World::profiles() {
  auto response = phone.command<messages::ProfileInfoListResponse>(messages::ProfileInfoListRequest{});
  return std::get<0>(response.alt);
}
std::vector<messages::NotificationMetadata> World::notifications() {
  auto response = phone.command<messages::ListNotificationResponse>(messages::ListNotificationRequest{});
  return std::get<0>(response.alt);
}
messages::EnableResult World::enable(std::string_view iccid, bool refresh) {
  messages::EnableProfileRequest request;
  request.profileIdentifier.alt = *Iccid::parse(iccid);
  request.refreshFlag = refresh;
  return phone.command<messages::EnableProfileResponse>(request).enableResult;
}
messages::DisableResult World::disable(std::string_view iccid, bool refresh) {
  messages::DisableProfileRequest request;
  request.profileIdentifier.alt = *Iccid::parse(iccid);
  request.refreshFlag = refresh;
  return phone.command<messages::DisableProfileResponse>(request).disableResult;
}
messages::DeleteResult World::remove(std::string_view iccid) {
  messages::DeleteProfileRequest request;
  request.alt = *Iccid::parse(iccid);
  return phone.command<messages::DeleteProfileResponse>(request).deleteResult;
}

bool succeeded(const std::optional<messages::ProfileInstallationResult>& result) {
  return result && std::holds_alternative<messages::SuccessResult>(
                       result->profileInstallationResultData.value.finalResult.alt);
}
messages::ErrorResult error_of(const std::optional<messages::ProfileInstallationResult>& result) {
  check(result.has_value(), "there is a result");
  const auto* error =
      std::get_if<messages::ErrorResult>(&result->profileInstallationResultData.value.finalResult.alt);
  return error ? *error : messages::ErrorResult{};
}

}  // namespace sealift::euicc::test
