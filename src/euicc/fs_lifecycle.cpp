// DEACTIVATE FILE and ACTIVATE FILE (TS 102 221 11.1.14, 11.1.15).
#include "euicc/fs_profile.hpp"

namespace sealift::euicc {
namespace {

/// The file meant: the current EF, or one by identifier or by path, which then becomes current.
Result<NodeIndex, Refused> file_meant(Profile& profile, Channel& channel, const Command& c) {
  if (c.p2 != 0 || (c.p1 != 0x00 && c.p1 != 0x08 && c.p1 != 0x09)) return Unexpected{sw::wrong_p1p2};
  if (!c.data.empty()) {
    Command selection = c;
    selection.p2 = 0x0C;
    const uint16_t found = select(profile, channel, selection).sw;
    if (found != sw::ok && found != sw::deactivated) return Unexpected{found};
  }
  if (channel.file == no_node) return Unexpected{sw::no_current_ef};
  return channel.file;
}

Response change_state(Profile& profile, Channel& channel, const Command& c, Access access, uint8_t to) {
  auto file = file_meant(profile, channel, c);
  if (!file) return {{}, file.error()};
  if (!profile.allows(*file, access)) return {{}, sw::security_status};
  if (profile.image().files[*file].life_cycle == to) return {};
  return {{}, profile.write_life_cycle(*file, to)};
}

}  // namespace

Response deactivate_file(Profile& profile, Channel& channel, const Command& c) {
  return change_state(profile, channel, c, Access::deactivate, lcs::deactivated);
}

Response activate_file(Profile& profile, Channel& channel, const Command& c) {
  return change_state(profile, channel, c, Access::activate, lcs::activated);
}

}  // namespace sealift::euicc
