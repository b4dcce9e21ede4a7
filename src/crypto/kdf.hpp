// Key derivation: X9.63 for session keys (BSI TR-03111 4.3.3, SGP.22 Annex G), scrypt for pass phrases.
#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace sealift::crypto {

/// X9.63 KDF with SHA-256: block i is SHA-256(z || i as 4 octets from 1 || shared_info); fills `out` with the
/// first octets of the blocks.
void x963_kdf(View z, View shared_info, std::span<uint8_t> out);
/// As above, into `size` fresh secret octets.
SecretBytes x963_kdf(View z, View shared_info, size_t size);

/// Cost of scrypt (RFC 7914): memory is 128 * n * r octets.
struct ScryptCost {
  uint32_t n = 1u << 15;  ///< power of two above 1
  uint32_t r = 8;
  uint32_t p = 1;
};
/// 32 octets from a pass phrase. Error kind invalid: `n` not a power of two, or the cost asks for more than
/// 1 GiB of memory.
Result<Secret<32>> scrypt(View pass_phrase, View salt, const ScryptCost& cost);

}  // namespace sealift::crypto
