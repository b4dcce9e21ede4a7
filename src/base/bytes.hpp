// Octet strings and the text forms of them that telecom specifications use.
//
// `Bytes` owns, `View` borrows. A View is valid as long as what it was made from; functions that keep
// octets take or copy into Bytes. Nothing here is for secrets: see secret.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sealift {

using Bytes = std::vector<uint8_t>;
using View = std::span<const uint8_t>;
/// OCTET STRING (SIZE(N)).
template <size_t N>
using Octets = std::array<uint8_t, N>;

/// The octets of a text, without its terminating zero.
inline View view(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view text(View octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}
inline Bytes to_bytes(View octets) {
  return {octets.begin(), octets.end()};
}
inline Bytes to_bytes(std::string_view chars) {
  return to_bytes(view(chars));
}
/// Concatenation.
Bytes concat(std::initializer_list<View> parts);
void append(Bytes& out, View more);
/// Equality of public octets; for secrets use equal_constant_time (secret.hpp).
bool equal(View a, View b);

/// Upper-case hexadecimal, no separators.
std::string hex(View octets);
/// Accepts both cases; no separators, an even number of digits. Error kind: invalid.
Result<Bytes> from_hex(std::string_view digits);
/// Exactly N octets of hexadecimal.
template <size_t N>
Result<Octets<N>> octets_from_hex(std::string_view digits);

/// RFC 4648 base64 with padding, one line.
std::string base64(View octets);
/// As base64, at the end of a text that is being written.
void append_base64(std::string& out, View octets);
/// White space (space, tab, CR, LF) is passed over, since servers in the field wrap lines; padding is
/// required and unused bits must be zero. Error kind: invalid.
Result<Bytes> from_base64(std::string_view chars);

/// Decimal digits, two an octet, the first digit in the high nibble (EID, BCD dates). The digit count must
/// be even.
Result<Bytes> bcd(std::string_view digits);
/// Decimal digits, two an octet, the first digit in the low nibble, an odd count filled with F
/// (EF_ICCID, EF_IMSI, IMEI, MSISDN: TS 102 221, TS 31.102).
Result<Bytes> swapped_bcd(std::string_view digits);
/// The reverse of swapped_bcd; reading stops at the first F nibble. Error kind: invalid for A to E.
Result<std::string> from_swapped_bcd(View octets);

/// Copies exactly N octets. Error kind: invalid where the size differs.
template <size_t N>
Result<Octets<N>> octets(View from) {
  if (from.size() != N) {
    return Error{ErrorKind::invalid,
                 "expected " + std::to_string(N) + " octets, got " + std::to_string(from.size())};
  }
  Octets<N> out;
  for (size_t i = 0; i < N; ++i) out[i] = from[i];
  return out;
}
template <size_t N>
Result<Octets<N>> octets_from_hex(std::string_view digits) {
  Bytes raw = TRY(from_hex(digits));
  return octets<N>(raw);
}

}  // namespace sealift
