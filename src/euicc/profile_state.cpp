#include "euicc/profile_state.hpp"

namespace sealift::euicc {

std::optional<KnownProfile> known(std::optional<ProfileRecord> record) {
  if (!record) return std::nullopt;
  auto metadata = record->parsed_metadata();
  if (!metadata) return std::nullopt;
  return KnownProfile{std::move(*record), std::move(*metadata)};
}

std::optional<KnownProfile> find_profile(const Isdr& isdr, const std::variant<Aid, Iccid>& identifier) {
  return known(std::visit([&](const auto& id) { return isdr.memory.find(id); }, identifier));
}

std::optional<KnownProfile> enabled_profile(const Isdr& isdr) {
  auto aid = isdr.memory.enabled();
  return aid ? known(isdr.memory.find(*aid)) : std::nullopt;
}

bool displaced_is_bound(const Isdr& isdr) {
  auto aid = isdr.memory.displaced();
  auto profile = aid ? known(isdr.memory.find(*aid)) : std::nullopt;
  return profile && profile->has_rule(messages::PprId::ppr1);
}

}  // namespace sealift::euicc
