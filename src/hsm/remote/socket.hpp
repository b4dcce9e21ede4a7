// Small things that both ends of the key holder's socket need. Inside this room only.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include "base/result.hpp"

namespace sealift::hsm {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& o) noexcept : fd_(o.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Error kind invalid: a socket's path has at most 107 octets.
inline Result<sockaddr_un> address_of(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = socket.string();
  if (name.empty() || name.size() >= sizeof address.sun_path) {
    return Error{ErrorKind::invalid, "'" + name + "' cannot be a socket: its path has 1 to 107 octets"};
  }
  name.copy(address.sun_path, name.size());
  return address;
}

/// Who is at the other end, by the kernel's word.
inline Result<ucred> peer_of(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) return peer;
  return Error{ErrorKind::io, "cannot tell who is at the other end of a socket"};
}

}  // namespace sealift::hsm
