// A server as its operator has it: several listeners, certificates that are renewed while phones download,
// what it tells monitors, and what stands in none of that.
#include <gmock/gmock.h>

#include <thread>

#include "base/files.hpp"
#include "http/test_support.hpp"
#include "lab/pki_office.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using smdp::Refusal;
using ::testing::HasSubstr;
using ::testing::Not;

/// A client of a listener of the site that asks for no RSP function.
std::string got(World& world, uint16_t port, const std::string& path, unsigned* status = nullptr) {
  http::ClientOptions o;
  o.trusted_ci = world.site->ci_certificates();
  o.connect_to = {{{host, 443}, "127.0.0.1", port}};
  auto client = must(http::Client::make(o, world.clock));
  auto answer = must(client.get({host, 443}, path));
  if (status) *status = answer.status;
  return answer.body;
}

void add_admin(lab::SmdpSiteOptions& site) {
  site.add_admin();
}

lab::KeysFolder folder_of(World& world, const std::string& name = "/pki") {
  return must(lab::KeysFolder::open(world.folder.path() + name));
}
void renew(World& world, const char* label, bool new_key = true) {
  auto folder = folder_of(world);
  (void)must(lab::renew_certificate(folder, label, std::nullopt, new_key, world.clock.now(), world.random));
}

// ---- Listeners.

TEST(Listeners, each_have_certificate_sets_of_their_own_over_one_stock) {
  WorldOptions options;
  options.change_site = [&](lab::SmdpSiteOptions& site) {
    // A second SM-DP+ folder, on the other curve, on a listener of its own.
    pki::HierarchyOptions o;
    o.deterministic = true;
    o.curve = o.tls_curve = crypto::Curve::brainpool_p256r1;
    o.iin = iin;
    o.eid = World::eid(998);
    o.dp_hosts = {host};
    o.not_before = start - std::chrono::days(1);
    SeededRandom random(77);
    (void)must(
        lab::KeysFolder::create(site.dir + "/pki-brainpool", must(pki::make_hierarchy(o, random)), random));
    lab::ListenerOptions second;
    second.name = "brainpool";
    second.host = host;
    second.public_port = 443;
    second.certificates = site.dir + "/pki-brainpool";
    site.listeners.push_back(second);
  };
  World world(options);
  const auto listening = world.site->listeners();
  ASSERT_EQ(listening.size(), 2u);
  EXPECT_EQ(listening[1].name, "brainpool");

  auto first = world.order(1), second = world.order(2);
  Phone phone(world, 1);
  EXPECT_TRUE(phone.download(first.code)) << "the first listener as ever";

  // A card of the first CI gets nothing from the second listener, whose certificates are of the other one
  // alone.
  PhoneOptions other;
  auto set = folder_of(world, "/pki-brainpool");
  other.trusted_ci = {to_bytes(must(set.certificate(pki::Role::ci)).der())};
  other.port = listening[1].port;
  Phone stranger(world, 2, other);
  auto refused = stranger.download(second.code);
  ASSERT_FALSE(refused);
  EXPECT_EQ(world.log.refusals().back(), Refusal::no_common_ci_for_signing);

  // And a card of the second CI gets its profile there.
  const pki::Identity eum = must(set.identity(pki::Role::eum));
  auto data = must(lab::make_personalisation(eum, must(set.certificate(pki::Role::ci)), World::eid(3),
                                             world.random, true));
  Phone native(world, std::move(data), other);
  auto done = native.download(second.code);
  EXPECT_TRUE(done) << (done ? "" : done.error().error.message);
}

