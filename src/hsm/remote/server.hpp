// The socket of sealift-keyd: whoever may connect can have the keys named sign, and one-time keys made;
// nothing else. Messages are those of frames.hpp; whoever sends anything else is disconnected.
//
// Each connection has threads and sessions of its own, so that a call that hangs holds up that connection
// alone. Thread safe; the destructor waits for calls that hang.
#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "hsm/key_session.hpp"

namespace sealift::hsm {

class KeyServer {
 public:
  struct Options {
    std::filesystem::path socket;
    std::vector<std::string> labels;  ///< keys that sign; each is checked before the socket is there
    std::vector<uint32_t> users;      ///< uids that may connect, beside our own
    std::optional<uint32_t> group;    ///< the socket is this group's too (mode 0660, else 0600)
    unsigned sessions = 4;            ///< of each connection
    unsigned most_connections = 16;   ///< with those whose calls hang
  };
  /// One line for people; called from any thread.
  using Tell = std::function<void(std::string_view)>;

  /// Errors: those of KeySession::find for a label; exists (another keyd serves the socket), permission, io.
  static Result<std::unique_ptr<KeyServer>> start(Options options, OpenSession open, Tell tell);
  ~KeyServer();
  KeyServer(const KeyServer&) = delete;
  KeyServer& operator=(const KeyServer&) = delete;
  /// Calls answered so far, by an error too.
  uint64_t answered() const { return answered_; }

 private:
  struct Connection;
  KeyServer(Options options, OpenSession open, Tell tell) noexcept;
  Status listen();
  void accept();
  bool welcome(int fd);
  void serve(const std::shared_ptr<Connection>& connection);
  std::unique_ptr<KeySession> take_session();
  void give_back(std::unique_ptr<KeySession> session);
  void reap(bool all);

  const Options options_;
  const OpenSession open_;
  const Tell tell_;
  int listener_ = -1;
  std::mutex mutex_;
  std::list<std::shared_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<KeySession>> idle_;
  std::atomic<uint64_t> answered_{0};
  std::atomic<bool> stop_{false};
  std::thread acceptor_;
};

}  // namespace sealift::hsm
