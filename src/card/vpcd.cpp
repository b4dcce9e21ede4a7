#include "card/vpcd.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include "card/lines.hpp"
#include "card/socket.hpp"

namespace sealift::card {

namespace {

/// The orders of vpcd: messages of one octet.
enum Order : uint8_t { power_off = 0, power_on = 1, reset = 2, get_atr = 4 };

/// Between two attempts to reach a vpcd that is not there, or is gone.
constexpr std::chrono::milliseconds retry_after{200};

bool send_message(int fd, View octets) {
  Bytes message{static_cast<uint8_t>(octets.size() >> 8), static_cast<uint8_t>(octets.size())};
  append(message, octets);
  return static_cast<bool>(write_all(fd, {reinterpret_cast<const char*>(message.data()), message.size()}));
}

}  // namespace

Result<VpcdDoor> VpcdDoor::make(std::string host, uint16_t port) {
  Stop stop = TRY(Stop::make());
  return VpcdDoor(std::move(host), port, std::move(stop));
}

/// A connected socket, or -1 where nobody listens there.
Result<int> VpcdDoor::connect() const {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (int code = ::getaddrinfo(host_.c_str(), std::to_string(port_).c_str(), &hints, &found); code != 0) {
    return Error{ErrorKind::io, "cannot find the host " + host_ + " of vpcd: " + ::gai_strerror(code)};
  }
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  for (const addrinfo* a = addresses.get(); a; a = a->ai_next) {
    int fd = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0) continue;
    if (::connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
      int yes = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      return fd;
    }
    ::close(fd);
  }
  return -1;
}

/// False at the end of the connection, and where stop() was called.
bool VpcdDoor::receive(int fd, std::span<uint8_t> out) const {
  while (!out.empty()) {
    if (!stop_.wait_for(fd)) return false;
    ssize_t n = ::recv(fd, out.data(), out.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    out = out.subspan(static_cast<size_t>(n));
  }
  return true;
}

bool VpcdDoor::serve_message(euicc::Card& card, int fd, View message) const {
  if (message.size() > 1) return send_message(fd, card.transmit(message));
  if (message.empty()) return true;
  switch (message[0]) {
    case power_off:
    case power_on:
    case reset:
      card.reset();
      return true;
    case get_atr:
      return send_message(fd, card.atr());
    default:
      return true;  // an order of a later vpcd; those so far that want an answer are above
  }
}

Status VpcdDoor::serve(euicc::Card& card, const std::function<void(Event)>& event) {
  for (bool told = false;;) {
    Socket connection(TRY(connect()));
    int fd = connection.fd();
    if (fd < 0) {
      if (!told) event(Event::waiting);
      told = true;
      if (!stop_.wait_for(-1, retry_after)) return {};
      continue;
    }
    told = false;
    event(Event::inserted);
    card.reset();
    Octets<2> length;
    Bytes message;
    for (bool connected = true; connected;) {
      connected = receive(fd, length);
      if (!connected) break;
      message.resize(static_cast<size_t>(length[0] << 8 | length[1]));
      connected = receive(fd, message) && serve_message(card, fd, message);
    }
    card.reset();
    event(Event::removed);
    // One that hangs up at once is not asked again at once.
    if (!stop_.wait_for(-1, retry_after)) return {};
  }
}

}  // namespace sealift::card
