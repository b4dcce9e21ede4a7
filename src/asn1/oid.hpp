// OBJECT IDENTIFIER values (X.690 8.19): content octets inside, dotted decimals outside.
//
// A value type without heap memory: extensions of every certificate are told apart by it. A content that was
// parsed is well formed: two arcs or more, minimal base-128, no arc above 32 bits (the UUID arcs under 2.25
// are not used in RSP and are refused).
#pragma once

#include <compare>

#include "base/bytes.hpp"

namespace sealift::asn1 {

class Oid {
 public:
  /// Content octets that an Oid can hold; longer ones are refused (kind limit).
  static constexpr size_t max_size = 47;

  /// No arcs at all: a message field yet to be filled, equal to no OID that was ever received.
  constexpr Oid() = default;

  /// Made of known arcs, for constants: `constexpr Oid key_usage = Oid::of({2, 5, 29, 15});`
  static constexpr Oid of(std::initializer_list<uint32_t> arcs) {
    Oid oid;
    size_t i = 0;
    uint64_t first = 0;
    for (uint32_t arc : arcs) {
      if (i == 0) {
        first = uint64_t{arc} * 40;
      } else {
        oid.push(i == 1 ? first + arc : arc);
      }
      ++i;
    }
    return oid;
  }
  /// From "2.23.146.1.2.1.4": decimal arcs without leading zeros. Error kind: invalid or limit.
  static Result<Oid> parse(std::string_view dotted);
  /// From the content octets of tag 06. Error kind: invalid (empty, not minimal, cut off) or limit.
  static Result<Oid> from_content(View content);

  /// The content octets, without tag and length.
  View content() const { return {octets_.data(), size_}; }
  std::string dotted() const;
  auto operator<=>(const Oid&) const = default;

 private:
  constexpr void push(uint64_t value) {
    size_t count = 1;
    for (uint64_t rest = value >> 7; rest != 0; rest >>= 7) ++count;
    for (size_t i = count; i-- > 0;) {
      octets_[size_++] = static_cast<uint8_t>(((value >> (7 * i)) & 0x7F) | (i == 0 ? 0 : 0x80));
    }
  }
  std::array<uint8_t, max_size> octets_{};  // zero behind size_, so that the default comparison holds
  uint8_t size_ = 0;
};

}  // namespace sealift::asn1
