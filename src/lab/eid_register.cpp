#include "lab/eid_register.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/files.hpp"

namespace sealift::lab {

EidClaim::EidClaim(EidClaim&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), eid_(other.eid_) {}

EidClaim::~EidClaim() {
  if (fd_ >= 0) ::close(fd_);  // gives the lock back
}

/// True where a line of the file is this EID; a last line that a power loss cut off is none.
static Result<bool> is_listed(int fd, const std::filesystem::path& path, const std::string& digits) {
  std::string pending;
  char block[16384];
  for (;;) {
    const ssize_t n = ::read(fd, block, sizeof block);
    if (n < 0) return file_error("cannot read", path, errno);
    if (n == 0) return false;
    pending.append(block, static_cast<size_t>(n));
    size_t line = 0;
    for (size_t end; (end = pending.find('\n', line)) != std::string::npos; line = end + 1) {
      if (std::string_view(pending).substr(line, end - line) == digits) return true;
    }
    pending.erase(0, line);
  }
}

Result<EidClaim> EidClaim::take(const std::filesystem::path& dir, const Eid& eid) {
  const std::filesystem::path path = dir / "issued.eids";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return file_error("cannot open", path, errno);
  EidClaim claim(fd, path, eid);
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return file_error("cannot lock", path, errno);
  }
  if (TRY(is_listed(fd, path, eid.digits()))) {
    return Error{ErrorKind::exists, "the EID " + eid.digits() +
                                        " has a certificate already: no two chips may have the same (" +
                                        path.string() + ")"};
  }
  return claim;
}

Status EidClaim::keep() {
  // where the last line was cut off, ours begins on one of its own
  const off_t size = ::lseek(fd_, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(fd_, &last, 1, size - 1) != 1) return file_error("cannot read", path_, errno);
  const std::string line = (last == '\n' ? "" : "\n") + eid_.digits() + "\n";
  if (::write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) || ::fsync(fd_) != 0) {
    return file_error("cannot write", path_, errno);
  }
  return {};
}

}  // namespace sealift::lab
