// Internal to the load engine: a thread on which many phones play, each on a fiber that waits for its socket.
//
// A phone that slept in a thread of its own would have to be woken by the server's kernel with every answer,
// and the measurement would charge the server for it.
#pragma once

#include <chrono>
#include <map>
#include <unordered_set>

#include "http/fibers.hpp"

namespace sealift::http {

class LoadLoop {
 public:
  explicit LoadLoop(unsigned phones);
  ~LoadLoop();
  LoadLoop(const LoadLoop&) = delete;
  LoadLoop& operator=(const LoadLoop&) = delete;

  /// Calls `play` in as many fibers as there are phones; ends when all have ended.
  void run(Fibers::Job play);
  /// In a fiber: waits until the socket can be read (or written); false where it cannot within `limit`.
  /// After false the socket is to be closed.
  bool wait_for(int socket, bool write, std::chrono::milliseconds limit);
  /// In a fiber: lets the others go on until then.
  void sleep_until(std::chrono::steady_clock::time_point then);

 private:
  struct Waiting {
    Event event;
    std::chrono::steady_clock::time_point until;
    bool ready = false;
  };
  void turn();
  void end_late();
  void wake_sleepers();
  /// How long to wait for sockets, in milliseconds.
  int patience() const;

  const unsigned phones_;
  const int epoll_;
  std::unordered_set<Waiting*> waiting_;
  std::multimap<std::chrono::steady_clock::time_point, Event*> sleeping_;
  std::chrono::steady_clock::time_point looked_{};  // when end_late did last
  Fibers fibers_;
};

}  // namespace sealift::http
