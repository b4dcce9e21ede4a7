// What the roles of an administration may do: one table (docs/guide/tenants.md shows it).
//
// Pure. Roles are disjoint where one person must not have two: who approves asks for nothing, who audits
// changes nothing.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace sealift::access {

enum class Role : uint8_t {
  local_admin,     ///< the token in the site's folder; no record has it
  operator_admin,  ///< runs the server
  tenant_admin,    ///< runs one tenant's stock and orders
  support,         ///< reads, and asks for reissues on a subscriber's behalf
  auditor,         ///< reads, the audit rows too
  approver,        ///< one of the two people
};
inline constexpr size_t role_count = 6;

enum class Permission : uint8_t {
  read_profiles,        ///< stock and orders
  import_profiles,      ///< and withdraw them
  change_orders,        ///< create, cancel
  reissue_orders,       ///< ask for a reissue, complete or cancel it
  read_restrictions,    ///<
  change_restrictions,  ///<
  read_tenants,         ///<
  change_tenants,       ///< suspend included
  read_principals,      ///<
  change_principals,    ///< approvers only with the approval of two others
  read_status,          ///< whether issuance is stopped
  stop_issuance,        ///<
  reopen_issuance,      ///< with the approval of two others
  read_approvals,       ///<
  approve,              ///<
  read_audit,           ///<
};
inline constexpr size_t permission_count = 16;

bool grants(Role role, Permission permission);
/// "operator-admin"
std::string_view name(Role role);
/// "read profiles"
std::string_view name(Permission permission);
/// Of a record: local-admin is none. Error kind invalid.
Result<Role> role(std::string_view name);

}  // namespace sealift::access
