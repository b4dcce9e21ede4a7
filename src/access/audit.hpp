// Who did what: one row beside each change, written in the same transaction as the change itself.
//
// Plain values.
#pragma once

#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/ports.hpp"

namespace sealift::access {

struct Audit {
  Time at;
  std::string actor;   ///< principal of the administration, "es9+", or "es2+ TENANT"
  std::string action;  ///< create, bind, deliver_again, install, ...
  std::string detail;  ///< what was done: codes, states, a reason; no secret, and no EID but a restriction's
  std::optional<Iccid> iccid{};  ///< the profile that it is about, where the change is of no order
};

inline constexpr size_t longest_reason = 256;

/// A reason as audit rows have it: UTF-8 of at most 256 octets, one line. Error kind invalid.
Status check_reason(std::string_view reason);
/// UTF-8 without control characters.
bool is_printable(std::string_view text);

}  // namespace sealift::access
