#include "access/audit.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace sealift::access {

bool is_printable(std::string_view text) {
  return is_utf8(view(text)) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

Status check_reason(std::string_view reason) {
  if (reason.size() <= longest_reason && is_printable(reason)) return {};
  return Error{ErrorKind::invalid, "reason: at most 256 octets, without control characters"};
}

}  // namespace sealift::access
