// ES11 and ES12 over TLS: who may call what, and what becomes of refusals on the way (G-TLS-3).

#include "http/routes_es12.hpp"

#include <gtest/gtest.h>

#include "http/es12_client.hpp"
#include "http/es9_client.hpp"
#include "http/routes_es11.hpp"
#include "http/test_support.hpp"
#include "smds/test_world.hpp"

namespace sealift::http {
namespace {

using smds::testing::World;

constexpr const char* server_name = "smdp.test";  // the name that TestCi gives

class EventRoutes : public testing::Test {
 protected:
  EventRoutes() {
    Router router;
    add_es11_routes(router, world_.ports);
    add_es12_routes(router, world_.ports);
    ServerOptions options = test::quick_options();
    options.client_certificates.emplace();
    options.client_certificates->demand = ClientCertificates::Demand::optional;
    options.client_certificates->rsp_ci = {ci_.der()};
    options.client_certificates->private_ca = {private_ca_.der()};
    options.client_certificates->clock = &test::noon_clock();
    server_ = Server::start(std::move(options), ci_.tls(), std::move(router)).value();
  }
  Client client(std::optional<TlsIdentity> identity) {
    ClientOptions options = test::client_options(ci_, server_->port());
    if (identity) options.identity = std::make_shared<const TlsIdentity>(std::move(*identity));
    return Client::make(std::move(options), test::noon_clock()).value();
  }
  /// A CERT.DP.TLS with this OID.
  TlsIdentity smdp(std::initializer_list<uint32_t> oid) {
    const auto ci = pki::Certificate::parse(ci_.der()).value();
    const auto model = pki::Certificate::parse(ci_.tls({"caller.test"}).certificates[0]).value();
    pki::Subject subject = pki::subject_of(model);
    subject.registered_id = asn1::Oid::of(oid);
    SeededRandom random(5);
    return ci_.tls(pki::profile(pki::Role::dp_tls, subject, model.public_key(), &ci, model.not_before(),
                                model.not_after(), random));
  }
  Es12Result add(std::optional<TlsIdentity> identity, const std::string& id = "A") {
    Client c = client(std::move(identity));
    return Es12Client(c).register_event(server_name, World::registration(id));
  }

  World world_;
  test::TestCi ci_, private_ca_{2};
  std::unique_ptr<Server> server_;
};

TEST_F(EventRoutes, register_and_delete_events_of_whom_tls_vouches_for) {
  ASSERT_TRUE(add(ci_.tls()));
  const auto kept = world_.events.list(0, 10).value();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].owner.dotted(), "2.999.10");
  Client owner = client(ci_.tls()), other = client(smdp({2, 999, 11}));
  auto refused = Es12Client(other).delete_event(server_name, World::deletion("A"));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is("8.9.5", "3.9")) << refused.error().error.message;
  EXPECT_FALSE(refused.error().worth_a_retry);
  EXPECT_TRUE(Es12Client(owner).delete_event(server_name, World::deletion("A")));
  EXPECT_TRUE(Es12Client(owner, EventInterface::es15).register_event(server_name, World::registration("B")));
}

TEST_F(EventRoutes, give_nothing_to_a_client_without_a_certificate_of_rsp) {
  for (auto& identity : {std::optional<TlsIdentity>(), std::optional<TlsIdentity>(private_ca_.tls())}) {
    auto copy =
        identity
            ? std::optional<TlsIdentity>(TlsIdentity{identity->certificates, identity->private_key.clone()})
            : std::nullopt;
    auto refused = add(std::move(copy));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().error.message.find("403"), std::string::npos) << refused.error().error.message;
    EXPECT_FALSE(refused.error().status);
    EXPECT_TRUE(refused.error().worth_a_retry) << "once the SM-DS knows us";
    EXPECT_FALSE(refused.error().may_be_done);
  }
  EXPECT_EQ(world_.events.list(0, 10).value().size(), 0u);
}

TEST_F(EventRoutes, tell_codes_of_refusals_and_of_bodies_that_cannot_be_read) {
  ASSERT_TRUE(add(ci_.tls()));
  auto taken = add(smdp({2, 999, 11}));
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().is("8.9.5", "3.3")) << taken.error().error.message;
  Client c = client(ci_.tls());
  const Client::Headers json{{"Content-Type", "application/json"}};
  auto answer = c.post(HostPort{server_name, 443}, "/gsma/rsp2/es12/registerEvent", json, R"({"header":{}})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200u);
  EXPECT_NE(answer->body.find(R"("subjectCode":"1.3.1","reasonCode":"2.2")"), std::string::npos)
      << answer->body;
  EXPECT_NE(answer->body.find("functionRequesterIdentifier"), std::string::npos) << answer->body;
  answer = c.post(HostPort{server_name, 443}, "/gsma/rsp2/es12/deleteEvent",
                  {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "other/1"}}, "{}");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400u);
}

TEST_F(EventRoutes, say_what_is_worth_a_retry) {
  world_.root.mood = smds::testing::FakeRoot::Mood::away;
  Client c = client(ci_.tls());
  auto refused = Es12Client(c).register_event(server_name, World::registration("A", 0, true));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is("8.9", "5.1"));
  EXPECT_TRUE(refused.error().worth_a_retry);
  server_->stop();
  refused = Es12Client(c).register_event(server_name, World::registration("A"));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().worth_a_retry);
  refused = Es12Client(c).register_event("no host/", World::registration("A"));
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().worth_a_retry);
}

TEST_F(EventRoutes, serve_lpas_in_both_bindings_without_a_client_certificate) {
  ASSERT_TRUE(add(ci_.tls()));
  for (Es9Binding binding : {Es9Binding::json, Es9Binding::asn1}) {
    Client c = client(std::nullopt);
    Es9Client es11(c, binding);
    auto card = world_.card();
    // The role's address is another than the listener's name, which only the role compares.
    const auto hello =
        es11.initiate_authentication(server_name, card.initiate(std::string(smds::testing::kAddress)));
    ASSERT_TRUE(hello) << hello.error().error.message;
    const auto events = es11.authenticate_client_es11(
        server_name, {hello->transactionId, card.authenticate(*hello, std::nullopt), std::nullopt, {}});
    ASSERT_TRUE(events) << events.error().error.message;
    ASSERT_EQ(events->eventEntries.size(), 1u);
    EXPECT_EQ(events->eventEntries[0].eventId, "A");
    const auto again = es11.authenticate_client_es11(
        server_name, {hello->transactionId, card.authenticate(*hello, std::nullopt), std::nullopt, {}});
    ASSERT_FALSE(again);
    ASSERT_TRUE(again.error().status && again.error().status->statusCodeData);
    EXPECT_EQ(again.error().status->statusCodeData->subjectCode, "8.10.1");
    const auto elsewhere = es11.initiate_authentication(server_name, card.initiate("other.example.com"));
    ASSERT_FALSE(elsewhere);
  }
}

}  // namespace
}  // namespace sealift::http
