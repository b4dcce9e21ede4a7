#include "lab/smds_site.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "http/routes_es11.hpp"
#include "http/routes_es12.hpp"
#include "http/routes_health.hpp"
#include "lab/crl_files.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smdp_figures.hpp"
#include "lab/smds_root.hpp"
#include "pki/pem.hpp"
#include "store/memory/events.hpp"
#include "store/memory/sessions.hpp"
#include "store/postgres/events.hpp"
#include "store/sqlite/events.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;

namespace {

/// What the Ports borrow, in the order in which it has to go.
struct Parts {
  pki::TrustStore trust;    // for eUICCs
  pki::TrustStore clients;  // and for SM-DP+s and SM-DSs, to judge CRLs by
  std::unique_ptr<auth::Authenticator> authenticator;
  std::vector<auth::ServerIdentity> identities;
  std::unique_ptr<smds::EventStore> events;
  store::MemorySmdsSessions sessions;
  smds::Settings settings;
  std::unique_ptr<auth::Limiter> by_address;
  std::unique_ptr<RemoteRoot> root;
  std::vector<Bytes> cis;
};

/// A listener with the figures of its requests.
struct Door {
  Door(std::string n, const http::Router& router, http::ExchangeObserver* next)
      : name(std::move(n)), figures(name, router), exchanges(figures, next) {}
  const std::string name;
  http::RequestFigures figures;
  http::ExchangeObservers exchanges;
  std::unique_ptr<http::Server> server;  // last, so that it stops first
};

Result<std::shared_ptr<http::TlsIdentity>> tls_identity(const std::vector<KeysFolder>& sets,
                                                        const std::string& host);

class Site final : public SmdsSite {
 public:
  Site(std::unique_ptr<Parts> parts, const SmdsSiteOptions& options, Clock& clock, Random& random,
       smds::Observer& observer)
      : parts_(std::move(parts)),
        options_(options),
        ports_{clock,
               random,
               *parts_->authenticator,
               parts_->identities,
               *parts_->events,
               parts_->sessions,
               observer,
               parts_->settings,
               parts_->root.get(),
               parts_->by_address.get(),
               {}},
        crl_files_(options.dir + "/pki") {}
  ~Site() override { stop(); }

  Status listen(const http::TlsIdentity& identity);
  void start() {
    thread_ = std::thread([this] { run(); });
  }

  smds::Ports& ports() override { return ports_; }
  const std::string& smds_address() const override { return parts_->settings.smdsAddress; }
  uint16_t port() const override { return lpas_->server->port(); }
  uint16_t es12_port() const override { return (servers_ ? servers_ : lpas_)->server->port(); }
  uint16_t monitor_port() const override { return monitors_ ? monitors_->server->port() : 0; }
  http::ServerStats stats() const override { return lpas_->server->stats(); }
  Monitor& monitor() override { return monitor_; }
  Status reload() override;
  const std::vector<Bytes>& ci_certificates() const override { return parts_->cis; }
  void upkeep() override;
  void stop() override;
  /// Takes up CRLs that are new: for eUICCs, and for the certificates of SM-DP+s.
  void read_crls();

 private:
  http::ClientCertificates client_certificates() const;
  void set_address(uint16_t port) {
    parts_->settings.smdsAddress = options_.host + (port == 443 ? "" : ":" + std::to_string(port));
  }
  void run();
  Status open_door(std::unique_ptr<Door>& door, const char* name, http::ServerOptions options,
                   const http::TlsIdentity& identity, http::Router router);
  void watch();
  void write_figures(http::MetricsPage& page);
  std::array<Door*, 3> doors() const { return {lpas_.get(), servers_.get(), monitors_.get()}; }
  /// Until there is nothing left of it to do.
  template <class Step>
  void repeat(const char* what, Step step);

