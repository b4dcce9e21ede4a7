#include "lab/smdp_site.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "asn1/time.hpp"
#include "http/routes_admin_smdp.hpp"
#include "http/routes_es2.hpp"
#include "http/routes_es9.hpp"
#include "lab/operators.hpp"
#include "lab/smdp_outbox.hpp"
#include "lab/smdp_part_figures.hpp"
#include "lab/smdp_parts.hpp"

namespace sealift::lab {

namespace {

/// One server of ES9+ as its clients see it: a name and certificates. Its address stays.
struct Front {
  Front(SmdpCertificates& c, smdp::Settings s) : certificates(c), settings(std::move(s)) {}
  SmdpCertificates& certificates;
  smdp::Settings settings;
  std::optional<smdp::Ports> ports;
};

/// A listener that is up.
struct Door {
  Door(const ListenerOptions& o, const http::Router& router, http::ExchangeObserver* next)
      : options(o), figures(o.name, router), exchanges(figures, next) {}
  const ListenerOptions& options;
  http::RequestFigures figures;
  http::ExchangeObservers exchanges;
  std::atomic<Time> certified_until{};   ///< its TLS certificate
  std::unique_ptr<http::Server> server;  // last, so that it stops first

  /// New connections get this certificate.
  Status show(const http::TlsIdentity& identity) {
    const Time until = TRY(http::valid_until(identity.certificates.front()));
    if (server) TRY_VOID(server->replace_identity(identity));
    certified_until = until;
    return {};
  }
};

/// What ES2+ tells, as an event like others.
class Es2Events final : public smdp::Es2Observer {
 public:
  explicit Es2Events(smdp::Observer& next) : next_(next) {}
  void call_identifier_reused(smdp::Es2Function) override {
    next_.maintained("ES2+: a functionCallIdentifier came again with another body", nullptr);
  }
  void failed(smdp::Es2Function, const Error& error) override { next_.maintained("ES2+", &error); }

 private:
  smdp::Observer& next_;
};

class Site final : public SmdpSite {
 public:
  Site(SmdpSiteOptions options, std::unique_ptr<SmdpParts> parts)
      : options_(std::move(options)), parts_(std::move(parts)) {}
  ~Site() override { parts_->upkeep.reset(); }  // before the fronts whose orders it ends

  Status start(Random& random) {
    for (const ListenerOptions& listener : options_.listeners) {
      if (listener.serves(Interface::es9plus)) add_front(listener, random);
    }
    watch();
    check(!fronts_.empty(), "a listener of ES9+, as SmdpSite::open has seen to");
    TRY_VOID(open_outbox());
    es2_.emplace(smdp::Es2Ports{ports(), es2_events_, &outbox_->registrar(), &parts_->stores->outbox()});
    parts_->upkeep->start(parts_->stores->orders(), &ports());
    if (parts_->crl_fetcher) parts_->crl_fetcher->start();
    for (const ListenerOptions& listener : options_.listeners) {
      if (auto started = listen(listener); !started) {
        if (options_.listeners.size() == 1) return started;
        return std::move(started.error()).within("the listener '" + listener.name + "'");
      }
    }
    outbox_->start();
    return {};
  }

  smdp::Ports& ports() override { return *fronts_.front()->ports; }
  const std::string& smdp_address() const override { return fronts_.front()->settings.smdpAddress; }
  uint16_t port() const override { return port_of(Interface::es9plus); }
  uint16_t admin_port() const override { return port_of(Interface::admin); }
  std::vector<Listening> listeners() const override {
    std::vector<Listening> out;
    for (const auto& door : doors_)
      out.push_back({door->options.name, door->server->port(), door->server->stats()});
    return out;
  }
  const std::vector<Bytes>& ci_certificates() const override { return parts_->certificates.front()->cis; }
  Commits commits() const override {
    const auto f = parts_->stores->figures();
    return {f.commits, f.changes};
  }
  Monitor& monitor() override { return parts_->monitor; }

