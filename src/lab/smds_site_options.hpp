// What an SM-DS is told when it opens, and what of it may change while it serves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "http/server.hpp"
#include "smds/ports.hpp"

namespace sealift::lab {

struct SmdsSiteOptions {
  std::string dir;                 ///< folder with pki/ and smds.db; the latter is made where absent
  std::string host = "localhost";  ///< its name; CERT.DS.TLS has it
  uint16_t public_port = 0;        ///< the port that LPAs are told; 0: the one listened on
  http::ServerOptions server;      ///< address and port to listen on, limits
  /// A port of their own for ES12 and ES15, where clients must show a certificate; none: the listener of ES11
  /// serves them too, and asks for a certificate that LPAs do not have and need not show.
  std::optional<uint16_t> es12_port;
  std::string root;                         ///< address of the root SM-DS; empty: this is one
  std::vector<http::ConnectTo> connect_to;  ///< other ways to it
  std::vector<Bytes>
      further_cis;  ///< CIs of RSP, DER, that SM-DP+s may have their certificate from, beside pki/
  /// A port on 127.0.0.1 for /healthz, /readyz and /metrics; none: nobody is told.
  std::optional<uint16_t> monitor_port;
  http::ExchangeObserver* exchanges = nullptr;  ///< borrowed; hears of every request, for a log
  std::string store;            ///< "postgresql://...": a database that nodes share; empty: DIR/smds.db
  bool keep_in_memory = false;  ///< no database: events end with the process
  smds::Settings settings;      ///< but smdsAddress, which the site knows
  pki::CrlPolicy crl_policy = pki::CrlPolicy::if_present;
  uint32_t sessions_per_address = 0;  ///< begun and not authenticated, within 60 s; 0: no limit
  std::chrono::milliseconds upkeep_pace{10'000};
  std::chrono::seconds drain{0};  ///< what stop() serves on for, see there
};

/// What a running server does not take up of `now`, by the names of the configuration file.
std::vector<std::string> only_by_restart(const SmdsSiteOptions& before, const SmdsSiteOptions& now);

/// What it does take up of its settings.
void take_over(const smds::Settings& now, smds::Settings& settings);

}  // namespace sealift::lab
