// Access rules: EF_ARR records in expanded format (TS 102 221 9.2.7, ISO 7816-4 7.3.2).
#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

/// Rules nest OR, AND and NOT; real ones two levels deep.
constexpr int most_depth = 6;

struct Tlv {
  uint8_t tag = 0;
  View value;
};

/// Cuts the next data object off `in`. Rules have one-octet tags; padding octets 00 and FF end them.
std::optional<Tlv> next(View& in) {
  if (in.size() < 2 || in[0] == 0x00 || in[0] == 0xFF) return std::nullopt;
  size_t head = 2, length = in[1];
  if (length == 0x81 && in.size() >= 3) {
    head = 3;
    length = in[2];
  } else if (length >= 0x80) {
    return std::nullopt;
  }
  if (length > in.size() - head) return std::nullopt;
  Tlv tlv{in[0], in.subspan(head, length)};
  in = in.subspan(head + length);
  return tlv;
}

/// CRT for authentication: 83 key reference, 95 usage qualifier whose bit 4 asks for user authentication.
bool reference_satisfied(const Profile& profile, NodeIndex directory, View crt) {
  std::optional<uint8_t> reference;
  while (auto tlv = next(crt)) {
    if (tlv->tag == 0x83 && tlv->value.size() == 1) reference = tlv->value[0];
    if (tlv->tag == 0x95 && (tlv->value.size() != 1 || !(tlv->value[0] & 0x08))) return false;
  }
  return reference && profile.satisfied(directory, *reference);
}

bool condition_holds(const Profile& profile, NodeIndex directory, const Tlv& condition, int depth) {
  if (depth > most_depth) return false;
  View inside = condition.value;
  switch (condition.tag) {
    case 0x90:
      return true;  // always
    case 0x97:
      return false;  // never
    case 0xA4:
      return reference_satisfied(profile, directory, inside);
    case 0xA0:  // one of them
      while (auto tlv = next(inside)) {
        if (condition_holds(profile, directory, *tlv, depth + 1)) return true;
      }
      return false;
    case 0xAF: {  // all of them
      bool any = false;
      while (auto tlv = next(inside)) {
        if (!condition_holds(profile, directory, *tlv, depth + 1)) return false;
        any = true;
      }
      return any;
    }
    case 0xA7: {  // none of them
      bool any = false;
      while (auto tlv = next(inside)) {
        if (condition_holds(profile, directory, *tlv, depth + 1)) return false;
        any = true;
      }
      return any;
    }
    default:
      return false;  // secure messaging and key types we do not have
  }
}

/// An access mode: 80 a bit for each mode, 84 the instruction.
bool mode_covers(const Tlv& mode, Access access) {
  if (mode.tag == 0x80) {
    return access != Access::increase && mode.value.size() == 1 &&
           (mode.value[0] & static_cast<uint8_t>(access));
  }
  return mode.tag == 0x84 && mode.value.size() == 1 && access == Access::increase &&
         mode.value[0] == static_cast<uint8_t>(access);
}
bool is_mode(uint8_t tag) {
  return (tag & 0xF0) == 0x80;
}

/// The record of EF_ARR that governs a file. EF_ARR is looked for from the directory of the file upwards
/// (TS 102 221 9.2.7).
View rule_of(const ProfileImage& image, NodeIndex file) {
  const FileNode& f = image.files[file];
  if (f.arr_record == 0) return {};
  NodeIndex directory = f.parent == no_node ? file : f.parent;
  for (; directory != no_node; directory = image.files[directory].parent) {
    NodeIndex arr = image.child(directory, f.arr_fid);
    if (arr == no_node) continue;
    const FileNode& body = image.body(arr);
    if (body.kind != FileKind::linear_fixed || f.arr_record > body.records()) return {};
    return View(body.content).subspan((f.arr_record - 1u) * body.record_size, body.record_size);
  }
  return {};
}

}  // namespace

bool Profile::satisfied(NodeIndex directory, uint8_t reference) const {
  const Pin* pin = image_.find_pin(directory, reference);
  return pin && (!pin->enabled || verified(*pin));
}

bool Profile::allows(NodeIndex file, Access access) const {
  const FileNode& f = image_.files[file];
  const NodeIndex directory = is_directory(f.kind) ? file : f.parent;
  View rule = rule_of(image_, file);
  bool covered = false;
  bool in_modes = false;
  while (auto tlv = next(rule)) {
    if (is_mode(tlv->tag)) {
      // Several modes may share the conditions that follow them.
      covered = (in_modes && covered) || mode_covers(*tlv, access);
      in_modes = true;
      continue;
    }
    in_modes = false;
    if (covered && condition_holds(*this, directory, *tlv, 0)) return true;
  }
  return false;
}

}  // namespace sealift::euicc
