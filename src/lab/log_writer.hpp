// Writes lines to a file descriptor from a thread of its own, so that nobody who has something to say waits
// for a pipe or a disk. Bounded: where lines come faster than they go, the newest are dropped and counted,
// and a line says so.
//
// Thread safe. Lines appear within some 20 ms; flush() and the destructor write what is left.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace sealift::lab {

class LogWriter {
 public:
  /// `fd` stays the caller's. `dropped` makes the line that tells how many were lost.
  LogWriter(int fd, size_t most_octets, std::function<std::string(uint64_t)> dropped);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// A line with its line break.
  void write(std::string line);
  /// Returns once all that was said before is written.
  void flush();
  uint64_t dropped() const { return dropped_; }

 private:
  void run();
  void put(const std::string& text) const;

  const int fd_;
  const size_t most_octets_;
  const std::function<std::string(uint64_t)> describe_;
  std::atomic<uint64_t> dropped_{0};
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_, written_;
  std::string waiting_;
  uint64_t taken_ = 0, put_ = 0;  // batches
  bool asleep_ = false, urgent_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace sealift::lab
