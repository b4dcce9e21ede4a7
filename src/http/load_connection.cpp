#include "http/load_connection.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "http/es9_binding.hpp"

namespace sealift::http {

namespace beast_http = boost::beast::http;

namespace {

constexpr uint64_t max_body = 16 * 1024 * 1024;

Result<sockaddr_storage> address_of(const std::string& text, uint16_t port) {
  sockaddr_storage address{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
  } else if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
  } else {
    return Error{ErrorKind::invalid, "\"" + text + "\" is not an IP address"};
  }
  return address;
}

Error system_error(const char* step) {
  ErrorKind kind = errno == EAGAIN || errno == EINPROGRESS ? ErrorKind::timeout : ErrorKind::io;
  return {kind, kind == ErrorKind::timeout ? std::string(step) + ": timed out"
                                           : std::string(step) + ": " + std::strerror(errno)};
}

Error tls_failure(SSL* ssl, int result, const char* step) {
  long verified = SSL_get_verify_result(ssl);
  int error = SSL_get_error(ssl, result);
  std::string details = take_tls_errors();
  if (verified != X509_V_OK) return verification_error(verified, "the server");
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)  // the socket's time-out ran down
    return {ErrorKind::timeout, std::string(step) + ": timed out"};
  if (details.empty()) details = "connection closed";
  return {ErrorKind::io, std::string(step) + ": " + details};
}

/// Connects from one of the addresses asked for.
Status bind_source(int socket, const LoadOptions& options, uint64_t number) {
  if (options.sources.empty()) return {};
  const sockaddr_storage from = TRY(address_of(options.sources[number % options.sources.size()], 0));
  int on = 1;
  setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const socklen_t size = from.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&from), size) != 0) return system_error("bind");
  return {};
}

}  // namespace

LoadConnection::LoadConnection(LoadConnection&& o) noexcept
    : loop_(o.loop_), limit_(o.limit_), socket_(std::exchange(o.socket_, -1)), ssl_(std::move(o.ssl_)) {}

LoadConnection::~LoadConnection() {
  if (ssl_) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  if (socket_ >= 0) ::close(socket_);
}

/// Waits for what the step that gave `result` wants; false where it failed, or time is over.
bool LoadConnection::can_go_on(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
  return loop_->wait_for(socket_, error == SSL_ERROR_WANT_WRITE, limit_);
}

Status LoadConnection::connect(const LoadOptions& options, uint64_t number) {
  sockaddr_storage address = TRY(address_of(options.address, options.port));
  socket_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return system_error("socket");
  TRY_VOID(bind_source(socket_, options, number));
  int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  socklen_t size = address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0) return {};
  if (errno != EINPROGRESS) return system_error("connect");
  int failed = 0;
  size = sizeof failed;
  if (loop_->wait_for(socket_, true, limit_)) {
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failed, &size);
  } else {
    failed = EINPROGRESS;  // told as a time-out
  }
  if (failed == 0) return {};
  errno = failed;
  return system_error("connect");
}

Result<LoadConnection> LoadConnection::open(LoadLoop& loop, const LoadOptions& options, uint64_t number,
                                            const TlsContext& tls, Time now) {
  LoadConnection connection(loop, options.timeout);
  TRY_VOID(connection.connect(options, number));
  connection.ssl_ = {SSL_new(tls.get()), SSL_free};
  SSL* ssl = connection.ssl_.get();
  apply_client_rules(ssl, options.server.host, now);
  SSL_set_tlsext_host_name(ssl, options.server.host.c_str());
  SSL_set_fd(ssl, connection.socket_);
  for (int result = SSL_connect(ssl); result != 1; result = SSL_connect(ssl)) {
    if (!connection.can_go_on(result)) return tls_failure(ssl, result, "TLS handshake");
  }
  return connection;
}

Result<Response> LoadConnection::post(const std::string& host, const VirtualPhone::Post& request) {
  std::string text;
  text.reserve(request.body.size() + 256);
  text += "POST " + request.path + " HTTP/1.1\r\nHost: " + host +
          "\r\nUser-Agent: gsma-rsp-lpad\r\nX-Admin-Protocol: " + admin_protocol +
          "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(request.body.size()) +
          "\r\n\r\n";
  text += request.body;
  for (int sent = 0; sent <= 0;) {
    sent = SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    if (sent <= 0 && !can_go_on(sent)) return tls_failure(ssl_.get(), sent, "request");
  }

  beast_http::response_parser<beast_http::string_body> parser;
  parser.eager(true);
  parser.body_limit(max_body);
  std::string received;
  static thread_local char buffer[16 * 1024];
  while (!parser.is_done()) {
    int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (got <= 0 && can_go_on(got)) continue;
    if (got <= 0) return tls_failure(ssl_.get(), got, "answer");
    received.append(buffer, static_cast<size_t>(got));
    boost::system::error_code error;
    while (!received.empty() && !parser.is_done()) {
      size_t used = parser.put(boost::asio::buffer(received), error);
      received.erase(0, used);
      if (error && error != beast_http::error::need_more)
        return Error{ErrorKind::invalid, "answer: " + error.message()};
      if (used == 0) break;
    }
  }
  Response response;
  response.status = parser.get().result_int();
  response.body = std::move(parser.get().body());
  return response;
}

}  // namespace sealift::http
