// A Rules Authorisation Table as a person writes it: JSON in, what Card::personalise takes out
// (SGP.22 2.9.2). Format: docs/formats/rat.md.
#pragma once

#include <string>
#include <vector>

#include "messages/es10b.hpp"

namespace sealift::messages {

/// Error kind: invalid, saying which entry is wrong and why.
Result<std::vector<ProfilePolicyAuthorisationRule>> parse_rat(std::string_view json_text);

/// Five or six digits, E for any: MCC, then MNC, to the octets of TS 24.008. Error kind: invalid.
Result<Octets<3>> network_from_digits(std::string_view digits);
/// "ppr1", "ppr2".
std::optional<PprId> policy_rule_named(std::string_view name);

/// Each entry in the same form, one line of JSON.
std::vector<std::string> rat_entries(const std::vector<ProfilePolicyAuthorisationRule>& rules);

}  // namespace sealift::messages
