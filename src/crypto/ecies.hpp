// ECIES as a UE conceals its subscription identifier with it: profiles A (X25519) and B (P-256) of
// TS 33.501 C.3.4.
//
// Free functions, safe from any thread.
#pragma once

#include "base/bytes.hpp"
#include "base/ports.hpp"

namespace sealift::crypto {

enum class EciesProfile : uint8_t { a, b };

/// Conceals `plain` for the home network: ephemeral public key (32 octets, or 33 compressed), ciphertext as
/// long as `plain`, MAC of 8 octets. `home_network_key` has 32 octets for A; for B 65 or, compressed, 33.
/// Error kind verification: no key of that profile.
Result<Bytes> ecies_conceal(EciesProfile profile, View home_network_key, View plain, Random& random);

}  // namespace sealift::crypto
