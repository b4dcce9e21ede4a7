#include "http/routes_admin_smdp.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "asn1/time.hpp"
#include "crypto/hash.hpp"
#include "http/client.hpp"
#include "http/test_support.hpp"
#include "smdp/test_world.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;

const char* const iccid_a = "8949000000000000017";
const char* const iccid_b = "8949000000000000025";

class AdminSmdpRoutes : public testing::Test {
 protected:
  AdminSmdpRoutes() {
    world_.random.fill(token_.expose_mutable());
    authorization_ = "Bearer " + hex(token_.expose());
    add_admin_smdp_routes(router_, world_.ports, token_);
  }

  Response ask(std::string_view method, const std::string& path, std::string_view body = "",
               std::string_view query = "") {
    Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    request.headers = {{"content-type", type_}};
    if (!authorization_.empty()) request.headers.emplace_back("authorization", authorization_);
    return router_.answer(request);
  }
  Response post(const std::string& what, const json::object& body) {
    return ask("POST", "/admin/v1/" + what, json::serialize(body));
  }
  static json::object profile(const char* iccid) {
    return {{"profile", base64(smdp::testing::make_upp(*Iccid::parse(iccid), 2000))},
            {"serviceProviderName", "Sealift"},
            {"profileName", "Test"}};
  }
  void stock(const char* iccid) { ASSERT_EQ(post("profiles", profile(iccid)).status, 201u); }

  static json::object read(const Response& response) {
    EXPECT_EQ(response.content_type, "application/json");
    auto value = json::parse(response.body);
    return value.as_object();
  }
  static void expect_error(const Response& response, unsigned status, std::string_view kind,
                           std::string_view part) {
    EXPECT_EQ(response.status, status) << response.body;
    const json::object error = read(response)["error"].as_object();
    EXPECT_EQ(error.at("kind").as_string(), kind) << response.body;
    EXPECT_NE(error.at("message").as_string().find(part), json::string::npos) << response.body;
  }

  smdp::testing::World world_;
  Secret<32> token_;
  std::string authorization_;
  std::string type_ = "application/json";
  Router router_;
};

TEST_F(AdminSmdpRoutes, answer_nobody_without_the_token) {
  const std::string right = authorization_;
  std::string one_off = right;
  one_off.back() = one_off.back() == '0' ? '1' : '0';
  for (const std::string& shown :
       {std::string(), one_off, std::string("Bearer "), std::string("Bearer zz"),
        right.substr(0, right.size() - 2), right + "00", "Basic" + right.substr(6), right.substr(7)}) {
    authorization_ = shown;
    for (const Response& response :
         {post("profiles", profile(iccid_a)), post("orders", {{"iccid", iccid_a}}),
          ask("GET", "/admin/v1/restrictions"), post("restrictions", {{"kind", "eid"}, {"value", "89"}}),
          post("restrictions/remove", {{"kind", "eid"}, {"value", "89"}}), ask("GET", "/admin/v1/orders"),
          ask("GET", std::string("/admin/v1/orders/") + iccid_a)}) {
      expect_error(response, 401, "permission", "token");
      EXPECT_EQ(response.header("WWW-Authenticate"), "Bearer");
    }
  }
  EXPECT_TRUE(world_.orders.list({}, {}, 10)->empty());
  authorization_ = "bearer " + right.substr(7);
  EXPECT_EQ(ask("GET", "/admin/v1/orders").status, 200u);
}

TEST_F(AdminSmdpRoutes, stock_a_profile_with_icon_owner_and_rules) {
  json::object body = profile(iccid_a);
  body["icon"] = base64(Bytes(1024, 0x89));
  body["iconType"] = "png";
  body["profileOwner"] = {{"mccMnc", "00101"}, {"gid1", "A0"}};
  body["profilePolicyRules"] = {"ppr1", "ppr2"};
  ASSERT_EQ(post("profiles", body).status, 201u);
  const auto kept = **world_.orders.find(*Iccid::parse(iccid_a));
  const auto metadata = asn1::decode<messages::StoreMetadataRequest>(kept.metadata).value();
  EXPECT_EQ(metadata.icon->size(), 1024u);
  EXPECT_EQ(metadata.iconType, messages::IconType::png);
  EXPECT_EQ(metadata.profileOwner->mccMnc, (Octets<3>{0x00, 0xF1, 0x10}));
  EXPECT_EQ(metadata.profileOwner->gid1, Bytes{0xA0});
  EXPECT_EQ(*metadata.profilePolicyRules, (messages::PprIds{messages::PprId::ppr1, messages::PprId::ppr2}));
}