  std::unique_ptr<Parts> parts_;
  const SmdsSiteOptions options_;
  smds::Ports ports_;
  std::mutex crl_mutex_;  // of the two below
  CrlFiles crl_files_;
  std::vector<Bytes> crls_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
  std::atomic<Time> certified_until_{};
  Monitor monitor_;
  // last, so that they stop first
  std::unique_ptr<Door> lpas_, servers_, monitors_;
};

http::ClientCertificates Site::client_certificates() const {
  http::ClientCertificates asked;
  asked.demand = options_.es12_port ? http::ClientCertificates::Demand::required
                                    : http::ClientCertificates::Demand::optional;
  asked.rsp_ci = parts_->cis;
  for (const Bytes& ci : options_.further_cis) asked.rsp_ci.push_back(ci);
  asked.crls = crls_;
  asked.clock = &ports_.clock;
  return asked;
}

Status Site::listen(const http::TlsIdentity& identity) {
  http::Router lpas, servers;
  http::add_es11_routes(lpas, ports_);
  http::add_health_route(lpas);
  http::add_es12_routes(options_.es12_port ? servers : lpas, ports_);
  uint16_t port = options_.public_port ? options_.public_port : options_.server.port;
  set_address(port);
  certified_until_ = TRY(http::valid_until(identity.certificates.front()));
  http::ServerOptions server = options_.server;
  if (!options_.es12_port) server.client_certificates = client_certificates();
  TRY_VOID(open_door(lpas_, "es11", std::move(server), identity, std::move(lpas)));
  if (port == 0) set_address(lpas_->server->port());
  if (options_.es12_port) {
    http::ServerOptions between = options_.server;
    between.port = *options_.es12_port;
    between.client_certificates = client_certificates();
    TRY_VOID(open_door(servers_, "es12", std::move(between), identity, std::move(servers)));
  }
  watch();
  if (!options_.monitor_port) return {};
  http::Router monitors;
  monitor_.add_routes(monitors);
  http::add_health_route(monitors);
  http::ServerOptions local;
  local.port = *options_.monitor_port;
  local.workers = 2;
  local.max_connections = 64;
  return open_door(monitors_, "metrics", std::move(local), identity, std::move(monitors));
}

Status Site::open_door(std::unique_ptr<Door>& door, const char* name, http::ServerOptions options,
                       const http::TlsIdentity& identity, http::Router router) {
  door = std::make_unique<Door>(name, router, options_.exchanges);
  options.observer = &door->exchanges;
  auto started = http::Server::start(std::move(options), identity, std::move(router));
  if (!started) door.reset();
  if (!started) return std::move(started.error());
  door->server = std::move(*started);
  return {};
}

Status Site::reload() {
  auto sets = TRY(KeysFolder::open_all(options_.dir + "/pki"));
  const auto tls = TRY(tls_identity(sets, options_.host));
  const Time until = TRY(http::valid_until(tls->certificates.front()));
  for (Door* door : doors())
    if (door) TRY_VOID(door->server->replace_identity(*tls));
  certified_until_ = until;
  return {};
}

void Site::watch() {
  monitor_.add_check("running", [this] {
    std::lock_guard lock(mutex_);
    return std::string(stopping_ ? "the server stops" : "");
  });
  const auto left = [this](std::chrono::seconds ahead) {
    return std::string(certified_until_.load() - ports_.clock.now() < ahead ? "CERT.DS.TLS runs out" : "");
  };
  monitor_.add_check("certificates", [left] { return left(std::chrono::seconds(0)); });
  monitor_.add_warning("certificates", [left] { return left(std::chrono::days(30)); });
  monitor_.add_figures([this](http::MetricsPage& page) { write_figures(page); });
}

void Site::write_figures(http::MetricsPage& page) {
  const Time now = ports_.clock.now();
  write_certificate_days(page, options_.dir + "/pki", "CERT.DS.TLS", certified_until_.load(), now);
  write_crl_ages(page, parts_->trust, now);
  for (Door* door : doors()) {
    if (!door || !door->server) continue;
    door->figures.write(page);
    http::write_server_stats(page, door->name, door->server->stats());
  }
}

void Site::read_crls() {
  std::lock_guard lock(crl_mutex_);
  if (!crl_files_.look()) return;
  crls_.clear();
  for (const fs::path& file : crl_files_.all()) {
    auto octets = CrlFiles::read(file);
    if (octets) crls_.push_back(std::move(*octets));
    if (!octets) ports_.observer.maintained("CRL " + file.filename().string(), &octets.error());
  }
  std::erase_if(crls_, [&](const Bytes& crl) {
    const auto taken = parts_->clients.add_crl(crl);
    (void)parts_->trust.add_crl(crl);  // whether it is of a CI of eUICCs or not
    if (taken) return false;
    const Error problem(taken.error());
    if (taken.error().error != pki::CrlError::fresher_loaded) ports_.observer.maintained("CRL", &problem);
    return true;
  });
  ports_.observer.maintained("CRLs: " + std::to_string(crls_.size()), nullptr);
  const Door* door = options_.es12_port ? servers_.get() : lpas_.get();
  if (!door) return;
  http::Server* between = door->server.get();
  const Status replaced = between->replace_client_certificates(client_certificates());
  if (!replaced) ports_.observer.maintained("CRLs for SM-DP+ certificates", &replaced.error());
}

template <class Step>
void Site::repeat(const char* what, Step step) {
  for (;;) {
    const Result<size_t> done = step(ports_);
    if (!done) return ports_.observer.maintained(what, &done.error());
    if (*done == 0) return;
    ports_.observer.maintained(std::string(what) + ": " + std::to_string(*done), nullptr);
    std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
}

void Site::upkeep() {
  read_crls();
  repeat("events ended", smds::end_expired);
  repeat("deletions told to the root SM-DS", smds::tell_root);
  repeat("old events forgotten", smds::prune);
}

void Site::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    upkeep();
    lock.lock();
    wake_.wait_for(lock, options_.upkeep_pace, [this] { return stopping_; });
  }
}

