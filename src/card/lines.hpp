// Reading lines from, and writing to, file descriptors, for the doors. Blocking, single thread.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace sealift::card {

class LineReader {
 public:
  explicit LineReader(int fd, size_t max_line) : fd_(fd), max_line_(max_line) {}
  /// The next line without its end (LF or CR LF); absent at the end of input, where a last line without an
  /// end counts too. Error kinds: io, limit.
  Result<std::optional<std::string>> next();

  /// A whole line has arrived already.
  bool has_line() const { return buffer_.find('\n') != std::string::npos; }

 private:
  int fd_;
  size_t max_line_;
  std::string buffer_;
  size_t searched_ = 0;
  bool at_end_ = false;
};

/// All of it. Error kind: io.
Status write_all(int fd, std::string_view text);

}  // namespace sealift::card
