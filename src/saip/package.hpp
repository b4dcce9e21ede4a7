// The unprotected profile package (UPP): a row of ProfileElement TLVs, strict DER with the house's two
// tolerances (members that later versions add at a sequence's end; an explicitly encoded DEFAULT).
//
// `decode` takes a whole package; a card that is fed segments uses PeSplitter and decode_element.
#pragma once

#include <optional>

#include "saip/profile_element.hpp"

namespace sealift::saip {

/// No larger package is read: the biggest real ones are some 60 KB, applets included a few hundred.
inline constexpr size_t kMaxPackage = size_t{4} << 20;

struct Package {
  std::vector<ProfileElement> elements;

  /// The header's fields; null where the package does not start with one.
  const ProfileHeader* header() const;
};

/// Decodes one element, exactly one TLV. Error kinds: invalid, truncated, limit; the message names the
/// element and the offset within `tlv`.
Result<ProfileElement> decode_element(View tlv);
/// The received TLV where the element was not changed, else DER of its body.
Bytes encode_element(const ProfileElement& element);

/// Decodes a whole package. Rules about order and contents are check()'s (saip/validate.hpp).
Result<Package> decode(View upp);
/// The elements' TLVs one after another; byte-identical to what was decoded except for changed elements.
Bytes encode(const Package& package);

/// Cuts a stream of octets into profile element TLVs, whatever the sizes of the pieces (SGP.22 2.5.3: the
/// UPP is split into 86 TLVs without regard to element boundaries). Holds at most one unfinished element.
class PeSplitter {
 public:
  /// Adds octets. Error kinds: invalid for an impossible header, limit for an element over kMaxPackage;
  /// after an error the splitter stays in error.
  Status feed(View octets);
  /// The next complete TLV, once each; empty where more octets are needed.
  std::optional<SecretBytes> next();
  /// True where no unfinished element is held.
  bool empty() const { return begin_ == buffer_.size(); }
  /// Octets consumed by the elements handed out so far.
  size_t consumed() const { return consumed_; }
  ~PeSplitter();
  PeSplitter() = default;
  PeSplitter(const PeSplitter&) = delete;
  PeSplitter& operator=(const PeSplitter&) = delete;

 private:
  void compact();
  Bytes buffer_;
  size_t begin_ = 0;
  size_t consumed_ = 0;
  bool failed_ = false;
};

}  // namespace sealift::saip
