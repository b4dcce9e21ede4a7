// What test_support.hpp declares. Part of test programs alone.
#include "download/test_support.hpp"

namespace sealift::download::test {

Aid aid(uint8_t last) {
  Bytes octets = *from_hex("A0000005591010FFFFFFFF8900001000");
  octets.back() = last;
  return *Aid::from_octets(octets);
}

FakeCard::FakeCard() = default;
FakeCard::~FakeCard() = default;

Result<Bytes> FakeCard::transmit(View command) {
  commands.push_back(to_bytes(command));
  if (intercept) {
    if (auto answer = intercept(command)) return *answer;
  }
  switch (command[1]) {
    case 0x70:
      return command[2] == 0x80 ? status(0x9000) : Bytes{channel, 0x90, 0x00};
    case 0xE2:
      return store_data(command);
    case 0xC0:
      return deliver(command[4] == 0 ? 256 : command[4]);
    default:
      return status(0x9000);
  }
}

Bytes FakeCard::status(uint16_t sw) {
  return {static_cast<uint8_t>(sw >> 8), static_cast<uint8_t>(sw)};
}

Bytes FakeCard::store_data(View command) {
  append(script_, command.subspan(5, command[4]));
  if (command[2] == 0x11) return status(0x9000);
  Bytes whole = std::exchange(script_, {});
  scripts.push_back(whole);
  bool named = whole[0] == 0xBF && whole[1] != 0x36;
  if (!named)
    rest_ = segment ? segment(whole) : Bytes();
  else if (auto f = functions.find(static_cast<uint16_t>(whole[0] << 8 | whole[1])); f != functions.end())
    rest_ = f->second(whole);
  else
    return status(0x6A88);
  return deliver(at_once);
}

Bytes FakeCard::deliver(size_t limit) {
  Bytes out(rest_.begin(), rest_.begin() + static_cast<ptrdiff_t>(std::min(limit, rest_.size())));
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<ptrdiff_t>(out.size()));
  append(out, rest_.empty() ? status(success)
                            : Bytes{0x61, static_cast<uint8_t>(std::min<size_t>(rest_.size(), 256))});
  return out;
}

FakeServer::FakeServer() = default;
FakeServer::~FakeServer() = default;

Es9Result<InitiateAuthenticationOkEs9> FakeServer::initiate_authentication(
    const std::string& server, const InitiateAuthenticationRequest& r) {
  if (auto f = called("initiate", server)) return *f;
  InitiateAuthenticationOkEs9 ok;
  ok.transactionId = transaction;
  ServerSigned1 signed1;
  signed1.transactionId = transaction;
  signed1.euiccChallenge = r.euiccChallenge;
  signed1.serverAddress = server;
  ok.serverSigned1 = asn1::seal(signed1);
  ok.serverCertificate = no_certificate;
  if (change_initiate) change_initiate(ok);
  return ok;
}

Es9Result<AuthenticateClientOk> FakeServer::authenticate_client(const std::string& server,
                                                                const AuthenticateClientRequest& r) {
  if (auto* error = std::get_if<AuthenticateResponseError>(&r.authenticateServerResponse.alt)) {
    heard_authenticate_error = error->authenticateErrorCode;
  }
  if (auto f = called("client", server)) return *f;
  AuthenticateClientOk ok;
  ok.transactionId = transaction;
  ok.profileMetaData = asn1::seal(metadata);
  ok.smdpSigned2 = asn1::seal(SmdpSigned2{transaction, confirmation_code, {}, {}});
  ok.smdpCertificate = no_certificate;
  if (change_client) change_client(ok);
  return ok;
}

Es9Result<GetBoundProfilePackageOk> FakeServer::get_bound_profile_package(
    const std::string& server, const GetBoundProfilePackageRequest& r) {
  if (auto* error = std::get_if<PrepareDownloadResponseError>(&r.prepareDownloadResponse.alt)) {
    heard_download_error = error->downloadErrorCode;
  } else {
    heard_hash = std::get<PrepareDownloadResponseOk>(r.prepareDownloadResponse.alt).euiccSigned2.value.hashCc;
  }
  if (auto f = called("package", server)) return *f;
  GetBoundProfilePackageOk ok{transaction, {package}, {}};
  if (change_package) change_package(ok);
  return ok;
}

