#include "lab/smds_site.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/routes_es11.hpp"
#include "http/routes_es12.hpp"
#include "http/routes_health.hpp"
#include "lab/smdp_certificates.hpp"
#include "lab/smdp_figures.hpp"
#include "lab/smdp_part_figures.hpp"
#include "lab/smds_certificates.hpp"
#include "lab/smds_figures.hpp"
#include "lab/smds_root.hpp"
#include "lab/smds_store.hpp"
#include "store/memory/sessions.hpp"

namespace sealift::lab {

namespace {

constexpr std::chrono::seconds address_refill{60};

/// What the Ports borrow, in the order in which it has to go.
struct Parts {
  explicit Parts(smds::Observer& next) : figures(next) {}
  SmdsFigures figures;
  std::unique_ptr<SmdsCertificates> certificates;
  SmdsStore store;
  store::MemorySmdsSessions sessions;
  smds::Settings settings;
  auth::Limiter by_address{0, address_refill};
  std::unique_ptr<RemoteRoot> root;
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

/// A part of the workers at most, so that phones are served whatever the root does.
RemoteRoot::Limits root_limits(const SmdsSiteOptions& options) {
  return {.at_once = options.server.workers / 4 + 1};
}

/// How the root SM-DS is called.
http::ClientOptions root_client(const SmdsSiteOptions& options, const std::vector<Bytes>& rsp_ci,
                                const pki::TrustStore& peers,
                                std::shared_ptr<const http::TlsIdentity> identity) {
  http::ClientOptions out;
  out.trusted_ci = rsp_ci;
  out.live_trust = &peers;
  out.identity = std::move(identity);
  out.connect_to = options.connect_to;
  out.request_timeout = std::chrono::seconds(20);
  out.user_agent = "gsma-rsp-smds";
  return out;
}

class Site final : public SmdsSite {
 public:
  Site(std::unique_ptr<Parts> parts, const SmdsSiteOptions& options, Clock& clock, Random& random)
      : parts_(std::move(parts)),
        options_(options),
        ports_{clock,
               random,
               parts_->certificates->authenticator,
               parts_->certificates->identities,
               *parts_->store.events,
               parts_->sessions,
               parts_->figures,
               parts_->settings,
               parts_->root.get(),
               &parts_->by_address,
               {}} {}
  ~Site() override { stop(); }

  Status listen();
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
  Result<std::vector<std::string>> reload(const SmdsSiteOptions& now) override;
  const std::vector<Bytes>& ci_certificates() const override { return parts_->certificates->first_cis(); }
  void upkeep() override;
  void stop() override;
  /// Takes up CRLs that are new: for eUICCs, and for the certificates of SM-DP+s.
  void read_crls();

