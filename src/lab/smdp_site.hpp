// One SM-DP+ put together: keys and certificates, a store, the role, and its ES9+ listener. Everything is in
// one folder, or, for simulations, in memory.
//
//   DIR/pki/      certificates and keys (keys_folder.hpp; `sealift pki init DIR/pki`); where there are sets of
//                 several CIs it serves under all of them, as each eUICC's lists ask (SGP.22 5.6.1)
//   DIR/smdp.db   orders and sealed profiles (SQLite)
//   DIR/admin.*   where its administration is, and the token for it (admin_door.hpp), where that is asked for
//
// Thread safe once open. The destructor stops the listener and waits for requests under way.
#pragma once

#include <memory>
#include <optional>

#include "http/server.hpp"
#include "pki/issue.hpp"
#include "smdp/admin.hpp"
#include "smdp/es9.hpp"

namespace sealift::lab {

/// The listener of the administration, apart from that of ES9+.
struct AdminListenerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  ///< 0: any free one; DIR/admin.json tells which
};

struct SmdpSiteOptions {
  std::string dir;                 ///< folder with pki/ and smdp.db; the latter is made where absent
  std::string host = "localhost";  ///< the name in activation codes; the TLS certificate has it
  uint16_t public_port = 0;        ///< the port in activation codes; 0: the one listened on
  http::ServerOptions server;      ///< address and port to listen on, limits
  std::optional<AdminListenerOptions> admin;  ///< none: no administration over the network
  bool keep_in_memory = false;                ///< no database: orders end with the process
  smdp::Settings settings;                    ///< but smdpAddress, which the site knows
  pki::CrlPolicy crl_policy = pki::CrlPolicy::if_present;  ///< of CRLs in DIR/pki (smdp_upkeep.hpp)
  uint32_t sessions_per_address = 0;  ///< begun and not authenticated, within 60 s; 0: no limit
  uint32_t guesses_per_eid = 0;       ///< wrong MatchingIDs of one eUICC, within 10 minutes; 0: no limit
};

class SmdpSite {
 public:
  /// Opens and starts to listen. `clock`, `random` and `observer` outlive the site.
  /// Errors: not_found (no PKI in DIR: what to run), permission, exists (port in use), conflict (another
  /// process serves DIR), invalid, io.
  static Result<std::unique_ptr<SmdpSite>> open(SmdpSiteOptions options, Clock& clock, Random& random,
                                                smdp::Observer& observer);
  virtual ~SmdpSite() = default;

  virtual smdp::Ports& ports() = 0;
  /// "localhost:8443", or without the port where it is 443.
  virtual const std::string& smdp_address() const = 0;
  virtual uint16_t port() const = 0;
  /// The port of the administration; 0 where there is none.
  virtual uint16_t admin_port() const = 0;
  virtual http::ServerStats stats() const = 0;
  /// CERT.CI of each certificate set, DER; the first is that of the TLS certificate that most clients see.
  virtual const std::vector<Bytes>& ci_certificates() const = 0;
  const Bytes& ci_certificate() const { return ci_certificates().front(); }
  /// Commits of the database so far, and changes in them; none where there is no database.
  struct Commits {
    uint64_t commits = 0;
    uint64_t changes = 0;
  };
  virtual Commits commits() const = 0;
  virtual void stop() = 0;
};

}  // namespace sealift::lab
