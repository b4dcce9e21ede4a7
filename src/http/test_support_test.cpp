#include "http/test_support.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/event.hpp"
#include "pki/pem.hpp"

namespace sealift::http::test {

using namespace std::chrono_literals;

Time noon() {
  return std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(12);
}

Clock& noon_clock() {
  static ManualClock clock(noon());
  return clock;
}

namespace {
pki::Subject subject(const std::string& name, std::vector<std::string> hosts,
                     std::initializer_list<uint32_t> oid) {
  pki::Subject s;
  s.name.attributes = {{pki::attribute::common_name, name}, {pki::attribute::organization, "TEST"}};
  s.registered_id = asn1::Oid::of(oid);
  s.hosts = std::move(hosts);
  return s;
}
}  // namespace

TestCi::TestCi(uint64_t seed, crypto::Curve tls_curve)
    : random_(seed),
      ci_key_(crypto::PrivateKey::generate(crypto::Curve::p256, random_)),
      tls_key_(crypto::PrivateKey::generate(tls_curve, random_)),
      signer_(std::make_unique<crypto::SoftwareSigner>(ci_key_)) {
  auto spec = pki::profile(pki::Role::ci, subject("Test CI " + std::to_string(seed), {}, {2, 999, 1}),
                           ci_key_.public_key(), nullptr, noon() - std::chrono::days(1000),
                           noon() + std::chrono::days(1000), random_);
  ci_ = pki::issue(spec, ci_key_.public_key(), *signer_).value();
  der_ = to_bytes(ci_->der());
}

pki::CertificateSpec TestCi::spec(std::vector<std::string> hosts) {
  std::string name = hosts.empty() ? "no host" : hosts.front();
  return pki::profile(pki::Role::dp_tls, subject(name, std::move(hosts), {2, 999, 10}), tls_key_.public_key(),
                      &*ci_, noon() - std::chrono::days(1), noon() + std::chrono::days(1), random_);
}

TlsIdentity TestCi::tls(const pki::CertificateSpec& spec) {
  auto certificate = pki::issue(spec, tls_key_.public_key(), *signer_).value();
  return {{to_bytes(certificate.der())}, pki::private_key_to_pkcs8(tls_key_)};
}

TlsIdentity TestCi::tls(std::vector<std::string> hosts) {
  return tls(spec(std::move(hosts)));
}

TlsIdentity TestCi::tls(std::vector<std::string> hosts, Time not_before, Time not_after) {
  auto changed = spec(std::move(hosts));
  changed.not_before = not_before;
  changed.not_after = not_after;
  return tls(changed);
}

TlsIdentity TestCi::self_signed(const std::string& host) {
  auto changed = spec({host});
  changed.issuer = changed.subject;
  changed.remove(asn1::Oid::of({2, 5, 29, 35}));  // authorityKeyIdentifier
  crypto::SoftwareSigner own(tls_key_);
  auto certificate = pki::issue(changed, tls_key_.public_key(), own).value();
  return {{to_bytes(certificate.der())}, pki::private_key_to_pkcs8(tls_key_)};
}

Bytes TestCi::crl(const pki::CrlSpec& spec) {
  return to_bytes(pki::issue_crl(spec, *ci_, *signer_).value().der());
}

Router echo_router() {
  Router router;
  router.add("POST", "/echo", [](const Request& r) {
    return Response{200, std::string(r.header("Content-Type")), std::string(r.body), {}};
  });
  router.add("POST", "/slow", [](const Request& r) {
    Event later;  // on whatever the handler runs
    std::thread teller([&later] {
      std::this_thread::sleep_for(150ms);
      later.set();
    });
    later.wait();
    teller.join();
    return Response{200, "", std::string(r.body), {}};
  });
  router.add("GET", "/hello", [](const Request& r) {
    return Response{200, "text/plain", "hello " + std::string(r.query), {}};
  });
  router.add(
      "POST", "/json",
      [](const Request&) {
        return Response{204, "", "", {}};
      },
      "application/json");
  router.add("GET", "/big", [](const Request&) {
    return Response{200, "", std::string(8'000'000, 'b'), {}};
  });
  router.add("GET", "/throws", [](const Request&) -> Response { throw std::bad_alloc(); });
  router.add("GET", "/throws-anything", [](const Request&) -> Response { throw 1; });
  return router;
}

ServerOptions quick_options() {
  ServerOptions options;
  options.workers = 16;
  options.max_body = 64 * 1024;
  options.handshake_timeout = options.header_timeout = options.body_timeout = 300ms;
  options.idle_timeout = 600ms;
  options.write_timeout = 500ms;
  options.stop_timeout = 1000ms;
  return options;
}

std::unique_ptr<Server> start_server(TestCi& ci, ServerOptions options) {
  return std::move(Server::start(std::move(options), ci.tls(), echo_router())).value();
}

ClientOptions client_options(const TestCi& ci, uint16_t port, std::vector<std::string> names) {
  ClientOptions options;
  options.trusted_ci = {ci.der()};
  options.request_timeout = options.connect_timeout = 3000ms;
  for (const std::string& name : names)
    options.connect_to.push_back({HostPort{name, 443}, "127.0.0.1", port});
  return options;
}

void RawClient::connect(uint16_t port) {
  ::signal(SIGPIPE, SIG_IGN);
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
}

void RawClient::handshake(const TlsContext& context) {
  if (!std::exchange(connected_, false)) return;
  ssl_ = SSL_new(context.get());
  apply_client_rules(ssl_, "smdp.test", noon());
  SSL_set_fd(ssl_, socket_);
  connected_ = SSL_connect(ssl_) == 1;
  ERR_clear_error();
}

RawClient::RawClient(const TlsContext& context, uint16_t port) : tls_(true) {
  connect(port);
  handshake(context);
}

RawClient::RawClient(const TestCi& ci, uint16_t port, bool tls, int max_version) : tls_(tls) {
  connect(port);
  if (!tls) return;
  TlsContext context = TlsContext::client({ci.der()}).value();
  if (max_version != 0) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), 0);
    SSL_CTX_set_max_proto_version(context.get(), max_version);
    SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
  }
  handshake(context);
}

