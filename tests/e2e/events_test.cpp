// Discovery over real TLS: an SM-DP+ announces a profile at an SM-DS, perhaps by way of an alternative one, a
// phone finds it, downloads it, and the event is deleted. And who may not do what, and what becomes of it
// where a server is away.
#include <thread>

#include "base/files.hpp"
#include "download/discover.hpp"
#include "http/es12_client.hpp"
#include "http/routes_es12.hpp"
#include "lab/pki_office.hpp"
#include "lab/smds_site.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

const std::string root_host = "root.smds.example.com";
const std::string alt_host = "alt.smds.example.com";

void with_smds_hosts(pki::HierarchyOptions& o) {
  o.ds_hosts = {root_host, alt_host, "apart.smds.example.com"};
}

class DsLog final : public smds::Observer {
 public:
  void root_failed(const Error& e) override {
    std::lock_guard lock(mutex_);
    failures_.push_back(e.message);
  }
  size_t root_failures() {
    std::lock_guard lock(mutex_);
    return failures_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> failures_;
};

/// An SM-DS of a world, whose phones and servers find it by name.
struct Smds {
  Smds(World& w, std::string name, std::vector<http::ConnectTo> routes = {}, const std::string& root = {},
       std::optional<uint16_t> es12_port = std::nullopt)
      : world(w), host_name(std::move(name)), dir(w.folder.path() + "/" + host_name) {
    if (!std::filesystem::exists(dir)) (void)must(lab::KeysFolder::create(dir + "/pki", w.pki, w.random));
    options.dir = dir;
    options.host = host_name;
    options.public_port = 443;
    options.server.workers = 4;
    options.es12_port = es12_port;
    options.root = root;
    options.connect_to = std::move(routes);
    options.upkeep_pace = std::chrono::hours(1);  // tests call upkeep()
    start();
  }
  void start() { site = must(lab::SmdsSite::open(options, world.clock, world.random, log)); }
  void stop() {
    options.server.port = site->port();  // it comes back where it was
    site.reset();
  }
  http::ConnectTo route() const { return {{host_name, 443}, "127.0.0.1", site->port()}; }
  http::ConnectTo es12_route() const { return {{host_name, 443}, "127.0.0.1", site->es12_port()}; }

  World& world;
  std::string host_name, dir;
  lab::SmdsSiteOptions options;
  DsLog log;
  std::unique_ptr<lab::SmdsSite> site;
};

std::shared_ptr<const http::TlsIdentity> tls_identity(const pki::Identity& identity) {
  return std::make_shared<const http::TlsIdentity>(
      http::TlsIdentity{{to_bytes(identity.certificate.der())}, pki::private_key_to_pkcs8(identity.key)});
}

/// A CERT.DP.TLS under the world's CI, with another OID or changed otherwise.
pki::Identity another_smdp(World& w, const std::function<void(pki::CertificateSpec&)>& change = {}) {
  const auto& ci = w.pki[pki::Role::ci];
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  crypto::SoftwareSigner signer(ci.key);
  pki::Subject subject = pki::subject_of(w.pki.certificate(pki::Role::dp_tls));
  subject.registered_id = asn1::Oid::of({2, 999, 77});
  auto spec = pki::profile(pki::Role::dp_tls, subject, key.public_key(), &ci.certificate,
                           start - std::chrono::days(1), start + std::chrono::days(30), w.random);
  if (change) change(spec);
  auto certificate = must(pki::issue(spec, key.public_key(), signer));
  return {std::move(certificate), std::move(key)};
}

/// An SM-DP+'s side of ES12.
class Registrant {
 public:
  Registrant(World& w, std::vector<http::ConnectTo> routes, std::shared_ptr<const http::TlsIdentity> identity)
      : client_(make(w, std::move(routes), std::move(identity))), es12_(client_) {}

