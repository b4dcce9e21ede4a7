// The durable changes of a running profile: their keys, and how they go in and come back.
//
// Keys name what changed by position in the image: "f12" content of file 12, "r12.3" its record 3, "l12" its
// life cycle, "p0.1" a PIN, "u1" a PUK, "a2.17" SEQ number 17 of parameter set 2, "c2" its counter.
#include <algorithm>
#include <charconv>

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

std::string key(char what, size_t first) {
  return what + std::to_string(first);
}
std::string key(char what, size_t first, size_t second) {
  return key(what, first) + '.' + std::to_string(second);
}

struct Key {
  char what = 0;
  size_t first = 0;
  std::optional<size_t> second;
};

std::optional<Key> parse_key(std::string_view text) {
  Key k;
  if (text.size() < 2) return std::nullopt;
  k.what = text[0];
  const char* end = text.data() + text.size();
  auto one = std::from_chars(text.data() + 1, end, k.first);
  if (one.ec != std::errc{}) return std::nullopt;
  if (one.ptr == end) return k;
  size_t second = 0;
  auto two = std::from_chars(one.ptr + 1, end, second);
  if (*one.ptr != '.' || two.ec != std::errc{} || two.ptr != end) return std::nullopt;
  k.second = second;
  return k;
}

template <size_t N>
Octets<N> big_endian(uint64_t v) {
  Octets<N> out;
  for (size_t i = N; i-- > 0; v >>= 8) out[i] = static_cast<uint8_t>(v);
  return out;
}
uint64_t from_big_endian(View v) {
  uint64_t out = 0;
  for (uint8_t b : v) out = out << 8 | b;
  return out;
}

const Error does_not_fit{ErrorKind::invalid, "profile change: does not fit the image"};

Status apply_file(ProfileImage& image, const Key& k, View value) {
  if (k.first >= image.files.size()) return does_not_fit;
  FileNode& f = image.files[k.first];
  if (k.what == 'l') {
    if (value.size() != 1) return does_not_fit;
    f.life_cycle = value[0];
    return {};
  }
  if (is_directory(f.kind) || f.link != no_node) return does_not_fit;
  if (k.what == 'f') {
    const bool fits =
        f.kind == FileKind::ber_tlv ? value.size() <= f.capacity : value.size() == f.content.size();
    if (!fits) return does_not_fit;
    f.content.assign(value.begin(), value.end());
    return {};
  }
  if (!has_records(f.kind) || !k.second || *k.second >= f.records() || value.size() != f.record_size)
    return does_not_fit;
  std::copy(value.begin(), value.end(),
            f.content.begin() + static_cast<ptrdiff_t>(*k.second * f.record_size));
  return {};
}

Status apply_pin(ProfileImage& image, const Key& k, View value) {
  if (k.what == 'u') {
    for (Puk& puk : image.puks) {
      if (puk.reference != k.first || value.size() != 1) continue;
      puk.tries_left = value[0];
      return {};
    }
    return does_not_fit;
  }
  for (Pin& pin : image.pins) {
    if (pin.node != k.first || k.second != pin.reference || value.size() != 10 || value[0] > 1) continue;
    pin.enabled = value[0] == 1;
    pin.tries_left = value[1];
    std::copy(value.begin() + 2, value.end(), pin.value.expose_mutable().begin());
    return {};
  }
  return does_not_fit;
}

Status apply_aka(ProfileImage& image, const Key& k, View value) {
  if (k.first >= image.akas.size()) return does_not_fit;
  Aka& aka = image.akas[k.first];
  if (k.what == 'c' && value.size() == 4) {
    aka.counter = static_cast<uint32_t>(from_big_endian(value));
    return {};
  }
  if (k.what != 'a' || !k.second || *k.second >= aka.seq.size() || value.size() != 6) return does_not_fit;
  aka.seq[*k.second] = from_big_endian(value);
  return {};
}

}  // namespace

Status Profile::apply(const ProfileChange& change) {
  auto k = parse_key(change.key);
  if (!k || !change.value) return does_not_fit;
  switch (k->what) {
    case 'f':
    case 'r':
    case 'l':
      return apply_file(image_, *k, *change.value);
    case 'p':
    case 'u':
      return apply_pin(image_, *k, *change.value);
    case 'a':
    case 'c':
      return apply_aka(image_, *k, *change.value);
    default:
      return does_not_fit;
  }
}

uint16_t Profile::commit(std::span<const ProfileChange> changes) {
  if (!store_.commit(changes)) return sw::memory_problem;
  for (const ProfileChange& change : changes)
    check(bool(apply(change)), "a committed change fits its own image");
  return sw::ok;
}

uint16_t Profile::write_content(NodeIndex file, Bytes content) {
  const ProfileChange change{key('f', image_.target(file)), std::move(content)};
  return commit(std::span(&change, 1));
}

uint16_t Profile::write_record(NodeIndex file, size_t number, View content) {
  const ProfileChange change{key('r', image_.target(file), number - 1), to_bytes(content)};
  return commit(std::span(&change, 1));
}

uint16_t Profile::write_life_cycle(NodeIndex file, uint8_t life_cycle) {
  const ProfileChange change{key('l', file), Bytes{life_cycle}};
  return commit(std::span(&change, 1));
}

uint16_t Profile::write_pin(const Pin& pin, const PinState& to) {
  Bytes value{to.enabled, to.tries_left};
  append(value, to.value);
  ProfileChange change{key('p', pin.node, pin.reference), std::move(value)};
  uint16_t result = commit(std::span(&change, 1));
  wipe(*change.value);
  return result;
}

uint16_t Profile::write_puk_tries(uint8_t reference, uint8_t tries_left) {
  const ProfileChange change{key('u', reference), Bytes{tries_left}};
  return commit(std::span(&change, 1));
}

uint16_t Profile::write_aka(const Aka& aka, size_t index, uint64_t seq, uint32_t counter) {
  const size_t set = static_cast<size_t>(&aka - image_.akas.data());
  std::vector<ProfileChange> changes;
  if (aka.seq[index] != seq) {
    Octets<6> v = big_endian<6>(seq);
    changes.push_back({key('a', set, index), to_bytes(v)});
  }
  if (aka.counter != counter) {
    Octets<4> v = big_endian<4>(counter);
    changes.push_back({key('c', set), to_bytes(v)});
  }
  return changes.empty() ? sw::ok : commit(changes);
}

}  // namespace sealift::euicc