Es9Result<void> FakeServer::handle_notification(const std::string& server, const HandleNotification& r) {
  if (auto f = called("notification", server)) return *f;
  return on_notification ? on_notification(server, r) : Es9Result<void>();
}

Es9Result<void> FakeServer::cancel_session(const std::string& server, const CancelSessionRequestEs9& r) {
  heard_cancel =
      std::get<CancelSessionResponseOk>(r.cancelSessionResponse.alt).euiccCancelSessionSigned.value.reason;
  if (auto f = called("cancel", server)) return *f;
  return {};
}

std::vector<asn1::Oid> FakeServer::peer_oids() const {
  return tls_oids;
}

std::optional<Es9Failure> FakeServer::called(const std::string& function, const std::string& server) {
  calls.push_back(function + " " + server);
  auto f = failures.find(function);
  if (f == failures.end()) return std::nullopt;
  return f->second;
}

Answer FakeUser::download(const StoreMetadataRequest&, const PprIds& policies) {
  asked_policies = policies;
  return answer;
}

std::optional<std::string> FakeUser::confirmation_code() {
  ++asked_codes;
  return code;
}

StoreMetadataRequest profile_metadata() {
  StoreMetadataRequest m;
  m.iccid = iccid;
  m.serviceProviderName = "Operator";
  m.profileName = "Plan";
  m.profileOwner.emplace().mccMnc = {0x00, 0xF1, 0x10};
  return m;
}

Bytes package_of(const StoreMetadataRequest& metadata, bool own_keys, size_t segment) {
  Bytes plain = asn1::encode(metadata), list88, list86;
  const Bytes mac(8, 0xEE);
  for (size_t at = 0; at < plain.size(); at += segment) {
    Bytes piece(plain.begin() + static_cast<ptrdiff_t>(at),
                plain.begin() + static_cast<ptrdiff_t>(std::min(plain.size(), at + segment)));
    append(list88, asn1::tlv(0x88, concat({piece, mac})));
  }
  for (size_t size : {1016u, 1016u, 40u}) append(list86, asn1::tlv(0x86, Bytes(size, 0x55)));
  const Bytes list87 = asn1::tlv(0x87, Bytes(24, 0x77));
  Bytes out = concat({asn1::tlv(0xBF23, Bytes(200, 0x23)), asn1::tlv(0xA0, list87), asn1::tlv(0xA1, list88)});
  if (own_keys) append(out, asn1::tlv(0xA2, list87));
  append(out, asn1::tlv(0xA3, list86));
  return asn1::tlv(0xBF36, out);
}

NotificationMetadata notification(uint64_t number, NotificationEventBit event, const std::string& server) {
  NotificationMetadata n;
  n.seqNumber = number;
  n.profileManagementOperation = {event};
  n.notificationAddress = server;
  n.iccid = iccid;
  return n;
}

ProfileInstallationResult installation(FinalResult result, uint64_t number, const std::string& server) {
  ProfileInstallationResultData data;
  data.transactionId = transaction;
  data.notificationMetadata = notification(number, NotificationEventBit::notificationInstall, server);
  data.smdpOid = *asn1::Oid::parse("2.999.10");
  data.finalResult = std::move(result);
  ProfileInstallationResult out;
  out.profileInstallationResultData = asn1::seal(std::move(data));
  return out;
}

FinalResult installed() {
  return {SuccessResult{aid(0x10), *from_hex("3007A0053003800100"), {}}};
}

