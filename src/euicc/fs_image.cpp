#include "euicc/fs_image.hpp"

namespace sealift::euicc {

NodeIndex ProfileImage::child(NodeIndex directory, uint16_t fid) const {
  directory = target(directory);
  for (size_t i = directory + 1u; i < files.size(); ++i) {
    const FileNode& f = files[i];
    if (f.parent == directory && f.fid == fid && f.kind != FileKind::adf) return static_cast<NodeIndex>(i);
  }
  return no_node;
}

NodeIndex ProfileImage::child_by_sfi(NodeIndex directory, uint8_t sfi) const {
  directory = target(directory);
  for (size_t i = directory + 1u; sfi != 0 && i < files.size(); ++i) {
    const FileNode& f = files[i];
    if (f.parent == directory && f.sfi == sfi && !is_directory(f.kind)) return static_cast<NodeIndex>(i);
  }
  return no_node;
}

const Aid* ProfileImage::name_of(NodeIndex adf) const {
  for (const ApplicationName& a : applications) {
    if (a.node == adf) return &a.aid;
  }
  return nullptr;
}

const Pin* ProfileImage::find_pin(NodeIndex directory, uint8_t reference) const {
  for (NodeIndex d = directory; d != no_node; d = files[d].parent) {
    NodeIndex owner = d;
    for (const PinShare& s : pin_shares) {
      if (s.node == d) owner = s.with;
    }
    for (const Pin& pin : pins) {
      if (pin.node == owner && pin.reference == reference) return &pin;
    }
  }
  return nullptr;
}

const Puk* ProfileImage::find_puk(uint8_t reference) const {
  for (const Puk& puk : puks) {
    if (puk.reference == reference) return &puk;
  }
  return nullptr;
}

const Aka* ProfileImage::find_aka(NodeIndex adf) const {
  for (const AkaMapping& m : aka_mappings) {
    if (m.node == adf) {
      adf = m.source;
      break;
    }
  }
  for (const Aka& a : akas) {
    if (a.node == adf) return &a;
  }
  return nullptr;
}

}  // namespace sealift::euicc
