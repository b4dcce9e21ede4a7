#include "lab/log_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace sealift::lab {

/// Lines are gathered for so long: one write(2) and one wake-up for all of them.
static constexpr auto gathering = std::chrono::milliseconds(20);

LogWriter::LogWriter(int fd, size_t most_octets, std::function<std::string(uint64_t)> dropped)
    : fd_(fd), most_octets_(most_octets), describe_(std::move(dropped)), thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void LogWriter::write(std::string line) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > most_octets_) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    waiting_ += line;
    wake = std::exchange(asleep_, false);
  }
  if (wake) wake_.notify_one();
}

void LogWriter::flush() {
  std::unique_lock lock(mutex_);
  if (waiting_.empty() && taken_ == put_) return;
  const uint64_t batch = waiting_.empty() ? taken_ : taken_ + 1;
  urgent_ = true;
  asleep_ = false;
  wake_.notify_one();
  written_.wait(lock, [&] { return put_ >= batch; });
}

void LogWriter::put(const std::string& text) const {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (n < 0 && errno == EAGAIN) {
      pollfd ready{fd_, POLLOUT, 0};
      (void)::poll(&ready, 1, 1000);
    } else if (n < 0 && errno != EINTR) {
      return;  // nobody reads it: the service goes on
    }
  }
}

void LogWriter::run() {
  std::string batch;
  uint64_t told = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    while (waiting_.empty() && !ending_) {
      asleep_ = true;
      wake_.wait(lock, [this] { return !asleep_ || ending_; });
    }
    if (!urgent_ && !ending_) wake_.wait_for(lock, gathering, [this] { return urgent_ || ending_; });
    if (waiting_.empty() && ending_) return;
    urgent_ = false;
    batch.swap(waiting_);
    ++taken_;
    lock.unlock();
    put(batch);
    batch.clear();
    if (const uint64_t lost = dropped_ - told; lost > 0) {
      told += lost;
      put(describe_(lost));
    }
    lock.lock();
    ++put_;
    written_.notify_all();
  }
}

}  // namespace sealift::lab
