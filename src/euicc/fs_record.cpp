// READ RECORD, UPDATE RECORD, SEARCH RECORD and INCREASE (TS 102 221 11.1.5 to 11.1.8).
//
// In a cyclic file record 1 is the one written last: its octets lie first.
#include <algorithm>

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

View record_of(const FileNode& body, size_t number) {
  return View(body.content).subspan((number - 1) * body.record_size, body.record_size);
}

constexpr uint8_t mode_next = 0x02;
constexpr uint8_t mode_previous = 0x03;
constexpr uint8_t mode_absolute = 0x04;

/// The record that P1 and the mode mean; 0 where there is none. Linear files end at their ends, cyclic ones
/// go round.
size_t record_for(const FileNode& body, const Channel& channel, uint8_t mode, uint8_t p1) {
  const size_t count = body.records();
  const bool round = body.kind == FileKind::cyclic;
  switch (mode) {
    case mode_absolute: {
      const size_t number = p1 == 0 ? channel.record : p1;
      return number <= count ? number : 0;
    }
    case mode_next:
      if (channel.record == 0) return count == 0 ? 0 : 1;
      return channel.record < count ? channel.record + 1 : round ? 1 : 0;
    default:
      if (channel.record == 0) return count;
      return channel.record > 1 ? channel.record - 1 : round ? count : 0;
  }
}

bool next_or_previous(uint8_t mode) {
  return mode == mode_next || mode == mode_previous;
}

/// A cyclic file after writing `record`: it becomes the first, the oldest goes.
Bytes pushed(const FileNode& body, View record) {
  Bytes out = to_bytes(record);
  append(out, View(body.content).first(body.content.size() - body.record_size));
  return out;
}

}  // namespace

Response read_record(Profile& profile, Channel& channel, const Command& c) {
  const uint8_t mode = c.p2 & 0x07;
  if (!c.data.empty()) return {{}, sw::wrong_length};
  if (mode < mode_next || mode > mode_absolute || (next_or_previous(mode) && c.p1 != 0))
    return {{}, sw::wrong_p1p2};
  auto file = file_for(profile, channel, c.p2 >> 3, {FileKind::linear_fixed, FileKind::cyclic});
  if (!file) return {{}, file.error()};
  if (uint16_t refused = may_access(profile, *file, Access::read); refused != sw::ok) return {{}, refused};
  const FileNode& body = profile.image().body(*file);
  const size_t number = record_for(body, channel, mode, c.p1);
  if (number == 0) return {{}, sw::record_not_found};
  const size_t wanted = c.le.value_or(256);
  if (wanted != 256 && wanted > body.record_size) return {{}, sw::wrong_length};
  if (next_or_previous(mode)) channel.record = number;
  return {to_bytes(record_of(body, number).first(std::min<size_t>(wanted, body.record_size))), sw::ok};
}

Response update_record(Profile& profile, Channel& channel, const Command& c) {
  const uint8_t mode = c.p2 & 0x07;
  if (mode < mode_next || mode > mode_absolute || (next_or_previous(mode) && c.p1 != 0))
    return {{}, sw::wrong_p1p2};
  auto file = file_for(profile, channel, c.p2 >> 3, {FileKind::linear_fixed, FileKind::cyclic});
  if (!file) return {{}, file.error()};
  if (uint16_t refused = may_access(profile, *file, Access::update); refused != sw::ok) return {{}, refused};
  const FileNode& body = profile.image().body(*file);
  if (c.data.size() != body.record_size) return {{}, sw::wrong_length};
  if (body.kind == FileKind::cyclic) {
    // Only the oldest record of a cyclic file is ever overwritten, by "previous" (TS 102 221 11.1.6.1).
    if (mode != mode_previous) return {{}, sw::wrong_p1p2};
    if (body.records() == 0) return {{}, sw::record_not_found};
    const uint16_t result = profile.write_content(*file, pushed(body, c.data));
    if (result == sw::ok) channel.record = 1;
    return {{}, result};
  }
  const size_t number = record_for(body, channel, mode, c.p1);
  if (number == 0) return {{}, sw::record_not_found};
  const uint16_t result = profile.write_record(*file, number, c.data);
  if (result == sw::ok && next_or_previous(mode)) channel.record = number;
  return {{}, result};
}