  http::Es12Result add(const std::string& smds, const Eid& eid, const std::string& id, bool forward = false) {
    return es12_.register_event(smds, {{"2.999.10", "register-" + id}, eid, host, id, forward});
  }
  http::Es12Result remove(const std::string& smds, const Eid& eid, const std::string& id) {
    return es12_.delete_event(smds, {{"2.999.10", "delete-" + id}, eid, id});
  }

 private:
  static http::Client make(World& w, std::vector<http::ConnectTo> routes,
                           std::shared_ptr<const http::TlsIdentity> identity) {
    http::ClientOptions o;
    o.trusted_ci = {to_bytes(w.pki.certificate(pki::Role::ci).der())};
    o.connect_to = std::move(routes);
    o.identity = std::move(identity);
    return must(http::Client::make(std::move(o), w.clock));
  }
  http::Client client_;
  http::Es12Client es12_;
};

std::string refusal(const http::Es12Result& result) {
  if (result) return "none";
  const auto& status = result.error().status;
  if (!status || !status->statusCodeData) return result.error().error.message;
  return status->statusCodeData->subjectCode + "/" + status->statusCodeData->reasonCode;
}

class Events : public testing::Test {
 protected:
  Events()
      : world({.change_pki = with_smds_hosts}),
        root(world, root_host),
        alt(world, alt_host, {root.route()}, root_host) {}

  std::vector<http::ConnectTo> routes() { return {root.route(), alt.route()}; }
  Registrant smdp() { return {world, routes(), tls_identity(world.pki[pki::Role::dp_tls])}; }
  std::unique_ptr<Phone> phone(int number) {
    return std::make_unique<Phone>(world, number, PhoneOptions{.routes = routes()});
  }
  static download::Discovery discover(Phone& phone, const std::string& smds = root_host) {
    download::Options options;
    options.deviceInfo = download::default_device_info();
    return must(phone.lpa->discover(smds, options));
  }

  World world;
  Smds root, alt;
};

TEST_F(Events, a_phone_finds_a_profile_at_the_root_smds_downloads_it_and_the_event_is_deleted) {
  const Product product = world.order(1);
  Registrant owner = smdp();
  auto phone = this->phone(1);
  EXPECT_TRUE(discover(*phone).waiting.empty());
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), product.code.acToken.value())), "none");

  const auto found = discover(*phone);
  ASSERT_EQ(found.waiting.size(), 1u);
  EXPECT_EQ(found.waiting[0].code.smdpAddress, product.code.smdpAddress);
  EXPECT_EQ(found.waiting[0].code.acToken, product.code.acToken);
  EXPECT_EQ(found.waiting[0].via, std::vector<std::string>{root_host});
  ASSERT_TRUE(phone->download(found.waiting[0].code));
  EXPECT_EQ(phone->profile_count(), 1u);
  EXPECT_EQ(world.now(product.order).state, smdp::OrderState::installed);

  ASSERT_EQ(refusal(owner.remove(root_host, World::eid(1), product.code.acToken.value())), "none");
  EXPECT_TRUE(discover(*phone).waiting.empty());
}

/// The SM-DP+ opened anew, with a way to the SM-DSs.
static void lead_to(World& world, std::vector<http::ConnectTo> routes) {
  world.site.reset();
  world.site_options.connect_to = std::move(routes);
  world.site_options.root_smds = {root_host};
  world.site = must(lab::SmdpSite::open(world.site_options, world.clock, world.random, world.log));
}
template <class Done>
static bool eventually(World& world, Done done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    world.clock.advance(std::chrono::seconds(1));
  }
  return done();
}

TEST_F(Events, are_registered_and_deleted_by_the_smdp_itself) {
  for (const std::string& smds : {root_host, alt_host}) {
    lead_to(world, routes());
    auto phone = this->phone(1);
    const Product product = world.order(1, {.eid = World::eid(1), .smdsAddress = smds});
    const auto events = [&] { return discover(*phone).waiting; };
    ASSERT_TRUE(eventually(world, [&] { return events().size() == 1; })) << smds;
    const auto found = events();
    EXPECT_EQ(found[0].code.acToken, product.code.acToken);
    ASSERT_TRUE(phone->download(found[0].code));
    EXPECT_TRUE(eventually(world, [&] { return events().empty(); })) << smds;
  }
}

