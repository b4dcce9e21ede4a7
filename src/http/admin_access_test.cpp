// Who may do what over an administration's interface, walked from its table of routes: every route with every
// role, what each answers against its schema, and the audit row of each change.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "access/administration.hpp"
#include "http/admin_route.hpp"
#include "http/routes_admin_smdp.hpp"
#include "smdp/test_world.hpp"
#include "store/memory/outbox.hpp"
#include "store/memory/records.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using access::Principal;
using access::Role;

const char* const iccid_a = "8949000000000000017";
const char* const iccid_b = "8949000000000000025";

/// Whether an answer keeps its schema: nothing missing, nothing unknown, every type right.
void expect_keeps(const AdminSchema& schema, const json::object& answer, const std::string& where) {
  for (const AdminMember& member : schema.members) {
    const json::value* value = answer.if_contains(member.name);
    const std::string place = where + ": " + schema.name + "." + member.name;
    if (!value || value->is_null()) {
      EXPECT_FALSE(member.required) << place << " is missing";
      continue;
    }
    switch (member.type) {
      case AdminType::text:
      case AdminType::time:
        EXPECT_TRUE(value->is_string()) << place;
        break;
      case AdminType::number:
        EXPECT_TRUE(value->is_number()) << place;
        break;
      case AdminType::boolean:
        EXPECT_TRUE(value->is_bool()) << place;
        break;
      case AdminType::object:
        ASSERT_TRUE(value->is_object()) << place;
        expect_keeps(*member.of, value->get_object(), where);
        break;
      case AdminType::list_of_text:
        ASSERT_TRUE(value->is_array()) << place;
        for (const json::value& one : value->get_array()) EXPECT_TRUE(one.is_string()) << place;
        break;
      case AdminType::list_of_objects:
        ASSERT_TRUE(value->is_array()) << place;
        for (const json::value& one : value->get_array()) expect_keeps(*member.of, one.as_object(), where);
        break;
    }
  }
  for (const auto& member : answer) {
    const auto names = schema.names();
    EXPECT_NE(std::ranges::find(names, std::string_view(member.key())), names.end())
        << where << ": " << schema.name << " says nothing of " << member.key();
  }
}

class AdminAccess : public ::testing::Test {
 protected:
  AdminAccess() {
    world_.random.fill(token_.expose_mutable());
    world_.ports.directory = directory_.get();
    add_admin_smdp_routes(router_, world_.ports, token_, nullptr, &calls_, &box_);
    local_ = hex(token_.expose());
  }

  std::string hire(const std::string& name, Role role, const std::string& tenant = "") {
    Principal p{.name = name, .roles = {role}, .tenant = tenant};
    const Octets<32> token = world_.random.octets<32>();
    p.token = access::token_digest(token);
    EXPECT_TRUE(records_.put({access::principal_kind, name, asn1::encode(p)}, {}));
    EXPECT_TRUE(directory_->refresh());
    return hex(token);
  }
  Response ask(const std::string& token, std::string_view method, const std::string& path,
               const std::string& body = "", const std::string& query = "") {
    const std::string authorization = "Bearer " + token;
    Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    request.headers = {{"content-type", "application/json"}, {"authorization", authorization}};
    return router_.answer(request);
  }
  json::object post(const std::string& token, const std::string& what, const json::object& body,
                    unsigned status) {
    const std::string path = "/admin/v1/" + what;
    const Response response = ask(token, "POST", path, json::serialize(body));
    EXPECT_EQ(response.status, status) << path << ": " << response.body;
    keeps("POST", path, response);
    return json::parse(response.body).as_object();
  }
  json::object get(const std::string& token, const std::string& what, const std::string& query = "") {
    const std::string path = "/admin/v1/" + what;
    const Response response = ask(token, "GET", path, "", query);
    EXPECT_EQ(response.status, 200u) << path << ": " << response.body;
    keeps("GET", path, response);
    return json::parse(response.body).as_object();
  }
  /// The answer against the schema of its route.
  void keeps(const std::string& method, const std::string& path, const Response& response) {
    if (response.status / 100 != 2) return;
    const json::object body = json::parse(response.body).as_object();
    if (response.status == 202) return expect_keeps(AdminSchemas::awaited, body, path);
    for (const AdminRoute& route : admin_smdp_routes()) {
      const std::string prefix = route.path.substr(0, route.path.find('{'));
      const bool same = prefix == route.path ? path == prefix : path.starts_with(prefix) && path != prefix;
      if (same && route.method == method) {
        EXPECT_EQ(response.status, route.status) << path;
        answered_.insert(route.method + " " + route.path);
        return expect_keeps(*route.answer, body, path);
      }
    }
  }
  json::object profile(const char* iccid) {
    return {{"profile", base64(smdp::testing::make_upp(*Iccid::parse(iccid), 2000))},
            {"serviceProviderName", "Sealift"},
            {"profileName", "Test"}};
  }
  std::vector<std::string> rows() {
    std::vector<std::string> out;
    for (const auto& a : records_.audit()) out.push_back(a.actor + " " + a.action);
    for (const auto& a : box_.audit()) out.push_back(a.actor + " " + a.action);
    for (const auto& a : world_.orders.audit()) out.push_back(a.actor + " " + a.action);
    for (const auto& a : world_.kept_restrictions.audit()) out.push_back(a.actor + " " + a.action);
    return out;
  }

