// For tests: a TCP relay on a free port of 127.0.0.1, to one server or several in turn, that can fail as
// networks do. A server that refuses a connection is passed over, as a balancer does.
//
// Thread safe. Two threads a connection; the destructor ends all.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace sealift::testing {

class TcpRelay {
 public:
  explicit TcpRelay(std::vector<uint16_t> servers = {}) {
    serve(std::move(servers));
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to = address(0);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&to), sizeof to);
    ::listen(listener_, 128);
    socklen_t size = sizeof to;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&to), &size);
    port_ = ntohs(to.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~TcpRelay() {
    ending_ = true;
    acceptor_.join();
    ::close(listener_);
    for (Pair& pair : pairs_) {
      pair.there.join();
      pair.back.join();
    }
  }
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  uint16_t port() const { return port_; }
  /// Where new connections go from now on.
  void serve(std::vector<uint16_t> servers) {
    std::lock_guard lock(mutex_);
    counts_.assign(servers.size(), 0);
    servers_ = std::move(servers);
  }
  /// Ends all connections there are.
  void cut() { ++cuts_; }
  /// New connections are closed at once.
  void refuse(bool on) { refusing_ = on; }
  /// Nothing moves, and nobody is told.
  void hold(bool on) { holding_ = on; }
  /// The next answers of each server are lost, with their connections, though the server has had the request.
  void lose_answers(bool on) { losing_ = on; }
  /// Connections that went to each server.
  std::vector<size_t> connections() const {
    std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  struct Pair {
    int client, server;
    unsigned cuts;
    std::atomic<int> ended = 0;
    std::thread there, back;
  };

  static sockaddr_in address(uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
  }

  int connect_to_next() {
    std::lock_guard lock(mutex_);
    for (size_t tries = 0; tries < servers_.size(); ++tries) {
      const size_t which = next_++ % servers_.size();
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in to = address(servers_[which]);
      if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
        ++counts_[which];
        return fd;
      }
      ::close(fd);
    }
    return -1;
  }

  void accept_all() {
    while (!ending_) {
      pollfd p{listener_, POLLIN, 0};
      if (::poll(&p, 1, 20) <= 0) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      // Counted first: one that comes just before refuse() and cut() is cut.
      const unsigned cuts = cuts_;
      const int server = refusing_ ? -1 : connect_to_next();
      if (server < 0) {
        ::close(client);
        continue;
      }
      Pair& pair = pairs_.emplace_back();
      pair.client = client;
      pair.server = server;
      pair.cuts = cuts;
      pair.there = std::thread([this, &pair] { pump(pair, pair.client, pair.server, false); });
      pair.back = std::thread([this, &pair] { pump(pair, pair.server, pair.client, true); });
    }
  }

  void pump(Pair& pair, int from, int to, bool answers) {
    std::array<char, 16384> buffer;
    while (!ending_ && pair.cuts == cuts_ && pair.ended == 0) {
      pollfd p{from, POLLIN, 0};
      if (holding_ || ::poll(&p, 1, 10) <= 0) {
        if (holding_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
      if (got <= 0 || (answers && losing_)) break;
      if (::send(to, buffer.data(), static_cast<size_t>(got), MSG_NOSIGNAL) != got) break;
    }
    // Whoever ends last closes both.
    ::shutdown(pair.client, SHUT_RDWR);
    ::shutdown(pair.server, SHUT_RDWR);
    if (++pair.ended == 2) {
      ::close(pair.client);
      ::close(pair.server);
    }
  }

  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> ending_ = false, refusing_ = false, holding_ = false, losing_ = false;
  std::atomic<unsigned> cuts_ = 0;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<uint16_t> servers_;
  std::vector<size_t> counts_;
  size_t next_ = 0;
  std::list<Pair> pairs_;
  std::thread acceptor_;  // last: it uses the others
};

}  // namespace sealift::testing
