// The declaration of a message as data: what fields there are, with which tags, sizes and bounds.
//
// `shape<T>()` is made of the same schema<T> that decodes T, so that whoever walks it (the tests that spoil
// every field of every message, a fuzzer that keeps to the grammar) covers a new field without being told.
#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "asn1/reader.hpp"

namespace sealift::asn1 {

struct ShapeMember;

struct Shape {
  enum class Kind : uint8_t {
    octets,
    text,  ///< UTF8String
    null,
    bit_string,
    boolean,
    integer,
    oid,
    any,  ///< one TLV that another room opens
    sequence,
    sequence_of,  ///< `members` has the element
    choice,       ///< `members` are the alternatives
  };
  static constexpr uint64_t unlimited = std::numeric_limits<uint64_t>::max();
  Kind kind = Kind::octets;
  Tag tag = 0;  ///< its own; 0: a CHOICE without a tag
  /// Octets of contents; of an integer its largest value in `most`.
  uint64_t least = 0, most = unlimited;
  bool extensible = false;  ///< a sequence that keeps unknown fields at its end
  std::vector<ShapeMember> members;
};

struct ShapeMember {
  std::string_view name;
  Tag tag = 0;  ///< as encoded; 0: a CHOICE without a tag, which has that of an alternative
  bool optional = false;
  bool has_default = false;
  /// Bounds of the value or size, in the unit that the type is measured in (text: characters).
  uint64_t low = 0, high = Shape::unlimited;
  uint64_t whole = Shape::unlimited;  ///< octets of the whole TLV
  Shape shape;
};

/// Defined where T is declared (ASN1_MESSAGE).
template <class T>
Shape shape();

}  // namespace sealift::asn1
