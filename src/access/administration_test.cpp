#include "access/administration.hpp"

#include "access/test_office.hpp"

namespace sealift::access {
namespace {

using namespace testing;

class Administration : public ::testing::Test, public OfficeWorld {
 protected:
  Principal wanted(const std::string& name, Role role, const std::string& tenant = "") {
    return {.name = name, .roles = {role}, .tenant = tenant};
  }
  /// Anna and Ben approve.
  std::string approved(const Approval& a) {
    EXPECT_TRUE(approve(office, anna, a.id, a.digest));
    EXPECT_TRUE(approve(office, ben, a.id, a.digest));
    return a.id;
  }
  void hire() {
    anna = *add_principal(office, local, wanted("anna", Role::approver), {})->principal;
    ben = *add_principal(office, local, wanted("ben", Role::approver), {})->principal;
  }
  Principal anna, ben;
};

TEST_F(Administration, of_tenants_holds_at_once_and_is_audited) {
  ASSERT_TRUE(add_tenant(office, local, {.id = "north", .name = "North"}));
  EXPECT_TRUE(directory->current()->tenants.find("north"));
  EXPECT_EQ(add_tenant(office, local, {.id = "north", .name = "N"}).error().kind, ErrorKind::exists);
  ASSERT_TRUE(change_tenant(office, local, "north", [](Tenant& t) -> Status {
    t.suspended = true;
    t.id = "south";
    return {};
  }));
  EXPECT_TRUE(directory->current()->tenants.find("north")->suspended);
  EXPECT_FALSE(directory->current()->issues_for("north"));
  EXPECT_FALSE(directory->current()->issues_for("nobody"));
  EXPECT_TRUE(directory->current()->issues_for("default"));
  ASSERT_TRUE(remove_tenant(office, local, "north"));
  EXPECT_EQ(remove_tenant(office, local, "north").error().kind, ErrorKind::not_found);
  EXPECT_EQ(records.audit().size(), 3u);
  const Audit last = records.audit().back();
  EXPECT_EQ(last.actor + " " + last.action + " " + last.detail, "local-admin remove_tenant north");
  EXPECT_EQ(last.at, clock.now());
}

TEST_F(Administration, sets_the_default_tenant_where_it_was_implicit) {
  ASSERT_TRUE(change_tenant(office, local, "default", [](Tenant& t) -> Status {
    t.policies.allowUnbound = false;
    return {};
  }));
  EXPECT_FALSE(directory->current()->tenants.find("default")->policies.allowUnbound);
  EXPECT_EQ(change_tenant(office, local, "north", [](Tenant&) -> Status { return {}; }).error().kind,
            ErrorKind::not_found);
}

TEST_F(Administration, lets_no_two_tenants_have_one_certificate) {
  Tenant a{.id = "a", .name = "A"}, b{.id = "b", .name = "B"};
  a.clients = {{.fingerprint = Octets<32>{1}}};
  b.clients = {{.fingerprint = Octets<32>{1}, .commonName = "also"}};
  ASSERT_TRUE(add_tenant(office, local, a));
  EXPECT_EQ(add_tenant(office, local, b).error().kind, ErrorKind::exists);
}

TEST_F(Administration, shows_a_tenants_people_that_tenant_alone) {
  ASSERT_TRUE(add_tenant(office, local, {.id = "north", .name = "North"}));
  const Principal nora = person("nora", Role::tenant_admin, "north");
  EXPECT_EQ(list_tenants(office, nora)->size(), 1u);
  EXPECT_EQ(show_tenant(office, nora, "default").error().kind, ErrorKind::not_found);
  EXPECT_EQ(change_tenant(office, nora, "north", [](Tenant&) -> Status { return {}; }).error().kind,
            ErrorKind::permission);
}

TEST_F(Administration, makes_principals_whose_token_is_shown_once) {
  const auto made = add_principal(office, local, wanted("olaf", Role::operator_admin), {});
  ASSERT_TRUE(made && made->principal);
  const auto* found = find_by_token(directory->current()->principals, made->token.expose(), clock.now());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "olaf");
  EXPECT_NE(*found->token, octets<32>(made->token.expose()).value()) << "its digest is kept";
  EXPECT_EQ(add_principal(office, local, wanted("olaf", Role::support), {}).error().kind, ErrorKind::exists);
  EXPECT_EQ(add_principal(office, local, wanted("nora", Role::tenant_admin, "north"), {}).error().kind,
            ErrorKind::not_found);
  const auto renewed = renew_token(office, local, "olaf", {});
  ASSERT_TRUE(renewed && renewed->principal);
  EXPECT_FALSE(find_by_token(directory->current()->principals, made->token.expose(), clock.now()));
  EXPECT_TRUE(find_by_token(directory->current()->principals, renewed->token.expose(), clock.now()));
}

TEST_F(Administration, lets_nobody_make_approvers_alone_once_there_are_two) {
  const Principal olaf = person("olaf", Role::operator_admin);
  ASSERT_TRUE(add_principal(office, olaf, wanted("eve", Role::approver), {})->awaits) << "olaf never may";
  hire();
  for (const Principal& who : {local, olaf}) {
    const auto asked = add_principal(office, who, wanted("eve", Role::approver), {});
    ASSERT_TRUE(asked && asked->awaits) << who.name;
    EXPECT_FALSE(add_principal(office, who, wanted("eve", Role::approver), asked->awaits->id));
    EXPECT_TRUE(renew_token(office, who, "anna", {})->awaits);
    EXPECT_TRUE(change_principal(office, who, "anna", {.certificate = Octets<32>{1}}, {})->awaits);
  }
  const auto asked = add_principal(office, olaf, wanted("carl", Role::approver), {});
  const std::string id = approved(*asked->awaits);
  EXPECT_FALSE(add_principal(office, olaf, wanted("eve", Role::approver), id)) << "approved was carl";
  EXPECT_TRUE(add_principal(office, olaf, wanted("carl", Role::approver), id)->principal);
}

TEST_F(Administration, disables_a_stolen_approver_at_once_and_never_enables_one_alone) {
  hire();
  const Principal olaf = person("olaf", Role::operator_admin);
  EXPECT_TRUE(change_principal(office, olaf, "anna", {.disabled = true}, {})->awaits);
  ASSERT_TRUE(
      add_principal(office, olaf, wanted("carl", Role::approver),
                    approved(*add_principal(office, olaf, wanted("carl", Role::approver), {})->awaits)));
  ASSERT_TRUE(change_principal(office, local, "anna", {.disabled = true}, {})->principal);
  EXPECT_TRUE(change_principal(office, local, "anna", {.disabled = false}, {})->awaits);
  EXPECT_FALSE(is_active(directory->current()->principals.front(), clock.now()));
}

TEST_F(Administration, stops_issuance_by_one_and_reopens_it_by_three) {
  hire();
  const Principal olaf = person("olaf", Role::operator_admin);
  EXPECT_EQ(reopen_issuance(office, olaf, {}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(stop_issuance(office, person("sam", Role::support), "x").error().kind, ErrorKind::permission);
  EXPECT_EQ(stop_issuance(office, anna, "").error().kind, ErrorKind::invalid);
  ASSERT_TRUE(stop_issuance(office, anna, "a key was stolen"));
  EXPECT_FALSE(directory->current()->issues_for("default"));
  EXPECT_EQ(reopen_issuance(office, anna, {}).error().kind, ErrorKind::permission);

  const auto asked = reopen_issuance(office, olaf, {});
  ASSERT_TRUE(asked && asked->awaits);
  EXPECT_FALSE(directory->current()->issues_for("default"));
  EXPECT_FALSE(reopen_issuance(office, olaf, asked->awaits->id));
  const std::string id = approved(*asked->awaits);
  EXPECT_FALSE(reopen_issuance(office, local, id)) << "olaf asked";
  const auto reopened = reopen_issuance(office, olaf, id);
  ASSERT_TRUE(reopened && !reopened->awaits);
  EXPECT_TRUE(directory->current()->issues_for("default"));

  ASSERT_TRUE(stop_issuance(office, olaf, "again"));
  EXPECT_FALSE(reopen_issuance(office, olaf, id)) << "approved was the reopening of another day";
}

TEST_F(Administration, keeps_who_stopped_issuance_again_and_what_was_approved_before_that_reopens_nothing) {
  hire();
  const Principal olaf = person("olaf", Role::operator_admin);
  ASSERT_TRUE(stop_issuance(office, anna, "first"));
  const Time first = clock.now();
  const auto asked = reopen_issuance(office, olaf, {});
  const std::string id = approved(*asked->awaits);
  clock.advance(std::chrono::seconds(60));
  for (const char* reason : {"second", "third"}) {
    const auto again = stop_issuance(office, ben, reason);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->by + again->reason, "annafirst");
    EXPECT_EQ(again->at, first);
    EXPECT_EQ(again->later, (LaterStop{reason, "ben", clock.now()}));
    EXPECT_EQ(*again, *show_issuance(office, olaf)) << "as the store has it";
    const Audit row = records.audit().back();
    EXPECT_EQ(row.actor + " " + row.action + " " + row.detail,
              "ben stop_issuance again: " + std::string(reason));
  }
  EXPECT_EQ(reopen_issuance(office, olaf, id).error().kind, ErrorKind::verification);
  EXPECT_FALSE(directory->current()->issues_for("default"));
  const auto anew = reopen_issuance(office, olaf, {});
  EXPECT_NE(anew->awaits->summary.find("again by ben: third"), std::string::npos);
  ASSERT_TRUE(reopen_issuance(office, olaf, approved(*anew->awaits)));
  EXPECT_TRUE(directory->current()->issues_for("default"));
  EXPECT_FALSE(directory->current()->issuance.later);
}

TEST_F(Administration, says_in_audit_rows_what_was_done) {
  const auto last = [&] { return records.audit().back().action + " " + records.audit().back().detail; };
  ASSERT_TRUE(stop_issuance(office, local, "a key was stolen"));
  EXPECT_EQ(last(), "stop_issuance a key was stolen");
  for (const std::string& bad : {std::string("two\nlines"), std::string("\xFF"), std::string(257, 'x')}) {
    EXPECT_EQ(stop_issuance(office, local, bad).error().kind, ErrorKind::invalid);
  }
  ASSERT_TRUE(add_tenant(office, local, {.id = "north", .name = "North"}));
  ASSERT_TRUE(change_tenant(office, local, "north", [](Tenant& t) -> Status {
    t.name = "North Mobile";
    t.callback = Callback{.address = "es2.north.example:443"};
    t.policies.coolingOff = 60;
    t.policies.stepUp = false;
    t.suspended = true;
    return {};
  }));
  EXPECT_EQ(last(),
            "change_tenant north: name, callback none -> es2.north.example:443, coolingOff 86400 -> 60, "
            "stepUp true -> false, suspended false -> true");
  ASSERT_TRUE(change_tenant(office, local, "north", [](Tenant& t) -> Status {
    t.callback->notifications = true;
    t.callback->trust = {Bytes{0x30}};
    t.clients = {{.dnsName = "es2.north.example"}};
    return {};
  }));
  EXPECT_EQ(last(), "change_tenant north: clients, notifications false -> true, trust");
  ASSERT_TRUE(change_tenant(office, local, "default", [](Tenant& t) -> Status {
    t.policies.uses = 0;
    return {};
  }));
  EXPECT_EQ(last(), "change_tenant default: uses 1 -> 0") << "also where it was implicit";
  ASSERT_TRUE(add_principal(office, local, wanted("olaf", Role::support), {}));
  ASSERT_TRUE(change_principal(office, local, "olaf", {.disabled = true}, {}));
  EXPECT_EQ(last(), "change_principal olaf, disabled");
}

TEST_F(Administration, of_one_node_holds_on_another) {
  const auto second = Directory::open(records).value();
  ASSERT_TRUE(stop_issuance(office, local, "stop"));
  EXPECT_TRUE(second->current()->issues_for("default"));
  ASSERT_TRUE(second->refresh());
  EXPECT_FALSE(second->current()->issues_for("default"));
}

TEST_F(Administration, keeps_the_records_read_last_where_a_store_holds_none_that_can_be_read) {
  ASSERT_TRUE(stop_issuance(office, local, "stop"));
  ASSERT_TRUE(records.put({tenant_kind, "bad", Bytes{1}, 0}, {}));
  const Status refreshed = directory->refresh();
  ASSERT_FALSE(refreshed);
  EXPECT_NE(refreshed.error().message.find("tenant bad"), std::string::npos);
  EXPECT_FALSE(directory->current()->issues_for("default"));
}

}  // namespace
}  // namespace sealift::access
