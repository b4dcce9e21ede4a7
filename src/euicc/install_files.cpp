// Files of the package into the image: templates and generic file management, links included.
#include <algorithm>

#include "euicc/install_capability.hpp"
#include "euicc/install_package.hpp"

namespace sealift::euicc {
namespace {

using saip::PeStatusCode;
using saip::ResolvedFile;

FileKind kind_of(saip::Structure structure) {
  switch (structure) {
    case saip::Structure::mf:
      return FileKind::mf;
    case saip::Structure::adf:
      return FileKind::adf;
    case saip::Structure::df:
      return FileKind::df;
    case saip::Structure::transparent:
      return FileKind::transparent;
    case saip::Structure::linear_fixed:
      return FileKind::linear_fixed;
    case saip::Structure::cyclic:
      return FileKind::cyclic;
    default:
      return FileKind::ber_tlv;
  }
}

FileNode node_of(const ResolvedFile& file) {
  FileNode n;
  n.fid = file.fid();
  n.arr_fid = file.access.arr_file;
  n.arr_record = file.access.arr_record;
  n.kind = kind_of(file.structure);
  n.life_cycle = file.lcsi;
  n.sfi = file.sfi.value_or(0);
  n.shareable = file.shareable;
  n.special = file.special_file_information;
  if (is_directory(n.kind)) {
    n.content = Bytes(file.pin_references.begin(), file.pin_references.end());
  } else if (!file.link) {
    n.record_size = file.record_length;
    if (n.kind == FileKind::ber_tlv) n.capacity = std::max(file.size, file.maximum_size);
    n.content = file.content;
  }
  return n;
}

/// A link takes structure and content from its target; a link to a link means what that one means.
PeResult point_at(Installation& in, FileNode& n, const saip::Path& path) {
  NodeIndex to = in.node_at(path);
  if (to == no_node) return PeFault{PeStatusCode::invalid_parameter};
  to = in.image.target(to);
  const FileNode& target = in.image.files[to];
  if (is_directory(target.kind) && target.kind != FileKind::df) return PeFault{PeStatusCode::bad_values};
  n.link = to;
  n.kind = target.kind;
  n.content.clear();
  return {};
}

PeResult create(Installation& in, const ResolvedFile& file) {
  FileNode n = node_of(file);
  const bool is_mf = n.kind == FileKind::mf;
  if (is_mf != in.image.files.empty()) return PeFault{PeStatusCode::bad_values};
  if (!is_mf) {
    n.parent = in.node_at(file.parent());
    if (n.parent == no_node || !is_directory(in.image.files[n.parent].kind))
      return PeFault{PeStatusCode::bad_values};
    if (in.image.files[n.parent].link != no_node) return PeFault{PeStatusCode::bad_values};
    if (in.node_at(file.path) != no_node) return PeFault{PeStatusCode::bad_values};
  }
  if (file.link) TRY_VOID(point_at(in, n, *file.link));
  if (n.sfi != 0 && in.image.child_by_sfi(n.parent, n.sfi) != no_node)
    return PeFault{PeStatusCode::bad_values};
  if (has_records(n.kind) && n.link == no_node && n.records() > 254) return PeFault{PeStatusCode::bad_values};
  if (n.content.size() > 0xFFFF || n.capacity > 0xFFFF) return PeFault{PeStatusCode::not_enough_memory};
  const auto index = static_cast<NodeIndex>(in.image.files.size());
  if (n.kind == FileKind::adf) {
    auto aid = Aid::from_octets(file.df_name);
    if (!aid || in.name_taken(file.df_name)) return PeFault{PeStatusCode::bad_values};
    in.image.applications.push_back({index, *aid});
  }
  constexpr size_t node_octets = 20;
  in.content += n.content.size() + node_octets;
  if (index >= most_files || in.content > most_content || in.content > in.context.free_nvm) {
    return PeFault{PeStatusCode::not_enough_memory};
  }
  in.image.files.push_back(std::move(n));
  in.nodes.emplace(file.path, index);
  return {};
}

PeResult update(Installation& in, const ResolvedFile& file) {
  const NodeIndex index = in.node_at(file.path);
  if (index == no_node) return PeFault{PeStatusCode::invalid_parameter};
  FileNode& n = in.image.files[in.image.target(index)];
  const size_t end = file.offset + file.content.size();
  if (is_directory(n.kind)) return PeFault{PeStatusCode::bad_values};
  if (n.kind == FileKind::ber_tlv && end <= n.capacity) n.content.resize(std::max(n.content.size(), end));
  if (end > n.content.size()) return PeFault{PeStatusCode::bad_values};
  std::copy(file.content.begin(), file.content.end(),
            n.content.begin() + static_cast<ptrdiff_t>(file.offset));
  return {};
}

/// Elements whose application the card does not run.
bool runs(const saip::ProfileElement& element) {
  const auto kind = element.kind();
  return kind != saip::Kind::eap && kind != saip::Kind::iot && kind != saip::Kind::opt_iot;
}

bool starts_with(const Aid& aid, const Octets<7>& prefix) {
  return aid.octets().size() >= prefix.size() && equal(aid.octets().first(prefix.size()), prefix);
}

}  // namespace

PeResult install_files(Installation& in, const saip::ProfileElement& element) {
  if (!runs(element)) return PeFault{PeStatusCode::pe_not_supported};
  auto files = in.resolver.resolve(element);
  if (!files) return PeFault{saip::status_of(files.error())};
  for (const ResolvedFile& file : *files) {
    TRY_VOID(file.act == ResolvedFile::Act::update ? update(in, file) : create(in, file));
  }
  return {};
}

void clear_missing_services(ProfileImage& image) {
  // TCA Profile Package 8.3.4, PE-USIM and PE-ISIM. GBA and MBMS security are the services a file system may
  // promise and this card does not keep.
  constexpr Octets<7> usim{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02},
      isim{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x04};
  constexpr unsigned ust_gba = 68, ust_mbms = 69, ist_gba = 2;
  auto clear = [&](NodeIndex application, uint16_t table, unsigned service) {
    const NodeIndex node = image.child(application, table);
    if (node == no_node) return;
    Bytes& bits = image.files[image.target(node)].content;
    const unsigned bit = service - 1;
    if (bit / 8 < bits.size()) bits[bit / 8] &= static_cast<uint8_t>(~(1u << bit % 8));
  };
  for (const ApplicationName& a : image.applications) {
    if (starts_with(a.aid, usim)) {
      clear(a.node, 0x6F38, ust_gba);
      clear(a.node, 0x6F38, ust_mbms);
    }
    if (starts_with(a.aid, isim)) clear(a.node, 0x6F07, ist_gba);
  }
}

}  // namespace sealift::euicc