TEST_F(Events, are_registered_by_the_smdp_once_the_smds_is_back) {
  lead_to(world, routes());
  root.stop();
  const Product product = world.order(1, {.eid = World::eid(1), .smdsAddress = root_host});
  root.start();
  auto phone = this->phone(1);
  EXPECT_TRUE(eventually(world, [&] { return discover(*phone).waiting.size() == 1; }));
}

TEST_F(Events, are_registered_with_the_certificate_and_by_the_cis_that_the_smdp_took_up_last) {
  std::mutex mutex;
  std::vector<Bytes> shown;
  const auto heard = [&] {
    std::lock_guard lock(mutex);
    return shown;
  };
  http::Router router;
  router.add("POST", std::string(http::es12_path) + "registerEvent", [&](const http::Request& r) {
    std::lock_guard lock(mutex);
    shown.push_back(r.client->certificate);
    const char* done = R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}}})";
    return http::Response{200, "application/json", done, {}};
  });
  http::ServerOptions options;
  options.client_certificates.emplace();
  options.client_certificates->rsp_ci = {world.site->ci_certificate()};
  options.client_certificates->clock = &world.clock;
  auto smds = must(http::Server::start(std::move(options), *tls_identity(world.pki[pki::Role::ds_tls]),
                                       std::move(router)));
  lead_to(world, {{{root_host, 443}, "127.0.0.1", smds->port()}});
  const auto registered = [&](int n) {
    (void)world.order(static_cast<uint64_t>(n), {.eid = World::eid(n), .smdsAddress = root_host});
    return eventually(world, [&] { return heard().size() == static_cast<size_t>(n); });
  };
  ASSERT_TRUE(registered(1));
  const std::string pki = world.folder.path() + "/pki";
  auto keys = must(lab::KeysFolder::open(pki));
  (void)must(lab::renew_certificate(keys, "dp_tls", std::nullopt, true, world.clock.now(), world.random));
  must(world.site->reload(world.site_options));
  ASSERT_TRUE(registered(2));
  EXPECT_NE(heard()[0], heard()[1]);
  EXPECT_EQ(heard()[1], to_bytes(must(keys.certificate(pki::Role::dp_tls)).der()));

  World other({.pki_seed = 2, .change_pki = with_smds_hosts});
  (void)must(lab::KeysFolder::add(pki, other.pki, world.random));
  must(world.site->reload(world.site_options));
  must(smds->replace_identity(*tls_identity(other.pki[pki::Role::ds_tls])));
  EXPECT_TRUE(registered(3)) << "at an SM-DS below the CI that was added";
}

TEST_F(Events, are_not_registered_at_an_smds_whose_certificate_is_revoked) {
  lead_to(world, routes());
  const auto waiting = [&] { return must(root.site->ports().events.list(0, 10)).size(); };
  (void)world.order(1, {.eid = World::eid(1), .smdsAddress = root_host});
  ASSERT_TRUE(eventually(world, [&] { return waiting() == 1; }));
  must(write_file(world.folder.path() + "/pki/ci.crl", world.crl({pki::Role::ds_tls}), Readers::everybody,
                  Replace::yes));
  must(world.site->reload(world.site_options));
  (void)world.order(2, {.eid = World::eid(2), .smdsAddress = root_host});
  const std::string refused = R"(sealift_outbox_attempts_total{outcome="unreachable"} )";
  EXPECT_TRUE(eventually(world, [&] {
    http::MetricsPage page;
    world.site->monitor().write(page);
    return page.text().find(refused + "0") == std::string::npos;
  }));
  EXPECT_EQ(waiting(), 1u);
}

