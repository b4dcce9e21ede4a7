// X.501 distinguished names as certificates carry them (RFC 5280 4.1.2.4), and as we write them.
//
// A parsed Name borrows from the certificate it stands in; it lives as long as that. Plain data.
#pragma once

#include <optional>
#include <vector>

#include "asn1/oid.hpp"

namespace sealift::pki {

namespace attribute {
inline constexpr asn1::Oid common_name = asn1::Oid::of({2, 5, 4, 3});
inline constexpr asn1::Oid serial_number = asn1::Oid::of({2, 5, 4, 5});
inline constexpr asn1::Oid country = asn1::Oid::of({2, 5, 4, 6});
inline constexpr asn1::Oid organization = asn1::Oid::of({2, 5, 4, 10});
inline constexpr asn1::Oid organizational_unit = asn1::Oid::of({2, 5, 4, 11});
}  // namespace attribute

/// AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }
struct Attribute {
  asn1::Oid type;
  uint8_t tag;             ///< of the string type: 0C UTF8String, 13 PrintableString, ...
  uint8_t rdn;             ///< which RelativeDistinguishedName it stands in, from 0
  std::string_view value;  ///< the string's content octets
  /// Same type and text; UTF8String, PrintableString and IA5String of equal octets are equal.
  bool same_value(const Attribute& other) const;
};

class Name {
 public:
  /// Reads a Name TLV. Error kind: invalid; limit where it has more than 32 attributes.
  static Result<Name> parse(View der);
  /// The TLV as received.
  View der() const { return der_; }
  const std::vector<Attribute>& attributes() const { return attributes_; }
  /// The value of the first attribute of this type.
  std::optional<std::string_view> get(const asn1::Oid& type) const;
  /// Every value of this type, in order.
  std::vector<std::string_view> all(const asn1::Oid& type) const;
  /// True where both have the same attributes in the same order (RFC 5280 7.1, without case folding: the
  /// GSMA profiles copy names octet by octet).
  bool same(const Name& other) const;
  /// "C=ES, O=RSP Test EUM, CN=EUM Test"; control characters are shown as \xNN, values that are not UTF-8 in
  /// hexadecimal behind a #.
  std::string text() const;

 private:
  View der_;
  std::vector<Attribute> attributes_;
};

/// A name to be written into a certificate: attributes in order; C and serialNumber become PrintableString,
/// all else UTF8String.
struct NameSpec {
  std::vector<std::pair<asn1::Oid, std::string>> attributes;
};
/// The Name TLV.
Bytes encode_name(const NameSpec& name);

}  // namespace sealift::pki
