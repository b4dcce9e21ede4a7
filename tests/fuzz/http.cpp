// The HTTP doors of an SM-DP+: requests straight to the routes of ES9+ and the administration, over stores
// that are new in each run; and octets to the HTTPS server itself, over TLS.
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "asn1/writer.hpp"
#include "http/es9_binding.hpp"
#include "http/routes_admin_smdp.hpp"
#include "http/routes_es9.hpp"
#include "http/routes_health.hpp"
#include "http/server.hpp"
#include "messages/es9_json.hpp"
#include "messages/remote_profile_provisioning.hpp"
#include "pki/pem.hpp"
#include "response_of.hpp"
#include "samples.hpp"
#include "smdp/admin.hpp"
#include "smdp/mini_card.hpp"
#include "store/memory/orders.hpp"
#include "store/memory/sessions.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using smdp::testing::MiniCard;

constexpr std::string_view address = "smdp.example.com";
const Time start{std::chrono::seconds(1'750'000'000)};
const Octets<32> token{7};

struct Silent final : smdp::Observer {
  void decided(const smdp::Decision&) override {}
  void refused(smdp::Function, const TransactionId*, smdp::Refusal) override {}
  void moved(const smdp::Order&, smdp::OrderState) override {}
  void notification_ignored(std::string_view) override {}
  void failed(smdp::Function, const Error& e) override {
    std::fprintf(stderr, "%s\n", e.message.c_str());
    found("a server whose parts do not fail does not fail");
  }
};

/// An SM-DP+ whose signatures are the same in every run, so that a recorded client is understood again.
class Site {
 public:
  Site() {
    check(bool(trust_.add(hierarchy().certificate(pki::Role::ci))), "the sample's CI is one");
    signers_.push_back({identity(pki::Role::dp_auth), identity(pki::Role::dp_pb)});
    http::add_es9_routes(router, ports_);
    http::add_admin_smdp_routes(router, ports_, Secret<32>(token));
    http::add_health_route(router);
    reset();
  }
  /// One order released, no sessions, the clock and the randomness at their beginning.
  void reset() {
    smdpSignature2.clear();
    orders_.emplace();
    sessions_.emplace(100);
    clock_.emplace(start);
    random_.emplace(11);
    smdp::ImportProfile import{.upp = SecretBytes(small_profile())};
    import.metadata.serviceProviderName = "Sealift";
    import.metadata.profileName = "Test";
    check(bool(smdp::import_profile(ports_, access::administrator("fuzz"), std::move(import))),
          "the sample's profile is taken");
    smdp::CreateOrder order{*Iccid::parse(third_iccid)};
    order.matchingId = *MatchingId::parse("TOKEN-1");
    check(bool(smdp::create_order(ports_, access::administrator("fuzz"), order)), "and ordered");
  }
  http::Router router;
  /// Of the last offer to a client that signs when it sends, as TLV: it signs over that next.
  Bytes smdpSignature2;

 private:
  static Bytes small_profile() {
    saip::Package package;
    package.elements.push_back(std::move(built_profile(third_iccid, false).elements.front()));
    package.elements.emplace_back(saip::NonStandard{{}, {0x29, 0x01}, Bytes(100, 0x5A), {}});
    package.elements.emplace_back(saip::End{});
    return saip::encode(package);
  }
  auth::ServerIdentity identity(pki::Role role) {
    const auto& made = hierarchy()[role];
    return auth::server_identity(role, made.certificate.der(),
                                 std::make_shared<crypto::DeterministicSigner>(made.key.clone()), trust_,
                                 start)
        .value();
  }
  pki::TrustStore trust_;
  auth::Authenticator authenticator_{trust_};
  smdp::SignerList signers_;
  Secret<32> store_key_{Octets<32>{1, 2, 3}};
  // Made anew in the same places, which ports_ refers to.
  std::optional<store::MemoryOrders> orders_{std::in_place};
  std::optional<store::MemorySessions> sessions_{std::in_place, 100};
  std::optional<ManualClock> clock_{std::in_place, start};
  std::optional<SeededRandom> random_{std::in_place, 11};
  Silent observer_;
  smdp::Settings settings_{.smdpAddress = std::string(address)};
  smdp::Ports ports_{*clock_,  *random_,   authenticator_, signers_, store_key_,
                     *orders_, *sessions_, observer_,      settings_};
};
Site& site() {
  static Site made;
  return made;
}

// ---- straight to the routes ---------------------------------------------------------------------------

struct Path {
  const char* method;
  const char* path;
};
constexpr Path paths[] = {{"POST", "/gsma/rsp2/es9plus/initiateAuthentication"},
                          {"POST", "/gsma/rsp2/es9plus/authenticateClient"},
                          {"POST", "/gsma/rsp2/es9plus/getBoundProfilePackage"},
                          {"POST", "/gsma/rsp2/es9plus/handleNotification"},
                          {"POST", "/gsma/rsp2/es9plus/cancelSession"},
                          {"POST", "/admin/v1/profiles"},
                          {"POST", "/admin/v1/orders"},
                          {"GET", "/admin/v1/orders"},
                          {"GET", "/admin/v1/orders/"},
                          {"GET", "/health"},
                          {"POST", "/gsma/rsp2/asn1"}};
enum With : uint8_t { other_type = 1, no_token = 2, other_protocol = 4, der_type = 8, sign = 16 };

/// The session that every run begins with, the randomness of the server being what it is.
const TransactionId& recorded_session();

/// The request that carries this TLV as what the eUICC signed: a chip that turned against its server.
std::string signed_body(size_t path, View signed_tlv) {
  static crypto::SoftwareSigner key(hierarchy()[pki::Role::euicc].key);
  static const Bytes certificates = concat(
      {hierarchy().certificate(pki::Role::euicc).der(), hierarchy().certificate(pki::Role::eum).der()});
  const bool binding = path == 2;
  const View behind = binding ? View(site().smdpSignature2) : View();
  const Bytes ok = concat({signed_tlv, asn1::tlv(0x5F37, *key.sign({signed_tlv, behind}))});
  auto body = [](const char* member, const Bytes& der) {
    return "{\"transactionId\":\"" + recorded_session().hex_digits() + "\",\"" + member + "\":\"" +
           base64(der) + "\"}";
  };
  switch (path) {
    case 1:
      return body("authenticateServerResponse",
                  asn1::tlv(0xBF38, asn1::tlv(0xA0, concat({ok, certificates}))));
    case 2:
      return body("prepareDownloadResponse", asn1::tlv(0xBF21, asn1::tlv(0xA0, ok)));
    case 3: {
      const bool installation = signed_tlv.size() > 1 && signed_tlv[0] == 0xBF && signed_tlv[1] == 0x27;
      return body("pendingNotification",
                  installation ? asn1::tlv(0xBF37, ok) : asn1::tlv(0x30, concat({ok, certificates})));
    }
    default:
      return body("cancelSessionResponse", asn1::tlv(0xBF41, asn1::tlv(0xA0, ok)));
  }
}

/// One chunk: the path, how, and the body; behind a GET the query or the last segment.
http::Response ask(View chunk) {
  Input in(chunk);
  const size_t which = in.octet() % std::size(paths);
  const Path& to = paths[which];
  const uint8_t how = in.octet();
  const bool signs = (how & sign) && which >= 1 && which <= 4;
  const std::string rest = signs ? signed_body(which, in.rest()) : std::string(text(in.rest()));
  std::string path = to.path;
  const bool get = std::string_view(to.method) == "GET";
  if (path.ends_with('/')) path += rest;
  const std::string bearer = "Bearer " + hex(token);
  http::Request request;
  request.method = to.method;
  request.path = path;
  request.query = get ? std::string_view(rest) : std::string_view();
  request.body = get ? std::string_view() : std::string_view(rest);
  request.headers = {{"content-type", how & other_type ? "text/plain"
                                      : how & der_type ? http::asn1_media_type
                                                       : "application/json"},
                     {"x-admin-protocol", how & other_protocol ? "gsma/other" : "gsma/rsp/v2.2.0"}};
  if (!(how & no_token)) request.headers.emplace_back("authorization", bearer);
  http::Response response = site().router.answer(request);
  if (signs && which == 1) {
    auto offer = messages::reply_from_json<messages::AuthenticateClientOk>(response.body);
    if (offer && offer->output) site().smdpSignature2 = asn1::tlv(0x5F37, offer->output->smdpSignature2);
  }
  require(response.status >= 200 && response.status < 600 && response.status != 500,
          "a status that is no failure");
  if (!(how & no_token)) return response;
  require(path.starts_with("/gsma") || path == "/health" || response.status == 401 ||
              response.status == 404 || response.status == 415,
          "the administration answers nobody without its token");
  return response;
}

void ask_all(View input) {
  (void)recorded_session();  // before the stores are new: it is recorded with them
  site().reset();
  for (View chunk : split(input)) (void)ask(chunk);
}

// ---- through the server -------------------------------------------------------------------------------

const http::Server& server() {
  static const auto made = [] {
    ::signal(SIGPIPE, SIG_IGN);
    http::ServerOptions options;
    options.workers = 2;
    options.max_header = 4096;
    options.max_body = 8192;
    for (auto* limit : {&options.handshake_timeout, &options.header_timeout, &options.body_timeout,
                        &options.write_timeout, &options.idle_timeout}) {
      *limit = std::chrono::milliseconds(60'000);
    }
    http::Router router;
    router.add("POST", "/echo", [](const http::Request& r) {
      return http::Response{200,
                            std::string(r.header("content-type")).substr(0, 40) == "" ? "" : "text/plain",
                            std::string(r.body),
                            {}};
    });
    router.add("GET", "/hello", [](const http::Request& r) {
      return http::Response{200, "text/plain", std::string(r.query), {}};
    });
    router.add(
        "POST", "/json",
        [](const http::Request&) {
          return http::Response{204, "", "", {}};
        },
        "application/json");
    const auto& tls = hierarchy()[pki::Role::dp_tls];
    http::TlsIdentity identity{{to_bytes(tls.certificate.der())}, pki::private_key_to_pkcs8(tls.key)};
    return std::move(http::Server::start(options, identity, std::move(router))).value();
  }();
  return *made;
}

/// A connection, in clear or by TLS.
class Client {
 public:
  explicit Client(bool tls) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server().port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0, "the server listens");
    if (!tls) return;
    static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, socket_);
    const int done = SSL_connect(ssl_);
    if (done != 1) {
      const auto stats = server().stats();
      std::fprintf(stderr, "TLS: %d, %s; %lu connections of %lu, %lu refused, %lu failed\n",
                   SSL_get_error(ssl_, done), std::strerror(errno), stats.connections, stats.accepted,
                   stats.refused, stats.handshake_failures);
      found("the server speaks TLS");
    }
  }
  ~Client() {
    SSL_free(ssl_);
    const linger at_once{1, 0};  // no TIME_WAIT for each of a million connections
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket_);
  }
  Client(const Client&) = delete;
  /// The server may have had enough before the end.
  void send(View piece) {
    if (piece.empty()) return;
    if (ssl_) {
      (void)SSL_write(ssl_, piece.data(), static_cast<int>(piece.size()));
    } else {
      (void)::send(socket_, piece.data(), piece.size(), MSG_NOSIGNAL);
    }
  }
  std::string read_to_end() {
    if (ssl_) SSL_shutdown(ssl_);
    ::shutdown(socket_, SHUT_WR);
    std::string out;
    char buffer[4096];
    for (;;) {
      if (!ssl_ || SSL_pending(ssl_) == 0) require(readable(), "the server answers or closes");
      const int got = ssl_ ? SSL_read(ssl_, buffer, sizeof buffer)
                           : static_cast<int>(::recv(socket_, buffer, sizeof buffer, 0));
      if (got <= 0) return out;
      out.append(buffer, static_cast<size_t>(got));
    }
  }

 private:
  bool readable() const {
    pollfd waiting{socket_, POLLIN, 0};
    int ready = -1;
    do {
      ready = ::poll(&waiting, 1, 20'000);  // libFuzzer's alarms interrupt it
    } while (ready < 0 && errno == EINTR);
    return ready == 1;
  }
  int socket_;
  SSL* ssl_ = nullptr;
};