  smdp::testing::World world_;
  store::MemoryRecords records_;
  std::unique_ptr<access::Directory> directory_ = access::Directory::open(records_).value();
  Secret<32> token_;
  std::string local_;
  smdp::Limiter calls_{0, std::chrono::seconds(60)};
  store::MemoryOutbox box_;
  Router router_;
  std::set<std::string> answered_;
};

TEST_F(AdminAccess, of_every_route_is_for_the_roles_of_the_table_alone) {
  std::vector<std::pair<Role, std::string>> people{{Role::local_admin, local_}};
  people.emplace_back(Role::operator_admin, hire("olaf", Role::operator_admin));
  people.emplace_back(Role::tenant_admin, hire("tina", Role::tenant_admin, "default"));
  people.emplace_back(Role::support, hire("sam", Role::support));
  people.emplace_back(Role::auditor, hire("aud", Role::auditor));
  people.emplace_back(Role::approver, hire("anna", Role::approver));
  ASSERT_EQ(people.size(), access::role_count);
  for (const AdminRoute& route : admin_smdp_routes()) {
    std::string path = route.path;
    if (const size_t open = path.find('{'); open != std::string::npos) path = path.substr(0, open) + "x";
    for (const auto& [role, token] : people) {
      // A body that no route takes: who may is told so, and nothing is changed.
      const Response response = ask(token, route.method, path, "[]");
      const bool refused = response.status == 403;
      EXPECT_EQ(refused, !access::grants(role, route.permission))
          << access::name(role) << " " << route.method << " " << path << ": " << response.body;
    }
    EXPECT_EQ(ask(std::string(64, '0'), route.method, path, "[]").status, 401u) << path;
  }
  EXPECT_EQ(records_.audit().size(), 5u) << "the people, and nothing else";
}

TEST_F(AdminAccess, ends_with_the_principal) {
  const std::string olaf = hire("olaf", Role::operator_admin);
  EXPECT_EQ(ask(olaf, "GET", "/admin/v1/orders").status, 200u);
  post(local_, "principals/change", {{"name", "olaf"}, {"disabled", true}}, 200);
  EXPECT_EQ(ask(olaf, "GET", "/admin/v1/orders").status, 401u);
}

