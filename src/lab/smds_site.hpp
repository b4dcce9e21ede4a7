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

#include "lab/monitor.hpp"
#include "lab/smds_site_options.hpp"
#include "smds/es11.hpp"
#include "smds/es12.hpp"

namespace sealift::lab {

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
  /// Takes up what may change while it serves: certificates, keys and CRLs as they are on disk now, towards
  /// the root SM-DS too, and of `now` who is believed and how much there may be. No connection is dropped and
  /// no request fails but of those that are believed no more; sessions under way go on. On an error
  /// everything stays as it was. Gives what has changed in `now` that only a restart takes up. From one
  /// thread at a time.
  virtual Result<std::vector<std::string>> reload(const SmdsSiteOptions& now) = 0;
  /// What the thread does each time, now.
  virtual void upkeep() = 0;
  /// From now on /readyz says that the server stops; for `drain` it serves as before. Then nothing is accepted
  /// any more, and requests under way are answered. Calling it again does nothing.
  virtual void stop() = 0;
};

}  // namespace sealift::lab
