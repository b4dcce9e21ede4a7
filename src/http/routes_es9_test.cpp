#include "http/routes_es9.hpp"
#include "http/routes_health.hpp"

#include <gtest/gtest.h>

#include "http/es9_client.hpp"
#include "http/test_support.hpp"
#include "smdp/es9.hpp"

namespace sealift::http {
namespace {

/// Stores with nothing in them: what the routes do with a request does not depend on orders.
class NoOrders final : public smdp::OrderStore {
 public:
  Status add(const smdp::Order&, const smdp::StoredProfile&, const smdp::Audit&) override { return none(); }
  Result<std::optional<smdp::Order>> find(const Iccid&) override { return std::optional<smdp::Order>(); }
  Result<std::optional<smdp::Order>> find(const MatchingId&) override { return std::optional<smdp::Order>(); }
  Result<std::optional<smdp::Order>> find_default(const Eid&, Time) override {
    return std::optional<smdp::Order>();
  }
  Result<std::optional<smdp::Order>> find_available(const std::string&, const std::string&, size_t) override {
    return std::optional<smdp::Order>();
  }
  Result<std::vector<smdp::Order>> list(const smdp::OrderFilter&, const std::optional<Iccid>&,
                                        size_t) override {
    return std::vector<smdp::Order>();
  }
  Result<std::vector<smdp::StockCount>> stock(const std::string&) override {
    return std::vector<smdp::StockCount>();
  }
  Result<std::vector<smdp::FunctionCall>> calls(const smdp::CallKey&, const Octets<32>&) override {
    return std::vector<smdp::FunctionCall>();
  }
  Status remember(const smdp::FunctionCall&, const smdp::Audit&) override { return none(); }
  Result<smdp::StoredProfile> profile(const Iccid&) override { return none(); }
  Result<Bytes> package(const Iccid&) override { return none(); }
  Result<std::optional<smdp::Delivery>> delivery(const TransactionId&) override {
    if (disk_is_full) return Error{ErrorKind::io, "the disk is full"};
    return std::optional<smdp::Delivery>();
  }
  Status apply(const smdp::Transition&) override { return none(); }
  Status hear(const smdp::NotificationKey&, const Iccid&, const smdp::Audit&) override { return none(); }
  Result<std::vector<smdp::Order>> expired(Time, Time, size_t) override { return std::vector<smdp::Order>(); }
  Result<size_t> prune(Time) override { return size_t{0}; }

  bool disk_is_full = false;

 private:
  static Error none() { return {ErrorKind::not_found, "no orders here"}; }
};

struct Listener final : smdp::Observer {
  void notification_ignored(std::string_view why) override { ignored.emplace_back(why); }
  std::vector<std::string> ignored;
};

class NoSessions final : public smdp::SessionStore {
 public:
  bool put(const TransactionId&, smdp::Session, std::chrono::milliseconds) override { return false; }
  std::optional<smdp::Session> take(const TransactionId&, std::chrono::milliseconds) override {
    return std::nullopt;
  }
};

class Es9Routes : public testing::Test {
 protected:
  Es9Routes() {
    settings_.smdpAddress = "smdp.test";
    add_es9_routes(router_, ports_);
    add_health_route(router_);
  }
  Response post(const std::string& function, std::string_view body,
                std::string_view protocol = "gsma/rsp/v2.2.0", std::string_view type = "application/json") {
    const std::string path = "/gsma/rsp2/es9plus/" + function;
    Request request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"content-type", type}, {"x-admin-protocol", protocol}};
    request.body = body;
    return router_.answer(request);
  }
  void expect_failed(const Response& response, const std::string& subject, const std::string& reason) {
    auto reply = messages::reply_from_json<messages::CancelSessionOk>(response.body);
    ASSERT_TRUE(reply) << response.body;
    EXPECT_EQ(reply->functionExecutionStatus.status, messages::ExecutionStatus::failed) << response.body;
    ASSERT_TRUE(reply->functionExecutionStatus.statusCodeData) << response.body;
    EXPECT_EQ(reply->functionExecutionStatus.statusCodeData->subjectCode, subject) << response.body;
    EXPECT_EQ(reply->functionExecutionStatus.statusCodeData->reasonCode, reason) << response.body;
    EXPECT_EQ(response.header("X-Admin-Protocol").substr(0, 10), "gsma/rsp/v");
    EXPECT_EQ(media_type(response.content_type), "application/json");
  }

  SystemClock clock_;
  SeededRandom random_{1};
  pki::TrustStore trust_;
  auth::Authenticator authenticator_{trust_};
  smdp::SignerList signers_;
  Secret<32> store_key_;
  NoOrders orders_;
  NoSessions sessions_;
  Listener observer_;
  smdp::Settings settings_;
  smdp::Ports ports_{clock_,  random_,   authenticator_, signers_, store_key_,
                     orders_, sessions_, observer_,      settings_};
  Router router_;
};

const char* const functions[] = {"initiateAuthentication", "authenticateClient", "getBoundProfilePackage",
                                 "cancelSession"};

TEST_F(Es9Routes, answer_malformed_bodies_with_a_format_error) {
  for (const char* function : functions) {
    for (const char* body : {"", "{", "[]", "null", "\"text\"", "{\"a\":}"}) {
      Response response = post(function, body);
      EXPECT_EQ(response.status, 200u);
      expect_failed(response, "1.3.1", "2.1");
    }
    expect_failed(post(function, "{}"), "1.3.1", "2.2");
  }
}

