#include "card/stop.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sealift::card {

Result<Stop> Stop::make() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
    return Error{ErrorKind::io, std::string("cannot make a pipe: ") + std::strerror(errno)};
  }
  return Stop(ends[1], ends[0]);
}

Stop::Stop(Stop&& other) noexcept : in_(std::exchange(other.in_, -1)), out_(std::exchange(other.out_, -1)) {}

Stop::~Stop() {
  for (int fd : {in_, out_}) {
    if (fd >= 0) ::close(fd);
  }
}

void Stop::stop() {
  // The pipe is full only where it was stopped before.
  [[maybe_unused]] ssize_t written = ::write(in_, "", 1);
}

bool Stop::wait_for(int fd, std::optional<std::chrono::milliseconds> time) const {
  pollfd both[] = {{fd, POLLIN, 0}, {out_, POLLIN, 0}};
  while (::poll(both, 2, time ? static_cast<int>(time->count()) : -1) < 0 && errno == EINTR) {
  }
  return both[1].revents == 0;
}

}  // namespace sealift::card
