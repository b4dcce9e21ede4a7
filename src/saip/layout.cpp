#include "saip/layout.hpp"

#include <algorithm>

namespace sealift::saip {

namespace {

/// A fill pattern's last octet fills the rest; a repeat pattern starts again.
Bytes lay_pattern(View pattern, size_t size, bool repeat) {
  Bytes out(size);
  for (size_t i = 0; i < size; ++i) {
    out[i] = i < pattern.size() ? pattern[i] : repeat ? pattern[i % pattern.size()] : pattern.back();
  }
  return out;
}

/// A template's default content, see FileTemplate::content.
Bytes lay_default(std::string_view notation, size_t size) {
  if (notation.empty()) return Bytes(size, 0xFF);
  if (notation[0] == '*') return lay_pattern(*from_hex(notation.substr(1)), size, true);
  size_t dots = notation.find("..");
  if (dots == std::string_view::npos) {
    Bytes out = *from_hex(notation);
    out.resize(size, 0xFF);
    return out;
  }
  Bytes before = *from_hex(notation.substr(0, dots)), after = *from_hex(notation.substr(dots + 2));
  size_t head = size - std::min(size, after.size());
  Bytes out = lay_pattern(before, head, false);
  append(out, View(after).first(std::min(size, after.size())));
  return out;
}

}  // namespace

Bytes initial_content(const ResolvedFile& file, const ProprietaryInfo* info,
                      std::string_view default_content) {
  if (file.structure == Structure::ber_tlv) return {};
  size_t unit = has_records(file.structure) ? file.record_length : file.size;
  if (unit == 0) return {};
  Bytes one;
  if (info != nullptr && info->fillPattern) {
    one = lay_pattern(*info->fillPattern, unit, false);
  } else if (info != nullptr && info->repeatPattern) {
    one = lay_pattern(*info->repeatPattern, unit, true);
  } else {
    one = lay_default(default_content, unit);
  }
  Bytes out;
  out.reserve(file.size);
  while (out.size() < file.size) append(out, one);
  return out;
}

Status Filler::write(View content) {
  if (grows_ && at_ + content.size() <= limit_) body_->resize(std::max(body_->size(), at_ + content.size()));
  if (at_ > body_->size() || content.size() > body_->size() - at_) {
    return Error{ErrorKind::invalid, std::to_string(content.size()) + " octets at offset " +
                                         std::to_string(at_) + " reach beyond the file's " +
                                         std::to_string(body_->size())};
  }
  std::copy(content.begin(), content.end(), body_->begin() + static_cast<ptrdiff_t>(at_));
  at_ += content.size();
  return {};
}

}  // namespace sealift::saip
