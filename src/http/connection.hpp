// Internal to the server: one client's connection, and what all connections of a server share.
//
// A connection belongs to one lane (an I/O thread with its own event loop) and is touched by that thread
// alone, except while its request is with a worker, when the coroutine sleeps. Deadlines are kept by a sweep
// over the lane's connections, so that no request pays for a timer.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "http/fibers.hpp"
#include "http/server.hpp"
#include "http/worker_pool.hpp"

namespace sealift::http {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> awaiting{};
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using SteadyTime = std::chrono::steady_clock::time_point;

/// What the connections of a server have in common.
struct Shared {
  Shared(ServerOptions o, Router r)
      : options(std::move(o)),
        router(std::move(r)),
        workers(options.handlers_wait_by_events ? 0 : options.workers, options.max_waiting) {}
  const ServerOptions options;
  const Router router;
  WorkerPool workers;
  std::atomic<bool> stopping{false};
  std::atomic<uint64_t> accepted{0}, refused{0}, handshake_failures{0}, requests{0}, bad_requests{0},
      overloads{0}, timeouts{0}, faults{0}, evicted{0};
  std::atomic<size_t> at_work{0};  // handlers that run
  std::atomic<uint64_t> trust_changes{0};
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  uint64_t connections = 0;
  std::optional<TlsContext> tls;
  std::optional<ClientCertificates> client_certificates;
  std::optional<ClientTrust> client_trust;  // made of them; empty where none are asked for
};

class Connection;

/// A connection's place among those that the server may have, and the TLS context and trust for it.
class Admission {
 public:
  Admission(Shared& shared, TlsContext tls, std::optional<ClientTrust> trust)
      : shared_(&shared),
        tls_(std::move(tls)),
        client_trust_(std::move(trust)),
        trust_changes_(shared.trust_changes) {}
  Admission(Admission&& o) noexcept
      : shared_(std::exchange(o.shared_, nullptr)),
        tls_(std::move(o.tls_)),
        client_trust_(std::move(o.client_trust_)),
        trust_changes_(o.trust_changes_) {}
  Admission& operator=(Admission&&) = delete;
  ~Admission() {
    if (!shared_) return;
    std::lock_guard lock(shared_->mutex);
    --shared_->connections;
    shared_->changed.notify_all();
  }
  const TlsContext& tls() const { return tls_; }
  const std::optional<ClientTrust>& client_trust() const { return client_trust_; }
  /// Takes up the trust that clients are judged by meanwhile; false where it is the same still. After the
  /// handshake, which needs the one it began with.
  bool renew_client_trust() {
    if (trust_changes_ == shared_->trust_changes) return false;
    std::lock_guard lock(shared_->mutex);
    client_trust_ = shared_->client_trust;
    trust_changes_ = shared_->trust_changes;
    return true;
  }

 private:
  Shared* shared_;
  TlsContext tls_;
  std::optional<ClientTrust> client_trust_;
  uint64_t trust_changes_;
};

/// An I/O thread's event loop and its connections.
struct Lane {
  explicit Lane(const ServerOptions& options)
      : fibers(options.workers, options.max_waiting,
               [this] { asio::post(loop, [this] { fibers.run_ready(); }); }) {}
  // Before the loop, which on its end may still drop connections that take themselves out here.
  std::unordered_set<Connection*> connections;
  std::list<Connection*> waited_for;  // those that owe us a request, or take their answer; the slowest first
  std::string date;                   // the Date field's value, renewed by the sweep
  Fibers fibers;                      // used where handlers wait by events
  asio::io_context loop{1};
  asio::executor_work_guard<Executor> keep_running{loop.get_executor()};
  Timer sweep_timer{loop.get_executor()};
};

class Connection {
 public:
  Connection(Shared& shared, Lane& lane, Socket socket, Admission admission);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Handshake, requests and responses until either side is done.
  Task<void> serve();
  /// Ends the connection where its time is over at `now`.
  void sweep(SteadyTime now);
  /// Called once when the server stops: idle connections end, others after their response.
  void end_when_idle();
  /// Ends the connection at its next step, whatever it does.
  void abandon();
  /// Ends the connection that has kept this lane waiting for longest, to make room; none where all are at
  /// work.
  static void evict_slowest(Lane& lane);

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  enum class Phase { handshake, idle, header, body, working, writing, closing };
  enum class Read { complete, refused, closed };

  void enter(Phase phase);
  void leave_waiting();
  Task<bool> readable();
  Task<bool> ready(int ssl_result);
  Task<bool> handshake();
  Task<Read> read_request();
  /// Feeds what was received to the parser. False where the request must be refused (refusal_ is set).
  bool parse();
  bool refuse(unsigned status, std::string why);
  bool take_request();
  Task<void> answer();
  bool submit();
  Task<bool> write(std::string text);
  Task<bool> continue_if_expected();
  bool client_has_gone();
  /// False where the client's certificate does not hold any more. It is judged anew where trust has changed,
  /// and now and then.
  bool client_still_believed();
  Task<void> close(bool client_may_still_send);
  std::string text_of(const Response& response, bool keep_alive) const;
  void work();
  friend struct GiveAway;

  Admission admission_;  // goes last
  Shared& shared_;
  Lane& lane_;
  Socket socket_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  std::string peer_;
  std::optional<ClientIdentity> client_;
  Phase phase_ = Phase::handshake;
  SteadyTime entered_{};  // when phase_ began
  SteadyTime deadline_{};
  std::optional<std::list<Connection*>::iterator> waited_for_;  // its place there
  bool ended_ = false;  // its time is over or it was abandoned: no step may wait any more
  bool plain_http_ = false;
  bool continued_ = false;
  std::string received_;    // read, not yet parsed
  size_t header_size_ = 0;  // octets of the request line and fields that the parser took
  std::optional<Parser> parser_;
  Request request_;
  uint64_t request_number_ = 0;
  Response response_;
  bool answered_ = false;         // response_ is the handler's
  std::function<void()> resume_;  // where serve() sleeps until it is
};

/// Owns the connection for as long as it lives.
Task<void> serve_connection(Shared& shared, Lane& lane, Socket socket, Admission admission);

}  // namespace sealift::http
