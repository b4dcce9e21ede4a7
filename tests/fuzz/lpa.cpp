// An LPA between a card and a server that answer anything. Chunks: whose answer (a card's APDU, a card's
// function, a server's JSON or DER), which one of them, and the answer in the place of the right one.
#include "lpa/lpa.hpp"

#include <map>

#include "download/test_support.hpp"
#include "messages/samples.hpp"
#include "response_of.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace std::string_literals;

using namespace download;
using download::test::DownloadCard;
using download::test::FakeServer;

enum Speaker : uint8_t { card_apdu, card_function, server_json, server_der, speakers };

/// What is said in the place of the right answers, and the right ones as they were given.
class Script {
 public:
  explicit Script(View input) {
    for (View chunk : split(input)) {
      if (chunk.size() >= 2) said_[{chunk[0] % speakers, chunk[1]}] = to_bytes(chunk.subspan(2));
    }
  }
  /// The answer to the next question of this kind; none: the right one.
  const Bytes* next(Speaker who) {
    auto it = said_.find({who, asked_[who]++});
    return it == said_.end() ? nullptr : &it->second;
  }
  void keep(Speaker who, View answer) {
    given.push_back(concat({Bytes{who, static_cast<uint8_t>(asked_[who] - 1)}, answer}));
  }
  std::vector<Bytes> given;

 private:
  std::map<std::pair<uint8_t, uint8_t>, Bytes> said_;
  std::array<uint8_t, speakers> asked_{};
};

class Server final : public Es9 {
 public:
  explicit Server(Script& script) : script_(script) {}
  FakeServer right;

  Es9Result<messages::InitiateAuthenticationOkEs9> initiate_authentication(
      const std::string& server, const messages::InitiateAuthenticationRequest& r) override {
    return answer<messages::InitiateAuthenticationOkEs9>(right.initiate_authentication(server, r));
  }
  Es9Result<messages::AuthenticateClientOk> authenticate_client(
      const std::string& server, const messages::AuthenticateClientRequest& r) override {
    return answer<messages::AuthenticateClientOk>(right.authenticate_client(server, r));
  }
  Es9Result<messages::GetBoundProfilePackageOk> get_bound_profile_package(
      const std::string& server, const messages::GetBoundProfilePackageRequest& r) override {
    return answer<messages::GetBoundProfilePackageOk>(right.get_bound_profile_package(server, r));
  }
  Es9Result<void> handle_notification(const std::string&, const messages::HandleNotification&) override {
    if (script_.next(server_json)) return Es9Failure{std::nullopt, Error{ErrorKind::io, "out of reach"}};
    return {};
  }
  Es9Result<void> cancel_session(const std::string&, const messages::CancelSessionRequestEs9&) override {
    auto done = answer<messages::CancelSessionOk>(messages::CancelSessionOk{});
    if (!done) return std::move(done.error());
    return {};
  }
  std::vector<asn1::Oid> peer_oids() const override { return {}; }

 private:
  template <class T>
  Es9Result<T> answer(Es9Result<T> mine) {
    const Bytes* json = script_.next(server_json);
    const Bytes* der = script_.next(server_der);
    if (json) return from_json<T>(text(*json));
    if (der) {
      auto said = asn1::decode<typename ResponseOf<T>::type>(*der);
      if (T* output = said ? std::get_if<T>(&said->alt) : nullptr) return std::move(*output);
      return Es9Failure{std::nullopt, Error{ErrorKind::invalid, "no answer that can be read"}};
    }
    if (mine) {
      script_.keep(server_json, view(messages::to_json(*mine)));
      script_.keep(server_der, asn1::encode(typename ResponseOf<T>::type{*mine}));
    }
    return mine;
  }
  template <class T>
  static Es9Result<T> from_json(std::string_view body) {
    auto reply = messages::reply_from_json<T>(body);
    if (!reply) return Es9Failure{std::nullopt, reply.error()};
    if (!reply->output) {
      return Es9Failure{std::move(reply->functionExecutionStatus), Error{ErrorKind::conflict, "refused"}};
    }
    return std::move(*reply->output);
  }
  Script& script_;
};