TEST(Listeners, show_a_public_certificate_from_files_and_take_up_the_next_one) {
  pki::HierarchyOptions o;  // stands for a public CA
  o.deterministic = true;
  o.eid = World::eid(997);
  o.dp_hosts = {host};
  o.not_before = start - std::chrono::days(1);
  SeededRandom random(78);
  const pki::Hierarchy one = must(pki::make_hierarchy(o, random)), two = must(pki::make_hierarchy(o, random));
  TemporaryFolder files = TemporaryFolder::make().value();
  const auto put = [&](const pki::Hierarchy& from) {
    const auto& tls = from[pki::Role::dp_tls];
    const std::string pem = pki::to_pem("CERTIFICATE", tls.certificate.der());
    must(write_file(files.path() + "/fullchain.pem", view(pem), Readers::everybody, Replace::yes));
    must(write_file(files.path() + "/privkey.pem", pki::private_key_to_pem(tls.key).expose(), Readers::owner,
                    Replace::yes));
  };
  put(one);
  WorldOptions options;
  options.change_site = [&](lab::SmdpSiteOptions& site) {
    site.es9plus().tls = {files.path() + "/fullchain.pem", files.path() + "/privkey.pem"};
  };
  World world(options);
  const auto downloads = [&](int n, const pki::Hierarchy& ca) {
    PhoneOptions trusting;
    trusting.trusted_ci = {to_bytes(ca.certificate(pki::Role::ci).der())};
    return bool(Phone(world, n, trusting).download(world.order(static_cast<uint64_t>(n)).code));
  };
  EXPECT_TRUE(downloads(1, one));
  EXPECT_FALSE(downloads(2, two));
  put(two);
  EXPECT_THAT(must(world.site->reload(world.site_options)), ::testing::IsEmpty());
  EXPECT_FALSE(downloads(3, one));
  EXPECT_TRUE(downloads(4, two));
}

// ---- Being told to stop.

