// SHA-256, SHA-1 (for key identifiers alone) and HMAC-SHA-256.
#pragma once

#include <initializer_list>
#include <memory>

#include "base/bytes.hpp"

namespace sealift::crypto {

/// SHA-256 over the concatenated parts (FIPS 180-4).
Octets<32> sha256(std::span<const View> parts);
Octets<32> sha256(View message);
inline Octets<32> sha256(std::initializer_list<View> parts) {
  return sha256(std::span<const View>(parts.begin(), parts.size()));
}

/// SHA-256 over octets that arrive bit by bit. For one thread; move-only.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(View more);
  /// The digest; the object then starts anew.
  Octets<32> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// SHA-1: X.509 key identifiers only, never to protect anything.
Octets<20> sha1(View message);

/// HMAC-SHA-256 over the concatenated parts (RFC 2104); a key of any size.
Octets<32> hmac_sha256(View key, std::span<const View> parts);
inline Octets<32> hmac_sha256(View key, std::initializer_list<View> parts) {
  return hmac_sha256(key, std::span<const View>(parts.begin(), parts.size()));
}

}  // namespace sealift::crypto
