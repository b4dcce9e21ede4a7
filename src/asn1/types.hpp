// The ASN.1 types a message field can have, beside those of base. Light: message headers include this.
//
//   Bytes, Octets<N>      OCTET STRING            std::string   UTF8String (checked)
//   uint64_t, enum class  INTEGER, not negative   bool          BOOLEAN
//   std::optional<T>      OPTIONAL                Default<V>    DEFAULT V
//   std::vector<T>        SEQUENCE OF             BitString     BIT STRING
//   Signed<T>             T and the very octets   Any           one TLV, carried through untouched
//   Null                  NULL                    Unknown       fields after the ones we know
//   a struct whose only member is `std::variant<...> alt`: CHOICE
#pragma once

#include <optional>
#include <variant>

#include "asn1/reader.hpp"

namespace sealift::asn1 {

struct Null {
  bool operator==(const Null&) const = default;
};

/// One TLV of any kind, whole.
struct Any {
  Bytes tlv;
  bool operator==(const Any&) const = default;
};

/// Complete TLVs that follow the known fields of an extensible SEQUENCE (EXTENSIBILITY IMPLIED).
struct Unknown {
  Bytes tlvs;
  bool operator==(const Unknown&) const = default;
};

/// BIT STRING; bit 0 is the most significant bit of the first octet.
struct BitString {
  Bytes octets;
  uint8_t unused = 0;  ///< unused bits of the last octet, 0 to 7; they are zero
  bool bit(size_t n) const { return n / 8 < octets.size() && (octets[n / 8] >> (7 - n % 8) & 1) != 0; }
  /// The named bits given, trailing zero bits removed (X.690 11.2.2).
  static BitString of(std::initializer_list<size_t> bits);
  bool operator==(const BitString&) const = default;
};

/// A field with a DEFAULT. Real packages encode defaults explicitly: that is accepted and remembered, so
/// that the message re-encodes to the same octets; our own messages omit them.
template <auto V>
struct Default {
  using value_type = std::remove_cv_t<decltype(V)>;  // a class as V is const here
  value_type value = V;
  bool encoded = false;  ///< the default value was encoded explicitly
  Default() = default;
  Default(value_type v) : value(v) {}  // NOLINT: reads as the value it holds
  operator value_type() const { return value; }
  bool operator==(const Default&) const = default;
};

/// A value and the very octets that carried it. Signatures are computed over `tlv`; a message that was
/// received is never re-encoded from `value`.
template <class T>
struct Signed {
  T value{};
  Bytes tlv;
  bool operator==(const Signed&) const = default;
};

/// Decodes the whole input as one T. Defined by the room that declares T (ASN1_MESSAGE).
/// Errors: where (offset, field path) and what; kinds invalid, truncated, limit.
template <class T>
Result<T> decode(View der);
/// DER of a T.
template <class T>
Bytes encode(const T& value);
/// A readable print, a line a field, by specification names.
template <class T>
std::string trace(const T& value);

/// Makes the Signed<T> of a value of our own.
template <class T>
Signed<T> seal(T value) {
  Bytes tlv = encode(value);
  return {std::move(value), std::move(tlv)};
}

}  // namespace sealift::asn1
