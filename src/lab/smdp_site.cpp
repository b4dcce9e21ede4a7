#include "lab/smdp_site.hpp"

#include "http/routes_admin_smdp.hpp"
#include "http/routes_es9.hpp"
#include "lab/admin_door.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smdp_upkeep.hpp"
#include "pki/pem.hpp"
#include "store/memory/orders.hpp"
#include "store/memory/restrictions.hpp"
#include "store/memory/sessions.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::lab {

namespace {

/// What the Ports borrow, in the order in which it has to go.
struct Parts {
  pki::TrustStore trust;
  std::unique_ptr<auth::Authenticator> authenticator;
  std::vector<smdp::Signers> signers;
  Secret<32> store_key;
  std::unique_ptr<store::SqliteStore> database;
  std::unique_ptr<smdp::OrderStore> orders_in_memory;
  store::MemoryRestrictions restrictions_in_memory;
  std::unique_ptr<smdp::RestrictionList> restrictions;
  std::unique_ptr<smdp::Limiter> by_address, by_eid;
  store::MemorySessions sessions;
  smdp::Settings settings;
  std::vector<Bytes> cis;
  std::unique_ptr<Upkeep> upkeep;  // last, so that it goes first
};

class Site final : public SmdpSite {
 public:
  Site(std::unique_ptr<Parts> parts, Clock& clock, Random& random, smdp::Observer& observer)
      : parts_(std::move(parts)),
        ports_{clock,
               random,
               *parts_->authenticator,
               parts_->signers,
               parts_->store_key,
               parts_->database ? parts_->database->orders() : *parts_->orders_in_memory,
               parts_->sessions,
               observer,
               parts_->settings,
               parts_->restrictions.get(),
               parts_->by_address.get(),
               parts_->by_eid.get(),
               nullptr,
               {}} {}

  void keep_up() { parts_->upkeep->start(ports_.orders); }

  Status listen(const SmdpSiteOptions& options, const http::TlsIdentity& identity) {
    http::Router router;
    http::add_es9_routes(router, ports_);
    http::add_health_route(router);
    // Before the first request can come; where the system chooses the port nobody knows it yet.
    uint16_t port = options.public_port ? options.public_port : options.server.port;
    set_address(options.host, port);
    http::ServerOptions server = options.server;
    // Keys are in this process and the store is waited for by events: nothing blocks an I/O thread for long.
    server.handlers_wait_by_events = true;
    server.workers = 256;
    server_ = TRY(http::Server::start(std::move(server), identity, std::move(router)));
    if (port == 0) set_address(options.host, server_->port());
    if (options.admin) return listen_for_operators(options, identity);
    return {};
  }

  void set_address(const std::string& host, uint16_t port) {
    parts_->settings.smdpAddress = host + (port == 443 ? "" : ":" + std::to_string(port));
  }

  void hold(AdminDoor door) { door_.emplace(std::move(door)); }

  smdp::Ports& ports() override { return ports_; }
  const std::string& smdp_address() const override { return parts_->settings.smdpAddress; }
  uint16_t port() const override { return server_->port(); }
  uint16_t admin_port() const override { return admin_server_ ? admin_server_->port() : 0; }
  http::ServerStats stats() const override { return server_->stats(); }
  const std::vector<Bytes>& ci_certificates() const override { return parts_->cis; }
  Commits commits() const override {
    if (!parts_->database) return {};
    const auto f = parts_->database->figures();
    return {f.batches, f.changes};
  }
  void stop() override {
    if (admin_server_) admin_server_->stop();
    server_->stop();
    door_.reset();
  }

 private:
  Status listen_for_operators(const SmdpSiteOptions& options, const http::TlsIdentity& identity) {
    http::Router router;
    http::add_admin_smdp_routes(router, ports_, door_->token());
    http::add_health_route(router);
    http::ServerOptions server;
    server.address = options.admin->address;
    server.port = options.admin->port;
    server.workers = 4;  // people and their scripts, not phones
    server.max_connections = 64;
    server.max_body = http::max_admin_body;
    auto started = http::Server::start(std::move(server), identity, std::move(router));
    if (!started) return std::move(started.error()).within("the administration listener");
    admin_server_ = std::move(*started);
    return door_->announce({options.host, options.admin->address, admin_server_->port()});
  }

  std::unique_ptr<Parts> parts_;
  smdp::Ports ports_;
  std::optional<AdminDoor> door_;
  // last, so that they stop first
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Server> admin_server_;
};

}  // namespace

/// Trust in the CIs of all sets, before any chain below one of them is judged.
static Status add_trust(const std::vector<KeysFolder>& sets, Parts& parts) {
  for (const KeysFolder& set : sets) {
    pki::Certificate ci = TRY(set.certificate(pki::Role::ci));
    if (auto added = parts.trust.add(ci); !added) return Error(added.error()).within("CERT.CI in " + set.dir);
    parts.cis.push_back(to_bytes(ci.der()));
  }
  return {};
}

