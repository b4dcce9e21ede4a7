#include "pki/role_check.hpp"

#include <algorithm>

namespace sealift::pki {

namespace {

RoleProblem problem(ChainError error, std::string detail) {
  return {error, std::move(detail)};
}

RoleCheck check_critical(const Extensions& x, Role role) {
  if (!x.unknown_critical.empty()) {
    return problem(ChainError::unknown_critical_extension, x.unknown_critical.front().dotted());
  }
  // RFC 5280 4.2.1.10: name constraints bind what a CA issues; we apply them below an EUM alone
  if (role != Role::eum && x.name_constraints && x.name_constraints->critical) {
    return problem(ChainError::unknown_critical_extension, "nameConstraints where they are not applied");
  }
  return {};
}

RoleCheck check_policy(const Extensions& x, const RoleRules& r) {
  if (!x.certificate_policies) return problem(ChainError::wrong_role, "no certificatePolicies");
  std::optional<Role> found;
  for (const asn1::Oid& policy : x.certificate_policies->value) {
    std::optional<Role> named = role_from_policy(policy);
    if (!named) continue;
    if (found) return problem(ChainError::wrong_role, "the policies of several roles");
    found = named;
  }
  if (found == r.role) return {};
  return problem(ChainError::wrong_role, "a certificate of role " +
                                             std::string(found ? name(*found) : "none") + ", where " +
                                             std::string(r.name) + " is demanded");
}

RoleCheck check_ca(const Extensions& x, const RoleRules& r) {
  bool ca = x.basic_constraints && x.basic_constraints->value.ca;
  if (!r.ca) {
    if (ca) return problem(ChainError::path_length, "a CA where the last certificate belongs");
    return {};
  }
  if (!ca) return problem(ChainError::not_a_ca, "basicConstraints do not say cA");
  if (r.path_len && x.basic_constraints->value.path_len != r.path_len) {
    return problem(ChainError::path_length, "pathLenConstraint is not " + std::to_string(*r.path_len));
  }
  return {};
}

RoleCheck check_usage(const Extensions& x, const RoleRules& r) {
  if (!x.key_usage) return problem(ChainError::wrong_key_usage, "no keyUsage");
  uint16_t usage = x.key_usage->value;
  if ((usage & r.key_usage) != r.key_usage)
    return problem(ChainError::wrong_key_usage, "keyUsage lacks what the role does");
  if (usage & r.key_usage_forbidden)
    return problem(ChainError::wrong_key_usage, "keyUsage lets it sign certificates or CRLs");
  // RFC 5280 4.2.1.12: where present, the key serves the purposes listed and no other, critical or not
  if (!x.extended_key_usage) {
    if (r.tls) return problem(ChainError::wrong_key_usage, "no extendedKeyUsage");
    return {};
  }
  const auto& purposes = x.extended_key_usage->value;
  bool server = std::find(purposes.begin(), purposes.end(), purpose::server_auth) != purposes.end();
  if (r.tls && server) return {};
  return problem(ChainError::wrong_key_usage, r.tls ? "extendedKeyUsage lacks serverAuth"
                                                    : "extendedKeyUsage limits it to other purposes");
}

RoleCheck check_demanded(const Certificate& certificate, const RoleRules& r) {
  const Extensions& x = certificate.extensions();
  if (r.ca && !x.subject_key_identifier)
    return problem(ChainError::missing_extension, "subjectKeyIdentifier");
  if (r.issued_by != IssuedBy::itself && certificate.authority_key_id().empty()) {
    return problem(ChainError::missing_extension, "authorityKeyIdentifier with a keyIdentifier");
  }
  if (r.registered_id && !certificate.registered_id()) {
    return problem(ChainError::missing_extension, "subjectAltName with a registeredID");
  }
  if (r.dns_name && x.subject_alt_name->value.dns_names.empty() &&
      x.subject_alt_name->value.ip_addresses.empty()) {
    return problem(ChainError::missing_extension, "subjectAltName with a dNSName");
  }
  if (r.role != Role::eum) return {};
  if (!x.name_constraints || x.name_constraints->value.permitted_directory_names.empty()) {
    return problem(ChainError::name_constraint, "no permitted directoryName");
  }
  if (x.name_constraints->value.beyond_us) {
    return problem(ChainError::name_constraint, "constraints of a form that SGP.22 does not have");
  }
  return {};
}

bool is_eid_prefix(std::string_view iin, const Octets<16>& eid) {
  std::string digits = hex(eid);
  return !digits.starts_with("89") || (!iin.empty() && digits.starts_with(iin));
}

bool permits(const Name& subtree, const Name& subject, const Octets<16>& eid) {
  bool organization = false;
  bool iin_listed = false;
  bool iin_found = false;
  for (const Attribute& wanted : subtree.attributes()) {
    if (wanted.type == attribute::serial_number) {
      iin_listed = true;
      iin_found = iin_found || is_eid_prefix(wanted.value, eid);
      continue;
    }
    organization = organization || wanted.type == attribute::organization;
    const auto& there = subject.attributes();
    bool found =
        std::any_of(there.begin(), there.end(), [&](const Attribute& a) { return a.same_value(wanted); });
    if (!found) return false;
  }
  // a subtree without an organisation, or without an IIN, would let an EUM speak for others
  return organization && iin_listed && iin_found;
}

}  // namespace

RoleCheck check_role(const Certificate& certificate, Role role) {
  const RoleRules& r = rules(role);
  const Extensions& x = certificate.extensions();
  TRY_VOID(check_policy(x, r));
  TRY_VOID(check_critical(x, role));
  TRY_VOID(check_ca(x, r));
  TRY_VOID(check_usage(x, r));
  return check_demanded(certificate, r);
}

Result<Octets<16>, RoleProblem> eid_of(const Certificate& euicc) {
  std::vector<std::string_view> found = euicc.subject().all(attribute::serial_number);
  if (found.size() == 1 && found[0].size() == 32) {
    auto octets_of_digits = bcd(found[0]);
    if (octets_of_digits) return *octets<16>(*octets_of_digits);
  }
  return problem(ChainError::malformed, "the subject's serialNumber is not an EID of 32 digits");
}

RoleCheck check_name_constraints(const Certificate& eum, const Certificate& euicc, const Octets<16>& eid) {
  const auto& permitted = eum.extensions().name_constraints->value.permitted_directory_names;
  bool ok = std::any_of(permitted.begin(), permitted.end(),
                        [&](const Name& subtree) { return permits(subtree, euicc.subject(), eid); });
  if (ok) return {};
  return problem(ChainError::name_constraint, "organisation or EID outside what its EUM may issue");
}

}  // namespace sealift::pki
