#include "card/tcp.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "card/lines.hpp"
#include "card/socket.hpp"

namespace sealift::card {

namespace {

constexpr size_t max_line = 1024;  // twice the 261 octets of the longest command, and some

Error socket_error(const std::string& what, int error) {
  ErrorKind kind = error == EADDRINUSE ? ErrorKind::conflict
                   : error == EACCES   ? ErrorKind::permission
                                       : ErrorKind::io;
  std::string hint = error == EADDRINUSE ? " (choose another port, or 0 for a free one)" : "";
  return Error{kind, what + ": " + std::strerror(error) + hint};
}

/// Text of the answer to one line.
Result<std::string> answer(euicc::Card& card, std::string_view line) {
  if (line == "reset") {
    card.reset();
    return hex(card.atr());
  }
  auto command = from_hex(line);
  if (!command) return std::move(command.error()).within("the line is neither hexadecimal nor 'reset'");
  return hex(card.transmit(*command));
}

}  // namespace

Result<TcpDoor> TcpDoor::listen(const std::string& address, uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1) {
    return Error{ErrorKind::invalid, "'" + address + "' is no IPv4 address"};
  }
  Stop stop = TRY(Stop::make());
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return socket_error("cannot make a socket", errno);
  int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  socklen_t size = sizeof at;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&at), size) < 0 || ::listen(listener, 1) < 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) < 0) {
    int failed = errno;
    ::close(listener);
    return socket_error("cannot listen on " + address + ":" + std::to_string(port), failed);
  }
  return TcpDoor(listener, ntohs(at.sin_port), std::move(stop));
}

TcpDoor::TcpDoor(TcpDoor&& other) noexcept
    : listener_(std::exchange(other.listener_, -1)), port_(other.port_), stop_(std::move(other.stop_)) {}

TcpDoor::~TcpDoor() {
  if (listener_ >= 0) ::close(listener_);
}

Result<bool> TcpDoor::serve_one(euicc::Card& card) {
  if (!stop_.wait_for(listener_)) return false;
  int accepted = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted < 0) return socket_error("cannot accept a connection", errno);
  Socket connection(accepted);
  int yes = 1;
  ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  card.reset();
  Status sent = write_all(accepted, hex(card.atr()) + "\n");
  LineReader lines(accepted, max_line);
  while (sent) {
    if (!lines.has_line() && !stop_.wait_for(accepted)) return false;
    auto line = lines.next();
    if (!line || !*line) break;
    auto reply = answer(card, **line);
    sent = write_all(accepted, reply ? *reply + "\n" : "error: " + reply.error().message + "\n");
    if (!reply) break;
  }
  card.reset();
  return true;
}

}  // namespace sealift::card
