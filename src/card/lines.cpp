#include "card/lines.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sealift::card {

Result<std::optional<std::string>> LineReader::next() {
  const Error too_long{ErrorKind::limit, "a line of over " + std::to_string(max_line_) + " octets"};
  for (;;) {
    size_t end = buffer_.find('\n', searched_);
    if (end == std::string::npos && at_end_ && !buffer_.empty()) end = buffer_.size();
    if (end != std::string::npos) {
      if (end > max_line_) return too_long;
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      searched_ = 0;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return std::optional(std::move(line));
    }
    if (at_end_) return std::optional<std::string>();
    searched_ = buffer_.size();
    if (buffer_.size() > max_line_) return too_long;
    char chunk[4096];
    ssize_t n = ::read(fd_, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{ErrorKind::io, std::string("cannot read: ") + std::strerror(errno)};
    at_end_ = n == 0;
    buffer_.append(chunk, static_cast<size_t>(n));
  }
}

Status write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    // A peer that has gone is an error, not a signal.
    ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == ENOTSOCK) n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{ErrorKind::io, std::string("cannot write: ") + std::strerror(errno)};
    text.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace sealift::card
