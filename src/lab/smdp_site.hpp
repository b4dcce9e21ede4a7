// One SM-DP+ put together: keys and certificates, a store, the role, and its listeners. Everything is in one
// folder, or, for simulations, in memory.
//
//   DIR/pki/      certificates and keys (keys_folder.hpp; `sealift pki init DIR/pki`); where there are sets
//   of
//                 several CIs it serves under all of them, as each eUICC's lists ask (SGP.22 5.6.1). A
//                 listener may have a folder of its own in its place
//   DIR/smdp.db   orders and sealed profiles (SQLite); or these are in PostgreSQL (smdp_stores.hpp)
//   DIR/admin.*   where its administration is, and the token for it (admin_door.hpp), where that is asked for
//
// Listeners of ES9+ share orders and limits. Those with the same certificates and the same public name and
// port are one server; a session that began on another one is unknown to it.
//
// Thread safe once open. The destructor stops the listeners and waits for requests under way.
#pragma once

#include <memory>
#include <optional>

#include "hsm/desk.hpp"
#include "lab/monitor.hpp"
#include "lab/smdp_site_options.hpp"
#include "smdp/admin.hpp"
#include "smdp/es9.hpp"

namespace sealift::lab {

class SmdpSite {
 public:
  /// Opens and starts to listen. `clock`, `random` and `observer` outlive the site.
  /// Errors: not_found (no PKI in DIR: what to run), permission, exists (port in use), conflict (another
  /// process serves DIR), invalid, io.
  static Result<std::unique_ptr<SmdpSite>> open(SmdpSiteOptions options, Clock& clock, Random& random,
                                                smdp::Observer& observer);
  virtual ~SmdpSite() = default;

  /// Those of the first listener of ES9+, as are the two below.
  virtual smdp::Ports& ports() = 0;
  /// "localhost:8443", or without the port where it is 443.
  virtual const std::string& smdp_address() const = 0;
  virtual uint16_t port() const = 0;
  /// The port of the administration; 0 where there is none.
  virtual uint16_t admin_port() const = 0;
  /// In the order of the options.
  struct Listening {
    std::string name;
    uint16_t port = 0;
    http::ServerStats stats;
  };
  virtual std::vector<Listening> listeners() const = 0;
  http::ServerStats stats() const { return listeners().front().stats; }
  /// CERT.CI of each certificate set, DER; the first is that of the TLS certificate that most clients see.
  virtual const std::vector<Bytes>& ci_certificates() const = 0;
  const Bytes& ci_certificate() const { return ci_certificates().front(); }
  /// Commits of the database so far, and changes in them; none where there is no database.
  struct Commits {
    uint64_t commits = 0;
    uint64_t changes = 0;
  };
  virtual Commits commits() const = 0;
  /// What /readyz and /metrics tell; whoever else belongs to this server may add to it.
  virtual Monitor& monitor() = 0;
  /// Takes up what may change while it serves: certificates, keys and CRLs as they are on disk now, the
  /// policies of `now`, its limits of peers, its idle times. No connection is dropped and no request fails;
  /// sessions end with the certificates they began with. With an error nothing is taken up but the folders of
  /// certificates before the one that is wrong. Gives what has changed in `now` that only a restart takes up.
  /// From one thread at a time.
  virtual Result<std::vector<std::string>> reload(const SmdpSiteOptions& now) = 0;
  /// Of each HSM that signs here; none where the keys are files.
  virtual std::vector<hsm::DeskFigures> hsm_figures() const = 0;
  /// From now on /readyz says that the server stops; for `drain` it serves as before, so that a load balancer
  /// sees that and sessions come to their end. Then nothing is accepted any more, requests under way are
  /// answered, each listener taking its stop_timeout at most. Calling it again does nothing.
  virtual void stop() = 0;
};

}  // namespace sealift::lab
