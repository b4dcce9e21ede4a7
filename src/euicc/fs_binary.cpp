// READ BINARY and UPDATE BINARY (TS 102 221 11.1.3, 11.1.4).
#include <algorithm>

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

struct Place {
  NodeIndex file;
  size_t offset;
};

/// P1 b8 set: b5 to b1 are a short identifier and P2 the offset; else P1 P2 are an offset of 15 bits.
Result<Place, uint16_t> place_of(Profile& profile, Channel& channel, const Command& c) {
  const bool by_sfi = c.p1 & 0x80;
  if (by_sfi && ((c.p1 & 0x60) != 0 || (c.p1 & 0x1F) == 0)) return Unexpected{sw::wrong_p1p2};
  const uint8_t sfi = by_sfi ? c.p1 & 0x1F : 0;
  NodeIndex file = TRY(file_for(profile, channel, sfi, {FileKind::transparent}));
  return Place{file, by_sfi ? c.p2 : static_cast<size_t>(c.p1 << 8 | c.p2)};
}

}  // namespace

Response read_binary(Profile& profile, Channel& channel, const Command& c) {
  if (!c.data.empty()) return {{}, sw::wrong_length};
  auto place = place_of(profile, channel, c);
  if (!place) return {{}, place.error()};
  if (uint16_t refused = may_access(profile, place->file, Access::read); refused != sw::ok)
    return {{}, refused};
  View content = profile.image().body(place->file).content;
  if (place->offset > content.size() || (place->offset == content.size() && !content.empty())) {
    return {{}, sw::wrong_p1p2_or_offset};
  }
  View rest = content.subspan(place->offset);
  const size_t wanted = c.le.value_or(256);
  // 256 asks for all there is; any other number for just so many.
  const bool too_short = wanted != 256 && wanted > rest.size();
  return {to_bytes(rest.first(std::min(wanted, rest.size()))), too_short ? sw::end_of_file : sw::ok};
}

Response update_binary(Profile& profile, Channel& channel, const Command& c) {
  if (c.data.empty()) return {{}, sw::wrong_length};
  auto place = place_of(profile, channel, c);
  if (!place) return {{}, place.error()};
  if (uint16_t refused = may_access(profile, place->file, Access::update); refused != sw::ok)
    return {{}, refused};
  Bytes content = profile.image().body(place->file).content;
  if (place->offset >= content.size()) return {{}, sw::wrong_p1p2_or_offset};
  if (c.data.size() > content.size() - place->offset) return {{}, sw::wrong_length};
  std::copy(c.data.begin(), c.data.end(), content.begin() + static_cast<ptrdiff_t>(place->offset));
  return {{}, profile.write_content(place->file, std::move(content))};
}

}  // namespace sealift::euicc
