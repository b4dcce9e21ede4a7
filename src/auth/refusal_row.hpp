// What a server answers when it does not do what was asked: a row of a table, one for each value of an enum.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace sealift::auth {

/// Codes are texts, never decimals (SGP.22 5.2.6): 3.1 and 3.10 are different reasons.
template <class Enum>
struct RefusalRow {
  Enum refusal;
  std::string_view subjectCode;
  std::string_view reasonCode;
  std::string_view message;  ///< for people; says nothing that the codes do not
};

/// True where each value of the enum has its row at its own place, up to `last`, which is the enum's last.
template <class Enum, size_t N>
constexpr bool follow_the_enum(const std::array<RefusalRow<Enum>, N>& rows, Enum last) {
  for (size_t i = 0; i < N; ++i) {
    if (rows[i].refusal != static_cast<Enum>(i)) return false;
  }
  return N == static_cast<size_t>(last) + 1;
}

}  // namespace sealift::auth
