// Command and response APDUs, short length form (ISO 7816-3 12, TS 102 221 10.1).
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace sealift::euicc {

/// Status words the card gives (TS 102 221 10.2, ISO 7816-4 5.6).
namespace sw {
inline constexpr uint16_t ok = 0x9000;
inline constexpr uint16_t memory_problem = 0x6581;
inline constexpr uint16_t wrong_length = 0x6700;
inline constexpr uint16_t channel_not_supported = 0x6881;
inline constexpr uint16_t secure_messaging_not_supported = 0x6882;
inline constexpr uint16_t security_status = 0x6982;
inline constexpr uint16_t method_blocked = 0x6983;
inline constexpr uint16_t conditions_not_satisfied = 0x6985;
inline constexpr uint16_t no_current_ef = 0x6986;
inline constexpr uint16_t wrong_data = 0x6A80;
inline constexpr uint16_t function_not_supported = 0x6A81;
inline constexpr uint16_t not_found = 0x6A82;
inline constexpr uint16_t not_enough_memory = 0x6A84;
inline constexpr uint16_t wrong_p1p2 = 0x6A86;
inline constexpr uint16_t referenced_data_not_found = 0x6A88;
inline constexpr uint16_t wrong_p1p2_or_offset = 0x6B00;
inline constexpr uint16_t ins_not_supported = 0x6D00;
inline constexpr uint16_t cla_not_supported = 0x6E00;
inline constexpr uint16_t technical_problem = 0x6F00;
}  // namespace sw

/// A command as received; `data` borrows from the octets it was parsed from.
struct Command {
  uint8_t cla = 0, ins = 0, p1 = 0, p2 = 0;
  View data;
  /// Expected length, 1 to 256; absent in cases 1 and 3.
  std::optional<unsigned> le;
  /// Logical channel of CLA, 0 to 19.
  uint8_t channel = 0;
  /// CLA without channel and secure messaging: 0x00 (interindustry) or 0x80 (TS 102 221 commands, STORE
  /// DATA).
  uint8_t family = 0;
};

/// Data and status word; the Card cuts the data by Le and keeps the rest for GET RESPONSE.
struct Response {
  Bytes data;
  uint16_t sw = sw::ok;
};

/// Parses cases 1 to 4 of the short form. The error is the status word to answer: 6700 for lengths that do
/// not fit, 6E00 for a CLA of no known family, 6882 for secure messaging.
Result<Command, uint16_t> parse_command(View apdu);
/// Data followed by the two octets of the status word.
Bytes to_octets(const Response& response);

}  // namespace sealift::euicc
