#include "access/permission.hpp"

#include <array>
#include <initializer_list>

namespace sealift::access {
namespace {

using enum Permission;

constexpr std::array<std::string_view, role_count> kRoles{"local-admin", "operator-admin", "tenant-admin",
                                                          "support",     "auditor",        "approver"};
constexpr std::array<std::string_view, permission_count> kPermissions{
    "read profiles",     "import profiles",     "change orders",   "reissue orders",
    "read restrictions", "change restrictions", "read tenants",    "change tenants",
    "read principals",   "change principals",   "read the status", "stop issuance",
    "reopen issuance",   "read approvals",      "approve",         "read the audit rows"};

constexpr uint32_t set(std::initializer_list<Permission> permissions) {
  uint32_t out = 0;
  for (Permission one : permissions) out |= uint32_t{1} << static_cast<unsigned>(one);
  return out;
}

constexpr uint32_t kAll = (uint32_t{1} << permission_count) - 1;

constexpr std::array<uint32_t, role_count> kGrants{
    kAll & ~set({approve}),
    kAll & ~set({approve, read_audit}),
    set({read_profiles, import_profiles, change_orders, reissue_orders, read_tenants, read_status,
         read_approvals}),
    set({read_profiles, reissue_orders, read_status}),
    set({read_restrictions, read_tenants, read_principals, read_status, read_approvals, read_audit}),
    set({read_status, stop_issuance, read_approvals, approve}),
};

}  // namespace

bool grants(Role role, Permission permission) {
  return (kGrants[static_cast<size_t>(role)] >> static_cast<unsigned>(permission) & 1) != 0;
}

std::string_view name(Role role) {
  return kRoles[static_cast<size_t>(role)];
}
std::string_view name(Permission permission) {
  return kPermissions[static_cast<size_t>(permission)];
}

Result<Role> role(std::string_view wanted) {
  for (size_t i = 1; i < kRoles.size(); ++i) {
    if (kRoles[i] == wanted) return static_cast<Role>(i);
  }
  return Error{ErrorKind::invalid, "role: it is operator-admin, tenant-admin, support, auditor or approver"};
}

}  // namespace sealift::access