TEST_F(Events, a_cascade_leads_from_the_root_by_the_alternative_smds_to_the_profile) {
  const Product product = world.order(1);
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(alt_host, World::eid(1), product.code.acToken.value(), true)), "none");
  auto phone = this->phone(1);
  const auto found = discover(*phone);
  ASSERT_EQ(found.waiting.size(), 1u);
  EXPECT_EQ(found.waiting[0].via, (std::vector<std::string>{root_host, alt_host}));
  EXPECT_EQ(found.waiting[0].code.acToken, product.code.acToken);
  ASSERT_TRUE(phone->download(found.waiting[0].code));
  ASSERT_EQ(refusal(owner.remove(alt_host, World::eid(1), product.code.acToken.value())), "none");
  EXPECT_TRUE(discover(*phone).waiting.empty());
  EXPECT_EQ(must(root.site->ports().events.events(World::eid(1), world.clock.now(), 10)).size(), 0u);
}

TEST_F(Events, are_found_in_order_of_registration_and_those_of_other_euiccs_are_not) {
  Registrant owner = smdp();
  for (const char* id : {"C", "A", "B"}) ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), id)), "none");
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(2), "D")), "none");
  auto one = phone(1), two = phone(2), three = phone(3);
  std::vector<std::string> ids;
  for (const auto& w : discover(*one).waiting) ids.push_back(w.code.acToken.value());
  EXPECT_EQ(ids, (std::vector<std::string>{"C", "A", "B"}));
  ASSERT_EQ(discover(*two).waiting.size(), 1u);
  EXPECT_EQ(discover(*three).waiting.size(), 0u);
}

TEST_F(Events, are_their_registrants_alone) {
  Registrant owner = smdp(), other(world, routes(), tls_identity(another_smdp(world)));
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), "A")), "none");
  EXPECT_EQ(refusal(other.remove(root_host, World::eid(1), "A")), "8.9.5/3.9");
  EXPECT_EQ(refusal(other.add(root_host, World::eid(1), "A")), "8.9.5/3.3");
  EXPECT_EQ(refusal(other.add(root_host, World::eid(2), "A")), "none");
  auto phone = this->phone(1);
  EXPECT_EQ(discover(*phone).waiting.size(), 1u);
}

TEST_F(Events, are_over_when_their_time_is) {
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(alt_host, World::eid(1), "A", true)), "none");
  world.clock.advance(alt.options.settings.event_ttl);
  alt.site->upkeep();
  EXPECT_EQ(alt.site->ports().events.list(0, 10).value()[0].state, smds::EventState::deleted);
  EXPECT_EQ(root.site->ports().events.events(World::eid(1), world.clock.now(), 10).value().size(), 0u);
}

TEST_F(Events, survive_a_restart_of_the_smds) {
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), "A")), "none");
  root.stop();
  root.start();
  auto phone = this->phone(1);
  EXPECT_EQ(discover(*phone).waiting.size(), 1u);
}

TEST_F(Events, are_refused_where_the_root_is_down_and_deleted_there_once_it_is_back) {
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(alt_host, World::eid(1), "A", true)), "none");
  root.stop();
  EXPECT_EQ(refusal(owner.add(alt_host, World::eid(1), "B", true)), "8.9/5.1");
  EXPECT_EQ(refusal(owner.remove(alt_host, World::eid(1), "A")), "none");
  alt.site->upkeep();
  EXPECT_GE(alt.log.root_failures(), 2u);
  root.start();
  auto phone = this->phone(1);
  EXPECT_EQ(discover(*phone).lost.size(), 1u) << "the root does not know yet, and leads to nothing";
  alt.stop();  // what is to be told is on the disk
  alt.start();
  alt.site->upkeep();
  EXPECT_EQ(root.site->ports().events.events(World::eid(1), world.clock.now(), 10).value().size(), 0u);
  EXPECT_TRUE(discover(*phone).lost.empty());
}

