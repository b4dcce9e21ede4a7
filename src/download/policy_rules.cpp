#include "download/download.hpp"

namespace sealift::download {

using namespace messages;

/// MCC/MNC of a rule; a nibble E matches any digit (SGP.22 2.9.2.1).
static bool matches_mcc_mnc(const Octets<3>& rule, const Octets<3>& owner) {
  for (size_t i = 0; i < 3; ++i) {
    for (int shift : {0, 4}) {
      int r = rule[i] >> shift & 15, o = owner[i] >> shift & 15;
      if (r != 0xE && r != o) return false;
    }
  }
  return true;
}

/// A GID of a rule: empty matches any, absent matches only absent.
static bool matches_gid(const std::optional<Bytes>& rule, const std::optional<Bytes>& owner) {
  if (rule && rule->empty()) return true;
  return rule == owner;
}

static bool allows(const ProfilePolicyAuthorisationRule& rule, const OperatorId& owner) {
  for (const OperatorId& o : rule.allowedOperators) {
    if (matches_mcc_mnc(o.mccMnc, owner.mccMnc) && matches_gid(o.gid1, owner.gid1) && matches_gid(o.gid2, owner.gid2)) return true;
  }
  return false;
}

PolicyVerdict judge_policies(const StoreMetadataRequest& metadata, const std::vector<ProfilePolicyAuthorisationRule>& rat) {
  PolicyVerdict out;
  if (!metadata.profilePolicyRules) return out;
  for (PprId ppr : {PprId::ppr1, PprId::ppr2}) {
    if (!metadata.profilePolicyRules->contains(ppr)) continue;
    const ProfilePolicyAuthorisationRule* first = nullptr;
    for (const auto& rule : rat) {
      if (!first && metadata.profileOwner && rule.pprIds.contains(ppr) && allows(rule, *metadata.profileOwner)) first = &rule;
    }
    if (!first) out.allowed = false;
    else if (first->pprFlags.contains(PprFlag::consentRequired)) out.consentRequired = true;
  }
  return out;
}

}  // namespace sealift::download
