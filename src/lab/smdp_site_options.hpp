// What an SM-DP+ is told when it opens, and what of it may change while it serves.
#pragma once

#include <string>
#include <vector>

#include "http/client.hpp"
#include "lab/crl_fetcher.hpp"
#include "lab/listener.hpp"
#include "smdp/ports.hpp"

namespace sealift::lab {

struct SmdpSiteOptions {
  std::string dir;  ///< folder with pki/ and smdp.db; the latter is made where absent
  /// The first that serves ES9+ is the one that activation codes name.
  std::vector<ListenerOptions> listeners{ListenerOptions()};
  std::string store;            ///< "postgresql://...": a database that nodes share; empty: DIR/smdp.db
  bool keep_in_memory = false;  ///< no database: orders end with the process
  smdp::Settings settings;      ///< but smdpAddress, which the listeners say
  pki::CrlPolicy crl_policy = pki::CrlPolicy::if_present;  ///< of CRLs in DIR/pki (smdp_upkeep.hpp)
  /// CRLs fetched from where certificates, and `crl_uris`, say that they are published.
  bool fetch_crls = false;
  CrlFetchOptions crl_fetch;
  std::vector<std::string> crl_uris;
  std::vector<http::ConnectTo> crl_connect_to;  ///< other ways to their hosts
  uint32_t sessions_per_address = 0;            ///< begun and not authenticated, within 60 s; 0: no limit
  uint32_t calls_per_principal = 0;             ///< of the administration, within 60 s; 0: no limit
  uint32_t guesses_per_eid = 0;  ///< wrong MatchingIDs of one eUICC, within 10 minutes; 0: no limit
  /// The keys that sign are in an HSM, behind sealift-keyd (DIR/pki/hsm), or the site does not open.
  bool production = false;
  /// SM-DSs that announce no further: any other one is asked to announce its events at its root too.
  std::vector<std::string> root_smds;
  std::vector<http::ConnectTo> connect_to;      ///< other ways to operators and SM-DSs
  http::ExchangeObserver* exchanges = nullptr;  ///< borrowed; hears of every request, for a log
  std::chrono::seconds drain{0};                ///< what stop() serves on for, see there

  ListenerOptions& es9plus() { return listeners.front(); }
  /// Adds the listener of the administration, on loopback; its port 0 is any free one, and DIR/admin.json
  /// tells which.
  ListenerOptions& add_admin();
};

/// What listeners may not be, whatever there is on disk. Error kind: invalid.
Status check_listeners(const SmdpSiteOptions& options);

/// What a running server does not take up of `now`, by the names of the configuration file.
std::vector<std::string> only_by_restart(const SmdpSiteOptions& before, const SmdpSiteOptions& now);

/// What it does take up of its settings.
void take_over(const smdp::Settings& now, smdp::Settings& settings);

}  // namespace sealift::lab
