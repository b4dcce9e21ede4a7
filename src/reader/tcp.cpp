#include "reader/tcp.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace sealift::reader {

/// A response APDU has at most 258 octets on this door; anything much longer is no card.
static constexpr size_t max_line = 4096;

namespace {
struct HostAndPort {
  std::string host, port;
};
}  // namespace

static Result<HostAndPort> split(const std::string& address) {
  size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size() ||
      address.find_first_not_of("0123456789", colon + 1) != std::string::npos) {
    return Error{ErrorKind::invalid, "'" + address + "' is no HOST:PORT"};
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return HostAndPort{std::move(host), address.substr(colon + 1)};
}

static Error no_answer(const std::string& address, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) {
    return Error{ErrorKind::timeout,
                 "the card at " + address + " does not answer; is another program using it?"};
  }
  return Error{ErrorKind::io, "the connection to the card at " + address + " broke: " + std::strerror(error)};
}

static void set_patience(int socket, std::chrono::milliseconds patience) {
  timeval limit{};
  limit.tv_sec = patience.count() / 1000;
  limit.tv_usec = patience.count() % 1000 * 1000;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Result<TcpReader> TcpReader::connect(const std::string& address, std::chrono::milliseconds patience) {
  HostAndPort to = TRY(split(address));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (int code = ::getaddrinfo(to.host.c_str(), to.port.c_str(), &hints, &found); code != 0) {
    return Error{ErrorKind::io, "cannot find the host of " + address + ": " + ::gai_strerror(code)};
  }
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  int failed = 0;
  for (const addrinfo* a = addresses.get(); a; a = a->ai_next) {
    int socket = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (socket < 0) {
      failed = errno;
      continue;
    }
    TcpReader reader(socket, address);
    set_patience(socket, patience);
    if (::connect(socket, a->ai_addr, a->ai_addrlen) < 0) {
      failed = errno;
      continue;
    }
    reader.atr_ = TRY(reader.receive());
    return reader;
  }
  return Error{ErrorKind::io, "cannot connect to the card at " + address + ": " + std::strerror(failed) +
                                  " (is the card's door open there?)"};
}

TcpReader::TcpReader(TcpReader&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      address_(std::move(other.address_)),
      buffer_(std::move(other.buffer_)),
      atr_(std::move(other.atr_)) {}

TcpReader::~TcpReader() {
  if (socket_ >= 0) ::close(socket_);
}

Status TcpReader::send(std::string_view rest) {
  while (!rest.empty()) {
    ssize_t n = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return no_answer(address_, errno);
    rest.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<Bytes> TcpReader::receive() {
  size_t end;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    if (buffer_.size() > max_line)
      return Error{ErrorKind::invalid, address_ + " sends more than a card can answer"};
    char chunk[1024];
    ssize_t n = ::recv(socket_, chunk, sizeof chunk, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return no_answer(address_, errno);
    if (n == 0) return Error{ErrorKind::io, "the card at " + address_ + " closed the connection"};
    buffer_.append(chunk, static_cast<size_t>(n));
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  if (line.starts_with("error: "))
    return Error{ErrorKind::conflict, "the card at " + address_ + ": " + line.substr(7)};
  auto octets = from_hex(line);
  if (!octets) return Error{ErrorKind::invalid, address_ + " is no card: it does not answer in hexadecimal"};
  return octets;
}

Result<Bytes> TcpReader::transmit(View command) {
  TRY_VOID(send(hex(command) + "\n"));
  return receive();
}

Status TcpReader::reset() {
  TRY_VOID(send("reset\n"));
  atr_ = TRY(receive());
  return {};
}

}  // namespace sealift::reader