TEST_F(Events, that_lead_nowhere_are_told_and_do_not_keep_a_phone_from_the_others) {
  const Product product = world.order(1);
  http::Client client = [&] {
    http::ClientOptions o;
    o.trusted_ci = {to_bytes(world.pki.certificate(pki::Role::ci).der())};
    o.connect_to = routes();
    o.identity = tls_identity(another_smdp(world));
    return must(http::Client::make(std::move(o), world.clock));
  }();
  http::Es12Client bad(client);
  ASSERT_TRUE(bad.register_event(root_host, {{"x", "1"}, World::eid(1), "127.0.0.1:1", "GONE", false}));
  ASSERT_TRUE(bad.register_event(root_host, {{"x", "2"}, World::eid(1), root_host, "LOOP", false}));
  ASSERT_TRUE(bad.register_event(root_host, {{"x", "3"}, World::eid(1), alt_host, "UNKNOWN-THERE", false}));
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), product.code.acToken.value())), "none");
  auto phone = this->phone(1);
  const auto found = discover(*phone);
  EXPECT_EQ(found.lost.size(), 3u);
  ASSERT_EQ(found.waiting.size(), 1u);
  EXPECT_TRUE(phone->download(found.waiting[0].code));
}

TEST_F(Events, an_smdp_is_not_taken_for_an_smds_nor_an_smds_for_an_smdp) {
  auto phone = this->phone(1);
  download::Options options;
  options.deviceInfo = download::default_device_info();
  const auto found = phone->lpa->discover(host, options);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().error.message.find("not an SM-DS"), std::string::npos)
      << found.error().error.message;
  const auto done = phone->download(must(download::ActivationCode::parse("1$" + root_host + "$A")));
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().error.message.find("is an SM-DS"), std::string::npos) << done.error().error.message;
  EXPECT_EQ(phone->profile_count(), 0u);
}

TEST_F(Events, are_registered_by_nobody_without_a_certificate_of_an_smdp_that_is_valid) {
  const auto expired =
      another_smdp(world, [](pki::CertificateSpec& s) { s.not_after = start - std::chrono::seconds(1); });
  const auto for_servers = another_smdp(world, [](pki::CertificateSpec& s) {
    s.find(pki::extension::extended_key_usage)->value = must(from_hex("300A06082B06010505070301"));
  });
  World other({.pki_seed = 2, .change_pki = with_smds_hosts});
  const std::vector<std::pair<const char*, std::shared_ptr<const http::TlsIdentity>>> callers{
      {"no certificate", nullptr},
      {"another CI's", tls_identity(other.pki[pki::Role::dp_tls])},
      {"one that ran out", tls_identity(expired)},
      {"one for servers only", tls_identity(for_servers)},
      {"one of another role", tls_identity(world.pki[pki::Role::dp_auth])},
  };
  Smds apart(world, "apart.smds.example.com", {}, {}, uint16_t{0});
  for (const auto& [what, identity] : callers) {
    Registrant caller(world, {root.route(), apart.es12_route()}, identity);
    EXPECT_FALSE(caller.add(root_host, World::eid(1), "A")) << what;
    EXPECT_FALSE(caller.add("apart.smds.example.com", World::eid(1), "A")) << what;
  }
  EXPECT_EQ(root.site->ports().events.list(0, 10).value().size(), 0u);
  EXPECT_EQ(apart.site->ports().events.list(0, 10).value().size(), 0u);
  Registrant good(world, {apart.es12_route()}, tls_identity(world.pki[pki::Role::dp_tls]));
  EXPECT_EQ(refusal(good.add("apart.smds.example.com", World::eid(1), "A")), "none");
}

