#include "http/connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <memory>

namespace sealift::http {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

namespace {

std::string address_of(const Socket& socket) {
  error_code failed;
  auto endpoint = socket.remote_endpoint(failed);
  if (failed) return {};
  return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

std::string_view std_view(boost::beast::string_view v) {
  return {v.data(), v.size()};
}

/// The path and query of a target in origin form or absolute form (RFC 9112 3.2); empty where it is neither.
std::string_view origin_form(std::string_view target) {
  constexpr std::string_view scheme = "https://";
  if (target.starts_with(scheme)) {
    size_t slash = target.find('/', scheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target.starts_with('/') ? target : std::string_view{};
}

/// The status that answers a parser's error.
unsigned status_of(const error_code& error) {
  if (error == beast_http::error::body_limit) return 413;
  if (error == beast_http::error::header_limit || error == beast_http::error::buffer_overflow) return 431;
  if (error == beast_http::error::bad_version) return 505;
  return 400;
}

}  // namespace

Connection::Connection(Shared& shared, Lane& lane, Socket socket, Admission admission)
    : admission_(std::move(admission)),
      shared_(shared),
      lane_(lane),
      socket_(std::move(socket)),
      ssl_(SSL_new(admission_.tls().get()), SSL_free),
      peer_(address_of(socket_)) {
  lane_.connections.insert(this);
}

Connection::~Connection() {
  leave_waiting();
  lane_.connections.erase(this);
}

void Connection::leave_waiting() {
  if (!waited_for_) return;
  lane_.waited_for.erase(*waited_for_);
  waited_for_.reset();
}

void Connection::evict_slowest(Lane& lane) {
  if (lane.waited_for.empty()) return;
  Connection* slowest = lane.waited_for.front();
  slowest->leave_waiting();
  ++slowest->shared_.evicted;
  slowest->abandon();
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  // Its place among those waited for is that of its last request: an octet now and then does not better it.
  if (phase == Phase::working) {
    leave_waiting();
  } else if (!waited_for_ && !ended_) {
    waited_for_ = lane_.waited_for.insert(lane_.waited_for.end(), this);
  }
  const ServerOptions& o = shared_.options;
  const auto now = entered_ = std::chrono::steady_clock::now();
  switch (phase) {
    case Phase::handshake:
      deadline_ = now + o.handshake_timeout;
      break;
    case Phase::idle:
      deadline_ = now + o.idle_timeout;
      break;
    case Phase::header:
      deadline_ = now + o.header_timeout;
      break;
    case Phase::body:
      deadline_ = now + o.body_timeout;
      break;
    case Phase::working:
      deadline_ = SteadyTime::max();
      break;
    case Phase::writing:
      deadline_ = now + o.write_timeout;
      break;
    case Phase::closing:
      deadline_ = now + std::chrono::seconds(2);
      break;
  }
}

void Connection::sweep(SteadyTime now) {
  if (now < deadline_ || ended_) return;
  if (phase_ != Phase::closing) ++shared_.timeouts;
  abandon();
}

void Connection::end_when_idle() {
  if (phase_ == Phase::idle || phase_ == Phase::handshake) abandon();
}

void Connection::abandon() {
  ended_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

Task<bool> Connection::readable() {
  error_code failed;
  if (!ended_) co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(awaiting, failed));
  co_return !failed && !ended_;
}

/// Waits until the step that gave `ssl_result` can go on; false where it cannot.
Task<bool> Connection::ready(int ssl_result) {
  if (ended_) co_return false;
  error_code failed;
  switch (SSL_get_error(ssl_.get(), ssl_result)) {
    case SSL_ERROR_WANT_READ:
      co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(awaiting, failed));
      break;
    case SSL_ERROR_WANT_WRITE:
      co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(awaiting, failed));
      break;
    default: {
      unsigned long code = ERR_peek_error();
      plain_http_ = ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
      ERR_clear_error();  // a left-over entry would be taken for the next connection's
      co_return false;
    }
  }
  co_return !failed && !ended_;
}

Task<bool> Connection::handshake() {
  enter(Phase::handshake);
  for (;;) {
    int result = SSL_accept(ssl_.get());
    if (result == 1) {
      if (admission_.client_trust()) client_ = admission_.client_trust()->identity(ssl_.get());
      co_return true;
    }
    if (!co_await ready(result)) break;
  }
  ++shared_.handshake_failures;
  if (plain_http_) {
    std::string answer = text_of({400, "text/plain", "This port speaks HTTPS: use https://\n", {}}, false);
    (void)!::send(socket_.native_handle(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  co_return false;
}

bool Connection::refuse(unsigned status, std::string why) {
  ++shared_.bad_requests;
  response_ = {status, "text/plain", std::move(why) + "\n", {}};
  return false;
}

bool Connection::parse() {
  while (!received_.empty() && !parser_->is_done()) {
    error_code error;
    const bool in_header = !parser_->is_header_done();
    size_t used = parser_->put(asio::buffer(received_), error);
    received_.erase(0, used);
    if (in_header) header_size_ += used;
    if (error && error != beast_http::error::need_more) {
      unsigned status = status_of(error);
      return refuse(status, status == 413 ? "The body is larger than " +
                                                std::to_string(shared_.options.max_body) + " octets."
                                          : "The request cannot be read: " + error.message() + ".");
    }
    if (used == 0) break;
  }
  // Its own limit lets fields pass that came in several pieces; and what it leaves is part of one line (of
  // the fields, or of a chunk), which may not grow for ever either.
  const size_t limit = shared_.options.max_header;
  if (header_size_ > limit || (!parser_->is_done() && received_.size() > limit))
    return refuse(431, "The request's fields are larger than " + std::to_string(shared_.options.max_header) +
                           " octets.");
  if (parser_->is_header_done() && phase_ == Phase::header) enter(Phase::body);
  return true;
}

Task<bool> Connection::continue_if_expected() {
  if (continued_ || !parser_->is_header_done() || parser_->is_done()) co_return true;
  continued_ = true;
  if (!beast_http::token_list(parser_->get()[beast_http::field::expect]).exists("100-continue"))
    co_return true;
  co_return co_await write("HTTP/1.1 100 Continue\r\n\r\n");
}

Task<Connection::Read> Connection::read_request() {
  // One buffer a thread: between two waits the octets move on to received_.
  static thread_local char buffer[16 * 1024];
  enter(received_.empty() ? Phase::idle : Phase::header);
  parser_.emplace();
  header_size_ = 0;
  parser_->header_limit(static_cast<uint32_t>(shared_.options.max_header));
  parser_->body_limit(shared_.options.max_body);
  continued_ = false;
  for (;;) {
    if (!parse()) co_return Read::refused;
    if (parser_->is_done()) co_return take_request() ? Read::complete : Read::refused;
    if (!co_await continue_if_expected()) co_return Read::closed;
    // Between requests nothing is there as a rule: to wait first saves a read that fails.
    if (phase_ == Phase::idle && !SSL_has_pending(ssl_.get())) {
      if (shared_.stopping || !co_await readable()) co_return Read::closed;
    }
    int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (got > 0) {
      if (phase_ == Phase::idle) enter(Phase::header);
      received_.append(buffer, static_cast<size_t>(got));
      continue;
    }
    if (co_await ready(got)) continue;
    bool slow = ended_ && (phase_ == Phase::header || phase_ == Phase::body);
    if (!slow) co_return Read::closed;
    refuse(408, "The request did not arrive in time.");
    co_return Read::refused;
  }
}

/// Makes request_ from the parsed message; checks what the parser does not.
bool Connection::take_request() {
  const auto& message = parser_->get();
  if (message.version() != 10 && message.version() != 11) return refuse(505, "Use HTTP/1.1.");
  auto hosts = message.equal_range(beast_http::field::host);
  auto host_count = std::distance(hosts.first, hosts.second);
  if (host_count > 1 || (host_count == 0 && message.version() == 11))
    return refuse(400, "A request has exactly one Host field.");
  std::string_view target = origin_form(std_view(message.target()));
  if (target.empty()) return refuse(400, "The request target must be a path.");

  size_t question = target.find('?');
  request_.method = std_view(message.method_string());
  request_.path = target.substr(0, question);
  request_.query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  request_.body = message.body();
  request_.peer = peer_;
  request_.client = client_ ? &*client_ : nullptr;
  request_.headers.clear();
  for (const auto& field : message) {
    request_.headers.emplace_back(std_view(field.name_string()), std_view(field.value()));
  }
  ++shared_.requests;
  request_number_ = next_request();
  return true;
}

/// Gives the connection to whoever runs the handler; completes when the response is there.
struct GiveAway {
  Connection* connection;
  template <class Completion>
  void operator()(Completion&& completion) {
    auto held = std::make_shared<std::decay_t<Completion>>(std::forward<Completion>(completion));
    Executor back = connection->lane_.loop.get_executor();
    connection->resume_ = [held, back] { asio::post(back, std::move(*held)); };
    // A fiber has the request already, and waits.
    if (connection->shared_.options.handlers_wait_by_events || connection->submit()) return;
    std::exchange(connection->resume_, nullptr)();
  }
};

/// False where nobody takes the request now: response_ says so.
bool Connection::submit() {
  WorkerPool::Job job{[](void* c) { static_cast<Connection*>(c)->work(); }, this};
  answered_ = false;
  ++shared_.at_work;
  try {
    if (shared_.options.handlers_wait_by_events ? lane_.fibers.submit(job) : shared_.workers.submit(job))
      return true;
  } catch (const std::bad_alloc&) {  // it was not taken
  }
  --shared_.at_work;
  ++shared_.overloads;
  response_ = {503, "text/plain", "Too many requests are waiting.\n", {{"Retry-After", "1"}}};
  return false;
}

Task<void> Connection::answer() {
  enter(Phase::working);
  // A handler on a fiber has ended when submit() returns, unless it waits.
  if (shared_.options.handlers_wait_by_events && (!submit() || answered_)) co_return;
  GiveAway give{this};
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(give, awaiting);
}

void Connection::work() {
  set_current_request(request_number_);
  response_ = shared_.router.answer(request_);
  answered_ = true;
  set_current_request(0);
  --shared_.at_work;
  // From the moment it is resumed the connection may be gone: nothing of it is touched after this.
  if (resume_) std::exchange(resume_, nullptr)();
}

std::string Connection::text_of(const Response& response, bool keep_alive) const {
  std::string text;
  text.reserve(256 + response.body.size());
  text += "HTTP/1.1 ";
  text += std::to_string(response.status);
  text += ' ';
  text += reason_phrase(response.status);
  text += "\r\nDate: ";
  text += lane_.date;
  if (!response.content_type.empty()) {
    text += "\r\nContent-Type: ";
    text += response.content_type;
  }
  for (const auto& [name, value] : response.headers) {
    text += "\r\n";
    text += name;
    text += ": ";
    text += value;
  }
  if (response.status != 204) {  // RFC 9110 8.6: none with 204
    text += "\r\nContent-Length: ";
    text += std::to_string(response.body.size());
  }
  if (!keep_alive) text += "\r\nConnection: close";
  text += "\r\n\r\n";
  if (request_.method != "HEAD" && response.status != 204) text += response.body;
  return text;
}

Task<bool> Connection::write(std::string text) {
  for (;;) {
    int written = SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    if (written > 0) co_return true;
    if (!co_await ready(written)) co_return false;
  }
}

/// True where the client has closed its TCP connection: nobody hears a goodbye any more.
bool Connection::client_has_gone() {
  char octet = 0;
  return ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

bool Connection::client_still_believed() {
  if (!admission_.client_trust()) return true;
  const bool changed = admission_.renew_client_trust();
  const ClientTrust& trust = *admission_.client_trust();
  if (!changed && (!client_ || trust.still_valid(*client_))) return true;
  return trust.judge_again(ssl_.get(), client_);
}

/// Says goodbye. Where the client may still be sending, what it sends is read and dropped for a while:
/// closing at once would reset the connection, and the client would never read why it was refused.
Task<void> Connection::close(bool client_may_still_send) {
  if (!client_may_still_send && client_has_gone()) co_return;
  ended_ = false;
  enter(Phase::closing);
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  error_code failed;
  socket_.shutdown(Socket::shutdown_send, failed);
  static thread_local char dropped[16 * 1024];
  while (client_may_still_send && !failed && !ended_ && !shared_.stopping) {
    co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(awaiting, failed));
    if (failed || ::recv(socket_.native_handle(), dropped, sizeof dropped, MSG_DONTWAIT) <= 0) break;
  }
}

Task<void> Connection::serve() {
  if (!ssl_ || shared_.stopping) co_return;
  SSL_set_fd(ssl_.get(), socket_.native_handle());
  if (admission_.client_trust()) admission_.client_trust()->apply(ssl_.get());
  if (!co_await handshake()) co_return;
  for (;;) {
    Read read = co_await read_request();
    if (read == Read::closed || !client_still_believed()) {
      co_await close(false);
      co_return;
    }
    if (read == Read::refused) {
      request_.method = {};
      ended_ = false;
      enter(Phase::writing);
      bool sent = co_await write(text_of(response_, false));
      if (sent) co_await close(true);
      co_return;
    }
    co_await answer();
    const SteadyTime asked = entered_;
    enter(Phase::writing);
    if (ExchangeObserver* observer = shared_.options.observer)
      observer->answered({request_, response_, request_number_, entered_ - asked});
    bool keep_alive = parser_->get().keep_alive() && parser_->get().version() == 11 && !shared_.stopping;
    bool sent = co_await write(text_of(response_, keep_alive));
    if (!sent) co_return;
    if (!keep_alive) {
      co_await close(false);
      co_return;
    }
  }
}

Task<void> serve_connection(Shared& shared, Lane& lane, Socket socket, Admission admission) {
  error_code failed;
  socket.native_non_blocking(true, failed);
  Connection connection(shared, lane, std::move(socket), std::move(admission));
  co_await connection.serve();
}

}  // namespace sealift::http
