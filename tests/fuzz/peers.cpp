// What operators and other servers say after TLS has told who they are: ES2+ and its callbacks, ES12 and
// ES15, straight to their routes, over stores that are new in each run.
#include "http/es2_client.hpp"
#include "http/routes_es12.hpp"
#include "http/routes_es2.hpp"
#include "http/routes_es2_callbacks.hpp"
#include "http/tls.hpp"
#include "messages/es12.hpp"
#include "samples.hpp"
#include "smdp/admin.hpp"
#include "store/memory/events.hpp"
#include "store/memory/orders.hpp"
#include "store/memory/sessions.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

const Time start{std::chrono::seconds(1'750'000'000)};
const Eid card = euicc::test::test_eid();

/// Servers whose ports never fail.
struct Es2Silent final : smdp::Es2Observer {
  void failed(smdp::Es2Function, const Error& e) override {
    std::fprintf(stderr, "%s\n", e.message.c_str());
    found("an ES2+ whose parts do not fail does not fail");
  }
};
struct SmdsSilent final : smds::Observer {
  void failed(smds::Function, const Error& e) override {
    std::fprintf(stderr, "%s\n", e.message.c_str());
    found("an SM-DS whose parts do not fail does not fail");
  }
};

/// An SM-DS that takes every event.
struct Willing final : smdp::EventRegistrar {
  Outcome register_event(const std::string&, const Eid&, const std::string&) override {
    return Outcome::registered;
  }
};

class Site {
 public:
  Site() {
    check(bool(trust_.add(hierarchy().certificate(pki::Role::ci))), "the sample's CI is one");
    http::add_es2_routes(router, es2_, [this](const http::ClientIdentity&) { return operator_; });
    http::add_es2_callback_routes(router, [](const http::CallbackHeard&) { return 204u; });
    http::add_es12_routes(router, smds_);
    client.under_rsp_ci = true;
    client.registered_ids = {"2.999.10"};
    reset();
  }
  /// Two profiles in stock, no events, the clock and the randomness at their beginning.
  void reset() {
    orders_.emplace();
    events_.emplace();
    clock_.emplace(start);
    random_.emplace(17);
    for (std::string_view iccid : {first_iccid, third_iccid}) {
      smdp::ImportProfile import{.upp = SecretBytes(saip::encode(built_profile(iccid, false)))};
      import.metadata.serviceProviderName = "Sealift";
      import.metadata.profileName = "Test";
      import.profileType = "Test";
      check(bool(smdp::import_profile(smdp_, access::administrator("fuzz"), std::move(import))),
            "the sample's profile is taken");
    }
  }
  http::Router router;
  http::ClientIdentity client;

 private:
  pki::TrustStore trust_;
  auth::Authenticator authenticator_{trust_};
  smdp::SignerList signers_;
  Secret<32> store_key_{Octets<32>{1, 2, 3}};
  // Made anew in the same places, which the ports refer to.
  std::optional<store::MemoryOrders> orders_{std::in_place};
  std::optional<store::MemoryEvents> events_{std::in_place};
  std::optional<ManualClock> clock_{std::in_place, start};
  std::optional<SeededRandom> random_{std::in_place, 17};
  store::MemorySessions sessions_{100};
  smdp::Observer observer_;
  smdp::Settings settings_{.smdpAddress = "smdp.example.com"};
  smdp::Ports smdp_{*clock_,  *random_,  authenticator_, signers_, store_key_,
                    *orders_, sessions_, observer_,      settings_};
  Es2Silent es2_silent_;
  Willing registrar_;
  smdp::Es2Ports es2_{smdp_, es2_silent_, &registrar_};
  smdp::Requester operator_{std::string(access::default_tenant), {.allow_unbound = true}};
  SmdsSilent smds_silent_;
  store::MemorySmdsSessions event_sessions_{100};
  smds::Settings smds_settings_{.smdsAddress = "smds.example.com"};
  const smds::Identities identities_;
  smds::Ports smds_{*clock_,  *random_,        authenticator_, identities_,
                    *events_, event_sessions_, smds_silent_,   smds_settings_};
};
Site& site() {
  static Site made;
  return made;
}

constexpr const char* paths[] = {"es2plus/downloadOrder",
                                 "es2plus/confirmOrder",
                                 "es2plus/cancelOrder",
                                 "es2plus/releaseProfile",
                                 "es2plus/handleDownloadProgressInfo",
                                 "es2plus/handleNotification",
                                 "es12/registerEvent",
                                 "es12/deleteEvent",
                                 "es15/registerEvent",
                                 "es15/deleteEvent"};
enum With : uint8_t { nobody = 1, other_type = 2, other_protocol = 4, twice = 8 };

/// One chunk: the function, how, and the body.
http::Response ask(View chunk) {
  Input in(chunk);
  const std::string path = std::string("/gsma/rsp2/") + paths[in.octet() % std::size(paths)];
  const uint8_t how = in.octet();
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.body = text(in.rest());
  request.headers = {{"content-type", how & other_type ? "text/plain" : "application/json"},
                     {"x-admin-protocol", how & other_protocol ? "gsma/other" : "gsma/rsp/v2.5.0"}};
  request.client = how & nobody ? nullptr : &site().client;
  http::Response response = site().router.answer(request);
  require(response.status >= 200 && response.status < 600 && response.status != 500,
          "a status that is no failure");
  require(!(how & nobody) || response.status == 403 || response.status == 415,
          "who shows no certificate gets nothing");
  if ((how & twice) && path.starts_with("/gsma/rsp2/es2plus/"))
    require(site().router.answer(request).body == response.body,
            "a call that comes again is answered as before");
  return response;
}

void run(View input) {
  site().reset();
  for (View chunk : split(input)) (void)ask(chunk);
}

template <class Request>
Bytes chunk(uint8_t function, const Request& request, uint8_t how = 0) {
  const std::string body = messages::to_json(request);
  return concat({Bytes{function, how}, view(body)});
}

std::vector<Bytes> seeds() {
  using namespace messages;
  const auto header = [](const char* call) { return FunctionHeader{"2.999.10", call}; };
  const Iccid first = *Iccid::parse(first_iccid);
  const std::vector<Bytes> orders{
      chunk(0, DownloadOrderRequest{header("1"), card, first, {}}, twice),
      chunk(0, DownloadOrderRequest{header("2"), {}, {}, "Test"}),
      chunk(1,
            ConfirmOrderRequest{.header = header("3"),
                                .iccid = first,
                                .eid = card,
                                .matchingId = "TOKEN-1",
                                .confirmationCode = SecretBytes(to_bytes(std::string_view("1234"))),
                                .smdsAddress = "smds.example.com",
                                .releaseFlag = false},
            twice),
      chunk(3, ReleaseProfileRequest{header("4"), first}),
      chunk(2, CancelOrderRequest{header("5"), first, card, "TOKEN-1", FinalProfileStatus::available}),
      chunk(0, DownloadOrderRequest{header("1"), {}, first, {}}),
      chunk(1, ConfirmOrderRequest{
                   .header = header("6"), .iccid = first, .matchingId = "", .releaseFlag = true})};
  HandleDownloadProgressInfo info{.header = header("7"), .eid = card, .iccid = first, .profileType = "Test"};
  info.timestamp = start;
  info.notificationPointId = 4;
  HandleNotificationEs2 note{.header = header("8"), .eid = card, .iccid = first, .profileType = "Test"};
  note.timeStamp = start;
  note.notificationEvent = 4;
  note.resultData = Bytes{0xBF, 0x37, 0x00};
  const std::vector<Bytes> callbacks{chunk(4, info), chunk(5, note), chunk(4, info, nobody)};
  std::vector<Bytes> events;
  for (uint8_t base : {uint8_t{6}, uint8_t{8}}) {
    events.push_back(
        chunk(base, RegisterEventRequest{header("1"), card, "smdp.example.com", "A", base == 6}));
    events.push_back(chunk(base, RegisterEventRequest{header("1"), card, "smdp.example.com:8443", "B"}));
    events.push_back(chunk(static_cast<uint8_t>(base + 1), DeleteEventRequest{header("2"), card, "A"}));
  }
  std::vector<Bytes> out;
  for (const auto& all : {orders, callbacks, events}) {
    out.push_back(join(all));
    for (const Bytes& one : all) out.push_back(join({one}));
  }
  site().reset();
  check(ask(orders[0]).body.find("Executed-Success") != std::string::npos, "the sample's order is taken");
  return out;
}

}  // namespace

const Target target_peers{
    "peers",
    run,
    seeds,
    Shape::chunks,
    0,
    2,
    {"\"header\"", "\"functionRequesterIdentifier\"", "\"functionCallIdentifier\"", "\"iccid\"", "\"eid\"",
     "\"profileType\"", "\"matchingId\"", "\"confirmationCode\"", "\"smdsAddress\"", "\"releaseFlag\"",
     "\"finalProfileStatusIndicator\"", "\"eventId\"", "\"rspServerAddress\"", "\"forwardingIndicator\"",
     "\"Unavailable\""}};

}  // namespace sealift::fuzz
