#include "http/floor_parts.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <thread>

#include "base/cpu_time.hpp"

namespace sealift::http {

namespace beast_http = boost::beast::http;

namespace {

/// CPU time of the sections between begin() and end(), without what reading the clock costs.
class Meter {
 public:
  void begin() { begun_ = thread_cpu_us(); }
  void end() { sum_ += std::max(0.0, thread_cpu_us() - begun_ - clock_cost()); }
  double sum() const { return sum_; }

 private:
  static double clock_cost() {
    static const double cost = [] {
      double first = thread_cpu_us();
      for (int i = 0; i < 1000; ++i) thread_cpu_us();
      return (thread_cpu_us() - first) / 1001;
    }();
    return cost;
  }
  double begun_ = 0, sum_ = 0;
};

double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

using Connection = std::unique_ptr<SSL, decltype(&SSL_free)>;

struct Contexts {
  TlsContext server;
  TlsContext client;
};

Result<Contexts> contexts(const TlsIdentity& identity, const Bytes& trusted_ci) {
  return Contexts{TRY(TlsContext::server(identity)), TRY(TlsContext::client({trusted_ci}))};
}

/// Both ends step until both are done; the server's steps are metered.
Status shake_hands(SSL* client, SSL* server, Meter& meter) {
  for (int step = 0; step < 20; ++step) {
    int client_done = SSL_do_handshake(client);
    meter.begin();
    int server_done = SSL_do_handshake(server);
    meter.end();
    if (client_done == 1 && server_done == 1) return {};
    int client_error = SSL_get_error(client, client_done), server_error = SSL_get_error(server, server_done);
    if (client_error == SSL_ERROR_SSL || server_error == SSL_ERROR_SSL) break;
  }
  return Error{ErrorKind::internal, "the measured TLS handshake failed: " + take_tls_errors()};
}

/// Two connected sockets of loopback TCP.
struct SocketPair {
  int ends[2] = {-1, -1};
  ~SocketPair() {
    for (int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  Status open() {
    int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    bool good = ::bind(listener, generic, size) == 0 && ::listen(listener, 1) == 0 &&
                ::getsockname(listener, generic, &size) == 0;
    ends[0] = ::socket(AF_INET, SOCK_STREAM, 0);
    good = good && ::connect(ends[0], generic, size) == 0 &&
           (ends[1] = ::accept(listener, nullptr, nullptr)) >= 0;
    ::close(listener);
    for (int end : ends) {
      int on = 1;
      setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (!good) return Error{ErrorKind::io, "no loopback TCP connection"};
    return {};
  }
};

/// The server's part of one exchange: everything that any server must do, and nothing else.
bool answer(SSL* server, const std::string& response) {
  static thread_local char buffer[16 * 1024];
  beast_http::request_parser<beast_http::string_body> parser;
  parser.eager(true);
  std::string received;
  while (!parser.is_done()) {
    int got = SSL_read(server, buffer, sizeof buffer);
    if (got <= 0) return false;
    received.append(buffer, static_cast<size_t>(got));
    boost::system::error_code error;
    while (!received.empty() && !parser.is_done()) {
      size_t used = parser.put(boost::asio::buffer(received), error);
      received.erase(0, used);
      if (used == 0) break;
    }
  }
  return SSL_write(server, response.data(), static_cast<int>(response.size())) > 0;
}

bool read_exactly(SSL* client, size_t size) {
  static thread_local char buffer[16 * 1024];
  while (size > 0) {
    int got = SSL_read(client, buffer, static_cast<int>(std::min(size, sizeof buffer)));
    if (got <= 0) return false;
    size -= static_cast<size_t>(got);
  }
  return true;
}

}  // namespace

Result<double> handshake_cost_us(const TlsIdentity& identity, const Bytes& trusted_ci,
                                 const std::string& host, Time now, unsigned rounds) {
  Contexts tls = TRY(contexts(identity, trusted_ci));
  std::vector<double> costs;
  for (unsigned i = 0; i < std::max(1u, rounds); ++i) {
    Meter meter;
    meter.begin();
    Connection server(SSL_new(tls.server.get()), SSL_free);
    SSL_set_accept_state(server.get());
    meter.end();
    Connection client(SSL_new(tls.client.get()), SSL_free);
    SSL_set_connect_state(client.get());
    apply_client_rules(client.get(), host, now);
    BIO *client_end = nullptr, *server_end = nullptr;
    BIO_new_bio_pair(&client_end, 0, &server_end, 0);
    SSL_set_bio(client.get(), client_end, client_end);
    SSL_set_bio(server.get(), server_end, server_end);
    TRY_VOID(shake_hands(client.get(), server.get(), meter));
    meter.begin();
    server.reset();
    meter.end();
    costs.push_back(meter.sum());
  }
  return median(std::move(costs));
}

Result<double> exchanges_cost_us(const TlsIdentity& identity, const Bytes& trusted_ci,
                                 const std::string& host, Time now,
                                 const std::vector<ExchangeSizes>& exchanges, unsigned rounds) {
  Contexts tls = TRY(contexts(identity, trusted_ci));
  SocketPair sockets;
  TRY_VOID(sockets.open());
  Connection server(SSL_new(tls.server.get()), SSL_free), client(SSL_new(tls.client.get()), SSL_free);
  SSL_set_fd(client.get(), sockets.ends[0]);
  SSL_set_fd(server.get(), sockets.ends[1]);
  apply_client_rules(client.get(), host, now);
  std::thread connecting([&] { SSL_connect(client.get()); });
  bool accepted = SSL_accept(server.get()) == 1;
  connecting.join();
  if (!accepted || !SSL_is_init_finished(client.get()))
    return Error{ErrorKind::internal, "the measured TLS connection failed: " + take_tls_errors()};

  struct Texts {
    std::string request, response;
  };
  std::vector<Texts> texts;
  for (const ExchangeSizes& sizes : exchanges) {
    texts.push_back(
        {"POST /gsma/rsp2/es9plus/function HTTP/1.1\r\nHost: " + host +
             "\r\nUser-Agent: gsma-rsp-lpad\r\nX-Admin-Protocol: gsma/rsp/v2.6.0\r\nContent-Type: "
             "application/json\r\nContent-Length: " +
             std::to_string(sizes.request) + "\r\n\r\n" + std::string(sizes.request, 'q'),
         "HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\nX-Admin-Protocol: "
         "gsma/rsp/v2.6.0\r\nContent-Length: " +
             std::to_string(sizes.response) + "\r\n\r\n" + std::string(sizes.response, 'r')});
  }
  std::vector<double> costs;
  for (unsigned i = 0; i < std::max(1u, rounds); ++i) {
    Meter meter;
    for (const Texts& text : texts) {
      bool good = SSL_write(client.get(), text.request.data(), static_cast<int>(text.request.size())) > 0;
      meter.begin();
      good = good && answer(server.get(), text.response);
      meter.end();
      if (!good || !read_exactly(client.get(), text.response.size()))
        return Error{ErrorKind::internal, "a measured exchange failed: " + take_tls_errors()};
    }
    costs.push_back(meter.sum());
  }
  return median(std::move(costs));
}

}  // namespace sealift::http