  Result<std::vector<std::string>> reload(const SmdpSiteOptions& now) override {
    // What may fail comes first. A folder that cannot be taken up keeps what it has; those before it are new
    // then.
    std::vector<http::TlsIdentity> identities;
    std::vector<std::optional<http::ClientCertificates>> clients;
    for (const auto& one : parts_->certificates) {
      if (!options_.production) continue;
      auto folders = TRY(KeysFolder::open_all(one->dir));
      TRY_VOID(require_keyd(folders));
    }
    for (const auto& one : parts_->certificates) TRY_VOID(one->reload(parts_->clock.now(), now.crl_policy));
    for (const auto& door : doors_) {
      auto identity =
          tls_identity(tls_of(door->options, now), certificates_of(door->options).sets, pki::Role::dp_tls);
      if (!identity) return std::move(identity.error()).within("the listener '" + door->options.name + "'");
      identities.push_back(std::move(*identity));
      auto asked = clients_of(tls_of(door->options, now), now.crl_policy);
      if (!asked) return std::move(asked.error()).within("the listener '" + door->options.name + "'");
      clients.push_back(std::move(*asked));
    }
    for (size_t i = 0; i < doors_.size(); ++i) {
      TRY_VOID(doors_[i]->show(identities[i]));
      if (clients[i]) TRY_VOID(doors_[i]->server->replace_client_certificates(*clients[i]));
    }
    crls_required_ = now.crl_policy == pki::CrlPolicy::required;
    TRY_VOID(show_ourselves());
    outbox_->renew();
    set_limits(now, *parts_);
    for (const auto& front : fronts_) take_over(now.settings, front->settings);
    return only_by_restart(options_, now);
  }
  std::vector<hsm::DeskFigures> hsm_figures() const override {
    std::vector<hsm::DeskFigures> out;
    std::set<hsm::Desk*> seen;  // several sets may have one HSM
    for (const SiteHsms& one : parts_->hsms) {
      for (const auto& desk : one.desks) {
        if (seen.insert(desk.get()).second) out.push_back(desk->figures());
      }
    }
    return out;
  }
  // The administration last: until then it tells monitors that the server stops.
  void stop() override {
    if (!stopping_.exchange(true)) std::this_thread::sleep_for(options_.drain);
    for (auto& door : doors_)
      if (door->options.serves(Interface::es9plus) || door->options.serves(Interface::es2plus)) door->server->stop();
    for (auto& door : doors_) door->server->stop();
    outbox_->stop();
    parts_->admin_door.reset();
  }

 private:
  /// The listener as it is, with the certificate files that are named for it now.
  static ListenerOptions tls_of(ListenerOptions listener, const SmdpSiteOptions& now) {
    for (const ListenerOptions& one : now.listeners)
      if (one.name == listener.name && one.clients.demand == listener.clients.demand) {
        listener.tls = one.tls;
        listener.clients = one.clients;
      }
    return listener;
  }

  SmdpCertificates& certificates_of(const ListenerOptions& listener) {
    for (auto& one : parts_->certificates)
      if (one->dir == listener.certificates) return *one;
    return *parts_->certificates.front();
  }

  /// What the listener asks of clients, with the lists that are kept fresh for its folder of certificates.
  Result<std::optional<http::ClientCertificates>> clients_of(const ListenerOptions& listener,
                                                             pki::CrlPolicy policy) {
    const SmdpCertificates& certificates = certificates_of(listener);
    auto asked = TRY(client_certificates(listener, certificates.sets, parts_->clock));
    if (!asked) return asked;
    asked->live_trust = &certificates.trust;
    asked->private_crls = policy;
    return asked;
  }

  crypto::KeyAgreement* key_agreement_of(const SmdpCertificates& certificates) {
    for (size_t i = 0; i < parts_->certificates.size(); ++i)
      if (parts_->certificates[i].get() == &certificates) return parts_->hsms[i].key_agreement.get();
    return nullptr;
  }

  /// Two listeners of the same name and certificates are one front, unless the system chooses their ports.
  Front* front_of(const ListenerOptions& listener) {
    const std::string address = public_address(listener, listener.server.port);
    for (auto& front : fronts_) {
      if (&front->certificates == &certificates_of(listener) && front->settings.smdpAddress == address)
        return front.get();
    }
    return nullptr;
  }

