#include "access/principal.hpp"

#include <algorithm>

#include "access/schema_time.hpp"
#include "access/tenant.hpp"
#include "crypto/hash.hpp"

namespace sealift::asn1 {

using access::Principal;

// Principal ::= SEQUENCE { name [0] UTF8String, roles [1] SEQUENCE OF INTEGER, tenant [2] UTF8String,
//   token [3], certificate [4] OCTET STRING (SIZE(32)) OPTIONAL, expires [5] INTEGER OPTIONAL,
//   disabled [6] BOOLEAN, ... }
template <>
inline constexpr auto schema<Principal> =
    extensible(0x30, &Principal::more, field("name", &Principal::name, 0x80),
               field("roles", &Principal::roles, 0xA1), field("tenant", &Principal::tenant, 0x82),
               field("token", &Principal::token, 0x83), field("certificate", &Principal::certificate, 0x84),
               field("expires", &Principal::expires, 0x85), field("disabled", &Principal::disabled, 0x86));
ASN1_MESSAGE(Principal)

}  // namespace sealift::asn1

namespace sealift::access {

Principal administrator(std::string name) {
  return {.name = std::move(name), .roles = {Role::local_admin}};
}

bool is_active(const Principal& principal, Time now) {
  return !principal.disabled && (!principal.expires || now < *principal.expires);
}

bool has_role(const Principal& principal, Role role) {
  return std::find(principal.roles.begin(), principal.roles.end(), role) != principal.roles.end();
}

bool may(const Principal& principal, Permission permission) {
  return std::any_of(principal.roles.begin(), principal.roles.end(),
                     [&](Role one) { return grants(one, permission); });
}

Status permit(const Principal& principal, Permission permission) {
  if (may(principal, permission)) return {};
  std::string roles;
  for (Role one : principal.roles) roles += (roles.empty() ? "" : ", ") + std::string(name(one));
  return Error{ErrorKind::permission,
               principal.name + " (" + roles + ") may not " + std::string(name(permission))};
}

bool sees(const Principal& principal, std::string_view tenant) {
  return principal.tenant.empty() || principal.tenant == tenant;
}

Status validate(const Principal& principal) {
  TRY_VOID(validate_name("name", principal.name));
  if (principal.name == local_admin_name) {
    return Error{ErrorKind::invalid, "name: local-admin is the bearer of the site's own token"};
  }
  if (principal.roles.empty()) return Error{ErrorKind::invalid, "roles: one at least"};
  for (Role one : principal.roles) {
    if (one == Role::local_admin || static_cast<size_t>(one) >= role_count) {
      return Error{ErrorKind::invalid, "roles: operator-admin, tenant-admin, support, auditor or approver"};
    }
    const bool alone = one == Role::approver || one == Role::auditor;
    if (alone && principal.roles.size() > 1) {
      return Error{ErrorKind::invalid, "roles: " + std::string(name(one)) +
                                           " goes with no other role: who approves or audits does not act"};
    }
  }
  if (has_role(principal, Role::operator_admin) && !principal.tenant.empty()) {
    return Error{ErrorKind::invalid,
                 "tenant: an operator-admin is not of one tenant; make it a tenant-admin"};
  }
  if (has_role(principal, Role::tenant_admin) && principal.tenant.empty()) {
    return Error{ErrorKind::invalid, "tenant: a tenant-admin is of one tenant; say which"};
  }
  if (!principal.token && !principal.certificate) {
    return Error{ErrorKind::invalid, "a principal has a token or a certificate"};
  }
  return {};
}

Octets<32> token_digest(View token) {
  return crypto::sha256(token);
}

const Principal* find_by_token(const std::vector<Principal>& all, View token, Time now) {
  const Octets<32> shown = token_digest(token);
  const Principal* found = nullptr;
  // Every record is compared, so that the time is the same for each of them.
  for (const Principal& one : all) {
    const bool same = equal_constant_time(shown, one.token.value_or(Octets<32>{})) && one.token;
    if (same) found = &one;
  }
  return found && is_active(*found, now) ? found : nullptr;
}

const Principal* find_by_certificate(const std::vector<Principal>& all, const Octets<32>& sha256, Time now) {
  for (const Principal& one : all) {
    if (one.certificate == sha256 && is_active(one, now)) return &one;
  }
  return nullptr;
}

}  // namespace sealift::access