TEST_F(AdminSmdpRoutes, refuse_metadata_that_no_card_would_take) {
  const std::pair<const char*, json::value> wrong[] = {{"icon", "AAAA"},
                                                       {"iconType", "gif"},
                                                       {"profileOwner", {{"mccMnc", "0010"}}},
                                                       {"profileOwner", {{"mccMnc", "EE101"}}},
                                                       {"profilePolicyRules", {"ppr3"}}};
  for (const auto& [member, value] : wrong) {
    json::object body = profile(iccid_a);
    body[member] = value;
    expect_error(post("profiles", body), 400, "invalid", "");
  }
  json::object rules_of_nobody = profile(iccid_a);
  rules_of_nobody["profilePolicyRules"] = {"ppr1"};
  expect_error(post("profiles", rules_of_nobody), 400, "invalid", "profileOwner");
}

TEST_F(AdminSmdpRoutes, take_a_code_as_its_hash_and_hold_an_order_back) {
  stock(iccid_a);
  const std::string hash = hex(crypto::sha256(view("1234")));
  expect_error(
      post("orders", {{"iccid", iccid_a}, {"confirmationCode", "1"}, {"confirmationCodeHash", hash}}), 400,
      "invalid", "not as both");
  expect_error(post("orders", {{"iccid", iccid_a}, {"confirmationCodeHash", "00"}}), 400, "invalid",
               "confirmationCodeHash");
  const json::object order = read(post(
      "orders",
      {{"iccid", iccid_a}, {"confirmationCodeHash", hash}, {"release", false}, {"reinstall", "perpetual"}}));
  EXPECT_EQ(order.at("state").as_string(), "confirmed");
  EXPECT_EQ(order.at("reinstall").as_string(), "perpetual");
  EXPECT_EQ((**world_.orders.find(*Iccid::parse(iccid_a))).confirmation, crypto::sha256(view("1234")));
}

TEST_F(AdminSmdpRoutes, take_matching_ids_off_the_grammar_only_where_the_server_is_told_to) {
  stock(iccid_a);
  expect_error(post("orders", {{"iccid", iccid_a}, {"matchingId", "ac_not"}}), 400, "invalid", "capital");
  world_.settings.any_matching_id = true;
  EXPECT_EQ(post("orders", {{"iccid", iccid_a}, {"matchingId", "ac_not"}}).status, 201u);
}

TEST_F(AdminSmdpRoutes, take_a_profile_from_stock_to_release) {
  const json::object stocked = read(post("profiles", profile(iccid_a)));
  EXPECT_EQ(stocked.at("iccid").as_string(), iccid_a);
  EXPECT_EQ(stocked.at("state").as_string(), "available");
  EXPECT_TRUE(stocked.at("activationCode").is_null());

  const Response created = post("orders", {{"iccid", iccid_a}, {"confirmationCode", "1234"}});
  EXPECT_EQ(created.status, 201u) << created.body;
  const json::object order = read(created);
  EXPECT_EQ(order.at("state").as_string(), "released");
  const std::string matching_id(order.at("matchingId").as_string());
  EXPECT_EQ(matching_id.size(), 32u);
  EXPECT_EQ(order.at("activationCode").as_string(), "1$smdp.example.com$" + matching_id + "$2.999.10$1");
  EXPECT_EQ(created.body.find("1234\""), std::string::npos) << "a confirmation code never comes back";
  EXPECT_EQ(created.header("Cache-Control"), "no-store");

  EXPECT_EQ(read(ask("GET", std::string("/admin/v1/orders/") + iccid_a)), order);
  auto kept = **world_.orders.find(*Iccid::parse(iccid_a));
  EXPECT_EQ(kept.confirmation, crypto::sha256(view("1234")));
  for (const auto& row : world_.orders.audit()) EXPECT_EQ(row.actor, access::local_admin_name);
}

