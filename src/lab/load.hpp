// A load test: an SM-DP+ in a process and on a core of its own, N phones with virtual cards against it over TLS.
#pragma once

#include <optional>

#include "hsm/pkcs11/token.hpp"
#include "http/load_engine.hpp"

namespace sealift::lab {

struct LoadTest {
  unsigned phones = 16;       ///< at once
  uint64_t downloads = 1000;  ///< measured
  uint64_t warm_up = 100;     ///< played before, not measured
  bool keep_in_memory = false;  ///< no database at the server
  size_t profile_size = 15 * 1024;  ///< octets of each profile, at least
  int server_cpu = 0;         ///< -1: any
  int client_cpu = 1;
  /// The token to make the server's keys in; its labels dp_auth and dp_pb are free.
  std::optional<hsm::pkcs11::TokenOptions> hsm;
  std::string keyd;           ///< the program sealift-keyd; empty: the server loads the module itself
  unsigned hsm_sessions = 4;  ///< at once
};

struct LoadTestReport {
  http::LoadReport phones;
  double server_cpu_us_per_download = 0;
  double keyd_cpu_us_per_download = 0;  ///< beside the server's
  double mean_commit_group = 0;  ///< changes per commit at the server
  uint64_t server_resident_kb = 0;
};

/// Runs it in a temporary folder. It forks: call it before there are threads.
/// Errors: those of setting up; failed downloads are counted, not errors.
Result<LoadTestReport> run_load_test(const LoadTest& test);

}  // namespace sealift::lab
