// ES2+ over TLS: whose certificate is whose, and what becomes of what is no ES2+ request (G-TLS-3).

#include "http/routes_es2.hpp"

#include <gtest/gtest.h>

#include <mutex>

#include "http/es2_client.hpp"
#include "http/test_support.hpp"
#include "smdp/es2_test_world.hpp"

namespace sealift::http {
namespace {

using smdp::testing::card_eid;
using smdp::testing::Es2World;

constexpr const char* server_name = "smdp.test";  // the name that TestCi gives

class Es2Routes : public testing::Test {
 protected:
  Es2Routes() {
    Router router;
    add_es2_routes(router, world_.es2,
                   [this](const ClientIdentity& client) { return requester_of(client); });
    ServerOptions options = test::quick_options();
    options.client_certificates.emplace();
    options.client_certificates->demand = ClientCertificates::Demand::optional;
    options.client_certificates->private_ca = {operator_ca_.der()};
    options.client_certificates->clock = &test::noon_clock();
    server_ = Server::start(std::move(options), ci_.tls(), std::move(router)).value();
  }
  Result<smdp::Requester, Denied> requester_of(const ClientIdentity& client) {
    if (busy_) return Denied{429};
    for (const std::string& name : client.dns_names) {
      if (name == "mno.test") return world_.mno;
      if (name == "other.test") return smdp::Requester{"other", {}};
    }
    return Denied{403};
  }
  Client client(const char* name, test::TestCi* ca = nullptr) {
    ClientOptions options = test::client_options(ci_, server_->port());
    if (name) options.identity = std::make_shared<const TlsIdentity>((ca ? *ca : operator_ca_).tls({name}));
    return Client::make(std::move(options), test::noon_clock()).value();
  }
  Response post(Client& c, const std::string& function, const std::string& body,
                const std::string& type = "application/json",
                const std::string& protocol = "gsma/rsp/v2.5.0") {
    return c
        .post(HostPort{server_name, 443}, es2_path + function,
              {{"Content-Type", type}, {"X-Admin-Protocol", protocol}}, body)
        .value();
  }
  static messages::FunctionHeader header(const char* call) { return {"test.operator.com", call}; }

  Es2World world_;
  test::TestCi ci_, operator_ca_{2}, stranger_{3};
  bool busy_ = false;
  std::unique_ptr<Server> server_;
};

TEST_F(Es2Routes, take_an_order_from_its_stock_to_its_release_and_back) {
  const Iccid iccid = world_.stock().iccid;
  Client c = client("mno.test");
  Es2Client es2(c, server_name);
  const auto ordered = es2.download_order({.header = header("1"), .eid = card_eid(1), .profileType = "Test"});
  ASSERT_TRUE(ordered) << ordered.error().error.message;
  EXPECT_EQ(ordered->iccid, iccid);
  const auto confirmed = es2.confirm_order({.header = header("2"), .iccid = iccid});
  ASSERT_TRUE(confirmed) << confirmed.error().error.message;
  EXPECT_EQ(confirmed->eid, card_eid(1));
  EXPECT_EQ(confirmed->matchingId.size(), 32u);
  EXPECT_TRUE(es2.release_profile({.header = header("3"), .iccid = iccid}));
  EXPECT_EQ((**world_.orders.find(iccid)).state, smdp::OrderState::released);
  const auto refused = es2.release_profile({.header = header("4"), .iccid = iccid});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is("8.2.1", "3.5")) << refused.error().error.message;
  EXPECT_TRUE(es2.cancel_order(
      {.header = header("5"), .iccid = iccid, .eid = card_eid(1), .matchingId = confirmed->matchingId}));
  EXPECT_EQ((**world_.orders.find(iccid)).state, smdp::OrderState::available);
}

TEST_F(Es2Routes, know_operators_by_their_certificate_and_not_by_what_they_say) {
  world_.stock("Test", "other");
  Client c = client("mno.test"), o = client("other.test");
  const messages::DownloadOrderRequest request{.header = header("1"), .profileType = "Test"};
  const auto refused = Es2Client(c, server_name).download_order(request);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is("8.2.5", "3.9")) << refused.error().error.message;
  EXPECT_TRUE(Es2Client(o, server_name).download_order(request));
}