TEST_F(AdminSmdpRoutes, hand_every_wish_of_an_order_on) {
  stock(iccid_a);
  const std::string eid = smdp::testing::card_eid(3).digits();
  const std::string expires = asn1::rfc3339(smdp::testing::kStart + std::chrono::hours(24));
  const json::object order = read(post("orders", {{"iccid", iccid_a},
                                                  {"eid", eid},
                                                  {"matchingId", "MY-ID-7"},
                                                  {"expires", expires},
                                                  {"confirmationCode", nullptr}}));
  EXPECT_EQ(order.at("eid").as_string(), eid);
  EXPECT_EQ(order.at("expires").as_string(), expires);
  EXPECT_EQ(order.at("activationCode").as_string(), "1$smdp.example.com$MY-ID-7$2.999.10");
  EXPECT_FALSE(order.at("confirmationCodeRequired").as_bool());
}

TEST_F(AdminSmdpRoutes, hand_the_policies_of_an_order_on) {
  stock(iccid_a);
  const json::object order = read(post("orders", {{"iccid", iccid_a},
                                                  {"confirmationCode", "1234"},
                                                  {"confirmationAttempts", 5},
                                                  {"rebind", false},
                                                  {"reinstall", "afterDeletion"},
                                                  {"uses", 4}}));
  EXPECT_EQ(order.at("confirmationLimit").as_int64(), 5);
  EXPECT_EQ(order.at("reinstall").as_string(), "afterDeletion");
  EXPECT_EQ(order.at("installs").as_int64(), 0);
  const auto kept = **world_.orders.find(*Iccid::parse(iccid_a));
  EXPECT_EQ(kept.confirmation_limit, 5u);
  EXPECT_FALSE(kept.rebind);
  EXPECT_EQ(kept.reinstall, smdp::Reinstall::after_deletion);
  EXPECT_EQ(kept.uses, 4u);
}

TEST_F(AdminSmdpRoutes, refuse_policies_that_are_none) {
  stock(iccid_a);
  const auto ordered = [&](const char* member, json::value value) {
    return post("orders", {{"iccid", iccid_a}, {member, std::move(value)}});
  };
  expect_error(ordered("confirmationAttempts", 0), 400, "invalid", "1 to 10");
  expect_error(ordered("confirmationAttempts", 11), 400, "invalid", "1 to 10");
  expect_error(ordered("confirmationAttempts", -1), 400, "invalid", "1 to 10");
  expect_error(ordered("confirmationAttempts", 2.5), 400, "invalid", "1 to 10");
  expect_error(ordered("confirmationAttempts", "3"), 400, "invalid", "1 to 10");
  expect_error(ordered("rebind", "no"), 400, "invalid", "true or false");
  expect_error(ordered("reinstall", "always"), 400, "invalid", "sameEid");
  expect_error(ordered("uses", 2), 400, "invalid", "policy");
  EXPECT_EQ((**world_.orders.find(*Iccid::parse(iccid_a))).state, smdp::OrderState::available);
}

TEST_F(AdminSmdpRoutes, keep_the_list_of_who_is_not_served) {
  EXPECT_EQ(post("restrictions", {{"kind", "eid"}, {"value", "89049032"}, {"reason", "leaked"}}).status,
            201u);
  expect_error(post("restrictions", {{"kind", "eid"}, {"value", "89049032"}}), 409, "exists", "list");
  expect_error(post("restrictions", {{"kind", "eid"}, {"value", "x"}}), 400, "invalid", "digits");
  expect_error(post("restrictions", {{"kind", "phone"}, {"value", "x"}}), 400, "invalid", "kind");
  const json::array list = read(ask("GET", "/admin/v1/restrictions"))["restrictions"].as_array();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].at("reason").as_string(), "leaked");
  EXPECT_EQ(list[0].at("by").as_string(), access::local_admin_name);
  EXPECT_EQ(post("restrictions/remove", {{"kind", "eid"}, {"value", "89049032"}}).status, 200u);
  expect_error(post("restrictions/remove", {{"kind", "eid"}, {"value", "89049032"}}), 404, "not_found",
               "list");
}