TEST_F(Events, an_smdp_whose_certificate_is_revoked_is_shut_out_though_connected) {
  const pki::Identity revoked = another_smdp(world);
  Registrant caller(world, routes(), tls_identity(revoked));
  ASSERT_EQ(refusal(caller.add(root_host, World::eid(1), "A")), "none");
  crypto::SoftwareSigner ci_signer(world.pki[pki::Role::ci].key);
  pki::CrlSpec list{.this_update = start, .next_update = start + std::chrono::days(30)};
  list.revoked = {{to_bytes(revoked.certificate.serial_number()), start}};
  const auto crl = must(pki::issue_crl(list, world.pki.certificate(pki::Role::ci), ci_signer));
  std::ofstream(root.dir + "/pki/new.crl", std::ios::binary) << text(crl.der());
  root.site->upkeep();
  EXPECT_FALSE(caller.add(root_host, World::eid(1), "B"));
  EXPECT_EQ(root.site->ports().events.list(0, 10).value().size(), 1u);
  Registrant owner = smdp();
  EXPECT_EQ(refusal(owner.add(root_host, World::eid(1), "B")), "none");
}

// ---- What an operator changes while an SM-DS serves.

void renew(World& w, const Smds& smds, const char* label) {
  auto folder = must(lab::KeysFolder::open(smds.dir + "/pki"));
  (void)must(lab::renew_certificate(folder, label, std::nullopt, true, w.clock.now(), w.random));
}
/// What its monitors are told.
std::string readiness(const Smds& smds) {
  std::string out;
  const auto told = smds.site->monitor().readiness();
  for (const auto* list : {&told.checks, &told.warnings})
    for (const auto& [name, problem] : *list) out += problem.empty() ? "" : name + ": " + problem + "\n";
  return out;
}
std::string metrics(const Smds& smds) {
  http::MetricsPage page;
  smds.site->monitor().write(page);
  return page.text();
}

TEST_F(Events, a_new_certificate_of_the_smds_is_taken_up_while_it_serves) {
  auto phone = this->phone(1);
  Bytes seen;
  phone->wire.on_challenge = [&](messages::InitiateAuthenticationOkEs9& m) {
    seen = m.serverCertificate.tlv;
  };
  EXPECT_TRUE(discover(*phone).waiting.empty());
  const Bytes before = seen;
  renew(world, root, "ds_auth");
  EXPECT_TRUE(discover(*phone).waiting.empty());
  EXPECT_TRUE(equal(seen, before)) << "nobody told it";
  EXPECT_TRUE(must(root.site->reload(root.options)).empty());
  EXPECT_TRUE(discover(*phone).waiting.empty());
  EXPECT_FALSE(equal(seen, before));
}

TEST_F(Events, a_second_ci_is_served_from_the_reload_on_and_one_that_is_gone_no_more) {
  pki::HierarchyOptions o;
  o.deterministic = true;
  o.iin = iin;
  o.eid = World::eid(996);
  o.dp_hosts = {host};
  o.ds_hosts = {root_host};
  o.not_before = start - std::chrono::days(1);
  SeededRandom random(79);
  const pki::Hierarchy second = must(pki::make_hierarchy(o, random));
  Phone native(world,
               must(lab::make_personalisation(second[pki::Role::eum], second.certificate(pki::Role::ci),
                                              World::eid(7), world.random, true)),
               {.routes = routes()});
  download::Options options;
  options.deviceInfo = download::default_device_info();
  EXPECT_FALSE(native.lpa->discover(root_host, options));
  (void)must(lab::KeysFolder::add(root.dir + "/pki", second, world.random));
  EXPECT_TRUE(must(root.site->reload(root.options)).empty());
  EXPECT_TRUE(native.lpa->discover(root_host, options));
  std::filesystem::remove_all(root.dir + "/pki/ci-2");
  EXPECT_TRUE(must(root.site->reload(root.options)).empty());
  EXPECT_FALSE(native.lpa->discover(root_host, options));
}

TEST_F(Events, new_limits_hold_at_once_and_what_needs_a_restart_is_named) {
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), "A")), "none");
  lab::SmdsSiteOptions now = root.options;
  now.settings.limits.for_eid = 1;
  now.root = alt_host;
  now.server.workers = 5;
  EXPECT_EQ(must(root.site->reload(now)), (std::vector<std::string>{"listener.workers", "root.address"}));
  EXPECT_EQ(refusal(owner.add(root_host, World::eid(1), "B")), "8.9/4.8");
}

