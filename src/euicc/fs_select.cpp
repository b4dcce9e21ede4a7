// SELECT and STATUS (TS 102 221 11.1.1, 11.1.2), and how commands find their EF.
#include <algorithm>

#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

constexpr uint16_t mf_fid = 0x3F00;
constexpr uint16_t current_application_fid = 0x7FFF;

NodeIndex parent_of(const ProfileImage& image, NodeIndex directory) {
  return image.files[directory].parent;
}

/// By file identifier: below the current directory, the directory itself, its parent, its parent's other
/// directories, the MF, and 7FFF for the application (TS 102 221 8.4.1).
NodeIndex by_fid(const ProfileImage& image, const Channel& channel, uint16_t fid) {
  if (fid == mf_fid) return mf_node;
  if (fid == current_application_fid) return channel.application;
  const NodeIndex here = channel.directory;
  if (NodeIndex n = image.child(here, fid); n != no_node) return n;
  const FileNode& d = image.files[here];
  if (d.fid == fid && d.kind == FileKind::df) return here;
  const NodeIndex parent = d.parent;
  if (parent == no_node || d.kind == FileKind::adf) return no_node;
  if (image.files[parent].fid == fid && image.files[parent].kind == FileKind::df) return parent;
  NodeIndex sibling = image.child(parent, fid);
  return sibling != no_node && is_directory(image.files[sibling].kind) ? sibling : no_node;
}

/// By path, from the MF or from the current directory; all but the last must be directories.
NodeIndex by_path(const ProfileImage& image, const Channel& channel, NodeIndex start, View path) {
  NodeIndex node = start;
  for (size_t i = 0; i + 1 < path.size(); i += 2) {
    const auto fid = static_cast<uint16_t>(path[i] << 8 | path[i + 1]);
    if (node == no_node || !is_directory(image.files[node].kind)) return no_node;
    if (i == 0 && fid == current_application_fid) {
      node = channel.application;
    } else {
      node = image.child(node, fid);
    }
  }
  return node;
}

bool name_starts_with(const Aid& name, View prefix) {
  View full = name.octets();
  return prefix.size() <= full.size() && equal(full.first(prefix.size()), prefix);
}

enum class Occurrence : uint8_t { first = 0, last = 1, next = 2, previous = 3 };

/// By name, which may be cut short: first, last, next or previous of those that match. Next and previous
/// count from the application the channel has.
NodeIndex by_name(const ProfileImage& image, const Channel& channel, View name, Occurrence which) {
  std::vector<NodeIndex> matches;
  for (const ApplicationName& a : image.applications) {
    if (name_starts_with(a.aid, name)) matches.push_back(a.node);
  }
  if (matches.empty()) return no_node;
  auto current = std::find(matches.begin(), matches.end(), channel.application);
  const bool has_current = current != matches.end();
  switch (which) {
    case Occurrence::first:
      return matches.front();
    case Occurrence::last:
      return matches.back();
    case Occurrence::next:
      if (!has_current) return matches.front();
      return current + 1 == matches.end() ? no_node : *(current + 1);
    default:
      if (!has_current) return matches.back();
      return current == matches.begin() ? no_node : *(current - 1);
  }
}

void make_current(const ProfileImage& image, Channel& channel, NodeIndex node) {
  channel.security_domain.reset();
  channel.transfer.reset();
  channel.record = 0;
  if (!is_directory(image.files[node].kind)) {
    channel.file = node;
    channel.directory = image.files[node].parent;
    return;
  }
  channel.directory = node;
  channel.file = no_node;
  if (image.files[node].kind == FileKind::adf) channel.application = node;
}

/// FCI of a security domain (GlobalPlatform 11.9.3.1): its name, and that commands carry 255 octets at most.
Response select_security_domain(Profile& profile, Channel& channel, size_t index) {
  channel.security_domain = index;
  channel.file = no_node;
  channel.transfer.reset();
  View aid = profile.image().security_domains[index].aid.octets();
  constexpr Octets<7> proprietary{0xA5, 0x05, 0x9F, 0x65, 0x02, 0x00, 0xFF};
  Bytes out{0x6F, static_cast<uint8_t>(aid.size() + 2 + proprietary.size()), 0x84,
            static_cast<uint8_t>(aid.size())};
  append(out, aid);
  append(out, proprietary);
  return {std::move(out), sw::ok};
}

std::optional<size_t> security_domain_named(const ProfileImage& image, View name) {
  for (size_t i = 0; i < image.security_domains.size(); ++i) {
    if (name_starts_with(image.security_domains[i].aid, name)) return i;
  }
  return std::nullopt;
}