TEST_F(Es2Routes, give_nothing_to_strangers) {
  const Iccid iccid = world_.stock().iccid;
  const messages::DownloadOrderRequest request{.header = header("1"), .iccid = iccid};
  Client nobody = client("nobody.test"), bare = client(nullptr), foreign = client("mno.test", &stranger_);
  for (Client* c : {&nobody, &bare}) {
    const auto denied = Es2Client(*c, server_name).download_order(request);
    ASSERT_FALSE(denied);
    EXPECT_EQ(denied.error().error.kind, ErrorKind::permission) << denied.error().error.message;
    EXPECT_EQ(post(*c, "downloadOrder", "{").status, 403u) << "before anything is read";
  }
  const auto untrusted = Es2Client(foreign, server_name).download_order(request);
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().error.kind, ErrorKind::permission)
      << "no handshake: " << untrusted.error().error.message;
  EXPECT_EQ((**world_.orders.find(iccid)).state, smdp::OrderState::available);
}

TEST_F(Es2Routes, answer_what_is_no_request_of_es2) {
  Client c = client("mno.test");
  for (const char* function : {"downloadOrder", "confirmOrder", "cancelOrder", "releaseProfile"}) {
    const Response malformed = post(c, function, "{\"header\":");
    EXPECT_EQ(malformed.status, 200u);
    EXPECT_NE(malformed.body.find(R"("subjectCode":"1.3.1","reasonCode":"2.1")"), std::string::npos)
        << malformed.body;
    const Response missing = post(c, function, "{}");
    EXPECT_NE(missing.body.find(R"("subjectCode":"1.3.1","reasonCode":"2.2","subjectIdentifier":"header")"),
              std::string::npos)
        << missing.body;
    EXPECT_EQ(post(c, function, "{}", "text/plain").status, 415u);
    EXPECT_EQ(post(c, function, "{}", "application/json;charset=UTF-8").status, 200u);
    EXPECT_EQ(post(c, function, "{}", "application/json", "http/9").status, 400u);
    EXPECT_TRUE(missing.header("X-Admin-Protocol").starts_with("gsma/rsp/v"));
  }
  EXPECT_EQ(post(c, "orderPizza", "{}").status, 404u);
  EXPECT_EQ(c.get(HostPort{server_name, 443}, "/gsma/rsp2/es2plus/downloadOrder")->status, 405u);
  busy_ = true;
  EXPECT_EQ(post(c, "downloadOrder", "{}").status, 429u);
}

TEST_F(Es2Routes, take_no_body_that_is_longer_than_any_request) {
  world_.stock();
  Client c = client("mno.test");
  const auto of_size = [](size_t size) {
    const std::string begin =
        R"({"header":{"functionRequesterIdentifier":"test.operator.com","functionCallIdentifier":"1"},)"
        R"("profileType":"Test","more":")";
    return begin + std::string(size - begin.size() - 2, 'x') + "\"}";
  };
  EXPECT_EQ(post(c, "downloadOrder", of_size(16 * 1024 + 1)).status, 413u);
  EXPECT_NE(post(c, "downloadOrder", of_size(16 * 1024)).status, 413u);
}

TEST_F(Es2Routes, answer_a_repeated_call_with_the_same_octets) {
  world_.stock();
  world_.stock();
  Client c = client("mno.test");
  const std::string body =
      messages::to_json(messages::DownloadOrderRequest{.header = header("1"), .profileType = "Test"});
  EXPECT_EQ(post(c, "downloadOrder", body).body, post(c, "downloadOrder", body).body);
  EXPECT_NE(post(c, "downloadOrder", body).body, post(c, "downloadOrder", body + " ").body) << "another call";
}

}  // namespace
}  // namespace sealift::http
