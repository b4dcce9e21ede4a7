#include "http/server.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <thread>

#include "http/connection.hpp"

namespace sealift::http {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto sweep_interval = std::chrono::milliseconds(100);
constexpr unsigned sweeps_between_trims = 50;  // five seconds

/// Raises the soft limit of open files to the hard one and gives how many connections it leaves room for.
size_t connections_possible(size_t wanted) {
  constexpr rlim_t kept_for_others = 128;  // stores, logs, clients
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  if (files.rlim_cur < wanted + kept_for_others && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, wanted + kept_for_others);
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur == RLIM_INFINITY) return wanted;
  rlim_t room = files.rlim_cur > kept_for_others * 2 ? files.rlim_cur - kept_for_others : files.rlim_cur / 2;
  return std::min<size_t>(wanted, room);
}

/// The server's threads take no signals: those belong to the program. Blocking also makes SIGPIPE harmless.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

Error listen_error(const error_code& error, const ServerOptions& options) {
  std::string where = options.address + " port " + std::to_string(options.port);
  if (error == asio::error::address_in_use)
    return {ErrorKind::exists,
            where + " is in use by another program; choose another port or stop that program"};
  if (error == asio::error::access_denied)
    return {ErrorKind::permission, "no permission to listen on " + where +
                                       "; use a port from 1024 up, or grant cap_net_bind_service"};
  if (error == boost::system::errc::address_not_available)
    return {ErrorKind::invalid, where + ": this machine has no such address"};
  return {ErrorKind::io, "cannot listen on " + where + ": " + error.message()};
}

Status listen(Acceptor& acceptor, const ServerOptions& options) {
  error_code error;
  auto address = asio::ip::make_address(options.address, error);
  if (error)
    return Error{ErrorKind::invalid, "\"" + options.address + "\" is not an IP address to listen on"};
  tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.set_option(tcp::no_delay(true), error);  // Linux hands it on to what is accepted
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return listen_error(error, options);
  return {};
}

std::string http_date() {
  char text[40] = {};
  time_t now = time(nullptr);
  tm utc{};
  gmtime_r(&now, &utc);
  strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return text;
}

/// Lets the lane rest where there is no memory: whoever tried would only try again.
void note_fault(Shared& shared) {
  ++shared.faults;
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

Task<void> sweep(Shared& shared, Lane& lane) {
  for (unsigned round = 1;; ++round) {
    try {
      lane.date = http_date();
      lane.sweep_timer.expires_after(sweep_interval);
      error_code cancelled;
      co_await lane.sweep_timer.async_wait(asio::redirect_error(awaiting, cancelled));
      if (cancelled) co_return;
      auto now = std::chrono::steady_clock::now();
      for (Connection* connection : lane.connections) connection->sweep(now);
      if (round % sweeps_between_trims == 0) lane.fibers.trim();
    } catch (...) {  // a library's: it ends this connection, is counted, and nothing else ends with it
      note_fault(shared);
    }
  }
}

/// Counts the new connection in, or says that there is no room.
std::optional<Admission> admit(Shared& shared) {
  std::lock_guard lock(shared.mutex);
  ++shared.accepted;
  if (shared.connections >= shared.options.max_connections || shared.stopping) {
    ++shared.refused;
    return std::nullopt;
  }
  ++shared.connections;
  return Admission(shared, *shared.tls, shared.client_trust);
}

/// The life of an I/O thread. What a step of the loop throws, for want of memory say, ends that step alone.
void run(Shared& shared, Lane& lane) {
  for (;;) {
    try {
      lane.loop.run();
      return;
    } catch (...) {  // a library's, counted as above
      ++shared.faults;
    }
  }
}

/// True where few places are left.
bool is_nearly_full(Shared& shared) {
  std::lock_guard lock(shared.mutex);
  return shared.connections > shared.options.max_connections - shared.options.max_connections / 10;
}

/// Waits for one connection and starts it. False where there will be none any more.
Task<bool> accept_one(Shared& shared, Acceptor& acceptor, Lane& lane) {
  Socket socket(lane.loop.get_executor());
  error_code error;
  co_await acceptor.async_accept(socket, asio::redirect_error(awaiting, error));
  if (error == asio::error::operation_aborted || !acceptor.is_open()) co_return false;
  if (error) {  // out of file descriptors or memory: existing connections go on, new ones wait a little
    Timer pause(acceptor.get_executor());
    pause.expires_after(sweep_interval);
    co_await pause.async_wait(asio::redirect_error(awaiting, error));
    co_return true;
  }
  if (is_nearly_full(shared)) asio::post(lane.loop, [&lane] { Connection::evict_slowest(lane); });
  std::optional<Admission> admission = admit(shared);
  if (!admission) co_return true;
  // What a library throws ends this connection and nothing else.
  asio::co_spawn(lane.loop, serve_connection(shared, lane, std::move(socket), std::move(*admission)),
                 [&shared](std::exception_ptr thrown) {
                   if (thrown) ++shared.faults;
                 });
  co_return true;
}

Task<void> accept(Shared& shared, Acceptor& acceptor, std::vector<std::unique_ptr<Lane>>& lanes) {
  for (size_t next = 0;; next = (next + 1) % lanes.size()) {
    try {
      const bool more = co_await accept_one(shared, acceptor, *lanes[next]);
      if (!more) co_return;
    } catch (...) {  // a library's: it ends this connection, is counted, and nothing else ends with it
      note_fault(shared);
    }
  }
}

}  // namespace

