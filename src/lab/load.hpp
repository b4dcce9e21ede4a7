// A load test: an SM-DP+ in a process and on a core of its own, N phones with virtual cards against it over
// TLS.
#pragma once

#include <optional>

#include "hsm/pkcs11/token.hpp"
#include "http/load_engine.hpp"

namespace sealift::lab {

struct LoadTest {
  unsigned phones = 16;             ///< at once
  uint64_t downloads = 1000;        ///< measured
  uint64_t warm_up = 100;           ///< played before, not measured
  bool keep_in_memory = false;      ///< no database at the server
  std::string store;                ///< a store with orders of its own (bench_stock); empty: a new file
  uint64_t first = 0;               ///< number of the first profile and card, other ones than of earlier runs
  size_t profile_size = 15 * 1024;  ///< octets of each profile, at least
  int server_cpu = 0;               ///< -1: any
  int client_cpu = 1;
  /// The token to make the server's keys in; its labels dp_auth and dp_pb are free.
  std::optional<hsm::pkcs11::TokenOptions> hsm;
  std::string keyd;           ///< the program sealift-keyd; empty: the server loads the module itself
  unsigned hsm_sessions = 4;  ///< at once
  double rate = 0;  ///< downloads begun per second whatever the server does; 0: each phone after its last
  /// Lean phones (lean_phone.hpp), this many cards that download their own profiles again and again; 0: a
  /// whole virtual card for each download.
  uint32_t lean_cards = 0;
  /// InitiateAuthentication a second that nobody goes on with, from `flood_sources` addresses, beside the
  /// downloads that are measured.
  double flood = 0;
  uint32_t flood_sources = 200;
  double flood_share = 1;  ///< of the measured time, from its begin, that the flood lasts
};

/// The server's process at one time.
struct ServerSample {
  double seconds = 0;  ///< since the first
  uint64_t resident_kb = 0;
  uint64_t files = 0;  ///< open descriptors
};

struct LoadTestReport {
  http::LoadReport phones;
  double server_cpu_us_per_download = 0;
  double keyd_cpu_us_per_download = 0;  ///< beside the server's
  double mean_commit_group = 0;  ///< changes per commit at the server
  uint64_t server_resident_kb = 0;
  std::vector<ServerSample> samples;  ///< some hundred over the measured time
  uint64_t flood_answered = 0;        ///< flood requests that got an answer of any kind
  std::map<std::string, uint64_t> flood_failures;
};

/// Runs it in a temporary folder. It forks: call it before there are threads.
/// Errors: those of setting up; failed downloads are counted, not errors.
Result<LoadTestReport> run_load_test(const LoadTest& test);

}  // namespace sealift::lab
