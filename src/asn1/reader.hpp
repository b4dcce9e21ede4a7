// A strict cursor over DER: definite, minimal lengths; minimal tags; nothing beyond the input.
//
// ITU-T X.690 8 and 10. A Tag is the identifier octets as specifications print them: 0x30, 0x5F37, 0xBF38.
// Views point into the input and live as long as it does.
#pragma once

#include "base/bytes.hpp"

namespace sealift::asn1 {

using Tag = uint32_t;

struct Tlv {
  Tag tag = 0;
  View value;  ///< contents octets
  View whole;  ///< identifier, length and contents
};

/// True where the identifier octets say constructed.
constexpr bool is_constructed(Tag tag) {
  while (tag > 0xFF) tag >>= 8;
  return (tag & 0x20) != 0;
}

class Reader {
 public:
  /// `name` is said in errors ("BoundProfilePackage"); offsets count from the start of `der`.
  explicit Reader(View der, std::string_view name = "DER") : base_(der.data()), in_(der), name_(name) {}
  bool at_end() const { return in_.empty(); }
  View rest() const { return in_; }
  /// Offset of the next octet from the start.
  size_t offset() const { return static_cast<size_t>(in_.data() - base_); }
  /// The next TLV. Error kinds: truncated, invalid (not DER, a tag or length over 4 octets).
  Result<Tlv> next();
  /// The next TLV, which must have this tag; `what` names it in the error.
  Result<Tlv> expect(Tag tag, std::string_view what);
  /// True where the next TLV has this tag; malformed input reads as absent and is refused by the next call.
  bool peek(Tag tag) const;
  /// The tag that comes next, 0 at the end or where it is malformed.
  Tag peek_tag() const;
  /// Error where octets are left.
  Status finish() const;
  /// A cursor over the contents of a TLV read from here.
  Reader inside(const Tlv& tlv) const;

 private:
  Error fail(ErrorKind kind, std::string_view what, size_t at) const;
  const uint8_t* base_;
  View in_;
  std::string_view name_;
};

/// Identifier and length of a TLV, or what is wrong with them.
struct Header {
  enum class Problem : uint8_t {
    ok,
    truncated,
    tag_too_long,
    tag_not_minimal,
    indefinite,
    length_too_long,
    length_not_minimal
  };
  Problem problem = Problem::truncated;
  Tag tag = 0;
  size_t header_size = 0;  ///< octets of identifier and length
  size_t length = 0;       ///< octets of contents
};
/// Reads identifier and length alone, for streams whose contents have not arrived yet.
Header read_header(View in);
std::string_view describe(Header::Problem problem);

/// The TLV that is the whole input and has this tag.
Result<Tlv> read_single(View der, Tag tag, std::string_view what);

/// INTEGER, non-negative, minimal, at most 64 bits.
Result<uint64_t> read_unsigned(View contents);

}  // namespace sealift::asn1