/// P2 b8 to b3: 04 answers the FCP, 0C nothing; 40 more means the application is to end, which changes
/// nothing here since applications keep no session.
constexpr uint8_t answer_bits = 0x1C;
constexpr uint8_t answer_fcp = 0x04;
constexpr uint8_t answer_nothing = 0x0C;
constexpr uint8_t termination_bit = 0x40;

bool control_is_known(uint8_t p1, uint8_t p2) {
  const uint8_t answer = p2 & answer_bits;
  const uint8_t rest = static_cast<uint8_t>(p2 & ~(answer_bits | 0x03));
  if (answer != answer_fcp && answer != answer_nothing && answer != 0x00) return false;
  if (rest != 0 && !(p1 == 0x04 && rest == termination_bit)) return false;
  return p1 == 0x04 || (p2 & 0x03) == 0;
}

}  // namespace

Response select(Profile& profile, Channel& channel, const Command& c) {
  const ProfileImage& image = profile.image();
  if (!control_is_known(c.p1, c.p2)) return {{}, sw::wrong_p1p2};
  const size_t n = c.data.size();
  NodeIndex node = no_node;
  switch (c.p1) {
    case 0x00:
      if (n != 0 && n != 2) return {{}, sw::wrong_length};
      node = n == 0 ? mf_node : by_fid(image, channel, static_cast<uint16_t>(c.data[0] << 8 | c.data[1]));
      break;
    case 0x03:
      if (n != 0) return {{}, sw::wrong_length};
      node = parent_of(image, channel.directory);
      break;
    case 0x04:
      if (n > 16) return {{}, sw::wrong_length};
      node = by_name(image, channel, c.data, static_cast<Occurrence>(c.p2 & 0x03));
      if (node == no_node) {
        if (auto domain = security_domain_named(image, c.data))
          return select_security_domain(profile, channel, *domain);
      }
      break;
    case 0x08:
    case 0x09:
      if (n == 0 || n % 2 != 0) return {{}, sw::wrong_length};
      node = by_path(image, channel, c.p1 == 0x08 ? mf_node : channel.directory, c.data);
      break;
    default:
      return {{}, sw::wrong_p1p2};
  }
  if (node == no_node || node >= image.files.size()) return {{}, sw::not_found};
  make_current(image, channel, node);
  const uint16_t result = image.files[node].life_cycle & 0x01 ? sw::ok : sw::deactivated;
  if ((c.p2 & answer_bits) == answer_nothing) return {{}, result};
  return {fcp_template(image, node), result};
}

Response status(Profile& profile, Channel& channel, const Command& c) {
  // P1: 00 no indication, 01 application initialised, 02 its end announced.
  if (c.p1 > 0x02 || !c.data.empty()) return {{}, c.data.empty() ? sw::wrong_p1p2 : sw::wrong_length};
  const ProfileImage& image = profile.image();
  if (c.p2 == answer_nothing) return {};
  if (c.p2 == 0x01) {
    const Aid* name = channel.application == no_node ? nullptr : image.name_of(channel.application);
    if (!name) return {{}, sw::ok};
    Bytes out{0x84, static_cast<uint8_t>(name->octets().size())};
    append(out, name->octets());
    return {std::move(out), sw::ok};
  }
  if (c.p2 != 0x00) return {{}, sw::wrong_p1p2};
  return {fcp_template(image, channel.directory), sw::ok};
}

Result<NodeIndex, Refused> file_for(Profile& profile, Channel& channel, uint8_t sfi,
                                    std::initializer_list<FileKind> kinds) {
  const ProfileImage& image = profile.image();
  NodeIndex node = channel.file;
  if (sfi != 0) {
    node = image.child_by_sfi(channel.directory, sfi);
    if (node == no_node) return Unexpected{sw::not_found};
    channel.file = node;
    channel.record = 0;
    channel.transfer.reset();
  }
  if (node == no_node) return Unexpected{sw::no_current_ef};
  const FileKind kind = image.body(node).kind;
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return Unexpected{sw::wrong_structure};
  return node;
}

uint16_t may_access(const Profile& profile, NodeIndex file, Access access) {
  const FileNode& f = profile.image().files[file];
  // Special file information b7: readable and updatable while deactivated (TS 102 222 6.3.2.2.2).
  if (!(f.life_cycle & 0x01) && !(f.special & 0x40)) return sw::conditions_not_satisfied;
  return profile.allows(file, access) ? sw::ok : sw::security_status;
}

}  // namespace sealift::euicc
