// The connections of a store, and the thread that moves them: callers hand in transactions and wait by an
// Event. Changes, each a transaction of its own, are spread over several connections, so that the server's
// own group commit lets them share an fsync; what needs no fsync goes through connections of its own, many at
// a time (docs/decisions/0006).
//
// Thread safe. A lost connection is made anew by a second thread, with growing pauses. What is sent again
// after a loss is only what may be done twice; a change whose outcome nobody knows is an error that says so.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/event.hpp"
#include "store/postgres/link.hpp"

namespace sealift::store::postgres {

struct PoolOptions {
  unsigned change_links = 8;                  ///< connections for changes
  unsigned quick_links = 2;                   ///< for reads and sessions
  std::chrono::milliseconds patience{5'000};  ///< how long a transaction waits for a connection
  std::chrono::milliseconds answer{10'000};   ///< a connection that is silent for so long is given up
};

enum class Kind : uint8_t {
  read,    ///< changes nothing, or nothing that doing it twice would change: sent again after a loss
  once,    ///< not to be done twice, and needs no fsync
  change,  ///< durable when it returns; not to be done twice
};

class Pool {
 public:
  /// Connects once, so that a wrong string is told at once. Errors: Link::connect's.
  static Result<std::unique_ptr<Pool>> open(std::string connection_string, PoolOptions options = {});
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Runs statements as one transaction. Where that failed nothing was done, unless the Failure says that
  /// this is unknown.
  Answer run(Kind kind, std::span<const Statement> transaction);
  /// One statement, its rows.
  Result<Rows, Failure> run(Kind kind, const Statement& one);

  struct Figures {
    uint64_t changes = 0;
    uint64_t lost = 0;  ///< connections
  };
  Figures figures() const { return {changes_, lost_}; }
  /// True while there is a connection for changes.
  bool reachable() const;

 private:
  using Steady = std::chrono::steady_clock;
  struct Job {
    Kind kind;
    std::span<const Statement> transaction;
    Steady::time_point deadline;
    std::optional<Answer> answer;
    Event done;
  };
  struct Slot {
    bool quick = false;
    std::unique_ptr<Link> link;           // the moving thread's
    std::deque<Steady::time_point> sent;  ///< when, of each job under way
    bool give_up = false;                 ///< takes no more jobs, and is lost once none is under way
    std::unique_ptr<Link> fresh;          // guarded by mutex_: made by the connecting thread
    bool wanted = true;                   // guarded by mutex_: is to be connected
  };
  Pool(std::string connection_string, PoolOptions options);
  void move();
  bool take_in();
  void hand_out(std::deque<Job*>& jobs, bool quick);
  void send(Slot& slot, Job& job);
  void answered(Slot& slot, Job& job, Answer answer);
  Slot* best(bool quick);
  void wait_for_sockets();
  void look_after(Slot& slot, short events);
  void lose(Slot& slot, const std::string& why);
  void finish(Job& job, Answer answer);
  void expire(std::deque<Job*>& jobs);
  void connect();
  void wake();

  const std::string connection_string_;
  const PoolOptions options_;
  const int wake_fd_;
  std::vector<Slot> slots_;
  std::deque<Job*> changes_waiting_, others_waiting_;  // the moving thread's
  std::atomic<uint64_t> changes_ = 0, lost_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  bool ending_ = false;
  bool asleep_ = false;
  std::deque<Job*> arrived_;
  unsigned up_[2] = {0, 0};           // links that stand: for changes, quick
  Steady::time_point down_since_[2];  // where none does
  std::string why_down_ = "not connected yet";
  std::condition_variable connect_wake_;

  std::thread mover_, connector_;  // last: they use the others
};

}  // namespace sealift::store::postgres
