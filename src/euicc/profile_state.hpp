// What EnableProfile, DisableProfile, DeleteProfile and eUICCMemoryReset share (SGP.22 3.2, 2.9).
#pragma once

#include "euicc/isdr.hpp"
#include "messages/es10c.hpp"

namespace sealift::euicc {

/// A profile with its parsed metadata.
struct KnownProfile {
  ProfileRecord record;
  messages::StoreMetadataRequest metadata;

  bool has_rule(messages::PprId rule) const {
    return metadata.profilePolicyRules && metadata.profilePolicyRules->contains(rule);
  }
  /// Test and Provisioning Profiles displace the enabled one for a while, policy rules or not (3.2.1).
  bool displaces() const { return metadata.profileClass.value != messages::ProfileClass::operational; }
};

std::optional<KnownProfile> known(std::optional<ProfileRecord> record);
std::optional<KnownProfile> find_profile(const Isdr& isdr, const std::variant<Aid, Iccid>& identifier);
std::optional<KnownProfile> enabled_profile(const Isdr& isdr);
/// The profile that the enabled Test or Provisioning Profile displaced has PPR1: it may not be disabled, is
/// so only for a while, and must be the one that comes back.
bool displaced_is_bound(const Isdr& isdr);

}  // namespace sealift::euicc
