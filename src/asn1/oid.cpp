#include "asn1/oid.hpp"

#include <algorithm>
#include <charconv>

namespace sealift::asn1 {

static constexpr uint64_t max_arc = UINT32_MAX;

/// Octets that an arc takes, seven bits each.
static size_t size_of(uint64_t arc) {
  size_t count = 1;
  while (arc >>= 7) ++count;
  return count;
}

Result<Oid> Oid::parse(std::string_view dotted) {
  auto refuse = [&](std::string_view why) {
    return Error{ErrorKind::invalid, "not an object identifier: \"" + std::string(dotted.substr(0, 64)) +
                                         "\": " + std::string(why)};
  };
  Oid oid;
  uint64_t first = 0;
  size_t count = 0;
  std::string_view rest = dotted;
  for (;; ++count) {
    std::string_view digits = rest.substr(0, rest.find('.'));
    uint32_t arc = 0;
    auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), arc);
    if (digits.empty() || problem != std::errc() || end != digits.data() + digits.size()) {
      return refuse("arcs are decimal numbers below 2^32, separated by dots");
    }
    if (digits.size() > 1 && digits[0] == '0') return refuse("an arc has a leading zero");
    if (count == 0) {
      if (arc > 2) return refuse("the first arc is 0, 1 or 2");
      first = arc;
    } else {
      if (count == 1 && first < 2 && arc > 39) return refuse("the second arc is at most 39 here");
      const uint64_t written = count == 1 ? first * 40 + arc : arc;
      if (oid.size_ + size_of(written) > max_size)
        return Error{ErrorKind::limit, "an object identifier of too many arcs"};
      oid.push(written);
    }
    if (digits.size() == rest.size()) break;
    rest.remove_prefix(digits.size() + 1);
  }
  if (count == 0) return refuse("it has two arcs or more");
  return oid;
}

Result<Oid> Oid::from_content(View content) {
  if (content.empty()) return Error{ErrorKind::invalid, "an OBJECT IDENTIFIER without octets"};
  if (content.size() > max_size) {
    return Error{ErrorKind::limit,
                 "an OBJECT IDENTIFIER of more than " + std::to_string(max_size) + " octets"};
  }
  bool starts = true;
  uint64_t arc = 0, most = max_arc + 80;  // the first two arcs are one number
  for (uint8_t b : content) {
    if (starts && b == 0x80) return Error{ErrorKind::invalid, "an OBJECT IDENTIFIER that is not minimal"};
    arc = (starts ? 0 : arc << 7) | (b & 0x7F);
    if (arc > most) return Error{ErrorKind::limit, "an OBJECT IDENTIFIER with an arc above 32 bits"};
    starts = (b & 0x80) == 0;
    if (starts) most = max_arc;
  }
  if (!starts) return Error{ErrorKind::truncated, "an OBJECT IDENTIFIER that ends within an arc"};
  Oid oid;
  std::copy(content.begin(), content.end(), oid.octets_.begin());
  oid.size_ = static_cast<uint8_t>(content.size());
  return oid;
}

std::string Oid::dotted() const {
  std::string out;
  uint64_t arc = 0;
  for (uint8_t b : content()) {
    arc = arc << 7 | (b & 0x7F);
    if (b & 0x80) continue;
    if (out.empty()) {
      uint64_t first = std::min<uint64_t>(arc / 40, 2);
      out = std::to_string(first);
      arc -= first * 40;
    }
    out += '.';
    out += std::to_string(arc);
    arc = 0;
  }
  return out;
}

}  // namespace sealift::asn1
