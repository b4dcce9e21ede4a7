// Identifiers that must not be swapped for one another: each a type of its own, made by parsing.
//
// All are values, compare by value, and are public data of the protocol; log lines still do not carry
// EID, ICCID, IMSI or MatchingID in clear.
#pragma once

#include <compare>

#include "base/bytes.hpp"

namespace sealift {

/// eUICC identifier, 32 decimal digits (SGP.29): 16 octets of BCD in natural order.
class Eid {
 public:
  /// Checks the digit count and the check digits (value mod 97 = 1, SGP.29 10).
  static Result<Eid> parse(std::string_view digits);
  /// From the 16 octets of tag 5A: what a chip says is its EID, whatever its check digits.
  static Result<Eid> from_octets(View octets);
  /// Appends the two check digits to 30 given digits.
  static Result<Eid> with_check_digits(std::string_view thirty_digits);
  const Octets<16>& octets() const { return b_; }
  std::string digits() const { return hex(b_); }
  auto operator<=>(const Eid&) const = default;

 private:
  Octets<16> b_{};
};

/// Profile identifier, 18 to 20 digits (ITU-T E.118): 10 octets, digits swapped, F filler (as EF_ICCID).
class Iccid {
 public:
  /// Accepts 18 to 20 digits, and a trailing 'F' filler as older peers send it. The Luhn digit is not
  /// required, since issued ICCIDs break it.
  static Result<Iccid> parse(std::string_view digits);
  /// From the 10 octets of tag 5A / EF_ICCID. Digits then F filler only.
  static Result<Iccid> from_octets(View octets);
  const Octets<10>& octets() const { return b_; }
  std::string digits() const;
  auto operator<=>(const Iccid&) const = default;

 private:
  Octets<10> b_{};
};

/// Subscriber identity, 6 to 15 digits (TS 23.003 2.2).
class Imsi {
 public:
  static Result<Imsi> parse(std::string_view digits);
  const std::string& digits() const { return digits_; }
  /// EF_IMSI content: length, parity nibble, digits (TS 31.102 4.2.2), 9 octets.
  Octets<9> ef_imsi() const;
  static Result<Imsi> from_ef_imsi(View content);
  auto operator<=>(const Imsi&) const = default;

 private:
  std::string digits_;
};

/// Application identifier, 5 to 16 octets (ISO 7816-4).
class Aid {
 public:
  static Result<Aid> from_octets(View octets);
  View octets() const { return {b_.data(), size_}; }
  auto operator<=>(const Aid&) const = default;

 private:
  Octets<16> b_{};
  uint8_t size_ = 0;
};

/// 1 to 16 octets chosen by the server for one session (SGP.22 5.6.1).
class TransactionId {
 public:
  static Result<TransactionId> from_octets(View octets);
  /// Hexadecimal, either case.
  static Result<TransactionId> parse(std::string_view hex_digits);
  View octets() const { return {b_.data(), size_}; }
  std::string hex_digits() const { return hex(octets()); }
  auto operator<=>(const TransactionId&) const = default;

 private:
  Octets<16> b_{};
  uint8_t size_ = 0;
};

/// MatchingID: AC token, EventID or empty (SGP.22 4.1.1). Look-up takes any UTF-8 of at most 255 octets;
/// the ones we issue keep the grammar 0-9 A-Z "-".
class MatchingId {
 public:
  MatchingId() = default;
  static Result<MatchingId> parse(std::string_view utf8);
  const std::string& value() const { return v_; }
  bool empty() const { return v_.empty(); }
  /// True where it keeps the grammar of an AC token.
  bool keeps_grammar() const;
  auto operator<=>(const MatchingId&) const = default;

 private:
  std::string v_;
};

using Challenge = Octets<16>;

/// True where the octets are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(View octets);

}  // namespace sealift