  void add_front(const ListenerOptions& listener, Random& random) {
    if (front_of(listener)) return;
    SmdpCertificates& certificates = certificates_of(listener);
    auto front = std::make_unique<Front>(certificates, options_.settings);
    // Before the first request can come; where the system chooses the port nobody knows it yet.
    front->settings.smdpAddress = public_address(listener, listener.server.port);
    front->ports.emplace(smdp::Ports{parts_->clock,
                                     random,
                                     certificates.authenticator,
                                     certificates.signers,
                                     parts_->store_key,
                                     parts_->stores->orders(),
                                     parts_->stores->sessions(),
                                     parts_->figures,
                                     front->settings,
                                     parts_->restrictions.get(),
                                     &parts_->by_address,
                                     &parts_->by_eid,
                                     key_agreement_of(certificates),
                                     {},
                                     &parts_->records->directory()});
    fronts_.push_back(std::move(front));
  }

  /// Who we are to operators and SM-DSs: CERT.DP.TLS of the first set, as it is on disk now.
  Status show_ourselves() {
    ListenerOptions own;
    own.host = options_.es9plus().host;
    auto identity = TRY(tls_identity(own, parts_->certificates.front()->sets, pki::Role::dp_tls));
    std::lock_guard lock(identity_mutex_);
    identity_ = std::make_shared<const http::TlsIdentity>(std::move(identity));
    return {};
  }

  Status open_outbox() {
    TRY_VOID(show_ourselves());
    CarrierOptions carrier;
    carrier.trust = &parts_->certificates.front()->trust;
    if (const auto oid = parts_->certificates.front()->signers.oid()) carrier.requester = oid->dotted();
    carrier.root_smds = options_.root_smds;
    carrier.connect_to = options_.connect_to;
    carrier.identity = [this] {
      std::lock_guard lock(identity_mutex_);
      return identity_;
    };
    outbox_.emplace(parts_->stores->outbox(), ports(), std::move(carrier));
    for (auto& front : fronts_) outbox_->attach(*front->ports);
    return {};
  }

  Status listen(const ListenerOptions& listener) {
    http::Router router;
    Front* front = listener.serves(Interface::es9plus) ? front_of(listener) : nullptr;
    if (front) http::add_es9_routes(router, *front->ports);
    if (listener.serves(Interface::es2plus)) {
      http::add_es2_routes(router, *es2_, operators(parts_->records->directory(), parts_->clock));
    }
    if (listener.serves(Interface::admin))
      http::add_admin_smdp_routes(router, ports(), parts_->admin_door->token(),
                                  access::audit_log_of(parts_->stores->records()), &parts_->by_principal,
                                  &parts_->stores->outbox());
    if (listener.serves(Interface::metrics)) parts_->monitor.add_routes(router);
    http::add_health_route(router);
    auto door = std::make_unique<Door>(listener, router, options_.exchanges);
    http::ServerOptions server = listener.server;
    // Keys are in this process and the store is waited for by events: nothing blocks an I/O thread for long.
    server.handlers_wait_by_events =
        front && !listener.serves(Interface::admin) && !listener.serves(Interface::es2plus);
    if (listener.serves(Interface::admin)) server.max_body = std::max(server.max_body, http::max_admin_body);
    server.observer = &door->exchanges;
    server.client_certificates = TRY(clients_of(listener, options_.crl_policy));
    auto identity = TRY(tls_identity(listener, certificates_of(listener).sets, pki::Role::dp_tls));
    TRY_VOID(door->show(identity));
    door->server = TRY(http::Server::start(std::move(server), identity, std::move(router)));
    const uint16_t port = door->server->port();
    {
      std::lock_guard lock(doors_mutex_);
      doors_.push_back(std::move(door));
    }
    if (front && listener.server.port == 0) front->settings.smdpAddress = public_address(listener, port);
    if (listener.serves(Interface::admin))
      return parts_->admin_door->announce({listener.host, listener.server.address, port});
    return {};
  }

  uint16_t port_of(Interface interface) const {
    for (const auto& door : doors_)
      if (door->options.serves(interface)) return door->server->port();
    return 0;
  }

