// An HTTPS/1.1 server: some threads that move octets, many workers that answer.
//
// The I/O threads accept, speak TLS and parse; a complete request goes to a worker thread, which may block on
// the disk or an HSM, or to a fiber of the same thread, and its response goes out in one write. Everything a
// peer controls is limited: sizes, times, connections, waiting requests. Thread safe; stop() and the
// destructor wait for running handlers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "http/exchange.hpp"
#include "http/router.hpp"
#include "http/tls.hpp"
#include "http/tls_client_auth.hpp"

namespace sealift::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6 address to listen on; "::" takes both families
  uint16_t port = 0;                  ///< 0: the system chooses, see Server::port()
  unsigned io_threads = 1;
  unsigned workers = 64;  ///< handlers that run at once
  /// False: they run on threads of their own and may block. True: they wait by Events alone (base/event.hpp)
  /// and run on the I/O threads, which saves most of what it costs to hand a request over; `workers` is then
  /// for each I/O thread.
  bool handlers_wait_by_events = false;
  size_t max_waiting = 4096;  ///< complete requests waiting for a worker; more are answered 503
  /// More are closed at once; lowered to what the file limit allows. Where nine tenths are taken, each new
  /// one ends the one that has kept us waiting for longest, so that the slow do not keep the others out.
  size_t max_connections = 10'000;
  size_t max_header = 16 * 1024;  ///< octets of request line and fields; more: 431
  size_t max_body = 1024 * 1024;  ///< octets; more: 413
  /// Mutual TLS: whose certificates clients must show; without it none is asked for.
  std::optional<ClientCertificates> client_certificates;
  // Whole durations, not gaps between octets: a client that sends one octet a second does not live longer.
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};  ///< from the first octet of a request; then 408
  std::chrono::milliseconds body_timeout{15'000};    ///< from the end of the fields; then 408
  std::chrono::milliseconds write_timeout{30'000};   ///< to take a response
  std::chrono::milliseconds idle_timeout{30'000};    ///< between requests
  std::chrono::milliseconds stop_timeout{5'000};     ///< for requests under way when stop() is called
  ExchangeObserver* observer = nullptr;              ///< borrowed; null: nobody hears of requests
};

/// Whether a server could listen there now. Errors as those of Server::start.
Status can_listen(const ServerOptions& options);

/// Counters since the start; a snapshot.
struct ServerStats {
  uint64_t connections = 0;  ///< open now
  uint64_t running = 0;      ///< requests with a handler, or waiting for one, now
  uint64_t accepted = 0;
  uint64_t refused = 0;             ///< over max_connections
  uint64_t handshake_failures = 0;  ///< including time-outs
  uint64_t requests = 0;            ///< complete and given to the router
  uint64_t bad_requests = 0;        ///< answered 4xx before the router saw them
  uint64_t overloads = 0;           ///< answered 503
  uint64_t timeouts = 0;            ///< connections closed for being slow or idle
  uint64_t evicted = 0;             ///< connections closed to make room for others
  uint64_t faults = 0;              ///< connections closed for an exception, such as want of memory
};

class Server {
 public:
  /// Binds, listens and starts its threads. The router must not change afterwards.
  /// Errors: exists (port in use), permission (port below 1024 without the right), invalid (address), io, and
  /// those of TlsContext::server and ClientTrust::make.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, const TlsIdentity& identity,
                                               Router router);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port listened on.
  uint16_t port() const;
  /// New connections get this certificate; those that exist keep theirs. On error the old one stays.
  Status replace_identity(const TlsIdentity& identity);
  /// Clients are judged by this trust: new ones at once, those that are connected with their next request.
  /// One whose certificate holds by it, or that need not show one, notices nothing; the others' connections
  /// end. Only where client certificates were asked for from the start. Errors: those of ClientTrust::make,
  /// with the old trust staying; conflict (this listener asks for none).
  Status replace_client_certificates(const ClientCertificates& asked);
  ServerStats stats() const;
  /// Stops accepting, lets requests under way finish (up to stop_timeout), closes everything, joins the
  /// threads. Calling it again does nothing.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sealift::http
