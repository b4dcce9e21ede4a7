#include "crypto/keccak.hpp"

#include <array>
#include <bit>
#include <utility>

#include "base/secret.hpp"

namespace sealift::crypto {
namespace {

/// Lane (x, y) is lanes[x + 5 y].
using Lanes = std::array<uint64_t, 25>;
constexpr unsigned rounds = 24;

/// FIPS 202 3.2.5: round constants from the linear feedback shift register x^8 + x^6 + x^5 + x^4 + 1.
constexpr std::array<uint64_t, rounds> round_constants() {
  std::array<uint64_t, rounds> out{};
  unsigned lfsr = 1;
  for (uint64_t& constant : out) {
    for (unsigned j = 0; j <= 6; ++j) {
      if (lfsr & 1) constant |= uint64_t{1} << ((1u << j) - 1);
      lfsr = lfsr << 1 ^ (lfsr & 0x80 ? 0x171 : 0);
    }
  }
  return out;
}

/// FIPS 202 3.2.2 and 3.2.3: by how much rho turns the lanes, along the way on which pi moves them.
constexpr std::array<unsigned, 24> rho_turns() {
  std::array<unsigned, 24> out{};
  for (unsigned t = 0; t < 24; ++t) out[t] = (t + 1) * (t + 2) / 2 % 64;
  return out;
}
constexpr std::array<unsigned, 24> pi_way() {
  std::array<unsigned, 24> out{};
  unsigned x = 1, y = 0;
  for (unsigned& place : out) {
    const unsigned next = (2 * x + 3 * y) % 5;
    x = y;
    y = next;
    place = x + 5 * y;
  }
  return out;
}

constexpr auto iota = round_constants();
constexpr auto rho = rho_turns();
constexpr auto pi = pi_way();

void theta(Lanes& a) {
  std::array<uint64_t, 5> parity{};
  for (unsigned x = 0; x < 5; ++x) parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
  for (unsigned x = 0; x < 5; ++x) {
    const uint64_t d = parity[(x + 4) % 5] ^ std::rotl(parity[(x + 1) % 5], 1);
    for (unsigned y = 0; y < 25; y += 5) a[x + y] ^= d;
  }
}

void rho_and_pi(Lanes& a) {
  uint64_t moving = a[1];
  for (unsigned t = 0; t < 24; ++t) {
    moving = std::exchange(a[pi[t]], std::rotl(moving, static_cast<int>(rho[t])));
  }
}

void chi(Lanes& a) {
  for (unsigned y = 0; y < 25; y += 5) {
    const std::array<uint64_t, 5> row{a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
    for (unsigned x = 0; x < 5; ++x) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
  }
}

}  // namespace

void keccak_f1600(std::span<uint8_t, 200> state) {
  Lanes a{};
  for (unsigned i = 0; i < 200; ++i) a[i / 8] |= uint64_t{state[i]} << (8 * (i % 8));
  for (unsigned round = 0; round < rounds; ++round) {
    theta(a);
    rho_and_pi(a);
    chi(a);
    a[0] ^= iota[round];
  }
  for (unsigned i = 0; i < 200; ++i) state[i] = static_cast<uint8_t>(a[i / 8] >> (8 * (i % 8)));
  wipe({reinterpret_cast<uint8_t*>(a.data()), sizeof a});
}

}  // namespace sealift::crypto