void speak(View input, bool tls) {
  Client client(tls);
  for (View piece : split(input)) client.send(piece);
  const std::string said = client.read_to_end();
  require(!tls || said.empty() || said.starts_with("HTTP/1.1 "),
          "what a server says begins with its version");
}

void run(View input) {
  Input in(input);
  switch (in.octet()) {
    case 1:
      return speak(in.rest(), true);
    case 2:
      return speak(in.rest(), false);
    default:
      ask_all(in.rest());
  }
}

// ---- seeds --------------------------------------------------------------------------------------------

/// What the client of a whole download asks, each body as a chunk.
class Recording {
 public:
  std::vector<Bytes> chunks;

  void download(bool refuse) {
    site().reset();
    SeededRandom random(13);
    MiniCard card(hierarchy()[pki::Role::euicc], hierarchy().certificate(pki::Role::eum),
                  hierarchy().certificate(pki::Role::ci), euicc::test::test_eid(), random);
    auto hello = say<messages::InitiateAuthenticationOkEs9>(0, card.initiate(std::string(address)));
    auto offer = say<messages::AuthenticateClientOk>(
        1, messages::AuthenticateClientRequest{
               hello.transactionId, card.authenticate(hello, MatchingId::parse("TOKEN-1").value()), {}, {}});
    transactionId = hello.transactionId;
    const Iccid iccid = *Iccid::parse(third_iccid);
    if (refuse) {
      tell(4, messages::CancelSessionRequestEs9{
                  hello.transactionId,
                  card.cancel(hello.transactionId, messages::CancelSessionReason::postponed),
                  {}});
      return;
    }
    say<messages::GetBoundProfilePackageOk>(
        2, messages::GetBoundProfilePackageRequest{hello.transactionId, card.prepare(offer), {}});
    tell(3, card.success(hello.transactionId, iccid));
    tell(3, card.notification(messages::NotificationEventBit::notificationEnable, iccid));
  }
  /// The same in JSON, with what the eUICC signs as it stands, to be signed when it is sent.
  std::vector<Bytes> unsigned_chunks() const {
    std::vector<Bytes> out;
    for (const Bytes& chunk : chunks) {
      const std::string_view body = text(View(chunk).subspan(2));
      Bytes part;
      if (auto r = messages::request_from_json<messages::AuthenticateClientRequest>(body);
          r && chunk[0] == 1) {
        part = std::get<messages::AuthenticateResponseOk>(r->authenticateServerResponse.alt).euiccSigned1.tlv;
      }
      if (auto r = messages::request_from_json<messages::GetBoundProfilePackageRequest>(body);
          r && chunk[0] == 2) {
        part = std::get<messages::PrepareDownloadResponseOk>(r->prepareDownloadResponse.alt).euiccSigned2.tlv;
      }
      if (auto r = messages::request_from_json<messages::HandleNotification>(body); r && chunk[0] == 3) {
        const auto& alt = r->pendingNotification.alt;
        const auto* result = std::get_if<messages::ProfileInstallationResult>(&alt);
        part = result ? result->profileInstallationResultData.tlv
                      : std::get<messages::OtherSignedNotification>(alt).tbsOtherNotification.tlv;
      }
      if (auto r = messages::request_from_json<messages::CancelSessionRequestEs9>(body); r && chunk[0] == 4) {
        part = std::get<messages::CancelSessionResponseOk>(r->cancelSessionResponse.alt)
                   .euiccCancelSessionSigned.tlv;
      }
      out.push_back(part.empty() ? chunk : concat({Bytes{chunk[0], sign}, part}));
    }
    return out;
  }
  TransactionId transactionId;
  void tell(uint8_t path, View body, uint8_t how = 0) {
    chunks.push_back(concat({Bytes{path, how}, body}));
    last_ = ask(chunks.back());
  }
  /// By the ASN.1 binding where `der`.
  bool der = false;