/// Certificate and signer of a server role, its chain checked as an eUICC will check it.
static Result<auth::ServerIdentity> server_identity(const KeysFolder& folder, pki::Role role,
                                                    const pki::TrustStore& trust, Time now) {
  pki::Certificate certificate = TRY(folder.certificate(role));
  auto chain = pki::verify_chain(role, certificate, {}, trust, now);
  if (!chain) {
    Error why(chain.error());
    if (chain.error().error == pki::ChainError::revocation_unknown) {
      why.message += "; sign one with `sealift pki crl " + folder.dir + "`, or put the CI's there as *.crl";
    }
    return std::move(why).within(std::string(pki::rules(role).title) + " in " + folder.dir);
  }
  auto signer = TRY(folder.signer(role));
  if (signer->public_key() != certificate.public_key()) {
    return Error{ErrorKind::invalid,
                 std::string(pki::rules(role).title) + " in " + folder.dir + " does not belong to its key"};
  }
  auth::ServerIdentity out;
  out.ciPKId = TRY(octets<20>(chain->ci_key_id()));
  out.certificate.tlv = to_bytes(certificate.der());
  out.oid = chain->owner().value_or(asn1::Oid());
  out.signer = std::move(signer);
  return out;
}

static void add_limits(const SmdpSiteOptions& options, Parts& parts) {
  using namespace std::chrono_literals;
  if (options.sessions_per_address > 0) {
    parts.by_address = std::make_unique<smdp::Limiter>(options.sessions_per_address, 60s);
  }
  if (options.guesses_per_eid > 0) {
    parts.by_eid = std::make_unique<smdp::Limiter>(options.guesses_per_eid, 10min);
  }
}

/// What signs below each CI. An SM-DP+ has one OID, whichever CI vouches for it (SGP.22 4.5.2.1).
static Status add_signers(const std::vector<KeysFolder>& sets, Parts& parts, Time now) {
  for (const KeysFolder& set : sets) {
    auto dp_auth = TRY(server_identity(set, pki::Role::dp_auth, parts.trust, now));
    auto dp_pb = TRY(server_identity(set, pki::Role::dp_pb, parts.trust, now));
    if (dp_auth.oid != dp_pb.oid)
      return Error{ErrorKind::invalid, "CERT.DPauth and CERT.DPpb in " + set.dir + " have different OIDs"};
    if (dp_auth.ciPKId != dp_pb.ciPKId)
      return Error{ErrorKind::invalid, "CERT.DPauth and CERT.DPpb in " + set.dir + " are below different CIs"};
    if (!parts.signers.empty() && parts.signers.front().dpAuth.oid != dp_auth.oid) {
      return Error{ErrorKind::invalid, "CERT.DPauth in " + set.dir + " has another OID than that in " +
                                           sets.front().dir + ": they must be of one SM-DP+"};
    }
    parts.signers.push_back({std::move(dp_auth), std::move(dp_pb)});
  }
  return {};
}

static Result<std::unique_ptr<Parts>> make_parts(const SmdpSiteOptions& options,
                                                 std::vector<KeysFolder>& sets, Clock& clock, Random& random,
                                                 smdp::Observer& observer) {
  auto parts = std::make_unique<Parts>();
  parts->trust = pki::TrustStore(options.crl_policy);
  parts->settings = options.settings;
  add_limits(options, *parts);
  TRY_VOID(add_trust(sets, *parts));
  // Before our own chains are judged, and any request.
  parts->upkeep =
      std::make_unique<Upkeep>(UpkeepOptions{.dir = options.dir + "/pki"}, parts->trust, clock, observer);
  parts->upkeep->read_crls();
  parts->authenticator = std::make_unique<auth::Authenticator>(parts->trust);
  TRY_VOID(add_signers(sets, *parts, clock.now()));
  parts->store_key = TRY(sets.front().data_key("smdp", random));
  if (options.keep_in_memory)
    parts->orders_in_memory = std::make_unique<store::MemoryOrders>();
  else
    parts->database = TRY(store::SqliteStore::open(options.dir + "/smdp.db"));
  smdp::RestrictionStore* restrictions = &parts->restrictions_in_memory;
  if (parts->database) restrictions = &parts->database->restrictions();
  parts->restrictions = TRY(smdp::RestrictionList::open(*restrictions));
  return parts;
}

static Result<http::TlsIdentity> tls_identity(const KeysFolder& set, const std::string& host) {
  pki::Identity tls = TRY(set.identity(pki::Role::dp_tls));
  if (!tls.certificate.names_host(host)) {
    return Error{ErrorKind::invalid,
                 "CERT.DP.TLS in " + set.dir + " is not for the host name '" + host +
                     "': give the name that it has, or make another PKI with `sealift pki init --host " +
                     host + "`"};
  }
  http::TlsIdentity identity;
  identity.certificates.push_back(to_bytes(tls.certificate.der()));
  identity.private_key = pki::private_key_to_pkcs8(tls.key);
  return identity;
}

Result<std::unique_ptr<SmdpSite>> SmdpSite::open(SmdpSiteOptions options, Clock& clock, Random& random,
                                                 smdp::Observer& observer) {
  auto sets = TRY(KeysFolder::open_all(options.dir + "/pki"));
  std::optional<AdminDoor> door;
  if (options.admin) door.emplace(TRY(AdminDoor::open(options.dir, random)));
  auto parts = TRY(make_parts(options, sets, clock, random, observer));
  http::TlsIdentity identity = TRY(tls_identity(sets.front(), options.host));
  for (size_t i = 1; i < sets.size(); ++i) {
    auto other = TRY(tls_identity(sets[i], options.host));
    identity.others.push_back(std::move(other));
  }
  auto site = std::make_unique<Site>(std::move(parts), clock, random, observer);
  if (door) site->hold(std::move(*door));
  site->keep_up();
  TRY_VOID(site->listen(options, identity));
  return std::unique_ptr<SmdpSite>(std::move(site));
}

}  // namespace sealift::lab
