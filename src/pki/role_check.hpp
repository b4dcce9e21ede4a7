// What one certificate must say to have a role, apart from who signed it and when (SGP.22 4.5.2.2). Used
// inside this room only.
#pragma once

#include "pki/chain.hpp"

namespace sealift::pki {

struct RoleProblem {
  ChainError error;
  std::string detail;
};
using RoleCheck = Result<void, RoleProblem>;

/// In this order: policy OID, critical extensions understood, basicConstraints, keyUsage, extendedKeyUsage,
/// and the extensions that the role demands.
RoleCheck check_role(const Certificate& certificate, Role role);

/// The EID that the subject of an eUICC certificate carries. Error: malformed.
Result<Octets<16>, RoleProblem> eid_of(const Certificate& euicc);

/// The EUM's name constraints against the eUICC's subject, attribute by attribute: every attribute of one
/// permitted subtree is found in the subject with the same value, except serialNumber, which is the IIN that
/// the EID begins with. RFC 5280's subtree match would refuse the certificates that SGP.26 publishes. EIDs
/// that do not begin with 89 are not compared with the IIN: their issuer numbers differ in length (SGP.29).
RoleCheck check_name_constraints(const Certificate& eum, const Certificate& euicc, const Octets<16>& eid);

}  // namespace sealift::pki
