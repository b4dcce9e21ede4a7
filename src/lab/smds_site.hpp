// One SM-DS put together: keys and certificates, an event store, the role, and its listener of ES11, ES12 and
// ES15. Everything is in one folder, or, for simulations, in memory.
//
//   DIR/pki/     certificates and keys (keys_folder.hpp; `sealift pki init DIR/pki`); CRLs of its CIs as
//   *.crl, read
//                again when they change. Several CIs: as for an SM-DP+ (smdp_site.hpp)
//   DIR/smds.db  events (SQLite)
//
// A thread of its own ends what has expired, tells a root SM-DS of what it missed, and forgets what is old.
// Thread safe once open. The destructor stops everything and waits for requests under way.
#pragma once

#include <memory>
#include <optional>

#include "http/client.hpp"
#include "http/server.hpp"
#include "lab/monitor.hpp"
#include "smds/es11.hpp"
#include "smds/es12.hpp"

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
  std::string store;  ///< "postgresql://...": a database that nodes share; empty: DIR/smds.db
  bool keep_in_memory = false;                  ///< no database: events end with the process
  smds::Settings settings;                      ///< but smdsAddress, which the site knows
  pki::CrlPolicy crl_policy = pki::CrlPolicy::if_present;
  uint32_t sessions_per_address = 0;  ///< begun and not authenticated, within 60 s; 0: no limit
  std::chrono::milliseconds upkeep_pace{10'000};
  std::chrono::seconds drain{0};  ///< what stop() serves on for, see there
};

class SmdsSite {
 public:
  /// Opens and starts to listen. `clock`, `random` and `observer` outlive the site.
  /// Errors: not_found (no PKI in DIR: what to run), permission, exists (port in use), invalid, io.
  static Result<std::unique_ptr<SmdsSite>> open(SmdsSiteOptions options, Clock& clock, Random& random,
                                                smds::Observer& observer);
  virtual ~SmdsSite() = default;

  virtual smds::Ports& ports() = 0;
  /// "localhost:8444", or without the port where it is 443.
  virtual const std::string& smds_address() const = 0;
  virtual uint16_t port() const = 0;
  /// Where ES12 and ES15 are; the same where they have no port of their own.
  virtual uint16_t es12_port() const = 0;
  virtual http::ServerStats stats() const = 0;
  virtual const std::vector<Bytes>& ci_certificates() const = 0;
  /// The port that monitors ask at; 0 where there is none.
  virtual uint16_t monitor_port() const = 0;
  /// What /readyz and /metrics tell; whoever else belongs to this server may add to it.
  virtual Monitor& monitor() = 0;
  /// New connections get the TLS certificates as they are in the folder now. CERT.DSauth and CIs need a
  /// restart. On an error everything stays as it was.
  virtual Status reload() = 0;
  /// What the thread does each time, now.
  virtual void upkeep() = 0;
  /// From now on /readyz says that the server stops; for `drain` it serves as before. Then nothing is accepted
  /// any more, and requests under way are answered. Calling it again does nothing.
  virtual void stop() = 0;
};

}  // namespace sealift::lab
