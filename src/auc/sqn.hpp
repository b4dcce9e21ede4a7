// The sequence number of UMTS AKA: 48 bits, SEQ of 43 and IND of 5 (TS 33.102 Annex C.1.1, C.3.2).
#pragma once

#include <compare>

#include "base/bytes.hpp"

namespace sealift::auc {

class Sqn {
 public:
  static constexpr unsigned ind_bits = 5;
  static constexpr uint64_t highest_seq = (uint64_t{1} << 43) - 1;
  /// Delta of TS 33.102 C.2.1 and C.3.2: a card refuses a SEQ further ahead of its own than this, so that
  /// one wrong vector cannot use up its numbers.
  static constexpr uint64_t largest_step = uint64_t{1} << 28;

  Sqn() = default;
  /// The low 48 bits of `value`.
  explicit constexpr Sqn(uint64_t value) : value_(value & ((uint64_t{1} << 48) - 1)) {}
  static Sqn from_octets(const Octets<6>& octets) {
    uint64_t value = 0;
    for (uint8_t octet : octets) value = value << 8 | octet;
    return Sqn(value);
  }
  Octets<6> octets() const {
    Octets<6> out;
    for (size_t i = 0; i < 6; ++i) out[i] = static_cast<uint8_t>(value_ >> (40 - 8 * i));
    return out;
  }
  uint64_t value() const { return value_; }
  uint64_t seq() const { return value_ >> ind_bits; }
  unsigned ind() const { return static_cast<unsigned>(value_ & ((1u << ind_bits) - 1)); }
  bool exhausted() const { return seq() == highest_seq; }
  /// The number after this one: SEQ and IND one further, IND within 0..31 (C.1.1.2, C.1.2). Not to be asked
  /// of an exhausted number.
  Sqn next() const { return Sqn((seq() + 1) << ind_bits | ((ind() + 1) & ((1u << ind_bits) - 1))); }
  auto operator<=>(const Sqn&) const = default;

 private:
  uint64_t value_ = 0;
};

}  // namespace sealift::auc