DownloadCard::DownloadCard() {
  on<GetEuiccInfo1Request, EuiccInfo1>(0xBF20, [](auto&) {
    EuiccInfo1 info{{2, 6, 0}, {SubjectKeyIdentifier{1}}, {SubjectKeyIdentifier{1}}, {}};
    return info;
  });
  on<GetEuiccChallengeRequest, GetEuiccChallengeResponse>(0xBF2E, [](auto&) {
    return GetEuiccChallengeResponse{Challenge{9}, {}};
  });
  on<AuthenticateServerRequest, AuthenticateServerResponse>(0xBF38,
                                                            [this](auto& r) { return authenticate(r); });
  on<PrepareDownloadRequest, PrepareDownloadResponse>(0xBF21, [this](auto& r) { return prepare(r); });
  on<GetRatRequest, GetRatResponse>(0xBF43, [this](auto&) { return GetRatResponse{rat, {}}; });
  on<ProfileInfoListRequest, ProfileInfoListResponse>(
      0xBF2D, [this](auto&) { return ProfileInfoListResponse{installed_profiles}; });
  on<CancelSessionRequest, CancelSessionResponse>(0xBF41, [this](auto& r) {
    cancelled = r.reason;
    CancelSessionResponseOk ok;
    ok.euiccCancelSessionSigned =
        asn1::seal(EuiccCancelSessionSigned{r.transactionId, *asn1::Oid::parse("2.999.10"), r.reason, {}});
    return CancelSessionResponse{ok};
  });
  on<RetrieveNotificationsListRequest, RetrieveNotificationsListResponse>(
      0xBF2B, [this](auto&) { return RetrieveNotificationsListResponse{pending}; });
  on<NotificationSentRequest, NotificationSentResponse>(0xBF30, [this](auto& r) {
    size_t before = pending.size();
    std::erase_if(pending, [&](const PendingNotification& n) { return number_of(n) == r.seqNumber; });
    return NotificationSentResponse{
        pending.size() < before ? DeleteNotificationStatus::ok : DeleteNotificationStatus::nothingToDelete,
        {}};
  });
  segment = [this](View unit) {
    bool last = unit[0] == 0x86 && unit.size() < 100;
    if (!last || !answers_package) return Bytes();
    auto pir = installation(result);
    pending.push_back({pir});
    return asn1::encode(pir);
  };
}

DownloadCard::~DownloadCard() = default;

uint64_t DownloadCard::number_of(const PendingNotification& n) {
  if (auto* pir = std::get_if<ProfileInstallationResult>(&n.alt)) {
    return pir->profileInstallationResultData.value.notificationMetadata.seqNumber;
  }
  return std::get<OtherSignedNotification>(n.alt).tbsOtherNotification.value.seqNumber;
}

AuthenticateServerResponse DownloadCard::authenticate(const AuthenticateServerRequest& r) {
  context = r.ctxParams1;
  if (authenticate_error) return {AuthenticateResponseError{transaction, *authenticate_error, {}}};
  EuiccSigned1 signed1;
  signed1.transactionId = r.serverSigned1.value.transactionId;
  signed1.serverAddress = r.serverSigned1.value.serverAddress;
  signed1.euiccInfo2.extCardResource = *from_hex("8101008204000F4240");
  signed1.euiccInfo2.euiccCiPKIdListForVerification = {SubjectKeyIdentifier{1}};
  signed1.euiccInfo2.euiccCiPKIdListForSigning = {SubjectKeyIdentifier{1}};
  signed1.ctxParams1 = r.ctxParams1;
  AuthenticateResponseOk ok;
  ok.euiccSigned1 = asn1::seal(std::move(signed1));
  ok.euiccCertificate = ok.eumCertificate = no_certificate;
  return {ok};
}

PrepareDownloadResponse DownloadCard::prepare(const PrepareDownloadRequest& r) {
  if (download_error) return {PrepareDownloadResponseError{transaction, *download_error, {}}};
  PrepareDownloadResponseOk ok;
  PointOctets point{4};
  const auto hash = r.hashCc ? std::optional(to_bytes(*r.hashCc)) : std::nullopt;
  ok.euiccSigned2 = asn1::seal(EuiccSigned2{r.smdpSigned2.value.transactionId, point, hash, {}});
  return {ok};
}

}  // namespace sealift::download::test
