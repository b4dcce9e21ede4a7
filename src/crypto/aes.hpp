// AES as RSP uses it: AES-128 block, CBC without padding and CMAC (SCP03t, SGP.22 2.6.4), and AES-256-GCM
// for octets that we keep at rest ourselves.
//
// The classes hold a key schedule made once and are for one thread; the free functions are for any.
#pragma once

#include <initializer_list>
#include <memory>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace sealift::crypto {

/// Keys are taken as views of fixed size: Secret<16>::expose() and Octets<16> both convert.
using Key128 = std::span<const uint8_t, 16>;
using Key256 = std::span<const uint8_t, 32>;
using Block = Octets<16>;

/// One AES-128 block (FIPS 197) under a key used more than once.
class Aes128 {
 public:
  explicit Aes128(Key128 key);
  ~Aes128();
  Aes128(Aes128&&) noexcept;
  Aes128& operator=(Aes128&&) noexcept;
  Block encrypt(const Block& block) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};
Block aes128_encrypt_block(Key128 key, const Block& block);

/// AES-128-CBC without padding (SP 800-38A 6.2) under a key used more than once.
class Cbc {
 public:
  explicit Cbc(Key128 key);
  ~Cbc();
  Cbc(Cbc&&) noexcept;
  Cbc& operator=(Cbc&&) noexcept;
  /// `out` is as large as the input, a whole number of blocks, and may be the very same octets. A size
  /// that is not a whole number of blocks gives an error of kind invalid.
  Status encrypt(const Block& iv, View plain, std::span<uint8_t> out);
  Status decrypt(const Block& iv, View sealed, std::span<uint8_t> out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};
/// As Cbc, for a key used once.
Result<Bytes> aes128_cbc_encrypt(Key128 key, const Block& iv, View plain);
Result<SecretBytes> aes128_cbc_decrypt(Key128 key, const Block& iv, View sealed);

/// AES-128-CMAC (SP 800-38B, RFC 4493) under a key used more than once.
class Cmac {
 public:
  explicit Cmac(Key128 key);
  ~Cmac();
  Cmac(Cmac&&) noexcept;
  Cmac& operator=(Cmac&&) noexcept;
  Cmac& update(View more);
  /// The whole tag, of which SCP03t takes the first 8 octets; the object then starts anew, same key.
  Block finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};
Block aes128_cmac(Key128 key, std::initializer_list<View> parts);

/// AES-256-GCM (SP 800-38D) with a nonce of 12 octets, never used twice under one key: sealed octets and
/// then the tag of 16.
Bytes aes256_gcm_seal(Key256 key, const Octets<12>& nonce, View associated, View plain);
/// Error kind verification: too short, or changed in any octet.
Result<SecretBytes> aes256_gcm_open(Key256 key, const Octets<12>& nonce, View associated, View sealed);

}  // namespace sealift::crypto
