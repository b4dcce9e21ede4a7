// The one thread that writes. Callers hand in changes and wait; all changes that arrived while the last batch
// was being synchronised go into the next one and share its fsync, which costs the same whatever it carries.
//
// Thread safe. A change runs in a savepoint of its own, so that one which fails takes none with it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "store/sqlite/database.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::store {

class Writer {
 public:
  using Change = std::function<Status(Database&)>;

  explicit Writer(Database db);
  /// Waits for what was handed in.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Runs `change` in the writer thread; returns its result once it is durable, or why its batch could not be
  /// made durable. An error leaves the store as it was.
  Status write(const Change& change);
  GroupFigures figures() const;

 private:
  struct Waiting {
    const Change* change;
    Status result;
    std::atomic<bool> done = false;
  };
  void loop();
  void run_batch(const std::vector<Waiting*>& batch);
  Status run_one(const Change& change);

  Database db_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Waiting*> queue_;
  bool stopping_ = false;
  std::atomic<uint64_t> batches_{0}, changes_{0}, largest_{0};
  std::thread thread_;
};

}  // namespace sealift::store