TEST_F(Es9Routes, name_the_member_at_fault) {
  Response missing = post("authenticateClient", R"({"transactionId":"0102030405060708"})");
  expect_failed(missing, "1.3.1", "2.2");
  EXPECT_NE(missing.body.find("\"subjectIdentifier\":\"authenticateServerResponse\""), std::string::npos)
      << missing.body;
  for (const char* value :
       {"\"*\"", "\"AAAA\"", "\"vzgDAgEF\"", "17"}) {  // no base64, no DER, truncated DER, no text
    Response bad = post("authenticateClient", std::string(R"({"transactionId":"0102030405060708",)") +
                                                  R"("authenticateServerResponse":)" + value + "}");
    expect_failed(bad, "1.3.1", "2.1");
    EXPECT_NE(bad.body.find("authenticateServerResponse"), std::string::npos) << bad.body;
  }
}

TEST_F(Es9Routes, refuse_other_protocols_and_take_any_version) {
  for (const char* function : functions) {
    Response other = post(function, "{}", "http/soap");
    EXPECT_EQ(other.status, 400u);
    expect_failed(other, "1.3", "3.1");
    EXPECT_EQ(post(function, "{}", "gsma/rsp/v9.9.9").status, 200u);
    EXPECT_EQ(post(function, "{}", "").status, 200u);
    EXPECT_EQ(post(function, "{}", "gsma/rsp/v2.2.0", "text/xml").status, 415u);
    EXPECT_EQ(post(function, "{}", "gsma/rsp/v2.2.0", "application/json; charset=UTF-8").status, 200u);
  }
}

TEST_F(Es9Routes, acknowledge_a_notification_that_nobody_can_read_and_tell_of_it) {
  for (const char* body : {R"({"pendingNotification":"AAAA"})", R"({"pendingNotification":"*"})"}) {
    EXPECT_EQ(post("handleNotification", body).status, 204u) << body;
  }
  EXPECT_EQ(observer_.ignored.size(), 2u);
  EXPECT_EQ(post("handleNotification", "{}").status, 400u) << "that is none";
  EXPECT_EQ(post("handleNotification", R"({"pendingNotification":7})").status, 400u);
  EXPECT_EQ(observer_.ignored.size(), 2u);
}

TEST_F(Es9Routes, acknowledge_a_notification_only_where_the_store_could_take_it) {
  messages::ProfileInstallationResultData data{.transactionId = TransactionId::parse("01020304").value()};
  data.smdpOid = asn1::Oid::of({2, 999, 10});
  data.finalResult.alt = messages::SuccessResult{.aid = Aid::from_octets(Bytes(16, 1)).value()};
  const std::string body = messages::to_json(messages::HandleNotification{
      {messages::ProfileInstallationResult{.profileInstallationResultData = asn1::seal(std::move(data))}}});
  orders_.disk_is_full = true;
  EXPECT_EQ(post("handleNotification", body).status, 503u);
  orders_.disk_is_full = false;
  Response taken = post("handleNotification", body);
  EXPECT_EQ(taken.status, 204u) << "of nothing we delivered: nobody else will want it";
  EXPECT_TRUE(taken.body.empty());
}

TEST_F(Es9Routes, answer_health) {
  Request request;
  request.method = "GET";
  request.path = "/health";
  EXPECT_EQ(router_.answer(request).body, "{\"status\":\"ok\"}");
}

messages::InitiateAuthenticationRequest initiate_request() {
  messages::InitiateAuthenticationRequest request;
  request.smdpAddress = "another.test";
  request.euiccInfo1.svn = {2, 2, 0};
  return request;
}

TEST_F(Es9Routes, carry_a_refusal_to_the_client_with_its_codes) {
  test::TestCi ci;
  auto server = Server::start(test::quick_options(), ci.tls(), router_).value();
  Client client = Client::make(test::client_options(ci, server->port()), test::noon_clock()).value();
  Es9Client es9(client);
  EXPECT_TRUE(es9.peer_oids().empty());
  auto answer = es9.initiate_authentication("smdp.test", initiate_request());
  ASSERT_FALSE(answer);
  ASSERT_TRUE(answer.error().status) << answer.error().error.message;
  ASSERT_TRUE(answer.error().status->statusCodeData);
  EXPECT_EQ(answer.error().status->statusCodeData->subjectCode, "8.8.1");
  EXPECT_EQ(answer.error().status->statusCodeData->reasonCode, "3.8");
  EXPECT_NE(answer.error().error.message.find("8.8.1"), std::string::npos);
  EXPECT_EQ(es9.peer_oids(), std::vector<asn1::Oid>{asn1::Oid::of({2, 999, 10})});
}

TEST_F(Es9Routes, tell_the_client_apart_what_did_not_come_through) {
  test::TestCi ci;
  auto server = Server::start(test::quick_options(), ci.tls(), Router()).value();
  Client client = Client::make(test::client_options(ci, server->port()), test::noon_clock()).value();
  Es9Client es9(client);
  auto no_smdp = es9.initiate_authentication("smdp.test", initiate_request());
  ASSERT_FALSE(no_smdp);
  EXPECT_FALSE(no_smdp.error().status);
  EXPECT_NE(no_smdp.error().error.message.find("404"), std::string::npos) << no_smdp.error().error.message;
  auto no_name = es9.initiate_authentication("smdp test", initiate_request());
  ASSERT_FALSE(no_name);
  EXPECT_EQ(no_name.error().error.kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace sealift::http
