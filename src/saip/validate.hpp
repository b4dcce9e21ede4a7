// The rules of a profile package as a whole (TCA Profile Package 8, 9): order, counts, references, keys.
//
// Decoding judges each element alone; this judges them together. `error` means that an eUICC may refuse the
// package or end up with a profile that does not work, `warning` that it should not leave a laboratory.
#pragma once

#include "saip/package.hpp"

namespace sealift::saip {

struct Finding {
  enum class Severity : uint8_t { error, warning };
  Severity severity = Severity::error;
  /// The rule's name, stable for scripts ("pin-unblocking").
  std::string rule;
  std::string text;
  /// The element's number in PEHeader, where there is one.
  std::optional<uint16_t> identification;
};

/// All findings in the order of the elements; empty for a sound package.
std::vector<Finding> find_faults(const Package& package);
/// True where no finding is an error.
bool is_sound(const std::vector<Finding>& findings);

/// True for keys that are published or easily guessed: the test profiles' and GlobalPlatform's defaults, one
/// octet repeated, counting up, fewer than 8 different octets in 16.
bool is_known_key(View key);

}  // namespace sealift::saip