 private:
  /// Where SM-DP+s are asked for their certificates.
  Door* between() const { return options_.es12_port ? servers_.get() : lpas_.get(); }
  http::ClientCertificates asking(http::ClientCertificates clients) const;
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
  std::mutex certificates_mutex_;  // of who changes them
  std::mutex upkeep_mutex_;
  uint64_t untold_after_ = 0;  // upkeep's
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
  Monitor monitor_;
  // last, so that they stop first
  std::unique_ptr<Door> lpas_, servers_, monitors_;
};

http::ClientCertificates Site::asking(http::ClientCertificates clients) const {
  clients.demand = options_.es12_port ? http::ClientCertificates::Demand::required
                                      : http::ClientCertificates::Demand::optional;
  clients.clock = &ports_.clock;
  clients.live_trust = &parts_->certificates->peers;
  return clients;
}

Status Site::listen() {
  std::lock_guard lock(certificates_mutex_);
  const http::TlsIdentity& identity = *parts_->certificates->tls();
  const http::ClientCertificates clients = asking(parts_->certificates->client_certificates());
  http::Router lpas, servers;
  http::add_es11_routes(lpas, ports_);
  http::add_health_route(lpas);
  http::add_es12_routes(options_.es12_port ? servers : lpas, ports_);
  uint16_t port = options_.public_port ? options_.public_port : options_.server.port;
  set_address(port);
  http::ServerOptions server = options_.server;
  if (!options_.es12_port) server.client_certificates = clients;
  TRY_VOID(open_door(lpas_, "es11", std::move(server), identity, std::move(lpas)));
  if (port == 0) set_address(lpas_->server->port());
  if (options_.es12_port) {
    http::ServerOptions between = options_.server;
    between.port = *options_.es12_port;
    between.client_certificates = clients;
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

Result<std::vector<std::string>> Site::reload(const SmdsSiteOptions& now) {
  std::lock_guard lock(certificates_mutex_);
  SmdsCertificates& certificates = *parts_->certificates;
  // What may fail comes first.
  SmdsSiteOptions wanted = now;
  wanted.host = options_.host;
  auto next = TRY(certificates.prepare(wanted, ports_.clock.now()));
  const http::ClientCertificates clients = next.client_certificates();
  if (parts_->root) TRY_VOID(parts_->root->renew(root_client(now, clients.rsp_ci, certificates.peers, next.tls)));
  for (Door* door : doors())
    if (door) TRY_VOID(door->server->replace_identity(*next.tls));
  TRY_VOID(between()->server->replace_client_certificates(asking(clients)));
  certificates.take(std::move(next));
  parts_->by_address.set(now.sessions_per_address, address_refill);
  take_over(now.settings, parts_->settings);
  return only_by_restart(options_, now);
}

void Site::watch() {
  monitor_.add_check("running", [this] {
    std::lock_guard lock(mutex_);
    return std::string(stopping_ ? "the server stops" : "");
  });
  const auto runs_out = [this](std::chrono::seconds ahead) {
    return parts_->certificates->expiry_problem(ahead, ports_.clock.now());
  };
  monitor_.add_check("certificates", [runs_out] { return runs_out(std::chrono::seconds(0)); });
  monitor_.add_check("crls", [this] { return parts_->certificates->crls_problem(ports_.clock.now()); });
  monitor_.add_check("store", asked_seldom([this] {
                       const Status written = parts_->store.probe();
                       return written ? std::string() : written.error().message;
                     }));
  monitor_.add_warning("certificates", [runs_out] { return runs_out(soon); });
  monitor_.add_figures([this](http::MetricsPage& page) { write_figures(page); });
}

void Site::write_figures(http::MetricsPage& page) {
  const Time now = ports_.clock.now();
  parts_->certificates->each_expiry([&](const std::string& set, std::string_view name, Time until) {
    write_certificate_days(page, set, name, until, now);
  });
  write_crl_ages(page, parts_->certificates->trust, now);
  parts_->figures.write(page);
  if (const auto counts = parts_->store.events->counts()) write_event_counts(page, *counts);
  page.gauge("sealift_sessions", "ES11 sessions in memory.", "",
             static_cast<double>(parts_->sessions.size()));
  write_store_figures(page, parts_->store.figures());
  for (Door* door : doors()) {
    if (!door || !door->server) continue;
    door->figures.write(page);
    http::write_server_stats(page, door->name, door->server->stats());
  }
}

void Site::read_crls() {
  std::lock_guard lock(certificates_mutex_);
  if (!parts_->certificates->read_crls(ports_.observer) || !between()) return;
  const Status replaced =
      between()->server->replace_client_certificates(asking(parts_->certificates->client_certificates()));
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
  std::lock_guard one_at_a_time(upkeep_mutex_);
  read_crls();
  repeat("events ended", smds::end_expired);
  repeat("deletions told to the root SM-DS",
         [this](smds::Ports& ports) { return smds::tell_root(ports, untold_after_); });
  repeat("old events forgotten", smds::prune);
  repeat("old audit rows forgotten", smds::prune_audit);
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

Result<std::unique_ptr<Parts>> make_parts(const SmdsSiteOptions& options, Clock& clock,
                                          smds::Observer& observer) {
  auto parts = std::make_unique<Parts>(observer);
  parts->settings = options.settings;
  parts->certificates = TRY(SmdsCertificates::open(options, clock.now()));
  parts->by_address.set(options.sessions_per_address, address_refill);
  parts->store = TRY(SmdsStore::open(options));
  if (!options.root.empty()) {
    auto root = RemoteRoot::make(
        options.root, root_client(options, parts->certificates->rsp_ci(), parts->certificates->peers,
                    parts->certificates->tls()),
        root_limits(options), clock);
    if (!root) return std::move(root.error()).within("the root SM-DS");
    parts->root = std::move(*root);
  }
  return parts;
}

}  // namespace

Result<std::unique_ptr<SmdsSite>> SmdsSite::open(SmdsSiteOptions options, Clock& clock, Random& random,
                                                 smds::Observer& observer) {
  auto parts = TRY(make_parts(options, clock, observer));
  auto site = std::make_unique<Site>(std::move(parts), options, clock, random);
  site->read_crls();  // before any request
  TRY_VOID(site->listen());
  site->start();
  return std::unique_ptr<SmdsSite>(std::move(site));
}

}  // namespace sealift::lab
