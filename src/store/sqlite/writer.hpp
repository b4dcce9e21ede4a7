// One writer at a time, and group commit: callers hand in changes and wait; all changes that arrived while
// the last batch was being synchronised go into the next one and share its fsync, which costs the same
// whatever it carries. Whoever finds nobody writing writes for all that wait, so that no change changes
// threads. A disk that is faster than that is not driven harder: while changes come in groups, commits keep a
// pace.
//
// Thread safe. A change runs in a savepoint of its own, so that one which fails takes none with it.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

#include "base/semaphore.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::store {

class Writer {
 public:
  using Change = std::function<Status(Database&)>;

  explicit Writer(Database db) : db_(std::move(db)) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Runs `change`, in this thread or in that of another caller; returns its result once it is durable, or
  /// why its batch could not be made durable. An error leaves the store as it was.
  Status write(const Change& change);
  GroupFigures figures() const;

 private:
  struct Waiting {
    const Change* change;
    Status result;
    bool leads = false;  // called to write, its own change among others; otherwise its change is done
    Semaphore turn;
  };
  void lead(Waiting& me);
  void run_batch(const std::vector<Waiting*>& batch);
  Status run_one(const Change& change);
  Status run_statement(const char* sql);

  Database db_;  // of the caller that writes, with what follows guarded by mutex_
  mutable std::mutex mutex_;
  bool writing_ = false;
  std::chrono::steady_clock::time_point next_{};  // the next batch begins no sooner
  std::vector<Waiting*> queue_;
  GroupFigures figures_;
};

}  // namespace sealift::store
