#include "pki/gsma_roles.hpp"

#include <array>

#include "pki/certificate.hpp"

namespace sealift::pki {

static constexpr asn1::Oid role_oid(uint32_t last) {
  return asn1::Oid::of({2, 23, 146, 1, 2, 1, last});
}

// SGP.22 4.5.2.1.0. An end entity must not be able to sign certificates or CRLs.
static constexpr uint16_t sign = key_usage::digital_signature;
static constexpr uint16_t certify = key_usage::key_cert_sign;
static constexpr uint16_t list = key_usage::crl_sign;
static constexpr uint16_t ca_only = certify | list;

// clang-format off
static constexpr std::array<RoleRules, 8> table{{
    // role         name       title                policy       issued by        key usage       forbidden ca     path length    RID    DNS    TLS
    {Role::ci,      "ci",      "CERT.CI.ECDSA",     role_oid(0), IssuedBy::itself, certify | list, 0,       true,  std::nullopt,  false, false, false},
    {Role::eum,     "eum",     "CERT.EUM.ECDSA",    role_oid(2), IssuedBy::ci,     certify,        0,       true,  0u,            true,  false, false},
    {Role::euicc,   "euicc",   "CERT.EUICC.ECDSA",  role_oid(1), IssuedBy::eum,    sign,           ca_only, false, std::nullopt,  false, false, false},
    {Role::dp_auth, "dp_auth", "CERT.DPauth.ECDSA", role_oid(4), IssuedBy::ci,     sign,           ca_only, false, std::nullopt,  true,  false, false},
    {Role::dp_pb,   "dp_pb",   "CERT.DPpb.ECDSA",   role_oid(5), IssuedBy::ci,     sign,           ca_only, false, std::nullopt,  true,  false, false},
    {Role::dp_tls,  "dp_tls",  "CERT.DP.TLS",       role_oid(3), IssuedBy::ci,     sign,           ca_only, false, std::nullopt,  true,  true,  true},
    {Role::ds_auth, "ds_auth", "CERT.DSauth.ECDSA", role_oid(7), IssuedBy::ci,     sign,           ca_only, false, std::nullopt,  true,  false, false},
    {Role::ds_tls,  "ds_tls",  "CERT.DS.TLS",       role_oid(6), IssuedBy::ci,     sign,           ca_only, false, std::nullopt,  true,  true,  true},
}};
// clang-format on

std::span<const RoleRules> role_table() {
  return table;
}

const RoleRules& rules(Role role) {
  return table[static_cast<size_t>(role)];
}

std::string_view name(Role role) {
  return rules(role).name;
}

Result<Role> role_from_name(std::string_view wanted) {
  std::string known;
  for (const RoleRules& r : table) {
    if (r.name == wanted) return r.role;
    known += (known.empty() ? "" : ", ") + std::string(r.name);
  }
  return Error{ErrorKind::invalid, "no role \"" + std::string(wanted) + "\"; there are " + known};
}

std::optional<Role> role_from_policy(const asn1::Oid& policy) {
  for (const RoleRules& r : table) {
    if (r.policy == policy) return r.role;
  }
  return std::nullopt;
}

}  // namespace sealift::pki
