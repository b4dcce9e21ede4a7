#include "access/principal.hpp"

#include <map>
#include <set>

#include "access/test_office.hpp"

namespace sealift::access {
namespace {

using namespace testing;
using enum Permission;

TEST(Permissions, are_those_of_the_table) {
  const std::map<Role, std::set<Permission>> table{
      {Role::local_admin,
       {read_profiles, import_profiles, change_orders, reissue_orders, read_restrictions, change_restrictions,
        read_tenants, change_tenants, read_principals, change_principals, read_status, stop_issuance,
        reopen_issuance, read_approvals, read_audit}},
      {Role::operator_admin,
       {read_profiles, import_profiles, change_orders, reissue_orders, read_restrictions, change_restrictions,
        read_tenants, change_tenants, read_principals, change_principals, read_status, stop_issuance,
        reopen_issuance, read_approvals}},
      {Role::tenant_admin,
       {read_profiles, import_profiles, change_orders, reissue_orders, read_tenants, read_status,
        read_approvals}},
      {Role::support, {read_profiles, reissue_orders, read_status}},
      {Role::auditor,
       {read_restrictions, read_tenants, read_principals, read_status, read_approvals, read_audit}},
      {Role::approver, {read_status, stop_issuance, read_approvals, approve}},
  };
  ASSERT_EQ(table.size(), role_count);
  for (const auto& [role, granted] : table) {
    for (size_t i = 0; i < permission_count; ++i) {
      const auto permission = static_cast<Permission>(i);
      EXPECT_EQ(grants(role, permission), granted.contains(permission))
          << name(role) << ": " << name(permission);
    }
  }
}

TEST(Permissions, keep_who_asks_who_approves_and_who_audits_apart) {
  for (size_t i = 0; i < role_count; ++i) {
    const auto role = static_cast<Role>(i);
    if (!grants(role, approve)) continue;
    for (Permission other : {reopen_issuance, change_principals, reissue_orders, change_orders, read_audit}) {
      EXPECT_FALSE(grants(role, other)) << name(role) << " approves and may " << name(other);
    }
  }
}

TEST(Principals, are_kept_octet_for_octet) {
  Principal p{.name = "alice", .roles = {Role::tenant_admin, Role::support}, .tenant = "north"};
  p.token = Octets<32>{1};
  p.expires = Time(std::chrono::seconds(7));
  p.disabled = true;
  const auto again = asn1::decode<Principal>(asn1::encode(p));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, p);
}

TEST(Principals, are_refused_where_roles_clash) {
  const auto refused = [](std::vector<Role> roles, std::string tenant = "") {
    Principal p{.name = "a", .roles = std::move(roles), .tenant = std::move(tenant)};
    p.token = Octets<32>{1};
    return !validate(p);
  };
  EXPECT_FALSE(refused({Role::operator_admin, Role::support}));
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({Role::local_admin}));
  EXPECT_TRUE(refused({static_cast<Role>(77)}));
  EXPECT_TRUE(refused({Role::approver, Role::operator_admin}));
  EXPECT_TRUE(refused({Role::support, Role::approver}));
  EXPECT_TRUE(refused({Role::auditor, Role::tenant_admin}, "north"));
  EXPECT_TRUE(refused({Role::operator_admin}, "north"));
  EXPECT_TRUE(refused({Role::tenant_admin}));
}

TEST(Principals, are_found_by_their_token_while_they_are_active) {
  OfficeWorld w;
  const Principal alice = w.person("alice", Role::support);
  const auto found = [&](std::string_view token) {
    return find_by_token(w.directory->current()->principals, view(token), w.clock.now()) != nullptr;
  };
  EXPECT_TRUE(found("alice"));
  EXPECT_FALSE(found("alicf"));
  EXPECT_FALSE(found(""));
  w.alter("alice", [&](Principal& p) { p.expires = w.clock.now() + std::chrono::seconds(5); });
  ASSERT_TRUE(w.directory->refresh());
  EXPECT_TRUE(found("alice"));
  w.clock.advance(std::chrono::seconds(5));
  EXPECT_FALSE(found("alice")) << "the last second is past";
  w.alter("alice", [](Principal& p) { p.expires.reset(), p.disabled = true; });
  ASSERT_TRUE(w.directory->refresh());
  EXPECT_FALSE(found("alice"));
  w.alter("alice", [](Principal& p) { p.disabled = false, p.token.reset(), p.certificate = Octets<32>{7}; });
  ASSERT_TRUE(w.directory->refresh());
  EXPECT_FALSE(found(std::string_view("\0", 1))) << "who has no token is found by none";
  EXPECT_TRUE(find_by_certificate(w.directory->current()->principals, Octets<32>{7}, w.clock.now()));
  EXPECT_FALSE(find_by_certificate(w.directory->current()->principals, Octets<32>{8}, w.clock.now()));
}

}  // namespace
}  // namespace sealift::access