RawClient::~RawClient() {
  if (ssl_ && connected_) SSL_shutdown(ssl_);
  SSL_free(ssl_);
  if (socket_ >= 0) ::close(socket_);
  ERR_clear_error();
}

bool RawClient::send(std::string_view octets) {
  int sent = tls_ ? SSL_write(ssl_, octets.data(), static_cast<int>(octets.size()))
                  : static_cast<int>(::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL));
  ERR_clear_error();
  return sent == static_cast<int>(octets.size());
}

/// Octets read, 0 where the peer closed, -1 where nothing came in time.
int RawClient::receive(char* out, int size, std::chrono::milliseconds patience) {
  if (!tls_ || SSL_pending(ssl_) == 0) {
    pollfd readable{socket_, POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return -1;
  }
  int got =
      tls_ ? SSL_read(ssl_, out, size) : static_cast<int>(::recv(socket_, out, static_cast<size_t>(size), 0));
  ERR_clear_error();
  return std::max(got, 0);
}

std::string RawClient::read_all(std::chrono::milliseconds patience) {
  char buffer[16 * 1024];
  for (int got; (got = receive(buffer, sizeof buffer, patience)) > 0;)
    received_.append(buffer, static_cast<size_t>(got));
  return std::exchange(received_, {});
}

std::string RawClient::read_response() {
  char buffer[16 * 1024];
  for (;;) {
    size_t end = received_.find("\r\n\r\n");
    if (end != std::string::npos) {
      size_t length = received_.find("Content-Length: ");
      size_t size = end + 4;
      if (length != std::string::npos && length < end) size += std::stoul(received_.substr(length + 16));
      if (received_.size() >= size) {
        std::string response = received_.substr(0, size);
        received_.erase(0, size);
        return response;
      }
    }
    int got = receive(buffer, sizeof buffer, 3000ms);
    if (got <= 0) return {};
    received_.append(buffer, static_cast<size_t>(got));
  }
}

bool RawClient::closed_within(std::chrono::milliseconds patience) {
  char buffer[16 * 1024];
  auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    int got = receive(buffer, sizeof buffer, std::max(left, 0ms));
    if (got <= 0) return got == 0;
  }
}

void RawClient::vanish() {
  linger at_once{1, 0};  // close with a reset
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
  connected_ = false;
}

std::string RawClient::version() const {
  return SSL_get_version(ssl_);
}
PeerIdentity RawClient::peer() const {
  return identity_of_peer(ssl_).value();
}

OneAnswerServer::OneAnswerServer(const TlsIdentity* identity, std::string answer, int max_version)
    : answer_(std::move(answer)) {
  if (identity) tls_ = TlsContext::server(*identity).value();
  if (max_version != 0) {
    SSL_CTX_set_security_level(tls_->get(), 0);
    SSL_CTX_set_min_proto_version(tls_->get(), 0);
    SSL_CTX_set_max_proto_version(tls_->get(), max_version);
    SSL_CTX_set_cipher_list(tls_->get(), "ALL:@SECLEVEL=0");
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 4) == 0,
        "a test's server cannot listen");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread(&OneAnswerServer::serve, this);
}

OneAnswerServer::~OneAnswerServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void OneAnswerServer::serve() {
  int peer = ::accept(listener_, nullptr, nullptr);
  if (peer < 0) return;
  char request[4096];
  if (!tls_) {
    if (::recv(peer, request, sizeof request, 0) > 0)
      (void)!::send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
  } else {
    SSL* ssl = SSL_new(tls_->get());
    SSL_set_fd(ssl, peer);
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof request) > 0)
      SSL_write(ssl, answer_.data(), static_cast<int>(answer_.size()));
    SSL_free(ssl);
    ERR_clear_error();
  }
  ::close(peer);
}

std::string post_text(std::string_view path, std::string_view body, std::string_view more_fields) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: smdp.test\r\n" + std::string(more_fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace sealift::http::test
