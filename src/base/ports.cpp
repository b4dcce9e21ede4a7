#include "base/ports.hpp"

#include <pthread.h>
#include <sys/random.h>

#include <atomic>
#include <cstring>
#include <mutex>

#include "base/secret.hpp"

namespace sealift {

Time SystemClock::now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::chrono::milliseconds SystemClock::monotonic() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

static void kernel_random(std::span<uint8_t> out) {
  size_t done = 0;
  while (done < out.size()) {
    ssize_t n = ::getrandom(out.data() + done, out.size() - done, 0);
    check(n > 0 || errno == EINTR, "getrandom gives octets");
    if (n > 0) done += static_cast<size_t>(n);
  }
}

/// How often this process is the child of a fork. Octets fetched before a fork are in both processes, so the
/// child must not give them out.
static std::atomic<uint32_t>& forks() {
  static std::atomic<uint32_t> count{0};
  static const int watched = ::pthread_atfork(nullptr, nullptr, [] { forks().fetch_add(1); });
  check(watched == 0, "forks can be watched");
  return count;
}

void SystemRandom::fill(std::span<uint8_t> out) {
  struct Buffer {
    std::array<uint8_t, 512> octets{};
    size_t used = 512;
    uint32_t forks = 0;
    ~Buffer() { wipe(octets); }
  };
  thread_local Buffer buffer;
  if (out.size() > 256) return kernel_random(out);
  const uint32_t now = forks().load(std::memory_order_relaxed);
  if (buffer.octets.size() - buffer.used < out.size() || buffer.forks != now) {
    kernel_random(buffer.octets);
    buffer.used = 0;
    buffer.forks = now;
  }
  std::span<uint8_t> taken(buffer.octets.data() + buffer.used, out.size());
  if (!out.empty()) std::memcpy(out.data(), taken.data(), out.size());
  wipe(taken);
  buffer.used += out.size();
}

static uint32_t rotate(uint32_t v, int n) {
  return v << n | v >> (32 - n);
}

static void quarter(std::array<uint32_t, 16>& x, int a, int b, int c, int d) {
  x[a] += x[b];
  x[d] = rotate(x[d] ^ x[a], 16);
  x[c] += x[d];
  x[b] = rotate(x[b] ^ x[c], 12);
  x[a] += x[b];
  x[d] = rotate(x[d] ^ x[a], 8);
  x[c] += x[d];
  x[b] = rotate(x[b] ^ x[c], 7);
}

// ChaCha20 block function, RFC 8439 2.3, with a 64-bit block counter and no nonce.
static void chacha_block(const std::array<uint32_t, 8>& key, uint64_t block, std::array<uint8_t, 64>& out) {
  std::array<uint32_t, 16> s{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (int i = 0; i < 8; ++i) s[4 + i] = key[i];
  s[12] = static_cast<uint32_t>(block);
  s[13] = static_cast<uint32_t>(block >> 32);
  auto x = s;
  for (int i = 0; i < 10; ++i) {
    quarter(x, 0, 4, 8, 12);
    quarter(x, 1, 5, 9, 13);
    quarter(x, 2, 6, 10, 14);
    quarter(x, 3, 7, 11, 15);
    quarter(x, 0, 5, 10, 15);
    quarter(x, 1, 6, 11, 12);
    quarter(x, 2, 7, 8, 13);
    quarter(x, 3, 4, 9, 14);
  }
  for (int i = 0; i < 16; ++i) {
    uint32_t v = x[i] + s[i];
    for (int k = 0; k < 4; ++k) out[4 * i + k] = static_cast<uint8_t>(v >> (8 * k));
  }
}

SeededRandom::SeededRandom(uint64_t seed) {
  key_[0] = static_cast<uint32_t>(seed);
  key_[1] = static_cast<uint32_t>(seed >> 32);
}

void SeededRandom::fill(std::span<uint8_t> out) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  for (uint8_t& b : out) {
    if (used_ == buffer_.size()) {
      chacha_block(key_, block_++, buffer_);
      used_ = 0;
    }
    b = buffer_[used_++];
  }
}

}  // namespace sealift
