// RETRIEVE DATA and SET DATA for BER-TLV structure EFs (TS 102 221 11.3.1, 11.3.2).
//
// An object longer than one command passes in blocks: P2 b8 marks the first, the same command without it the
// following ones. A file changes only when an object is complete.
#include <algorithm>

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

constexpr uint8_t first_block = 0x80;
constexpr uint8_t tag_list = 0x5C;

/// Octets of the tag at the start; 0 where it is none (TS 101 220: up to three octets).
size_t tag_size(View in) {
  if (in.empty()) return 0;
  if ((in[0] & 0x1F) != 0x1F) return 1;
  if (in.size() >= 2 && !(in[1] & 0x80)) return 2;
  return in.size() >= 3 && !(in[2] & 0x80) ? 3 : 0;
}

struct Object {
  View tag;
  size_t head = 0;   ///< octets of tag and length
  size_t total = 0;  ///< octets of all of it
};
/// The head of the object at the start; its value may be missing.
std::optional<Object> object_at(View in) {
  const size_t t = tag_size(in);
  if (t == 0 || in.size() <= t) return std::nullopt;
  const uint8_t first = in[t];
  if (first < 0x80) return Object{in.first(t), t + 1, t + 1u + first};
  const size_t n = first & 0x7F;
  if (n == 0 || n > 3 || in.size() < t + 1 + n) return std::nullopt;
  size_t length = 0;
  for (size_t i = 0; i < n; ++i) length = length << 8 | in[t + 1 + i];
  return Object{in.first(t), t + 1 + n, t + 1 + n + length};
}

/// Where the object with this tag lies in a file; none where there is no such object.
std::optional<std::pair<size_t, size_t>> find_object(View content, View tag) {
  size_t at = 0;
  while (auto o = object_at(content.subspan(at))) {
    if (o->total > content.size() - at) return std::nullopt;
    if (equal(o->tag, tag)) return std::pair{at, o->total};
    at += o->total;
  }
  return std::nullopt;
}

Bytes tags_of(View content) {
  Bytes tags;
  while (auto o = object_at(content)) {
    if (o->total > content.size()) break;
    append(tags, o->tag);
    content = content.subspan(o->total);
  }
  Bytes out{tag_list};
  if (tags.size() > 0x7F) out.push_back(0x81);
  out.push_back(static_cast<uint8_t>(tags.size()));
  append(out, tags);
  return out;
}

Response next_block(Channel& channel, const Command& c) {
  Channel::Transfer& t = *channel.transfer;
  const size_t n = std::min<size_t>(c.le.value_or(256), t.object.size() - t.done);
  Bytes out = to_bytes(View(t.object).subspan(t.done, n));
  t.done += n;
  if (t.done < t.object.size()) return {std::move(out), sw::more_data};
  channel.transfer.reset();
  return {std::move(out), sw::ok};
}

/// Puts a complete object in the place of the one with its tag.
uint16_t store(Profile& profile, NodeIndex file, View object) {
  const FileNode& body = profile.image().body(file);
  const Object head = *object_at(object);
  Bytes content = body.content;
  if (auto old = find_object(content, head.tag)) {
    const auto from = content.begin() + static_cast<ptrdiff_t>(old->first);
    content.erase(from, from + static_cast<ptrdiff_t>(old->second));
  }
  if (object.size() > body.capacity - std::min<size_t>(body.capacity, content.size()))
    return sw::not_enough_memory;
  append(content, object);
  return profile.write_content(file, std::move(content));
}

/// A tag without a length takes the object away.
uint16_t remove(Profile& profile, NodeIndex file, View tag) {
  Bytes content = profile.image().body(file).content;
  auto old = find_object(content, tag);
  if (!old) return sw::referenced_data_not_found;
  const auto from = content.begin() + static_cast<ptrdiff_t>(old->first);
  content.erase(from, from + static_cast<ptrdiff_t>(old->second));
  return profile.write_content(file, std::move(content));
}

/// P1 00; P2 the block bit and a short identifier.
bool parameters_known(const Command& c) {
  return c.p1 == 0 && (c.p2 & 0x60) == 0;
}

}  // namespace

Response retrieve_data(Profile& profile, Channel& channel, const Command& c) {
  if (!parameters_known(c)) return {{}, sw::wrong_p1p2};
  auto file = file_for(profile, channel, c.p2 & 0x1F, {FileKind::ber_tlv});
  if (!file) return {{}, file.error()};
  if (uint16_t refused = may_access(profile, *file, Access::read); refused != sw::ok) return {{}, refused};
  if (!(c.p2 & first_block)) {
    if (!channel.transfer || channel.transfer->ins != c.ins) return {{}, sw::conditions_not_satisfied};
    return next_block(channel, c);
  }
  channel.transfer.reset();
  if (tag_size(c.data) != c.data.size() || c.data.empty()) return {{}, sw::wrong_data};
  View content = profile.image().body(*file).content;
  Bytes object;
  if (c.data.size() == 1 && c.data[0] == tag_list) {
    object = tags_of(content);
  } else {
    auto place = find_object(content, c.data);
    if (!place) return {{}, sw::referenced_data_not_found};
    object = to_bytes(content.subspan(place->first, place->second));
  }
  channel.transfer = Channel::Transfer{c.ins, std::move(object), 0};
  return next_block(channel, c);
}

Response set_data(Profile& profile, Channel& channel, const Command& c) {
  if (!parameters_known(c)) return {{}, sw::wrong_p1p2};
  if (c.data.empty()) return {{}, sw::wrong_length};
  auto file = file_for(profile, channel, c.p2 & 0x1F, {FileKind::ber_tlv});
  if (!file) return {{}, file.error()};
  if (uint16_t refused = may_access(profile, *file, Access::update); refused != sw::ok) return {{}, refused};
  if (c.p2 & first_block) {
    channel.transfer.reset();
    if (tag_size(c.data) == c.data.size()) return {{}, remove(profile, *file, c.data)};
    auto head = object_at(c.data);
    if (!head || (head->tag.size() == 1 && head->tag[0] == tag_list)) return {{}, sw::wrong_data};
    if (head->total > profile.image().body(*file).capacity) return {{}, sw::not_enough_memory};
    if (c.data.size() > head->total) return {{}, sw::wrong_data};
    channel.transfer = Channel::Transfer{c.ins, to_bytes(c.data), head->total};
  } else {
    if (!channel.transfer || channel.transfer->ins != c.ins) return {{}, sw::conditions_not_satisfied};
    append(channel.transfer->object, c.data);
    if (channel.transfer->object.size() > channel.transfer->done) {
      channel.transfer.reset();
      return {{}, sw::wrong_data};
    }
  }
  // `done` holds the size that the object says it has.
  if (channel.transfer->object.size() < channel.transfer->done) return {{}, sw::more_data_expected};
  const Bytes object = std::move(channel.transfer->object);
  channel.transfer.reset();
  return {{}, store(profile, *file, object)};
}

}  // namespace sealift::euicc
