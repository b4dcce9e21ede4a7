#include "euicc/usim_commands.hpp"

namespace sealift::euicc {

Response get_challenge(Profile& profile, Channel&, const Command& c) {
  if (c.p1 != 0 || c.p2 != 0) return {{}, sw::wrong_p1p2};
  if (!c.data.empty() || !c.le) return {{}, sw::wrong_length};
  Bytes out(*c.le);
  profile.random().fill(out);
  return {std::move(out), sw::ok};
}

Response envelope(Profile&, Channel&, const Command& c) {
  if (c.p1 != 0 || c.p2 != 0) return {{}, sw::wrong_p1p2};
  if (c.data.size() < 2) return {{}, sw::wrong_length};
  constexpr uint8_t sms_pp_download = 0xD1, cell_broadcast_download = 0xD2;
  // Nothing here could open a secured packet; a phone that is told so reports it to the sender.
  if (c.data[0] == sms_pp_download || c.data[0] == cell_broadcast_download)
    return {{}, sw::function_not_supported};
  return {};
}

Response get_data(Profile& profile, Channel& channel, const Command& c) {
  if (!channel.security_domain) return {{}, sw::conditions_not_satisfied};
  // SAIP 8.6.4: each sdPersoData is a STORE DATA in DGI form: identifier of 2 octets, length of 1, value.
  for (const Bytes& data : profile.image().security_domains[*channel.security_domain].personalisation) {
    if (data.size() < 3 || data[2] > data.size() - 3) continue;
    View value = View(data).subspan(3, data[2]);
    if (value.size() >= 2 && c.p1 == 0 && value[0] == c.p2) return {to_bytes(value), sw::ok};
  }
  return {{}, sw::referenced_data_not_found};
}

}  // namespace sealift::euicc
