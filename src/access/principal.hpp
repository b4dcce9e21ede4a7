// Who asks something of an administration: a person or a program with a name of its own, what it may do, and
// how it shows who it is. Records of kind "principal"; the bearer of a site's own token is a principal
// without a record.
//
// Plain values. A token is kept as its SHA-256 alone. Records are disabled, never removed: their names stand
// in audit rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "asn1/types.hpp"
#include "base/ports.hpp"
#include "base/secret.hpp"

namespace sealift::access {

/// The name in audit rows of whoever holds the token of a site.
inline constexpr const char* local_admin_name = "local-admin";

struct Principal {
  std::string name;  ///< 1 to 32 of a-z 0-9 . _ -
  std::vector<Role> roles;
  std::string tenant;                     ///< the only one it sees and changes; empty: all
  std::optional<Octets<32>> token;        ///< SHA-256 of the token's 32 octets
  std::optional<Octets<32>> certificate;  ///< SHA-256 of its client certificate, DER
  std::optional<Time> expires;
  bool disabled = false;
  asn1::Unknown more;  ///< of a later version
  bool operator==(const Principal&) const = default;
};

/// Whoever runs the process: the bearer of the site's own token, tests and demonstrations. May do everything
/// but approve.
Principal administrator(std::string name = local_admin_name);

bool is_active(const Principal& principal, Time now);
bool has_role(const Principal& principal, Role role);
bool may(const Principal& principal, Permission permission);
/// Error kind permission: names the principal and what it lacks.
Status permit(const Principal& principal, Permission permission);
/// True where it may see and touch what is that tenant's.
bool sees(const Principal& principal, std::string_view tenant);

/// Error kind invalid: names the member and what it may be. Approver and auditor go with no other role.
Status validate(const Principal& principal);

/// SHA-256, as records have it.
Octets<32> token_digest(View token);
/// The active principal of a token or certificate; null where there is none. The time tells nothing of the
/// token.
const Principal* find_by_token(const std::vector<Principal>& all, View token, Time now);
const Principal* find_by_certificate(const std::vector<Principal>& all, const Octets<32>& sha256, Time now);

}  // namespace sealift::access
