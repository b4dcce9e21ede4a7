// Whether a key holder is asked at all: closed while it answers, open while it does not, so that nobody waits
// for what will not come. While it is open one call at a time is let through now and then, to see.
//
// Told the time by its caller; not thread safe.
#pragma once

#include <chrono>

namespace sealift::hsm {

class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Limits {
    unsigned failures = 3;                 ///< in a row, until it opens
    std::chrono::milliseconds retry{500};  ///< between two calls that are let through while it is open
  };
  Breaker() = default;
  explicit Breaker(Limits limits) : limits_(limits) {}

  /// Whether a call may be begun now. One that may not was not begun, and is not told of.
  bool admits(Time now) {
    if (!open_) return true;
    if (now < next_) return false;
    next_ = now + limits_.retry;
    return true;
  }
  void succeeded(Time now) {
    failures_ = 0;
    open_ = false;
    last_success_ = now;
  }
  void failed(Time now) {
    if (++failures_ >= limits_.failures) open(now);
  }
  /// A call that was begun then was not answered in time. Where others were, it is this call's misfortune.
  void overdue(Time begun, Time now) {
    ++failures_;
    if (last_success_ < begun) open(now);
  }
  bool is_open() const { return open_; }

 private:
  void open(Time now) {
    if (!open_) next_ = now + limits_.retry;
    open_ = true;
  }
  Limits limits_;
  bool open_ = false;
  unsigned failures_ = 0;
  Time next_{};
  Time last_success_{};
};

}  // namespace sealift::hsm
