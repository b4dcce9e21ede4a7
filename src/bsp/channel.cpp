#include "bsp/channel.hpp"

namespace sealift::bsp {

Channel::Channel(const SessionKeys& keys)
    : chaining_value_(keys.macChainingValue.clone()),
      icv_cipher_(keys.sEnc.expose()),
      cbc_(keys.sEnc.expose()),
      cmac_(keys.sMac.expose()) {}

crypto::Block Channel::next_icv() {
  for (size_t i = counter_.size(); i-- > 0 && ++counter_[i] == 0;) {
  }
  return icv_cipher_.encrypt(counter_);
}

Secret<16> Channel::mac(View header, View body) {
  cmac_.update(chaining_value_.expose()).update(header).update(body);
  crypto::Block tag = cmac_.finish();
  Secret<16> out{std::span<const uint8_t, 16>(tag)};
  wipe(tag);
  return out;
}

Header header(uint8_t tag, size_t body_size) {
  Header h{{tag}, 1};
  auto put = [&](size_t octet) { h.octets[h.size++] = static_cast<uint8_t>(octet); };
  if (body_size >= 0x80) put(body_size > 0xFFFF ? 0x83 : body_size > 0xFF ? 0x82 : 0x81);
  if (body_size > 0xFFFF) put(body_size >> 16);
  if (body_size > 0xFF) put(body_size >> 8);
  put(body_size);
  return h;
}

}  // namespace sealift::bsp
