#include "lab/smdp_check.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/files.hpp"
#include "lab/admin_door.hpp"
#include "lab/hsm_site.hpp"
#include "lab/smdp_certificates.hpp"
#include "lab/smdp_upkeep.hpp"
#include "store/postgres/store.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;
namespace {

/// Keeps what Upkeep could not take up.
struct Troubles final : smdp::Observer {
  void maintained(std::string_view what, const Error* problem) override {
    if (problem) found.push_back(std::string(what) + ": " + problem->message);
  }
  std::vector<std::string> found;
};

class Inspection {
 public:
  Inspection(const SmdpSiteOptions& options, Clock& clock) : options_(options), clock_(clock) {}

  std::vector<Finding> all() {
    folder();
    std::vector<std::string> folders{options_.dir + "/pki"};
    for (const ListenerOptions& one : options_.listeners) {
      if (!one.certificates.empty() && std::ranges::find(folders, one.certificates) == folders.end())
        folders.push_back(one.certificates);
    }
    for (const std::string& one : folders) certificates(one);
    for (const ListenerOptions& one : options_.listeners) listener(one);
    if (store::is_postgres(options_.store))
      good(store::can_connect(options_.store), "store", "the database takes our connection");
    return std::move(findings_);
  }

 private:
  using Level = Finding::Level;
  void tell(Level level, const std::string& about, std::string what) {
    findings_.push_back({level, about, std::move(what)});
  }
  bool good(const Status& status, const std::string& about, const std::string& what) {
    if (status)
      tell(Level::good, about, what);
    else
      tell(Level::wrong, about, status.error().message);
    return status.has_value();
  }

  void folder() {
    const std::string about = "folder " + options_.dir;
    std::error_code problem;
    if (!fs::is_directory(options_.dir, problem))
      return tell(Level::wrong, about,
                  "is no folder that we can look into: make it, owned by the server's user");
    if (::access(options_.dir.c_str(), R_OK | W_OK | X_OK) != 0)
      return tell(Level::wrong, about,
                  "this user may not write there: check as the server's user, or change its owner");
    good(check_directory(options_.dir), about, "can be written by us alone");
    const std::string token = options_.dir + "/admin.token", database = options_.dir + "/smdp.db";
    if (fs::exists(token, problem)) {
      const auto read = read_admin_token(token);
      good(read ? Status() : Status(read.error()), "admin token", "is there, and is for us alone");
    }
    if (fs::exists(database, problem) && ::access(database.c_str(), R_OK | W_OK) != 0)
      tell(Level::wrong, "database " + database, "this user may not write it");
  }

  void expiry(const std::string& about, const std::string& title, Time until) {
    const auto left = until - clock_.now();
    const auto days = std::chrono::floor<std::chrono::days>(left).count();
    if (left < std::chrono::seconds(0))
      tell(Level::wrong, about, title + " has run out: renew it");
    else if (left < soon)
      tell(Level::warning, about, title + " runs out in " + std::to_string(days) + " days: renew it");
    else
      tell(Level::good, about, title + " is good for " + std::to_string(days) + " days");
  }

  void certificates(const std::string& dir) {
    const std::string about = "certificates in " + dir;
    auto opened = SmdpCertificates::open(dir, options_.crl_policy);
    if (!opened) return tell(Level::wrong, about, opened.error().message);
    SmdpCertificates& it = **opened;
    Troubles troubles;
    Upkeep crls({}, clock_, troubles);
    crls.watch(dir, it.trust);
    crls.read_crls();
    for (const std::string& trouble : troubles.found) tell(Level::warning, about, trouble);
    if (options_.production &&
        !good(require_keyd(it.sets), about, "the keys that sign are behind sealift-keyd"))
      return;
    if (!good(it.add_signers(clock_.now()), about, "each set's chains verify, and its keys are there"))
      return;
    it.each_expiry([&](const std::string& set, std::string_view title, Time until) {
      expiry(about, std::string(title) + " of " + set, until);
    });
    sets_[dir] = std::move(*opened);
  }

  void listener(const ListenerOptions& one) {
    const std::string about = "listener " + one.name;
    const auto sets = sets_.find(one.certificates.empty() ? options_.dir + "/pki" : one.certificates);
    if (sets == sets_.end()) return;  // told above
    auto identity = tls_identity(one, sets->second->sets, pki::Role::dp_tls);
    if (!identity) return tell(Level::wrong, about, identity.error().message);
    auto context = http::TlsContext::server(*identity);
    if (!context) return tell(Level::wrong, about, context.error().message);
    auto clients = client_certificates(one, sets->second->sets, clock_);
    if (!clients) return tell(Level::wrong, about, clients.error().message);
    if (*clients) {
      auto trust = http::ClientTrust::make(**clients);
      if (!trust) return tell(Level::wrong, about, "client certificates: " + trust.error().message);
    }
    if (auto until = http::valid_until(identity->certificates.front()))
      expiry(about, "the TLS certificate for " + one.host, *until);
    const Status free = http::can_listen(one.server);
    const std::string where = one.server.address + " port " + std::to_string(one.server.port);
    if (!free && free.error().kind == ErrorKind::exists)
      tell(Level::warning, about, where + " is in use now: by this server, where it is running");
    else
      good(free, about, where + " can be listened on");
  }

  const SmdpSiteOptions& options_;
  Clock& clock_;
  std::map<std::string, std::unique_ptr<SmdpCertificates>> sets_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_site(const SmdpSiteOptions& options, Clock& clock) {
  return Inspection(options, clock).all();
}

}  // namespace sealift::lab
