// GET IDENTITY (TS 31.102 7.5): the SUCI of an IMSI, calculated by the card where services 124 and 125 say
// so.
#include <optional>

#include "base/ids.hpp"
#include "crypto/ecies.hpp"
#include "euicc/usim_commands.hpp"

namespace sealift::euicc {
namespace {

constexpr uint16_t ef_imsi = 0x6F07, ef_ad = 0x6FAD;
constexpr uint16_t df_5gs = 0x5FC0, ef_routing_indicator = 0x4F0A;
constexpr uint16_t df_saip = 0x5FD0, ef_suci_calc_info_usim = 0x4F01;
constexpr unsigned service_privacy = 124, service_suci_by_usim = 125;
constexpr uint8_t null_scheme = 0;

View content_at(const ProfileImage& image, NodeIndex directory, std::initializer_list<uint16_t> path) {
  NodeIndex node = directory;
  for (uint16_t fid : path) {
    node = image.child(node, fid);
    if (node == no_node) return {};
  }
  return image.body(node).content;
}

/// The value of a one-octet tag at the front, and what follows it.
std::optional<View> take(View& in, uint8_t tag) {
  if (in.size() < 2 || in[0] != tag) return std::nullopt;
  size_t head = 2, length = in[1];
  if (length == 0x81 && in.size() > 2) {
    length = in[2];
    head = 3;
  } else if (length > 0x7F) {
    return std::nullopt;
  }
  if (length > in.size() - head) return std::nullopt;
  View value = in.subspan(head, length);
  in = in.subspan(head + length);
  return value;
}

/// The scheme of highest priority that this card has, with the key it names (TS 31.102 4.4.11.8).
struct Scheme {
  uint8_t identifier = null_scheme;
  uint8_t key_identifier = 0;
  View key;
};
std::optional<Scheme> choose_scheme(View info) {
  auto schemes = take(info, 0xA0);
  if (!schemes) return std::nullopt;
  auto keys = take(info, 0xA1);
  for (size_t i = 0; i + 1 < schemes->size(); i += 2) {
    const uint8_t identifier = (*schemes)[i], index = (*schemes)[i + 1];
    if (identifier == null_scheme) return Scheme{};
    if (identifier > 2 || index == 0 || !keys) continue;
    View list = *keys;
    for (unsigned n = 1;; ++n) {
      auto name = take(list, 0x80);
      auto key = take(list, 0x81);
      if (!name || !key || name->size() != 1) break;
      if (n == index) return Scheme{identifier, (*name)[0], *key};
    }
  }
  return std::nullopt;
}

/// MCC and MNC as TS 24.501 9.11.3.4 has them.
Octets<3> home_network(std::string_view imsi, size_t mnc_digits) {
  auto digit = [&](size_t i) { return static_cast<uint8_t>(imsi[i] - '0'); };
  const uint8_t third = mnc_digits == 3 ? digit(5) : 0x0F;
  return {static_cast<uint8_t>(digit(1) << 4 | digit(0)), static_cast<uint8_t>(third << 4 | digit(2)),
          static_cast<uint8_t>(digit(4) << 4 | digit(3))};
}

Result<Bytes> scheme_output(const Scheme& scheme, View msin, Random& random) {
  if (scheme.identifier == null_scheme) return to_bytes(msin);
  const auto profile = scheme.identifier == 1 ? crypto::EciesProfile::a : crypto::EciesProfile::b;
  return crypto::ecies_conceal(profile, scheme.key, msin, random);
}

}  // namespace

Response get_identity(Profile& profile, Channel& channel, const Command& c) {
  const ProfileImage& image = profile.image();
  const NodeIndex usim = channel.application;
  // P2 b8: the identity of the application; b1: the SUCI.
  if (c.p1 != 0 || (c.p2 & 0x7F) != 0x01) return {{}, sw::wrong_p1p2};
  if (usim == no_node || !service_available(image, usim, service_privacy) ||
      !service_available(image, usim, service_suci_by_usim)) {
    return {{}, sw::conditions_not_satisfied};
  }
  if (!application_user_verified(profile, usim)) return {{}, sw::security_status};
  auto imsi = Imsi::from_ef_imsi(content_at(image, usim, {ef_imsi}));
  View ad = content_at(image, usim, {ef_ad});
  auto scheme = choose_scheme(content_at(image, usim, {df_saip, ef_suci_calc_info_usim}));
  if (!imsi || !scheme) return {{}, sw::referenced_data_not_found};
  const size_t mnc_digits = ad.size() >= 4 && (ad[3] & 0x0F) == 3 ? 3 : 2;
  const std::string& digits = imsi->digits();
  auto msin = swapped_bcd(std::string_view(digits).substr(3 + mnc_digits));
  auto output = msin ? scheme_output(*scheme, *msin, profile.random()) : Result<Bytes>(msin.error());
  if (!output) return {{}, sw::conditions_not_satisfied};
  View routing = content_at(image, usim, {df_5gs, ef_routing_indicator});
  constexpr Octets<2> no_routing{0xF0, 0xFF};
  Bytes value{0x01};
  append(value, home_network(digits, mnc_digits));
  append(value, routing.size() >= 2 ? routing.first(2) : View(no_routing));
  value.push_back(scheme->identifier);
  value.push_back(scheme->key_identifier);
  append(value, *output);
  Bytes out{0xA1, static_cast<uint8_t>(value.size())};
  append(out, value);
  return {std::move(out), sw::ok};
}

}  // namespace sealift::euicc