TEST_F(AdminSmdpRoutes, let_metadata_say_who_hears_of_what) {
  auto metadata = [&](const char* iccid) {
    return *asn1::decode<messages::StoreMetadataRequest>(
        (**world_.orders.find(*Iccid::parse(iccid))).metadata);
  };
  stock(iccid_a);
  auto ours = metadata(iccid_a);
  ASSERT_TRUE(ours.notificationConfigurationInfo);
  EXPECT_EQ(ours.notificationConfigurationInfo->at(0).notificationAddress, "smdp.example.com");
  EXPECT_FALSE(ours.notificationConfigurationInfo->at(0).profileManagementOperation.contains(
      messages::NotificationEventBit::notificationInstall));

  json::object body = profile(iccid_b);
  body["profileClass"] = "test";
  body["protection"] = "sessionKeys";
  body["notificationConfigurationInfo"] = {
      {{"profileManagementOperation", {"notificationDelete"}}, {"notificationAddress", "hear.example.com"}}};
  ASSERT_EQ(post("profiles", body).status, 201u);
  auto theirs = metadata(iccid_b);
  EXPECT_EQ(theirs.profileClass.value, messages::ProfileClass::test);
  ASSERT_EQ(theirs.notificationConfigurationInfo->size(), 1u);
  EXPECT_EQ(theirs.notificationConfigurationInfo->at(0).notificationAddress, "hear.example.com");
  EXPECT_TRUE(theirs.notificationConfigurationInfo->at(0).profileManagementOperation.contains(
      messages::NotificationEventBit::notificationDelete));
}

TEST_F(AdminSmdpRoutes, name_what_is_wrong_with_a_body) {
  stock(iccid_a);
  for (const char* body : {"", "{", "{}x", "\xFF"}) {
    expect_error(ask("POST", "/admin/v1/orders", body), 400, "invalid", "not JSON");
  }
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "[";
  expect_error(ask("POST", "/admin/v1/orders", deep), 400, "invalid", "not JSON");
  expect_error(ask("POST", "/admin/v1/orders", "[]"), 400, "invalid", "object");
  expect_error(post("orders", {}), 400, "invalid", "iccid is missing");
  expect_error(post("orders", {{"iccid", 7}}), 400, "invalid", "iccid must be a text");
  expect_error(post("orders", {{"iccid", "12"}}), 400, "invalid", "iccid");
  expect_error(post("orders", {{"iccid", iccid_a}, {"eId", "x"}}), 400, "invalid", "\"eId\"");
  expect_error(post("orders", {{"iccid", iccid_a}, {"eid", "8904"}}), 400, "invalid", "eid");
  expect_error(post("orders", {{"iccid", iccid_a}, {"expires", "tomorrow"}}), 400, "invalid", "expires");
  expect_error(post("orders", {{"iccid", iccid_a}, {"expires", "2001-01-01T00:00:00Z"}}), 400, "invalid",
               "passed");
  expect_error(post("orders", {{"iccid", iccid_a}, {"matchingId", "lower case"}}), 400, "invalid",
               "MatchingID");
  expect_error(post("orders", {{"iccid", iccid_a}, {"matchingId", ""}}), 400, "invalid", "EID");

  json::object body = profile(iccid_b);
  body["profile"] = "***";
  expect_error(post("profiles", body), 400, "invalid", "profile");
  body["profile"] = base64(Bytes{0xA0, 0x03, 0x80});
  EXPECT_EQ(post("profiles", body).status, 400u);
  body = profile(iccid_b);
  body["serviceProviderName"] = std::string(33, 'x');
  EXPECT_GE(post("profiles", body).status, 400u);
  body = profile(iccid_b);
  body["profileClass"] = "gold";
  expect_error(post("profiles", body), 400, "invalid", "operational");
  body = profile(iccid_b);
  body["notificationConfigurationInfo"] = {
      {{"profileManagementOperation", {"never"}}, {"notificationAddress", "a"}}};
  expect_error(post("profiles", body), 400, "invalid", "notificationEnable");

  type_ = "text/plain";
  expect_error(post("orders", {{"iccid", iccid_a}}), 415, "invalid", "application/json");
  EXPECT_EQ(world_.orders.list({}, {}, 10)->size(), 1u) << "nothing half done";
  EXPECT_EQ((**world_.orders.find(*Iccid::parse(iccid_a))).state, smdp::OrderState::available);
}

