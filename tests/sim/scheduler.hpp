// Actors of a simulation: threads of which one runs at a time, and which one is decided by the dice at every
// yield. So a run from one seed is the same run every time, whatever the machine does.
#pragma once

#include <functional>
#include <memory>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

#include "base/ports.hpp"

namespace sealift::sim {

/// Choices from a seed. One thread at a time.
class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  /// 0 to n-1.
  uint64_t below(uint64_t n) {
    uint64_t x = 0;
    for (uint8_t b : random_.octets<8>()) x = x << 8 | b;
    return x % n;
  }
  /// True `n` times in a thousand.
  bool chance(unsigned n) { return below(1000) < n; }

 private:
  SeededRandom random_;
};

/// What happened, in order, as one number; `SEALIFT_TRACE=1` prints it line by line.
class Trace {
 public:
  explicit Trace(bool print) : print_(print) {}
  void say(std::string_view what, View octets = {});
  uint64_t hash() const { return hash_; }

 private:
  uint64_t hash_ = 0xCBF29CE484222325;
  bool print_;
};

class Scheduler {
 public:
  explicit Scheduler(Dice& dice) : dice_(dice) {}
  /// Runs all actors to their end.
  void run(std::vector<std::function<void()>> actors);
  /// Lets others go on, perhaps. Outside of `run` it does nothing.
  void yield();

 private:
  struct Actor {
    std::binary_semaphore go{0};
    bool done = false;
  };
  static thread_local Actor* self_;
  Dice& dice_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::binary_semaphore back_{0};
};

}  // namespace sealift::sim
