// How a door that waits for input is told to end, from another thread or a signal handler.
#pragma once

#include <chrono>
#include <optional>

#include "base/result.hpp"

namespace sealift::card {

/// A pipe that becomes readable at stop().
class Stop {
 public:
  /// Error kind: io.
  static Result<Stop> make();
  Stop(Stop&& other) noexcept;
  Stop& operator=(Stop&&) = delete;
  ~Stop();

  /// Safe in a signal handler.
  void stop();
  /// Waits until `fd` can be read (-1: nothing to read), or the time is over. False where stop() was called.
  bool wait_for(int fd, std::optional<std::chrono::milliseconds> time = std::nullopt) const;

 private:
  Stop(int in, int out) : in_(in), out_(out) {}
  int in_, out_;
};

}  // namespace sealift::card
