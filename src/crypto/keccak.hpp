// Keccak-f[1600], the permutation of FIPS 202 3.3, as TUAK uses it. Pure.
#pragma once

#include <cstdint>
#include <span>

namespace sealift::crypto {

/// Permutes a state of 200 octets in place: lane after lane, each of them little-endian (FIPS 202 3.1.2).
void keccak_f1600(std::span<uint8_t, 200> state);

}  // namespace sealift::crypto
