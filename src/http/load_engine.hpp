// Plays many phones against a server: each download is one new TLS connection and the requests that its
// VirtualPhone asks for, one after another. Built to cost the client little: all phones of a processor share
// a thread (load_loop).
//
// The engine knows HTTP and TLS and nothing of what is in the bodies. TLS is verified as everywhere else.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ports.hpp"
#include "http/client.hpp"

namespace sealift::http {

/// One download, from its first request to its last. Used from one thread.
class VirtualPhone {
 public:
  struct Post {
    std::string path;
    std::string body;  ///< JSON
  };
  virtual ~VirtualPhone() = default;
  /// The next request, given the answer to the one before (nullptr at first); none when the download is done.
  /// An error ends it as a failure, counted under the error's message: keep that short and without
  /// identifiers.
  virtual Result<std::optional<Post>> next(const Response* previous) = 0;
};

/// Makes the phone of download `number`, counted from 0. Called from many threads at once; for all downloads
/// before the first of them begins, so that it takes nothing away from the load, unless `make_late`.
using PhoneFactory = std::function<Result<std::unique_ptr<VirtualPhone>>(uint64_t number)>;

struct LoadOptions {
  HostPort server;      ///< the name that TLS verifies
  std::string address;  ///< IP address to connect to
  uint16_t port = 0;
  std::vector<Bytes> trusted_ci;     ///< DER
  std::vector<std::string> sources;  ///< local addresses to connect from, in turns; empty: any
  unsigned phones = 16;              ///< at once
  /// Downloads begun per second, at times drawn beforehand (a Poisson process), whatever the server does: an
  /// open loop. One that finds no phone free is late, and its time counts from when it was due. 0: a phone
  /// begins the next as soon as it is done.
  double rate = 0;
  bool make_late = false;                     ///< make a phone when its download begins: for runs of hours
  uint64_t downloads = 1000;                  ///< in all; those that fail count
  uint64_t warm_up = 0;                       ///< of these, the first so many are played but not reported
  std::vector<int> cpus;                      ///< to run on; empty: any
  std::chrono::milliseconds timeout{30'000};  ///< for connecting and for each answer
};

/// Of a kind of request: from its first octet to the answer's last.
struct Latency {
  uint64_t count = 0;
  double p50_ms = 0, p99_ms = 0, worst_ms = 0;
};

/// Downloads that succeeded within one second.
struct Second {
  uint32_t downloads = 0;
  double worst_ms = 0;
};

struct LoadReport {
  uint64_t downloads = 0;                    ///< that succeeded
  std::map<std::string, uint64_t> failures;  ///< by reason
  double seconds = 0;                        ///< from the end of the warm-up
  double downloads_per_second = 0;
  double p50_ms = 0;  ///< of a whole download, connection included
  double p99_ms = 0;
  double client_cpu_us_per_download = 0;    ///< of the engine's threads, what phones do included
  std::map<std::string, Latency> requests;  ///< by the last segment of the path
  std::vector<Second> timeline;             ///< from the end of the warm-up
};

/// `on_warm` is called once, when the warm-up is over (for the caller to read the server's CPU time). Errors:
/// invalid (address, CI certificate), io (threads could not be bound to `cpus`).
Result<LoadReport> run_load(const LoadOptions& options, Clock& clock, const PhoneFactory& make_phone,
                            const std::function<void()>& on_warm = {});

/// CPU time that a process has used so far, all threads, user and system. Error kind: not_found.
Result<std::chrono::nanoseconds> cpu_time_of(int process_id);

}  // namespace sealift::http