void Site::stop() {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    first = !std::exchange(stopping_, true);
  }
  wake_.notify_all();
  if (first) std::this_thread::sleep_for(options_.drain);
  if (thread_.joinable()) thread_.join();
  for (Door* door : {servers_.get(), lpas_.get(), monitors_.get()})
    if (door) door->server->stop();
}

Result<std::shared_ptr<http::TlsIdentity>> tls_identity(const std::vector<KeysFolder>& sets,
                                                        const std::string& host) {
  auto out = std::make_shared<http::TlsIdentity>();
  for (const KeysFolder& set : sets) {
    pki::Identity tls = TRY(set.identity(pki::Role::ds_tls));
    if (!tls.certificate.names_host(host)) {
      return Error{ErrorKind::invalid,
                   "CERT.DS.TLS in " + set.dir + " is not for the host name '" + host +
                       "': give the name that it has, or make another PKI with `sealift pki init "
                       "--host " +
                       host + "`"};
    }
    http::TlsIdentity one{{to_bytes(tls.certificate.der())}, pki::private_key_to_pkcs8(tls.key)};
    if (out->certificates.empty())
      *out = std::move(one);
    else
      out->others.push_back(std::move(one));
  }
  return out;
}

Status add_identities(const std::vector<KeysFolder>& sets, Parts& parts, Time now) {
  for (const KeysFolder& set : sets) {
    auto certificate = TRY(set.certificate(pki::Role::ds_auth));
    auto signer = TRY(set.signer(pki::Role::ds_auth));
    auto made =
        auth::server_identity(pki::Role::ds_auth, certificate.der(), std::move(signer), parts.trust, now);
    if (!made) return std::move(made.error()).within("CERT.DSauth in " + set.dir);
    parts.identities.push_back(std::move(*made));
  }
  return {};
}

Result<std::unique_ptr<Parts>> make_parts(const SmdsSiteOptions& options, const std::vector<KeysFolder>& sets,
                                          const std::shared_ptr<http::TlsIdentity>& tls, Clock& clock) {
  auto parts = std::make_unique<Parts>();
  parts->trust = pki::TrustStore(options.crl_policy);
  parts->settings = options.settings;
  for (const KeysFolder& set : sets) {
    pki::Certificate ci = TRY(set.certificate(pki::Role::ci));
    if (auto added = parts->trust.add(ci); !added)
      return Error(added.error()).within("CERT.CI in " + set.dir);
    (void)parts->clients.add(ci);
    parts->cis.push_back(to_bytes(ci.der()));
  }
  for (const Bytes& ci : options.further_cis) {
    if (auto added = parts->clients.add(ci); !added) return Error(added.error()).within("a CI for SM-DP+s");
  }
  // Before our own chains are judged; what is wrong with one is told by read_crls.
  take_up_crls(options.dir + "/pki", parts->trust);
  parts->authenticator = std::make_unique<auth::Authenticator>(parts->trust);
  TRY_VOID(add_identities(sets, *parts, clock.now()));
  if (options.sessions_per_address > 0) {
    parts->by_address =
        std::make_unique<auth::Limiter>(options.sessions_per_address, std::chrono::seconds(60));
  }
  if (options.keep_in_memory)
    parts->events = std::make_unique<store::MemoryEvents>();
  else if (store::is_postgres(options.store))
    parts->events = TRY(store::PostgresEvents::open({.connection_string = options.store}));
  else
    parts->events = TRY(store::SqliteEvents::open(options.dir + "/smds.db"));
  if (!options.root.empty()) {
    http::ClientOptions client;
    client.trusted_ci = parts->cis;
    for (const Bytes& ci : options.further_cis) client.trusted_ci.push_back(ci);
    client.identity = tls;
    client.connect_to = options.connect_to;
    client.request_timeout = std::chrono::seconds(20);
    client.user_agent = "gsma-rsp-smds";
    auto root = RemoteRoot::make(options.root, std::move(client), clock);
    if (!root) return std::move(root.error()).within("the root SM-DS");
    parts->root = std::move(*root);
  }
  return parts;
}

}  // namespace

Result<std::unique_ptr<SmdsSite>> SmdsSite::open(SmdsSiteOptions options, Clock& clock, Random& random,
                                                 smds::Observer& observer) {
  auto sets = TRY(KeysFolder::open_all(options.dir + "/pki"));
  const auto tls = TRY(tls_identity(sets, options.host));
  auto parts = TRY(make_parts(options, sets, tls, clock));
  auto site = std::make_unique<Site>(std::move(parts), options, clock, random, observer);
  site->read_crls();  // before any request
  TRY_VOID(site->listen(*tls));
  site->start();
  return std::unique_ptr<SmdsSite>(std::move(site));
}

}  // namespace sealift::lab