/// Says what the script says, else what the fake card of the download's tests does.
class HostileCard final : public ApduTransport {
 public:
  explicit HostileCard(Script& script) : script_(script) {
    using namespace messages;
    right.on<ProfileInfoListRequest, ProfileInfoListResponse>(
        0xBF2D, [](auto&) { return ProfileInfoListResponse{std::vector{samples::profile_info()}}; });
    right.on<GetEuiccInfo2Request, EuiccInfo2>(0xBF22, [](auto&) { return samples::euicc_info2(); });
    right.on<EuiccConfiguredAddressesRequest, EuiccConfiguredAddressesResponse>(0xBF3C, [](auto&) {
      return EuiccConfiguredAddressesResponse{"smdp.example.com", "smds.example.com", {}};
    });
    right.on<GetEuiccDataRequest, GetEuiccDataResponse>(0xBF3E, [](auto&) {
      return GetEuiccDataResponse{samples::eid(), {}};
    });
    right.on<ListNotificationRequest, ListNotificationResponse>(0xBF28, [](auto&) {
      return ListNotificationResponse{std::vector{samples::notification_metadata()}};
    });
    right.on<EnableProfileRequest, EnableProfileResponse>(0xBF31, [](auto&) {
      return EnableProfileResponse{EnableResult::ok, {}};
    });
    right.on<DisableProfileRequest, DisableProfileResponse>(0xBF32, [](auto&) {
      return DisableProfileResponse{DisableResult::ok, {}};
    });
    right.on<DeleteProfileRequest, DeleteProfileResponse>(0xBF33, [](auto&) {
      return DeleteProfileResponse{DeleteResult::ok, {}};
    });
    right.on<SetNicknameRequest, SetNicknameResponse>(0xBF29, [](auto&) {
      return SetNicknameResponse{SetNicknameResult::ok, {}};
    });
    for (auto& [tag, function] : right.functions) function = replaced(std::move(function));
    right.segment = replaced(std::move(right.segment));
    right.pending = {{samples::installation_result(true)}, {samples::other_notification()}};
  }
  Result<Bytes> transmit(View command) override {
    require(command.size() >= 4 && command.size() <= 261, "an LPA sends commands of a card's size");
    if (const Bytes* said = script_.next(card_apdu)) return *said;
    return right.transmit(command);
  }
  DownloadCard right;

 private:
  std::function<Bytes(View)> replaced(std::function<Bytes(View)> function) {
    return [this, function = std::move(function)](View request) {
      if (const Bytes* said = script_.next(card_function)) return *said;
      Bytes mine = function(request);
      if (!mine.empty()) script_.keep(card_function, mine);
      return mine;
    };
  }
  Script& script_;
};

/// Agrees to everything.
struct User final : lpa::UserInterface {
  Answer download(const messages::StoreMetadataRequest&, const messages::PprIds&) override {
    return Answer::yes;
  }
  std::optional<std::string> confirmation_code() override { return "1234"; }
  Answer enable(const messages::ProfileInfo&) override { return Answer::yes; }
  Answer disable(const messages::ProfileInfo&) override { return Answer::yes; }
  Answer remove(const messages::ProfileInfo&) override { return Answer::yes; }
};

void play(Script& script) {
  HostileCard card(script);
  Server server(script);
  server.right.metadata = download::test::profile_metadata();
  server.right.package = download::test::package_of(server.right.metadata);
  User user;
  Progress progress;
  auto es10 = Es10::open(card);
  if (!es10) return;
  lpa::Lpa lpa(*es10, server, user, progress);
  const auto code = ActivationCode::parse("LPA:1$smdp.example.com$TOKEN-1").value();
  auto downloaded = lpa.download(code, {default_device_info(), {}});
  if (!downloaded) require(!downloaded.error().error.message.empty(), "a failure says why");
  (void)lpa.eid();
  (void)lpa.info();
  auto profiles = lpa.profiles();
  const std::string iccid = messages::samples::iccid().digits();
  (void)lpa.enable(iccid);
  (void)lpa.disable(iccid);
  (void)lpa.set_nickname(iccid, "mine");
  (void)lpa.remove(iccid);
  (void)lpa.notifications();
  (void)lpa.deliver_notifications();
  (void)lpa.drop_notification(7);
}

void run(View input) {
  Script script(input);
  play(script);
  require(!testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed(),
          "a card can read what an LPA sends");
}

std::vector<Bytes> seeds() {
  Script nothing{View()};
  play(nothing);
  std::vector<Bytes> out{join(nothing.given)};
  // Each answer alone, all the others being right.
  for (const Bytes& one : nothing.given) out.push_back(join({one}));
  out.push_back(join({{card_apdu, 4, 0x6A, 0x88}}));
  out.push_back(join({{card_apdu, 4, 0x61, 0x10}, {card_apdu, 5, 0x30, 0x00, 0x91, 0x10}}));
  return out;
}

}  // namespace

const Target target_lpa{
    "lpa",
    run,
    seeds,
    Shape::chunks,
    0,
    2,
    {"\"header\"", "\"functionExecutionStatus\"", "\"statusCodeData\"", "\"transactionId\"",
     "Executed-Success", "Failed", "\x61\x00"s, "\x90\x00"s, "\x91\x10", "\x6A\x88", "\xBF\x25", "\xBF\x36",
     "\xBF\x37", "\xBF\x38", "\xBF\x21", "\xBF\x2B", "\xBF\x2D"}};

}  // namespace sealift::fuzz