TEST(Stopping, says_so_at_once_serves_on_for_the_drain_time_and_then_takes_nothing) {
  WorldOptions options;
  options.change_site = [](lab::SmdpSiteOptions& site) {
    site.add_admin();
    site.drain = std::chrono::seconds(2);
  };
  World world(options);
  const auto product = world.order(1), late = world.order(2);
  Phone phone(world, 1);
  std::thread stopping;
  const auto begun = std::chrono::steady_clock::now();
  phone.wire.on_offer = [&](messages::AuthenticateClientOk&) {
    stopping = std::thread([&] { world.site->stop(); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    unsigned status = 0;
    EXPECT_THAT(got(world, world.site->admin_port(), "/readyz", &status), HasSubstr("the server stops"));
    EXPECT_EQ(status, 503u);
  };
  const auto done = phone.download(product.code);
  EXPECT_TRUE(done) << (done ? "" : done.error().error.message);
  EXPECT_EQ(world.now(product.order).state, smdp::OrderState::installed) << "the notification was taken";
  EXPECT_TRUE(Phone(world, 2).download(late.code)) << "a balancer that has not noticed yet";
  stopping.join();
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  Phone after(world, 3);
  const auto refused = after.download(late.code);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().status) << "nobody answers any more";
}

// ---- Rotation (G-PKI-1).

TEST(Rotation, a_session_ends_with_the_certificates_it_began_with) {
  World world;
  auto product = world.order(1), next = world.order(2);
  Phone phone(world, 1);
  const std::string path = world.folder.path() + "/pki/dp_pb.der";
  const Bytes before = must(read_file(path, 8192));
  phone.wire.on_offer = [&](messages::AuthenticateClientOk& offer) {
    EXPECT_TRUE(equal(offer.smdpCertificate.tlv, before));
    for (const char* label : {"dp_auth", "dp_pb", "dp_tls"}) renew(world, label);
    must(world.site->reload(world.site_options));
  };
  auto done = phone.download(product.code);
  EXPECT_TRUE(done) << (done ? "" : done.error().error.message);
  phone.wire.on_offer = [&](messages::AuthenticateClientOk& offer) {
    EXPECT_FALSE(equal(offer.smdpCertificate.tlv, before)) << "the next one begins with the new";
  };
  EXPECT_TRUE(phone.download(next.code));
}

/// A listener of ES2+ for operators below the CA of a file, if any.
void add_operators(lab::SmdpSiteOptions& site, const std::string& ca) {
  lab::ListenerOptions operators;
  operators.name = "es2plus";
  operators.interfaces = {lab::Interface::es2plus};
  operators.host = host;
  operators.server.workers = 4;
  operators.clients.demand = lab::ClientAuthentication::Demand::required;
  if (!ca.empty()) operators.clients.ca = {ca};
  site.listeners.push_back(std::move(operators));
}

http::ClientOptions operator_options(World& world) {
  http::ClientOptions o;
  o.trusted_ci = world.site->ci_certificates();
  o.connect_to = {{{host, 443}, "127.0.0.1", world.site->listeners()[1].port}};
  return o;
}

/// An operator that keeps its connection.
http::Client operator_below(http::test::TestCi& ca, World& world) {
  http::ClientOptions o = operator_options(world);
  o.identity = std::make_shared<const http::TlsIdentity>(
      ca.tls({"mno.example.com"}, start - std::chrono::days(1), start + std::chrono::days(30)));
  return must(http::Client::make(std::move(o), world.clock));
}

/// Any answer, be it that nobody knows this operator.
bool is_answered(http::Client& client) {
  return bool(client.post({host, 443}, "/gsma/rsp2/es2plus/cancelOrder", {}, "{}"));
}

TEST(Rotation, an_operator_keeps_its_connection_until_its_ca_is_taken_away) {
  TemporaryFolder files = TemporaryFolder::make().value();
  const std::string file = files.path() + "/ca.der";
  http::test::TestCi one(7), another(8);
  const auto believe = [&](const http::test::TestCi& ca) {
    must(write_file(file, ca.der(), Readers::everybody, Replace::yes));
  };
  believe(one);
  World world({.change_site = [&](lab::SmdpSiteOptions& site) { add_operators(site, file); }});
  const auto connections = [&] { return world.site->listeners()[1].stats.accepted; };
  http::Client client = operator_below(one, world);
  EXPECT_TRUE(is_answered(client));
  must(world.site->reload(world.site_options));
  EXPECT_TRUE(is_answered(client));
  EXPECT_EQ(connections(), 1u);
  believe(another);
  must(world.site->reload(world.site_options));
  EXPECT_FALSE(is_answered(client));
  http::Client next = operator_below(another, world);
  EXPECT_TRUE(is_answered(next));
}

TEST(Rotation, a_list_ends_the_connections_of_an_operator_below_our_ci) {
  World world({.change_site = [](lab::SmdpSiteOptions& site) {
    add_operators(site, {});
    site.listeners[1].clients.rsp = true;
  }});
  const pki::Identity& tls = world.pki[pki::Role::ds_tls];
  const auto client_below_ci = [&] {
    http::ClientOptions o = operator_options(world);
    o.identity = std::make_shared<const http::TlsIdentity>(
        http::TlsIdentity{{to_bytes(tls.certificate.der())}, pki::private_key_to_pkcs8(tls.key)});
    return must(http::Client::make(std::move(o), world.clock));
  };
  http::Client before = client_below_ci();
  EXPECT_TRUE(is_answered(before));
  must(write_file(world.folder.path() + "/pki/ci.crl", world.crl({pki::Role::ds_tls}), Readers::everybody,
                  Replace::yes));
  must(world.site->reload(world.site_options));  // at the latest: it looks by itself
  http::Client after = client_below_ci();
  EXPECT_FALSE(is_answered(after));
  world.clock.advance(std::chrono::minutes(1));
  EXPECT_FALSE(is_answered(before));
}

TEST(Rotation, under_load_fails_no_request) {
  TemporaryFolder files = TemporaryFolder::make().value();
  http::test::TestCi operators(7);
  must(write_file(files.path() + "/ca.der", operators.der(), Readers::everybody, Replace::yes));
  World world(
      {.change_site = [&](lab::SmdpSiteOptions& site) { add_operators(site, files.path() + "/ca.der"); }});
  // Each phone goes on until there were enough reloads, however long they take on this machine.
  constexpr int phones = 4, at_least = 6, at_most = 60, enough = 6;
  std::vector<std::vector<Product>> orders(phones);
  uint64_t number = 0;
  for (auto& mine : orders)
    for (int i = 0; i < at_most; ++i) mine.push_back(world.order(++number));
  std::vector<std::unique_ptr<Phone>> all;
  for (int p = 0; p < phones; ++p) all.push_back(std::make_unique<Phone>(world, p + 1));
  std::atomic<int> done{0}, failed{0}, busy{phones}, reloads{0};
  std::vector<std::thread> threads;
  for (size_t p = 0; p < phones; ++p) {
    threads.emplace_back([&, p] {
      for (int i = 0; i < at_most && (i < at_least || reloads < enough); ++i) {
        if (i >= at_least) std::this_thread::sleep_for(std::chrono::milliseconds(10));  // for the reloads
        auto got = all[p]->download(orders[p][i].code);
        ++(got ? done : failed);
        if (!got) ADD_FAILURE() << got.error().error.message;
      }
      --busy;
    });
  }
  // And an operator, on one connection.
  threads.emplace_back([&, client = operator_below(operators, world)]() mutable {
    for (; busy > 0; std::this_thread::sleep_for(std::chrono::milliseconds(2)))
      failed += !is_answered(client);
  });
  while (busy > 0) {
    const char* labels[] = {"dp_auth", "dp_pb", "dp_tls"};
    renew(world, labels[reloads % 3], reloads % 2 == 0);
    auto reloaded = world.site->reload(world.site_options);
    ASSERT_TRUE(reloaded) << reloaded.error().message;
    ++reloads;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(done, phones * at_least);
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(world.site->listeners()[1].stats.accepted, 1u);
  EXPECT_GE(reloads, enough);
  EXPECT_THAT(world.log.failures(), ::testing::IsEmpty());
}

TEST(Rotation, takes_up_nothing_where_something_is_wrong) {
  World world;
  const std::string path = world.folder.path() + "/pki/dp_pb.der";
  const Bytes good = must(read_file(path, 8192));
  must(write_file(path, must(read_file(world.folder.path() + "/pki/dp_auth.der", 8192)), Readers::everybody,
                  Replace::yes));
  auto refused = world.site->reload(world.site_options);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("pki"));
  Phone phone(world, 1);
  EXPECT_TRUE(phone.download(world.order(1).code)) << "it goes on with what it had";
  must(write_file(path, good, Readers::everybody, Replace::yes));
  EXPECT_TRUE(world.site->reload(world.site_options));
}

TEST(Rotation, a_second_ci_is_served_from_the_reload_on_and_one_that_is_gone_no_more) {
  World world;
  pki::HierarchyOptions o;
  o.deterministic = true;
  o.iin = iin;
  o.eid = World::eid(996);
  o.dp_hosts = {host};
  o.not_before = start - std::chrono::days(1);
  SeededRandom random(79);
  const pki::Hierarchy second = must(pki::make_hierarchy(o, random));
  const auto downloads = [&](int n) {
    auto data = must(lab::make_personalisation(second[pki::Role::eum], second.certificate(pki::Role::ci),
                                               World::eid(n), world.random, true));
    return bool(Phone(world, std::move(data)).download(world.order(static_cast<uint64_t>(n)).code));
  };
  EXPECT_FALSE(downloads(1));
  (void)must(lab::KeysFolder::add(world.folder.path() + "/pki", second, world.random));
  EXPECT_TRUE(world.site->reload(world.site_options));
  EXPECT_TRUE(downloads(2));
  std::filesystem::remove_all(world.folder.path() + "/pki/ci-2");
  EXPECT_TRUE(world.site->reload(world.site_options));
  EXPECT_FALSE(downloads(3));
}

TEST(Rotation, new_limits_hold_at_once_and_what_needs_a_restart_is_named) {
  World world;
  lab::SmdpSiteOptions now = world.site_options;
  now.sessions_per_address = 1;
  now.settings.lowest_svn = {2, 2, 0};
  now.es9plus().server.max_body = 4096;
  EXPECT_THAT(must(world.site->reload(now)),
              ::testing::UnorderedElementsAre("orders.lowest_svn", "listener es9plus"));
  Phone one(world, 1);
  one.user.answer = download::Answer::no;
  one.wire.on_challenge = [](messages::InitiateAuthenticationOkEs9& m) { m.serverSignature1.back() ^= 1; };
  EXPECT_FALSE(one.download(world.order(1).code)) << "a session that does not authenticate";
  EXPECT_FALSE(one.download(world.order(2).code));
  EXPECT_EQ(world.log.refusals().back(), Refusal::server_busy);
}

// ---- What monitors are told.

TEST(Monitoring, tells_figures_of_functions_certificates_and_orders_and_no_identifier) {
  WorldOptions options;
  options.change_site = add_admin;
  World world(options);
  auto product = world.order(1);
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(product.code));
  EXPECT_FALSE(phone.download(product.code)) << "it is used";
  const std::string page = got(world, world.site->admin_port(), "/metrics");
  for (const char* line :
       {"sealift_request_seconds_count{listener=\"es9plus\",function=\"getBoundProfilePackage\"} 1\n",
        "sealift_refusals_total{listener=\"es9plus\",function=\"authenticateClient\",subject=\"8.2\",reason="
        "\"1.2\"} 1\n",
        "sealift_orders_moved_total{state=\"installed\"} 1\n",
        "sealift_packages_total{delivered=\"true\"} 1\n",
        "sealift_certificate_days_left{certificate=\"CERT.DPauth",
        "certificate=\"TLS\",set=\"listener es9plus\"", "sealift_connections{listener=\"es9plus\"}",
        "sealift_sessions ", "process_resident_memory_bytes "}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  const Eid eid = World::eid(1);
  for (const std::string& secret :
       {product.order.iccid.digits(), eid.digits(), product.order.matchingId->value()})
    EXPECT_THAT(page, Not(HasSubstr(secret)));
  unsigned status = 0;
  (void)got(world, world.site->port(), "/metrics", &status);
  EXPECT_EQ(status, 404u) << "phones are not told";
}

TEST(Monitoring, is_ready_while_it_can_work_and_says_what_is_wrong) {
  WorldOptions options;
  options.keep_in_memory = false;
  options.change_site = [](lab::SmdpSiteOptions& site) {
    add_admin(site);
    site.crl_policy = pki::CrlPolicy::if_present;
  };
  World world(options);
  unsigned status = 0;
  EXPECT_THAT(got(world, world.site->admin_port(), "/readyz", &status), HasSubstr("\"store\":\"ok\""));
  EXPECT_EQ(status, 200u);
  std::string wrong;
  world.site->monitor().add_check("issuance", [&] { return wrong; });
  (void)got(world, world.site->admin_port(), "/readyz", &status);
  EXPECT_EQ(status, 200u);
  wrong = "stopped by two people";
  EXPECT_THAT(got(world, world.site->admin_port(), "/readyz", &status), HasSubstr("stopped by two people"));
  EXPECT_EQ(status, 503u);
  EXPECT_EQ(got(world, world.site->admin_port(), "/healthz", &status), "{\"status\":\"ok\"}");
  wrong.clear();
  const http::Readiness calm = world.site->monitor().readiness();
  world.clock.set(start + std::chrono::days(365 * 40));
  bool told = false;
  for (const auto& [name, problem] : world.site->monitor().readiness().checks)
    told |= name == "certificates" && !problem.empty();
  EXPECT_TRUE(told) << "a certificate that has run out is noticed";
}

TEST(Monitoring, knows_a_certificate_that_runs_out_soon_before_it_does) {
  World world;
  const Time until = must(http::valid_until(must(read_file(world.folder.path() + "/pki/dp_tls.der", 8192))));
  world.clock.set(until - std::chrono::days(10));
  const auto readiness = world.site->monitor().readiness();
  std::string warning, problem;
  for (const auto& [name, text] : readiness.warnings)
    if (name == "certificates") warning = text;
  for (const auto& [name, text] : readiness.checks)
    if (name == "certificates") problem = text;
  EXPECT_THAT(warning, HasSubstr("TLS of listener es9plus"));
  EXPECT_EQ(problem, "");
}

}  // namespace
}  // namespace sealift::e2e
