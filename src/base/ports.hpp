// The world as roles see it: time and randomness. Roles never ask the operating system themselves, so that
// a whole network can run from one seed (tests/sim).
#pragma once

#include <chrono>

#include "base/bytes.hpp"

namespace sealift {

/// An instant, UTC, to the second. Certificates and orders are judged by it.
using Time = std::chrono::sys_seconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;
  /// Milliseconds that never go back, for time-outs and durations.
  virtual std::chrono::milliseconds monotonic() = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  /// Fills with random octets fit for keys. Thread safe.
  virtual void fill(std::span<uint8_t> out) = 0;
  template <size_t N>
  Octets<N> octets() {
    Octets<N> out;
    fill(out);
    return out;
  }
};

/// The operating system's clock.
class SystemClock final : public Clock {
 public:
  Time now() override;
  std::chrono::milliseconds monotonic() override;
};

/// A clock that tests and simulations set.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() override { return now_; }
  std::chrono::milliseconds monotonic() override { return mono_; }
  void advance(std::chrono::seconds by) {
    now_ += by;
    mono_ += by;
  }
  void set(Time t) { now_ = t; }

 private:
  Time now_;
  std::chrono::milliseconds mono_{0};
};

/// getrandom(2), through a per-thread buffer that is wiped as it is used.
class SystemRandom final : public Random {
 public:
  void fill(std::span<uint8_t> out) override;
};

/// Octets from a seed (ChaCha20 key stream); for tests, simulations and `--seed` alone, never for keys that
/// protect anything. Thread safe, though only a single thread is reproducible.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed);
  void fill(std::span<uint8_t> out) override;

 private:
  std::array<uint32_t, 8> key_{};
  uint64_t block_ = 0;
  std::array<uint8_t, 64> buffer_{};
  size_t used_ = 64;
};

}  // namespace sealift
