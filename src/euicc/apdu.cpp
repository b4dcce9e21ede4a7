#include "euicc/apdu.hpp"

namespace sealift::euicc {

namespace {

/// Fills family and channel (ISO 7816-4 5.4.1, TS 102 221 10.1.1): 0x/8x channels 0-3, 4x-7x/Cx-Fx channels
/// 4-19.
uint16_t parse_cla(Command& c) {
  uint8_t cla = c.cla;
  if (cla == 0xFF) return sw::cla_not_supported;
  c.family = cla & 0x80;
  if (cla & 0x40) {
    if (cla & 0x20) return sw::secure_messaging_not_supported;
    c.channel = static_cast<uint8_t>(4 + (cla & 0x0F));
  } else {
    if (cla & 0x20) return sw::cla_not_supported;
    if (cla & 0x0C) return sw::secure_messaging_not_supported;
    c.channel = cla & 0x03;
  }
  // Command chaining (b5) is not used on this interface.
  return cla & 0x10 ? sw::cla_not_supported : sw::ok;
}

unsigned length_expected(uint8_t le) {
  return le == 0 ? 256 : le;
}

}  // namespace

Result<Command, uint16_t> parse_command(View apdu) {
  if (apdu.size() < 4) return sw::wrong_length;
  Command c{apdu[0], apdu[1], apdu[2], apdu[3]};
  if (uint16_t bad = parse_cla(c); bad != sw::ok) return bad;
  View body = apdu.subspan(4);
  if (body.empty()) return c;
  if (body.size() == 1) {
    c.le = length_expected(body[0]);
    return c;
  }
  size_t lc = body[0];
  if (lc == 0 || body.size() < 1 + lc || body.size() > 2 + lc) return sw::wrong_length;
  c.data = body.subspan(1, lc);
  if (body.size() == 2 + lc) c.le = length_expected(body.back());
  return c;
}

Bytes to_octets(const Response& response) {
  Bytes out = response.data;
  out.push_back(static_cast<uint8_t>(response.sw >> 8));
  out.push_back(static_cast<uint8_t>(response.sw));
  return out;
}

}  // namespace sealift::euicc
