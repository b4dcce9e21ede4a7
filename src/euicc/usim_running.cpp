#include "euicc/usim_running.hpp"

#include "euicc/usim_commands.hpp"

namespace sealift::euicc {
namespace {

using Handler = Response (*)(Profile&, Channel&, const Command&);
struct Row {
  uint8_t ins;
  uint8_t family;
  Handler handler;
  /// Usable while a security domain is selected instead of files.
  bool for_domain = false;
};

// TS 102 221 10.1.2, table 10.5.
constexpr Row rows[] = {
    {0xA4, 0x00, select, true},   {0xF2, 0x80, status},          {0xB0, 0x00, read_binary},
    {0xD6, 0x00, update_binary},  {0xB2, 0x00, read_record},     {0xDC, 0x00, update_record},
    {0xA2, 0x00, search_record},  {0x32, 0x80, increase},        {0xCB, 0x80, retrieve_data},
    {0xDB, 0x80, set_data},       {0x04, 0x00, deactivate_file}, {0x44, 0x00, activate_file},
    {0x20, 0x00, verify_pin},     {0x24, 0x00, change_pin},      {0x26, 0x00, disable_pin},
    {0x28, 0x00, enable_pin},     {0x2C, 0x00, unblock_pin},     {0x88, 0x00, authenticate_command},
    {0x84, 0x00, get_challenge},  {0x78, 0x80, get_identity},    {0xC2, 0x80, envelope, true},
    {0xCA, 0x00, get_data, true}, {0xCA, 0x80, get_data, true},
};

}  // namespace

bool UsimProfile::has_application(View aid) const {
  auto starts = [&](const Aid& full) {
    View f = full.octets();
    return aid.size() <= f.size() && equal(f.first(aid.size()), aid);
  };
  for (const ApplicationName& a : image().applications) {
    if (starts(a.aid)) return true;
  }
  for (const SecurityDomain& d : image().security_domains) {
    if (starts(d.aid)) return true;
  }
  return false;
}

Response UsimProfile::command(uint8_t number, const Command& c) {
  if (number >= most_channels || !profile_.channel(number).open) return {{}, sw::channel_not_supported};
  Channel& channel = profile_.channel(number);
  bool ins_known = false;
  for (const Row& row : rows) {
    if (row.ins != c.ins) continue;
    ins_known = true;
    if (row.family != c.family) continue;
    if (channel.security_domain && !row.for_domain) return {{}, sw::ins_not_supported};
    // What an earlier command left of an object is not for the command after another one.
    if (channel.transfer && channel.transfer->ins != c.ins) channel.transfer.reset();
    return row.handler(profile_, channel, c);
  }
  return {{}, ins_known ? sw::cla_not_supported : sw::ins_not_supported};
}

void UsimProfile::channel_opened(uint8_t channel) {
  if (channel >= most_channels) return;
  profile_.channel(channel) = Channel{};
  profile_.channel(channel).open = true;
}

void UsimProfile::channel_closed(uint8_t channel) {
  if (channel < most_channels) profile_.channel(channel) = Channel{};
}

Status UsimProfile::replay(std::span<const ProfileChange> changes) {
  for (const ProfileChange& change : changes) TRY_VOID(profile_.apply(change));
  return {};
}

}  // namespace sealift::euicc
