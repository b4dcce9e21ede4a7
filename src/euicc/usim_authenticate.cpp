// AUTHENTICATE (TS 31.102 7.1, TS 31.103 7.1).
#include <algorithm>

#include "euicc/usim_aka.hpp"
#include "euicc/usim_commands.hpp"

namespace sealift::euicc {
namespace {

constexpr uint8_t context_gsm = 0x80;
constexpr uint8_t context_3g = 0x81;
constexpr unsigned service_gsm_access = 27;
constexpr unsigned service_gsm_security_context = 38;
constexpr uint16_t ef_service_table_usim = 0x6F38;
constexpr uint16_t ef_service_table_isim = 0x6F07;

/// An ISIM is told from a USIM by its AID (TS 101 220 Annex E).
bool is_isim(const ProfileImage& image, NodeIndex application) {
  constexpr Octets<7> prefix{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x04};
  const Aid* name = image.name_of(application);
  return name && name->octets().size() >= prefix.size() && equal(name->octets().first(prefix.size()), prefix);
}

void put(Bytes& out, View value) {
  out.push_back(static_cast<uint8_t>(value.size()));
  append(out, value);
}

Response answer_3g(Profile& profile, NodeIndex application, const Aka& aka, View data) {
  // Length octets say 16 each (TS 31.102 7.1.2.1).
  if (data.size() != 34) return {{}, sw::wrong_length};
  if (data[0] != 16 || data[17] != 16) return {{}, sw::wrong_data};
  AkaChallenge challenge;
  std::copy_n(data.begin() + 1, 16, challenge.rand.begin());
  std::copy_n(data.begin() + 18, 16, challenge.autn.begin());
  auto result = authenticate(aka, challenge);
  if (!result) return {{}, sw::context_not_supported};
  const uint32_t counter = aka.counter_max == 0 ? aka.counter : aka.counter + 1;
  const auto* success = std::get_if<AkaSuccess>(&*result);
  const size_t index = success ? success->index : 0;
  const uint64_t seq = success ? success->seq : aka.seq[0];
  if (uint16_t failed = profile.write_aka(aka, index, seq, counter); failed != sw::ok) return {{}, failed};
  if (std::holds_alternative<AkaWrongMac>(*result)) return {{}, sw::incorrect_mac};
  if (const auto* resync = std::get_if<AkaResynchronise>(&*result)) {
    Bytes out{0xDC};
    put(out, resync->auts);
    return {std::move(out), sw::ok};
  }
  Bytes out{0xDB};
  put(out, success->res.expose());
  put(out, success->ck.expose());
  put(out, success->ik.expose());
  if (!is_isim(profile.image(), application) &&
      service_available(profile.image(), application, service_gsm_access)) {
    put(out, gsm_key(success->ck, success->ik).expose());
  }
  return {std::move(out), sw::ok};
}

Response answer_gsm(Profile& profile, NodeIndex application, const Aka& aka, View data) {
  if (is_isim(profile.image(), application) ||
      !service_available(profile.image(), application, service_gsm_security_context)) {
    return {{}, sw::context_not_supported};
  }
  if (data.size() != 17) return {{}, sw::wrong_length};
  if (data[0] != 16) return {{}, sw::wrong_data};
  Octets<16> rand;
  std::copy_n(data.begin() + 1, 16, rand.begin());
  auto result = authenticate_gsm(aka, rand);
  if (!result) return {{}, sw::context_not_supported};
  const uint32_t counter = aka.counter_max == 0 ? aka.counter : aka.counter + 1;
  if (uint16_t failed = profile.write_aka(aka, 0, aka.seq[0], counter); failed != sw::ok) return {{}, failed};
  Bytes out;
  put(out, result->sres);
  put(out, result->kc.expose());
  return {std::move(out), sw::ok};
}

}  // namespace

bool application_user_verified(const Profile& profile, NodeIndex application) {
  for (uint8_t reference : profile.image().body(application).content) {
    if (reference >= 0x01 && reference <= 0x08) return profile.satisfied(application, reference);
  }
  return true;
}

bool service_available(const ProfileImage& image, NodeIndex application, unsigned service) {
  const NodeIndex table =
      image.child(application, is_isim(image, application) ? ef_service_table_isim : ef_service_table_usim);
  if (table == no_node) return false;
  const Bytes& bits = image.body(table).content;
  const unsigned bit = service - 1;
  return bit / 8 < bits.size() && (bits[bit / 8] >> bit % 8 & 1);
}

Response authenticate_command(Profile& profile, Channel& channel, const Command& c) {
  if (c.p1 != 0) return {{}, sw::wrong_p1p2};
  if (channel.application == no_node) return {{}, sw::conditions_not_satisfied};
  const Aka* aka = profile.image().find_aka(channel.application);
  if (!aka) return {{}, sw::conditions_not_satisfied};
  if (!application_user_verified(profile, channel.application)) return {{}, sw::security_status};
  if (aka->counter_max != 0 && aka->counter >= aka->counter_max) return {{}, sw::conditions_not_satisfied};
  switch (c.p2) {
    case context_3g:
      return answer_3g(profile, channel.application, *aka, c.data);
    case context_gsm:
      return answer_gsm(profile, channel.application, *aka, c.data);
    // VGCS/VBS, GBA, MBMS and local key establishment.
    case 0x82:
    case 0x84:
    case 0x85:
    case 0x86:
      return {{}, sw::context_not_supported};
    default:
      return {{}, sw::wrong_p1p2};
  }
}

}  // namespace sealift::euicc