 private:
  template <class T>
  void tell(uint8_t path, const T& request) {
    if (der) {
      tell(10, asn1::encode(messages::RemoteProfileProvisioningRequest{request}), der_type);
      return;
    }
    const std::string body = messages::to_json(request);
    tell(path, view(body));
  }
  template <class Output, class T>
  Output say(uint8_t path, const T& request) {
    tell(path, request);
    if (der)
      return output_in<Output>(asn1::decode<messages::RemoteProfileProvisioningResponse>(view(last_.body)));
    auto reply = messages::reply_from_json<Output>(last_.body);
    check(reply && reply->output, "the recorded client is answered");
    return std::move(*reply->output);
  }
  template <class Output>
  static Output output_in(Result<messages::RemoteProfileProvisioningResponse> response) {
    check(bool(response), "the recorded client is answered");
    auto* function = std::get_if<typename ResponseOf<Output>::type>(&response->alt);
    check(function != nullptr && std::holds_alternative<Output>(function->alt),
          "by the function that it asked for");
    return std::get<Output>(std::move(function->alt));
  }
  http::Response last_;
};

const TransactionId& recorded_session() {
  static const TransactionId made = [] {
    Recording recording;
    recording.download(true);
    return recording.transactionId;
  }();
  return made;
}

std::vector<Bytes> seeds() {
  (void)recorded_session();
  std::vector<Bytes> out;
  auto add = [&](uint8_t how, const std::vector<Bytes>& chunks) {
    out.push_back(concat({Bytes{how}, join(chunks)}));
  };
  for (int how = 0; how < 4; ++how) {
    Recording recording;
    recording.der = how & 2;
    recording.download(how & 1);
    add(0, recording.chunks);
    if (!recording.der) {
      add(0, recording.unsigned_chunks());
      site().reset();
      for (const Bytes& chunk : recording.unsigned_chunks()) {
        check(ask(chunk).body.find("Failed") == std::string::npos,
              "what is signed when it is sent is believed");
      }
    }
    for (const Bytes& chunk : recording.chunks) add(0, {chunk});
  }
  Recording admin;
  site().reset();
  const std::string iccid(first_iccid);
  const Bytes upp = saip::encode(built_profile(iccid, false));
  admin.tell(5, view("{\"profile\":\"" + base64(View(upp)) +
                     R"(","serviceProviderName":"Sealift","profileName":"Test"})"));
  admin.tell(6,
             view("{\"iccid\":\"" + iccid +
                  R"(","matchingId":"TOKEN-2","confirmationCode":"1234","expires":"2030-01-01T00:00:00Z"})"));
  admin.tell(7, view("limit=10&after=" + iccid));
  admin.tell(8, view(iccid));
  admin.tell(9, view(""));
  admin.tell(6, view("{}"), no_token);
  add(0, {admin.chunks.begin() + 1, admin.chunks.end()});
  add(0, admin.chunks);
  for (const char* text :
       {"GET /hello?a=b HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
        "POST /json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: "
        "2\r\n\r\n{}",
        "HEAD /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET https://a/hello HTTP/1.1\r\nConnection: close\r\n\r\n", "OPTIONS * HTTP/2.0\r\n\r\n"}) {
    const Bytes request = to_bytes(std::string_view(text));
    add(1, {request});
    add(1, {to_bytes(View(request).first(12)), to_bytes(View(request).subspan(12)), request});
  }
  add(2, {to_bytes(std::string_view("GET / HTTP/1.1\r\n\r\n"))});
  add(2, {*from_hex("1603010020010000"), Bytes(28, 3)});
  return out;
}

}  // namespace

const Target target_http{"http",
                         run,
                         seeds,
                         Shape::chunks,
                         1,
                         2,
                         {"HTTP/1.1\r\n", "\r\n\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n",
                          "Expect: 100-continue\r\n", "Connection: close\r\n", "Connection: keep-alive\r\n",
                          "Host: ", "GET ", "POST ", "0\r\n\r\n", "\"header\"", "\"transactionId\"",
                          "\"matchingId\"", "\"iccid\"", "\"expires\"", "\"profile\"", "after=", "limit="}};

}  // namespace sealift::fuzz
