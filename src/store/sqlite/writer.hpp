// One writer, and group commit: callers hand in changes and wait; all changes that arrived while the last
// batch was being synchronised go into the next one and share its fsync, which costs the same whatever it
// carries. A disk that is faster than that is not driven harder: while changes come in groups, commits keep a
// pace.
//
// Thread safe; whoever waits does so by an Event. A change that fails takes none with it: the others of its
// batch are run again, each in a savepoint of its own.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/event.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::store {

class Writer {
 public:
  using Change = std::function<Status(Database&)>;

  explicit Writer(Database db) : db_(std::move(db)), thread_(&Writer::work, this) {}
  /// Nobody waits any more.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Runs `change` in the writer's thread; returns its result once it is durable, or why its batch could not
  /// be made durable. An error leaves the store as it was. `change` may be run twice, the first time in vain.
  Status write(const Change& change);
  GroupFigures figures() const;

 private:
  struct Waiting {
    const Change* change;
    Status result;
    Event done;
  };
  void work();
  enum class Savepoints : uint8_t { none, each };
  void run_batch(const std::vector<Waiting*>& batch);
  /// False where one failed, without savepoints: nothing was done then.
  bool run_all(const std::vector<Waiting*>& batch, Savepoints savepoints);
  Status run_one(const Change& change);
  Status run_saved(const Change& change);
  Status run_statement(const char* sql);

  Database db_;               // the thread's
  mutable std::mutex mutex_;  // guards what follows
  bool ending_ = false;
  bool asleep_ = false;
  std::vector<Waiting*> queue_;
  GroupFigures figures_;
  Semaphore wake_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace sealift::store