  /// What monitors ask for.
  void watch() {
    Monitor& m = parts_->monitor;
    m.add_check("running", [this] { return std::string(stopping_ ? "the server stops" : ""); });
    m.add_check("certificates", [this] { return certificates_problem(std::chrono::seconds(0)); });
    m.add_check("crls", [this] { return crls_problem(); });
    m.add_check("store", asked_seldom([this] {
                  const Status written = parts_->stores->probe();
                  return written ? std::string() : written.error().message;
                }));
    m.add_check("hsm", [this] {
      const auto hsms = hsm_figures();
      const bool away = std::ranges::any_of(hsms, [](const hsm::DeskFigures& one) { return one.away; });
      return std::string(away ? "an HSM is out of reach" : "");
    });
    m.add_check("issuance", [this] { return std::string(issuance_stopped() ? "issuance is stopped" : ""); });
    m.add_warning("certificates", [this] { return certificates_problem(soon); });
    m.add_figures([this](http::MetricsPage& page) { write_figures(page); });
  }

  bool issuance_stopped() const { return parts_->records->directory().current()->issuance.stopped; }

  /// Those of ours that run out before `ahead` has passed.
  std::string certificates_problem(std::chrono::seconds ahead) {
    std::string out;
    each_certificate([&](const std::string& set, std::string_view name, Time until) {
      if (until - parts_->clock.now() >= ahead) return;
      out += (out.empty() ? "" : ", ") + std::string(name) + " of " + set + " until " + asn1::rfc3339(until);
    });
    return out.empty() ? out : "runs out: " + out;
  }

  /// Where a current CRL is demanded, the CIs that have none.
  std::string crls_problem() {
    std::string out;
    if (!crls_required_) return out;
    for (const auto& certificates : parts_->certificates) {
      for (const pki::Certificate& ci : certificates->trust.all()) {
        const auto is_current = [&](const pki::Crl& crl) {
          return crl.next_update() && *crl.next_update() > parts_->clock.now();
        };
        if (std::ranges::none_of(certificates->trust.crls(ci.subject_key_id()), is_current))
          out += (out.empty() ? "no current CRL of CI " : ", ") + hex(ci.subject_key_id());
      }
    }
    return out;
  }

  void each_certificate(const std::function<void(const std::string&, std::string_view, Time)>& tell) {
    for (const auto& certificates : parts_->certificates) certificates->each_expiry(tell);
    std::lock_guard lock(doors_mutex_);
    for (const auto& door : doors_)
      tell("listener " + door->options.name, "TLS", door->certified_until.load());
  }

  void write_figures(http::MetricsPage& page) {
    parts_->figures.write(page);
    each_certificate([&](const std::string& set, std::string_view name, Time until) {
      write_certificate_days(page, set, name, until, parts_->clock.now());
    });
    for (const auto& one : parts_->certificates) write_crl_ages(page, one->trust, parts_->clock.now());
    if (const auto open = parts_->stores->open_sessions())
      page.gauge("sealift_sessions", "ES9+ sessions in memory.", "", static_cast<double>(*open));
    write_store_figures(page, parts_->stores->figures());
    outbox_->write(page);
    write_hsm_figures(page, hsm_figures());
    page.gauge("sealift_issuance_stopped", "1 while somebody has stopped issuance.", "", issuance_stopped());
    std::lock_guard lock(doors_mutex_);
    for (const auto& door : doors_) {
      door->figures.write(page);
      write_server_stats(page, door->options.name, door->server->stats());
    }
  }

  SmdpSiteOptions options_;
  std::unique_ptr<SmdpParts> parts_;
  std::vector<std::unique_ptr<Front>> fronts_;
  std::mutex identity_mutex_;  // guards identity_
  std::shared_ptr<const http::TlsIdentity> identity_;
  std::optional<SmdpOutbox> outbox_;
  Es2Events es2_events_{parts_->figures};
  std::optional<smdp::Es2Ports> es2_;
  std::atomic<bool> stopping_{false}, crls_required_{options_.crl_policy == pki::CrlPolicy::required};
  mutable std::mutex doors_mutex_;            // guards doors_ while listeners start
  std::vector<std::unique_ptr<Door>> doors_;  // last, so that they stop first
};

}  // namespace

Result<std::unique_ptr<SmdpSite>> SmdpSite::open(SmdpSiteOptions options, Clock& clock, Random& random,
                                                 smdp::Observer& observer) {
  TRY_VOID(check_listeners(options));
  auto parts = TRY(open_parts(options, clock, random, observer));
  auto site = std::make_unique<Site>(std::move(options), std::move(parts));
  TRY_VOID(site->start(random));
  return std::unique_ptr<SmdpSite>(std::move(site));
}

}  // namespace sealift::lab
