// The FCP template that SELECT and STATUS answer (TS 102 221 11.1.1.3, 11.1.1.4).
#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

void tlv(Bytes& out, uint8_t tag, View value) {
  out.push_back(tag);
  if (value.size() > 127) out.push_back(0x81);
  out.push_back(static_cast<uint8_t>(value.size()));
  append(out, value);
}
Octets<2> two(size_t v) {
  return {static_cast<uint8_t>(v >> 8), static_cast<uint8_t>(v)};
}

uint8_t descriptor_octet(const FileNode& shape, bool shareable) {
  const uint8_t share = shareable ? 0x40 : 0x00;
  switch (shape.kind) {
    case FileKind::transparent:
      return share | 0x01;
    case FileKind::linear_fixed:
      return share | 0x02;
    case FileKind::cyclic:
      return share | 0x06;
    case FileKind::ber_tlv:
      return share | 0x39;
    default:
      return share | 0x38;
  }
}

void file_descriptor(Bytes& out, const FileNode& shape, bool shareable) {
  constexpr uint8_t data_coding = 0x21;
  Bytes value{descriptor_octet(shape, shareable), data_coding};
  if (has_records(shape.kind)) {
    append(value, two(shape.record_size));
    value.push_back(static_cast<uint8_t>(shape.records()));
  }
  tlv(out, 0x82, value);
}

/// C6: which of the directory's PINs are enabled, a bit each from bit 8 on, then their references.
void pin_status(Bytes& out, const ProfileImage& image, NodeIndex directory, View references) {
  Bytes enabled((references.size() + 7) / 8), value, list;
  for (size_t i = 0; i < references.size(); ++i) {
    const Pin* pin = image.find_pin(directory, references[i]);
    if (pin && pin->enabled) enabled[i / 8] |= static_cast<uint8_t>(0x80 >> i % 8);
    constexpr uint8_t universal_pin = 0x11;
    if (references[i] == universal_pin) append(list, Bytes{0x95, 0x01, 0x08});
    append(list, Bytes{0x83, 0x01, references[i]});
  }
  tlv(value, 0x90, enabled);
  append(value, list);
  tlv(out, 0xC6, value);
}

void directory_part(Bytes& out, const ProfileImage& image, NodeIndex node) {
  const FileNode& f = image.files[node];
  if (const Aid* name = image.name_of(node)) tlv(out, 0x84, name->octets());
  Bytes proprietary;
  // Clock stop allowed, no preferred level; voltage classes A, B, C (TS 102 221 11.1.1.4.6.1).
  if (f.kind == FileKind::mf) tlv(proprietary, 0x80, Bytes{0x71});
  if (!proprietary.empty()) tlv(out, 0xA5, proprietary);
}

void ef_tail(Bytes& out, const FileNode& f, const FileNode& shape) {
  tlv(out, 0x80, two(shape.content.size()));
  if (f.sfi != 0) {
    tlv(out, 0x88, Bytes{static_cast<uint8_t>(f.sfi << 3)});
  } else {
    tlv(out, 0x88, {});  // no short identifier, rather than the one that follows from the identifier
  }
}

}  // namespace

Bytes fcp_template(const ProfileImage& image, NodeIndex node) {
  const FileNode& f = image.files[node];
  const FileNode& shape = image.body(node);
  Bytes inside;
  file_descriptor(inside, shape, f.shareable);
  if (f.kind != FileKind::adf) tlv(inside, 0x83, two(f.fid));
  if (is_directory(f.kind)) {
    directory_part(inside, image, node);
  } else {
    Bytes proprietary;
    if (f.special != 0) tlv(proprietary, 0xC0, Bytes{f.special});
    if (shape.kind == FileKind::ber_tlv) tlv(proprietary, 0x86, two(shape.capacity));
    if (!proprietary.empty()) tlv(inside, 0xA5, proprietary);
  }
  tlv(inside, 0x8A, Bytes{f.life_cycle});
  if (f.arr_record != 0) {
    tlv(inside, 0x8B,
        Bytes{static_cast<uint8_t>(f.arr_fid >> 8), static_cast<uint8_t>(f.arr_fid), f.arr_record});
  }
  if (is_directory(f.kind)) {
    pin_status(inside, image, node, shape.content);
  } else {
    ef_tail(inside, f, shape);
  }
  Bytes out;
  tlv(out, 0x62, inside);
  return out;
}

}  // namespace sealift::euicc