namespace {

struct Search {
  View pattern;
  size_t from = 0;  ///< record to begin with, 0: none
  bool forward = true;
  size_t offset = 0;                   ///< first octet of a record that may match
  std::optional<uint8_t> after_value;  ///< or the octet after which it may
};

/// Simple search (P2 04, 05) takes the pattern alone; enhanced search (06) two octets of indication first.
Result<Search, uint16_t> search_of(const FileNode& body, const Channel& channel, const Command& c) {
  const uint8_t mode = c.p2 & 0x07;
  const size_t count = body.records();
  Search s{c.data, c.p1 == 0 ? channel.record : c.p1, mode != 0x05, 0, std::nullopt};
  if (mode == 0x06) {
    if (c.data.size() < 3) return Unexpected{sw::wrong_length};
    const uint8_t indication = c.data[0];
    const uint8_t way = indication & 0x07;
    if (way < 0x04 || (indication & 0xF0) != 0) return Unexpected{sw::wrong_data};
    s.pattern = c.data.subspan(2);
    s.forward = way == 0x04 || way == 0x06;
    if (way == 0x06) s.from = channel.record == 0 ? 1 : channel.record + 1;
    if (way == 0x07) s.from = channel.record == 0 ? count : channel.record - 1;
    if (indication & 0x08) {
      s.after_value = c.data[1];
    } else {
      s.offset = c.data[1];
    }
  } else if (mode != 0x04 && mode != 0x05) {
    return Unexpected{sw::wrong_p1p2};
  }
  if (s.pattern.empty() || s.pattern.size() > body.record_size) return Unexpected{sw::wrong_length};
  if (s.from > count) return Unexpected{sw::record_not_found};
  return s;
}

bool matches(const Search& s, View record) {
  if (s.after_value) {
    auto at = std::find(record.begin(), record.end(), *s.after_value);
    if (at == record.end()) return false;
    record = record.subspan(static_cast<size_t>(at - record.begin()) + 1);
  } else {
    if (s.offset > record.size()) return false;
    record = record.subspan(s.offset);
  }
  return std::search(record.begin(), record.end(), s.pattern.begin(), s.pattern.end()) != record.end();
}

}  // namespace

Response search_record(Profile& profile, Channel& channel, const Command& c) {
  auto file = file_for(profile, channel, c.p2 >> 3, {FileKind::linear_fixed, FileKind::cyclic});
  if (!file) return {{}, file.error()};
  if (uint16_t refused = may_access(profile, *file, Access::read); refused != sw::ok) return {{}, refused};
  const FileNode& body = profile.image().body(*file);
  auto search = search_of(body, channel, c);
  if (!search) return {{}, search.error()};
  Bytes found;
  const size_t count = body.records();
  for (size_t n = search->from; n >= 1 && n <= count; search->forward ? ++n : --n) {
    if (matches(*search, record_of(body, n))) found.push_back(static_cast<uint8_t>(n));
  }
  if (found.empty()) return {{}, sw::end_of_file};
  channel.record = found.front();
  return {std::move(found), sw::ok};
}

Response increase(Profile& profile, Channel& channel, const Command& c) {
  // P1: 00 the current EF, or 100xxxxx with a short identifier.
  const bool by_sfi = (c.p1 & 0xE0) == 0x80 && (c.p1 & 0x1F) != 0;
  if (c.p2 != 0 || (c.p1 != 0 && !by_sfi)) return {{}, sw::wrong_p1p2};
  auto file = file_for(profile, channel, by_sfi ? c.p1 & 0x1F : 0, {FileKind::cyclic});
  if (!file) return {{}, file.error()};
  if (uint16_t refused = may_access(profile, *file, Access::increase); refused != sw::ok)
    return {{}, refused};
  const FileNode& body = profile.image().body(*file);
  if (c.data.empty() || c.data.size() > 127 || c.data.size() > body.record_size)
    return {{}, sw::wrong_length};
  if (body.records() == 0) return {{}, sw::record_not_found};
  Bytes record = to_bytes(record_of(body, 1));
  unsigned carry = 0;
  for (size_t i = 0; i < record.size(); ++i) {
    const size_t at = record.size() - 1 - i;
    const unsigned sum = record[at] + carry + (i < c.data.size() ? c.data[c.data.size() - 1 - i] : 0u);
    record[at] = static_cast<uint8_t>(sum);
    carry = sum >> 8;
  }
  if (carry != 0) return {{}, sw::increase_impossible};
  if (uint16_t failed = profile.write_content(*file, pushed(body, record)); failed != sw::ok)
    return {{}, failed};
  channel.record = 1;
  append(record, c.data);
  return {std::move(record), sw::ok};
}

}  // namespace sealift::euicc
