// Lays out the contents of a new EF: pattern, template default, then fill steps (TS 102 222 6.3.2.2,
// TCA 8.3).
#pragma once

#include "saip/files.hpp"

namespace sealift::saip {

/// The initial body of an EF whose structure and sizes are set: patterns and defaults go into each record of
/// a record file anew. `default_content` is a template's notation (saip/templates.hpp), empty for FF.
Bytes initial_content(const ResolvedFile& file, const ProprietaryInfo* info,
                      std::string_view default_content);

/// Applies fill steps to a body, in order.
class Filler {
 public:
  /// A body to write; a BER-TLV body grows up to `limit`.
  Filler(Bytes& body, bool grows, size_t limit) : body_(&body), grows_(grows), limit_(limit) {}
  void skip(uint16_t octets) { at_ += octets; }
  /// Error kind: invalid where the content reaches beyond the file.
  Status write(View content);
  size_t position() const { return at_; }

 private:
  Bytes* body_;
  bool grows_;
  size_t limit_;
  size_t at_ = 0;
};

}  // namespace sealift::saip
