// The keys, counter and MAC chain that both sides of a protected channel run in step (SGP.22 v2.6 2.6.4,
// SCP03t). Internal to Protector and Opener. For one thread; all state is wiped with the object.
#pragma once

#include "bsp/session_keys.hpp"
#include "crypto/aes.hpp"

namespace sealift::bsp {

inline constexpr size_t mac_size = 8;
inline constexpr size_t block_size = 16;

class Channel {
 public:
  explicit Channel(const SessionKeys& keys);
  /// The ICV of the next TLV: the counter, which every TLV raises by one, under S-ENC. To be called once
  /// for each TLV, whether it is encrypted or not.
  crypto::Block next_icv();
  /// The whole MAC over chaining value, header (tag and length) and body; does not move the chain.
  Secret<16> mac(View header, View body);
  /// Makes a MAC the chaining value of the next TLV.
  void chain(Secret<16>&& mac) { chaining_value_ = std::move(mac); }
  crypto::Cbc& cbc() { return cbc_; }

 private:
  Secret<16> chaining_value_;
  crypto::Aes128 icv_cipher_;
  crypto::Cbc cbc_;
  crypto::Cmac cmac_;
  crypto::Block counter_{};
};

/// Tag and length of a protected TLV, at most 1 + 4 octets.
struct Header {
  Octets<5> octets;
  size_t size;
  View view() const { return {octets.data(), size}; }
};
Header header(uint8_t tag, size_t body_size);

}  // namespace sealift::bsp