TEST_F(Events, nothing_is_taken_up_where_something_is_wrong) {
  std::filesystem::copy_file(root.dir + "/pki/ds_tls.der", root.dir + "/pki/ds_auth.der",
                             std::filesystem::copy_options::overwrite_existing);
  lab::SmdsSiteOptions now = root.options;
  now.settings.limits.for_eid = 0;
  const auto refused = root.site->reload(now);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("CERT.DSauth"), std::string::npos) << refused.error().message;
  Registrant owner = smdp();
  EXPECT_EQ(refusal(owner.add(root_host, World::eid(1), "A")), "none");
  auto phone = this->phone(1);
  EXPECT_EQ(discover(*phone).waiting.size(), 1u) << "it goes on with what it had";
}

TEST_F(Events, are_announced_with_the_certificate_of_now_after_a_renewal) {
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(alt_host, World::eid(1), "A", true)), "none");
  const Bytes old = must(read_file(alt.dir + "/pki/ds_tls.der", 8192));
  renew(world, alt, "ds_tls");
  ASSERT_TRUE(alt.site->reload(alt.options));
  // What shows the old one is shut out by the root from now on.
  crypto::SoftwareSigner ci_signer(world.pki[pki::Role::ci].key);
  pki::CrlSpec list{.this_update = start, .next_update = start + std::chrono::days(30)};
  list.revoked = {{to_bytes(must(pki::Certificate::parse(View(old))).serial_number()), start}};
  const auto crl = must(pki::issue_crl(list, world.pki.certificate(pki::Role::ci), ci_signer));
  std::ofstream(root.dir + "/pki/new.crl", std::ios::binary) << text(crl.der());
  root.site->upkeep();
  EXPECT_EQ(refusal(owner.add(alt_host, World::eid(1), "B", true)), "none");
}

TEST_F(Events, their_smds_tells_monitors_of_its_certificates_crls_and_store) {
  Registrant owner = smdp();
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), "A")), "none");
  ASSERT_EQ(refusal(owner.add(root_host, World::eid(1), "B")), "none");
  ASSERT_EQ(refusal(owner.remove(root_host, World::eid(1), "B")), "none");
  EXPECT_EQ(readiness(root), "");
  const std::string page = metrics(root);
  for (const char* line :
       {"sealift_events{state=\"live\"} 1\n", "sealift_events{state=\"deleted\"} 1\n",
        "sealift_events_untold 0\n", "sealift_sessions 0\n", "sealift_store_changes_total ",
        "certificate=\"CERT.DSauth.ECDSA\"", "certificate=\"CERT.DS.TLS\""})
    EXPECT_NE(page.find(line), std::string::npos) << line << page;
  lab::SmdsSiteOptions now = root.options;
  crypto::SoftwareSigner ci_signer(world.pki[pki::Role::ci].key);
  pki::CrlSpec list{.this_update = start, .next_update = start + std::chrono::days(1)};
  const auto crl = must(pki::issue_crl(list, world.pki.certificate(pki::Role::ci), ci_signer));
  std::ofstream(root.dir + "/pki/new.crl", std::ios::binary) << text(crl.der());
  now.crl_policy = pki::CrlPolicy::required;
  ASSERT_TRUE(root.site->reload(now));
  EXPECT_EQ(readiness(root), "");
  world.clock.advance(std::chrono::days(2));
  EXPECT_NE(readiness(root).find("crls: no current CRL"), std::string::npos) << readiness(root);
  world.clock.advance(std::chrono::days(20'000));
  EXPECT_NE(readiness(root).find("certificates: runs out: "), std::string::npos) << readiness(root);
  EXPECT_NE(readiness(root).find("CERT.DSauth"), std::string::npos);
}

}  // namespace
}  // namespace sealift::e2e
