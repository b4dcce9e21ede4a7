// The roles that a certificate of the RSP PKI can have, and what each demands of it (SGP.22 4.5.2.1, SGP.14).
//
// One table: the policy OID names the role, the rest are the extensions that must go with it. Version 2
// certificates (variant O): CI signs EUM and servers, EUM signs eUICCs.
#pragma once

#include <optional>
#include <span>

#include "asn1/oid.hpp"

namespace sealift::pki {

enum class Role : uint8_t { ci, eum, euicc, dp_auth, dp_pb, dp_tls, ds_auth, ds_tls };

/// Whose key signs a certificate of a role.
enum class IssuedBy : uint8_t { itself, ci, eum };

struct RoleRules {
  Role role;
  std::string_view name;   ///< "dp_auth": in files, options and JSON
  std::string_view title;  ///< "CERT.DPauth.ECDSA": as the specification calls the certificate
  asn1::Oid policy;        ///< id-rspRole-*
  IssuedBy issued_by;
  uint16_t key_usage;                ///< bits that must be set
  uint16_t key_usage_forbidden;      ///< bits that must not be
  bool ca;                           ///< BasicConstraints cA
  std::optional<uint32_t> path_len;  ///< pathLenConstraint must be present with this value
  bool registered_id;                ///< subjectAltName must hold the owner's OID
  bool dns_name;                     ///< subjectAltName must hold a dNSName or iPAddress; TLS server
  bool tls;                          ///< extendedKeyUsage must hold serverAuth; all others have none
};

/// Every role, in the order of the enum.
std::span<const RoleRules> role_table();
const RoleRules& rules(Role role);
std::string_view name(Role role);
/// The role of this name ("dp_auth"). Error kind: invalid, with the names there are.
Result<Role> role_from_name(std::string_view name);
/// The role that this policy OID names, where it names one.
std::optional<Role> role_from_policy(const asn1::Oid& policy);

}  // namespace sealift::pki