TEST_F(AdminAccess, of_one_principal_is_so_many_calls_a_minute_and_of_others_as_many) {
  const std::string ann = hire("ann", Role::auditor), ben = hire("ben", Role::auditor);
  calls_.set(3, std::chrono::seconds(60));
  const auto self = [&](const std::string& token) { return ask(token, "GET", "/admin/v1/self"); };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(self(ann).status, 200u);
  const Response refused = self(ann);
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(json::parse(refused.body).at("error").at("kind").as_string(), "limit");
  EXPECT_EQ(self(ben).status, 200u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(self(local_).status, 200u) << "the server's own folder is not counted";
  world_.clock.advance(std::chrono::seconds(20));
  EXPECT_EQ(self(ann).status, 200u);
  EXPECT_EQ(self(ann).status, 429u);
}

TEST_F(AdminAccess, drops_of_the_outbox_what_an_operator_refuses_and_nothing_else) {
  smdp::Outbox& outbox = box_;
  const smdp::Outgoing told{smdp::OutgoingKind::download_progress, Iccid::parse(iccid_a).value(), "default", "", {1},
                            world_.clock.now()};
  box_.add(told);
  box_.add(told);
  const auto first = outbox.claim({smdp::Lane::operators, "default"}, world_.clock.now(), std::chrono::seconds(60), 9);
  ASSERT_EQ(first->size(), 1u) << "the one behind it waits";
  const smdp::Queued row = first->front();
  post(local_, "outbox/drop", {{"number", row.number}}, 404);
  ASSERT_TRUE(outbox.refused(row.number, world_.clock.now(), world_.clock.now(), "HTTP status 400"));
  const json::object listed = get(local_, "outbox/refused");
  ASSERT_EQ(listed.at("rows").as_array().size(), 1u);
  EXPECT_EQ(listed.at("rows").at(0).at("problem").as_string(), "HTTP status 400");
  const std::string north = hire("nora", Role::tenant_admin, "north");
  EXPECT_EQ(get(north, "outbox/refused").at("rows").as_array().size(), 0u);
  post(north, "outbox/drop", {{"number", row.number}}, 404);
  post(local_, "outbox/drop", {{"number", row.number}}, 200);  // though its order is not there
  EXPECT_EQ(std::ranges::count(rows(), "local-admin drop_outgoing"), 1);
  EXPECT_EQ(get(local_, "outbox/refused").at("rows").as_array().size(), 0u);
  const auto next = outbox.claim({smdp::Lane::operators, "default"}, world_.clock.now(), std::chrono::seconds(60), 9);
  ASSERT_EQ(next->size(), 1u);
  EXPECT_NE(next->front().number, row.number);
}

TEST_F(AdminAccess, of_a_tenants_people_ends_at_that_tenant) {
  post(local_, "tenants", {{"id", "north"}}, 201);
  post(local_, "tenants", {{"id", "south"}}, 201);
  const std::string nora = hire("nora", Role::tenant_admin, "north"),
                    sven = hire("sven", Role::tenant_admin, "south");
  EXPECT_EQ(post(nora, "profiles", profile(iccid_a), 201).at("tenant").as_string(), "north");
  json::object theirs = profile(iccid_b);
  theirs["tenant"] = "north";
  EXPECT_EQ(post(sven, "profiles", theirs, 404).at("error").as_object().at("kind").as_string(), "not_found");
  const std::string none = std::string("orders/") + iccid_b, one = std::string("orders/") + iccid_a;
  const Response hidden = ask(sven, "GET", "/admin/v1/" + one),
                 absent = ask(sven, "GET", "/admin/v1/" + none);
  EXPECT_EQ(hidden.status, 404u);
  EXPECT_EQ(hidden.body.size(), absent.body.size())
      << "nothing tells a foreign profile from one that is not there";
  for (const char* act : {"orders", "orders/release", "profiles/withdraw"}) {
    post(sven, act, {{"iccid", iccid_a}}, 404);
  }
  EXPECT_TRUE(get(sven, "orders").at("orders").as_array().empty());
  for (const char* list : {"orders", "stock"}) {
    const auto said = [&](const std::string& tenant) {
      return ask(sven, "GET", std::string("/admin/v1/") + list, "", "tenant=" + tenant);
    };
    EXPECT_EQ(said("north").status, 404u) << list;
    EXPECT_EQ(said("north").body.size(), said("nobod").body.size()) << list << ": of a tenant that is not";
    EXPECT_EQ(said("south").status, 200u) << list;
  }
  EXPECT_EQ(get(sven, "tenants").at("tenants").as_array().size(), 1u);
  EXPECT_EQ(ask(sven, "GET", "/admin/v1/tenants/north").status, 404u);
  EXPECT_EQ(get(nora, "orders").at("orders").as_array().size(), 1u);
}

TEST_F(AdminAccess, counts_the_stock_of_every_tenant_that_the_principal_sees) {
  post(local_, "tenants", {{"id", "north"}}, 201);
  post(local_, "tenants", {{"id", "south"}}, 201);
  const std::string nora = hire("nora", Role::tenant_admin, "north"),
                    otto = hire("otto", Role::operator_admin);
  post(nora, "profiles", profile(iccid_a), 201);
  post(local_, "profiles", profile(iccid_b), 201);
  const auto owners = [&](const std::string& token, const std::string& query) {
    std::string out;
    const json::object answer = get(token, "stock", query);
    for (const json::value& line : answer.at("stock").as_array())
      out += std::string(line.at("tenant").as_string()) + " " +
             std::to_string(line.at("count").to_number<int>()) + "; ";
    return out;
  };
  EXPECT_EQ(owners(local_, ""), "default 1; north 1; ");
  EXPECT_EQ(owners(otto, ""), "default 1; north 1; ");
  EXPECT_EQ(owners(nora, ""), "north 1; ");
  EXPECT_EQ(owners(local_, "tenant=default"), "default 1; ");
  EXPECT_EQ(owners(local_, "tenant=south"), "");
  EXPECT_TRUE(get(local_, "stock").at("tenant").is_null());
  EXPECT_EQ(get(nora, "stock").at("tenant").as_string(), "north");
}

TEST_F(AdminAccess, keeps_what_a_tenants_policies_say_of_orders) {
  post(local_, "tenants",
       {{"id", "north"}, {"policies", {{"orderLifetime", 60}, {"confirmationRequired", true}}}}, 201);
  const std::string nora = hire("nora", Role::tenant_admin, "north");
  post(nora, "profiles", profile(iccid_a), 201);
  const std::string eid = smdp::testing::card_eid(1).digits();
  post(nora, "orders", {{"iccid", iccid_a}, {"eid", eid}}, 400);
  post(nora, "orders", {{"iccid", iccid_a}, {"confirmationCode", "1"}}, 400);
  const json::object order =
      post(nora, "orders", {{"iccid", iccid_a}, {"eid", eid}, {"confirmationCode", "1"}}, 201);
  EXPECT_EQ((**world_.orders.find(*Iccid::parse(iccid_a))).expires,
            world_.clock.now() + std::chrono::seconds(60));

  post(local_, "profiles", profile(iccid_b), 201);
  post(local_, "orders", {{"iccid", iccid_b}, {"expires", "2030-01-01T00:00:00Z"}}, 400);
  post(local_, "orders", {{"iccid", iccid_b}}, 201);
  EXPECT_EQ((**world_.orders.find(*Iccid::parse(iccid_b))).expires,
            world_.clock.now() + std::chrono::hours(24))
      << "an order without an EID is short-lived";
}

TEST_F(AdminAccess, releases_nothing_while_issuance_is_stopped_or_the_tenant_suspended) {
  post(local_, "profiles", profile(iccid_a), 201);
  post(local_, "issuance/stop", {{"reason", "a key may be lost"}}, 200);
  EXPECT_EQ(
      post(local_, "orders", {{"iccid", iccid_a}}, 409).at("error").as_object().at("message").as_string(),
      "issuance is stopped, by local-admin: a key may be lost");
  post(local_, "orders", {{"iccid", iccid_a}, {"release", false}}, 201);
  post(local_, "orders/release", {{"iccid", iccid_a}}, 409);
  const std::string anna = hire("anna", Role::approver), ben = hire("ben", Role::approver);
  const json::object asked = post(local_, "issuance/reopen", json::object(), 202).at("approval").as_object();
  post(local_, "issuance/reopen", {{"approval", asked.at("id")}}, 403);
  for (const std::string& who : {anna, ben}) {
    post(who, "approvals/approve", {{"id", asked.at("id")}, {"digest", asked.at("digest")}}, 200);
  }
  post(local_, "issuance/reopen", {{"approval", asked.at("id")}}, 200);
  post(local_, "tenants/change", {{"id", "default"}, {"suspended", true}}, 200);
  post(local_, "orders/release", {{"iccid", iccid_a}}, 409);
  post(local_, "tenants/change", {{"id", "default"}, {"suspended", false}}, 200);
  post(local_, "orders/release", {{"iccid", iccid_a}}, 200);
}

TEST_F(AdminAccess, leaves_one_row_for_each_change_and_none_for_what_was_refused) {
  const std::string anna = hire("anna", Role::approver), ben = hire("ben", Role::approver);
  std::set<std::string> walked;
  const auto changes = [&](const std::string& token, const std::string& path, const json::object& body,
                           unsigned status, const std::string& row, size_t steps = 1) {
    const size_t before = rows().size();
    const json::object answer = post(token, path, body, status);
    auto after = rows();
    EXPECT_EQ(after.size(), before + steps) << path;
    EXPECT_NE(std::ranges::find(after, row), after.end()) << path << " leaves no row " << row;
    EXPECT_EQ(ask(token, "POST", "/admin/v1/" + path, "{\"no\":1}").status, 400u) << path;
    EXPECT_EQ(rows().size(), before + steps) << path << ": a refusal changes nothing";
    walked.insert("/admin/v1/" + path);
    return answer;
  };
  changes(local_, "profiles", profile(iccid_a), 201, "local-admin import");
  changes(local_, "orders", {{"iccid", iccid_a}, {"release", false}}, 201, "local-admin create_order");
  changes(local_, "orders/release", {{"iccid", iccid_a}}, 200, "local-admin release_order");
  post(local_, "tenants/change", {{"id", "default"}, {"policies", {{"coolingOff", 0}, {"stepUp", false}}}},
       200);
  changes(local_, "reissues", {{"iccid", iccid_a}}, 201, "local-admin ask_reissue");
  changes(local_, "reissues/cancel", {{"iccid", iccid_a}}, 200, "local-admin cancel_reissue");
  post(local_, "reissues", {{"iccid", iccid_a}}, 201);
  // What it goes on with where it is cut short, the order, and that it is done.
  changes(local_, "reissues/complete", {{"iccid", iccid_a}}, 200, "local-admin reissue", 3);
  changes(local_, "orders/cancel", {{"iccid", iccid_a}}, 200, "local-admin cancel_order");
  const Response has_profiles = ask(local_, "POST", "/admin/v1/tenants/remove", R"({"id": "default"})");
  EXPECT_EQ(has_profiles.status, 409u) << "a tenant that has profiles stays: " << has_profiles.body;
  post(local_, "profiles", profile(iccid_b), 201);
  changes(local_, "profiles/withdraw", {{"iccid", iccid_b}}, 200, "local-admin withdraw");
  changes(local_, "restrictions", {{"kind", "eid"}, {"value", "89"}}, 201, "local-admin restrict");
  changes(local_, "restrictions/remove", {{"kind", "eid"}, {"value", "89"}}, 200, "local-admin unrestrict");
  changes(local_, "tenants", {{"id", "north"}}, 201, "local-admin add_tenant");
  changes(local_, "tenants/change", {{"id", "north"}, {"name", "N"}}, 200, "local-admin change_tenant");
  changes(local_, "tenants/remove", {{"id", "north"}}, 200, "local-admin remove_tenant");
  changes(local_, "principals", {{"name", "sam"}, {"roles", {"support"}}}, 201, "local-admin add_principal");
  changes(local_, "principals/change", {{"name", "sam"}, {"disabled", true}}, 200,
          "local-admin change_principal");
  changes(local_, "principals/token", {{"name", "sam"}}, 200, "local-admin renew_token");
  changes(anna, "issuance/stop", {{"reason", "x"}}, 200, "anna stop_issuance");
  changes(local_, "issuance/stop", {{"reason", "y"}}, 200, "local-admin stop_issuance");
  const json::object asked =
      changes(local_, "issuance/reopen", {{"approval", nullptr}}, 202, "local-admin ask_approval")
          .at("approval")
          .as_object();
  const smdp::Outgoing told{smdp::OutgoingKind::download_progress, Iccid::parse(iccid_a).value(), "default", "", {1},
                            world_.clock.now()};
  box_.add(told);
  ASSERT_TRUE(box_.refused(1, world_.clock.now(), world_.clock.now(), "no such ICCID"));
  changes(local_, "outbox/drop", {{"number", 1}}, 200, "local-admin drop_outgoing");
  const json::object approval{{"id", asked.at("id")}, {"digest", asked.at("digest")}};
  changes(anna, "approvals/approve", approval, 200, "anna approve");
  post(ben, "approvals/approve", approval, 200);
  post(local_, "issuance/reopen", {{"approval", asked.at("id")}}, 200);
  EXPECT_EQ(std::ranges::count(rows(), "local-admin use_approval"), 1);
  EXPECT_EQ(std::ranges::count(rows(), "local-admin reopen_issuance"), 1);

  for (const AdminRoute& route : admin_smdp_routes()) {
    EXPECT_TRUE(!route.changes() || walked.contains(route.path))
        << route.path << " is not walked by this test";
  }
}

TEST_F(AdminAccess, is_told_by_an_openapi_document_that_misses_no_route) {
  Request request;
  request.method = "GET";
  request.path = "/openapi.json";
  const Response response = router_.answer(request);
  ASSERT_EQ(response.status, 200u) << "who has no token yet reads it";
  const json::object document = json::parse(response.body).as_object();
  EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
  const json::object& paths = document.at("paths").as_object();
  std::set<std::string> told;
  for (const auto& [path, methods] : paths) {
    told.insert(std::string(path.substr(0, path.find('{'))));
    for (const auto& [method, operation] : methods.as_object()) {
      for (const auto& [status, answer] : operation.as_object().at("responses").as_object()) {
        const std::string reference(
            answer.at("content").at("application/json").at("schema").at("$ref").as_string());
        const std::string name = reference.substr(reference.rfind('/') + 1);
        EXPECT_TRUE(document.at("components").at("schemas").as_object().contains(name)) << name;
      }
    }
  }
  told.insert("/openapi.json");
  const auto known = router_.paths();
  EXPECT_EQ(told, std::set<std::string>(known.begin(), known.end()));
  for (const AdminRoute& route : admin_smdp_routes()) {
    EXPECT_TRUE(paths.at(route.path).as_object().contains(route.method == "GET" ? "get" : "post"))
        << route.path;
  }
}

TEST_F(AdminAccess, answers_every_question_as_its_schema_says) {
  post(local_, "profiles", profile(iccid_a), 201);
  post(local_, "restrictions", {{"kind", "eid"}, {"value", "89"}}, 201);
  post(local_, "principals", {{"name", "sam"}, {"roles", {"support"}}}, 201);
  post(local_, "tenants",
       {{"id", "north"},
        {"clients", {{{"dnsName", "es2.north.example"}, {"issuer", std::string(40, 'A')}}}},
        {"requesters", {"2.999.1"}},
        {"callback", {{"address", "es2.north.example:443"}, {"trust", {base64(Bytes{0x30, 0})}}}},
        {"policies", {{"coolingOff", 0}, {"stepUpKey", "04" + std::string(128, '1')}}}},
       201);
  post(local_, "issuance/stop", {{"reason", "x"}}, 200);
  post(local_, "issuance/reopen", json::object(), 202);
  for (const AdminRoute& route : admin_smdp_routes()) {
    if (route.changes()) continue;
    std::string path = route.path.substr(std::string("/admin/v1/").size());
    if (path == "orders/{iccid}") path = std::string("orders/") + iccid_a;
    if (path == "tenants/{id}") path = "tenants/north";
    if (path == "audit") continue;  // of another test
    get(local_, path);
    EXPECT_TRUE(answered_.contains("GET " + route.path)) << route.path;
  }
}

/// Rows 1 to 5.
struct FiveRows final : access::AuditLog {
  Result<std::vector<access::AuditRow>> rows(uint64_t after, size_t limit) override {
    std::vector<access::AuditRow> out;
    for (uint64_t n = after + 1; n <= 5 && out.size() < limit; ++n) {
      out.push_back({n, {Time(std::chrono::seconds(n)), "es9+", "bind", ""}, Iccid::parse(iccid_a).value()});
    }
    return out;
  }
};

TEST_F(AdminAccess, shows_audit_rows_page_by_page_to_an_auditor_of_the_whole_server) {
  EXPECT_EQ(ask(local_, "GET", "/admin/v1/audit").status, 422u) << "this one keeps none";
  FiveRows log;
  Router with;
  add_admin_smdp_routes(with, world_.ports, token_, &log);
  std::swap(router_, with);
  const std::string auditor = hire("aud", Role::auditor), theirs = hire("norbert", Role::auditor, "north");
  const json::object page = get(auditor, "audit", "limit=3");
  EXPECT_EQ(page.at("rows").as_array().size(), 3u);
  EXPECT_EQ(page.at("next").to_number<int>(), 3);
  EXPECT_EQ(get(auditor, "audit", "after=3").at("rows").as_array().size(), 2u);
  EXPECT_TRUE(get(auditor, "audit", "after=3").at("next").is_null());
  EXPECT_EQ(ask(theirs, "GET", "/admin/v1/audit").status, 403u);
  for (const char* query : {"limit=0", "limit=1001", "after=-1", "after=x"}) {
    EXPECT_EQ(ask(auditor, "GET", "/admin/v1/audit", "", query).status, 400u) << query;
  }
}

TEST_F(AdminAccess, decodes_what_a_query_writes_with_percent_signs) {
  json::object typed = profile(iccid_a);
  typed["profileType"] = "Plan \xC3\xBC&1";
  post(local_, "profiles", typed, 201);
  EXPECT_EQ(get(local_, "orders", "profileType=Plan%20%C3%BC%261").at("orders").as_array().size(), 1u);
  EXPECT_EQ(ask(local_, "GET", "/admin/v1/orders", "", "profileType=%G0").status, 400u);
  EXPECT_EQ(ask(local_, "GET", "/admin/v1/orders", "", "state=%").status, 400u);
}

}  // namespace
}  // namespace sealift::http