Status can_listen(const ServerOptions& options) {
  asio::io_context loop;
  Acceptor acceptor(loop.get_executor());
  return listen(acceptor, options);
}

struct Server::State {
  State(ServerOptions options, Router router) : shared(std::move(options), std::move(router)) {
    for (unsigned i = 0; i < std::max(1u, shared.options.io_threads); ++i)
      lanes.push_back(std::make_unique<Lane>(shared.options));
    acceptor.emplace(lanes[0]->loop.get_executor());
  }
  Shared shared;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::optional<Acceptor> acceptor;
  std::vector<std::thread> threads;
  uint16_t port = 0;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, const TlsIdentity& identity,
                                              Router router) {
  TlsContext tls = TRY(TlsContext::server(identity));
  std::optional<ClientTrust> client_trust;
  const auto client_certificates = options.client_certificates;
  if (client_certificates) client_trust = TRY(ClientTrust::make(*client_certificates));
  options.max_connections = connections_possible(options.max_connections);
  options.workers = std::max(1u, options.workers);
  SignalsBlocked blocked;
  auto state = std::make_unique<State>(std::move(options), std::move(router));
  TRY_VOID(listen(*state->acceptor, state->shared.options));
  error_code ignored;
  state->port = state->acceptor->local_endpoint(ignored).port();
  state->shared.tls = std::move(tls);
  state->shared.client_certificates = client_certificates;
  state->shared.client_trust = std::move(client_trust);
  for (auto& lane : state->lanes) {
    lane->date = http_date();
    asio::co_spawn(lane->loop, sweep(state->shared, *lane), asio::detached);
  }
  asio::co_spawn(state->lanes[0]->loop, accept(state->shared, *state->acceptor, state->lanes),
                 asio::detached);
  for (auto& lane : state->lanes) {
    state->threads.emplace_back([&shared = state->shared, lane = lane.get()] { run(shared, *lane); });
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

uint16_t Server::port() const {
  return state_->port;
}

Status Server::replace_identity(const TlsIdentity& identity) {
  TlsContext tls = TRY(TlsContext::server(identity));
  std::lock_guard lock(state_->shared.mutex);
  state_->shared.tls = std::move(tls);
  return {};
}

Status Server::replace_client_certificates(const ClientCertificates& asked) {
  ClientTrust trust = TRY(ClientTrust::make(asked));
  Shared& shared = state_->shared;
  std::lock_guard lock(shared.mutex);
  if (!shared.client_trust)
    return Error{ErrorKind::conflict, "this listener asks for no client certificates"};
  if (shared.client_certificates == asked) return {};
  shared.client_certificates = asked;
  shared.client_trust = std::move(trust);
  ++shared.trust_changes;
  return {};
}

ServerStats Server::stats() const {
  Shared& s = state_->shared;
  std::lock_guard lock(s.mutex);
  return {s.connections, s.at_work,      s.accepted,  s.refused,  s.handshake_failures,
          s.requests,    s.bad_requests, s.overloads, s.timeouts, s.evicted, s.faults};
}

void Server::stop() {
  if (state_->threads.empty()) return;
  Shared& shared = state_->shared;
  shared.stopping = true;
  asio::post(state_->lanes[0]->loop, [acceptor = &*state_->acceptor] {
    error_code ignored;
    acceptor->close(ignored);
  });
  for (auto& lane : state_->lanes) {
    asio::post(lane->loop, [lane = lane.get()] {
      for (Connection* connection : lane->connections) connection->end_when_idle();
    });
  }
  auto all_gone = [&shared] { return shared.connections == 0; };
  {
    std::unique_lock lock(shared.mutex);
    shared.changed.wait_for(lock, shared.options.stop_timeout, all_gone);
  }
  for (auto& lane : state_->lanes) {
    asio::post(lane->loop, [lane = lane.get()] {
      for (Connection* connection : lane->connections) connection->abandon();
    });
  }
  // A handler that runs is never cut short; the lanes still take its response.
  shared.workers.finish();
  while (shared.at_work > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  {
    std::unique_lock lock(shared.mutex);
    shared.changed.wait_for(lock, std::chrono::seconds(5), all_gone);
  }
  for (auto& lane : state_->lanes) lane->loop.stop();
  for (std::thread& thread : state_->threads) thread.join();
  state_->threads.clear();
}

}  // namespace sealift::http