TEST_F(AdminSmdpRoutes, refuse_what_stock_and_orders_do_not_allow) {
  expect_error(post("orders", {{"iccid", iccid_a}}), 404, "not_found", iccid_a);
  expect_error(ask("GET", std::string("/admin/v1/orders/") + iccid_a), 404, "not_found", iccid_a);
  stock(iccid_a);
  expect_error(post("profiles", profile(iccid_a)), 409, "exists", "in stock already");
  ASSERT_EQ(post("orders", {{"iccid", iccid_a}, {"matchingId", "ONE"}}).status, 201u);
  expect_error(post("orders", {{"iccid", iccid_a}}), 409, "conflict", "released");
  stock(iccid_b);
  EXPECT_EQ(post("orders", {{"iccid", iccid_b}, {"matchingId", "ONE"}}).status, 409u);
  EXPECT_EQ((**world_.orders.find(*Iccid::parse(iccid_b))).state, smdp::OrderState::available);
}

TEST_F(AdminSmdpRoutes, list_orders_page_by_page) {
  for (int i = 0; i < 5; ++i) world_.order();
  std::vector<std::string> seen;
  std::string after;
  for (int pages = 0; pages < 4; ++pages) {
    const json::object page = read(ask("GET", "/admin/v1/orders", "", "limit=2" + after));
    for (const auto& one : page.at("orders").as_array()) seen.emplace_back(one.at("iccid").as_string());
    if (page.at("next").is_null()) break;
    after = "&after=" + std::string(page.at("next").as_string());
  }
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(read(ask("GET", "/admin/v1/orders")).at("orders").as_array().size(), 5u);
  for (const char* query : {"limit=0", "limit=1001", "limit=-1", "limit=2x", "limit", "after=12",
                            "limit=99999999999999999999", "page=2"}) {
    EXPECT_EQ(ask("GET", "/admin/v1/orders", "", query).status, 400u) << query;
  }
}

TEST_F(AdminSmdpRoutes, take_one_segment_behind_orders_and_no_more) {
  stock(iccid_a);
  EXPECT_EQ(ask("GET", std::string("/admin/v1/orders/") + iccid_a).status, 200u);
  EXPECT_EQ(ask("HEAD", std::string("/admin/v1/orders/") + iccid_a).status, 200u);
  EXPECT_EQ(ask("GET", "/admin/v1/orders/").status, 404u);
  EXPECT_EQ(ask("GET", std::string("/admin/v1/orders/") + iccid_a + "/x").status, 404u);
  EXPECT_EQ(ask("GET", std::string("/admin/v1/orders//") + iccid_a).status, 404u);
  EXPECT_EQ(ask("GET", "/admin/v1/orders/..%2F").status, 400u);
  const Response wrong_method = ask("DELETE", std::string("/admin/v1/orders/") + iccid_a);
  EXPECT_EQ(wrong_method.status, 405u);
  EXPECT_EQ(wrong_method.header("Allow"), "GET, HEAD");
}

TEST_F(AdminSmdpRoutes, take_a_large_package_over_tls_and_refuse_a_larger_body) {
  test::TestCi ci;
  ServerOptions options = test::quick_options();
  options.max_body = max_admin_body;
  auto server = Server::start(options, ci.tls(), router_).value();
  Client client = Client::make(test::client_options(ci, server->port()), test::noon_clock()).value();
  const HostPort name = HostPort::parse("smdp.test").value();
  const Client::Headers fields{{"Authorization", authorization_}, {"Content-Type", "application/json"}};
  json::object body = profile(iccid_a);
  body["profile"] = base64(smdp::testing::make_upp(*Iccid::parse(iccid_a), 1'000'000));
  EXPECT_EQ(client.post(name, "/admin/v1/profiles", fields, json::serialize(body)).value().status, 201u);
  auto refused = client.post(name, "/admin/v1/profiles", fields, std::string(max_admin_body + 1, ' '));
  EXPECT_TRUE(!refused || refused->status == 413);  // or the connection ended while the body was on its way
  EXPECT_EQ(client.get(name, std::string("/admin/v1/orders/") + iccid_a, fields).value().status, 200u);
  EXPECT_EQ(client.get(name, "/admin/v1/orders").value().status, 401u);
}

}  // namespace
}  // namespace sealift::http
