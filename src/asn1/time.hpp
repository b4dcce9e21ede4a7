// Instants as X.509 writes them (RFC 5280 4.1.2.5) and as people read them (RFC 3339, UTC).
//
// Strict: seconds are present, the zone is Z, no fractions, every field in its range, the day exists.
#pragma once

#include "base/ports.hpp"

namespace sealift::asn1 {

inline constexpr uint8_t tag_utc_time = 0x17;
inline constexpr uint8_t tag_generalized_time = 0x18;

/// YYMMDDHHMMSSZ; years 50 to 99 are 1950 to 1999, 00 to 49 are 2000 to 2049. Error kind: invalid.
Result<Time> parse_utc_time(View content);
/// YYYYMMDDHHMMSSZ. Error kind: invalid.
Result<Time> parse_generalized_time(View content);
/// The content that `tag` announces. Error kind: invalid, also for any other tag.
Result<Time> parse_x509_time(uint32_t tag, View content);

struct X509Time {
  uint8_t tag;
  std::string content;
};
/// UTCTime from 1950 to 2049, GeneralizedTime otherwise, as RFC 5280 demands. Years 0 to 9999.
X509Time x509_time(Time time);

/// "2026-11-20T22:54:54Z". Error kind: invalid.
Result<Time> parse_rfc3339(std::string_view text);
std::string rfc3339(Time time);

}  // namespace sealift::asn1
