#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace sealift::store {

using Steady = std::chrono::steady_clock;

/// From one commit to the next where several changes shared it, and more are likely to be on their way. A
/// download waits for two commits and takes seconds on the air.
constexpr auto pace = std::chrono::milliseconds(10);

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.release();
  thread_.join();
}

Status Writer::write(const Change& change) {
  Waiting me{&change, {}, {}};
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(&me);
    wake = std::exchange(asleep_, false);
  }
  if (wake) wake_.release();
  me.done.wait();
  return std::move(me.result);
}

void Writer::work() {
  std::vector<Waiting*> batch;
  Steady::time_point next{};  // the next batch begins no sooner
  for (;;) {
    std::this_thread::sleep_until(next);
    {
      std::unique_lock lock(mutex_);
      while (queue_.empty()) {
        if (ending_) return;
        asleep_ = true;
        lock.unlock();
        wake_.acquire();
        lock.lock();
      }
      batch.swap(queue_);
    }
    next = batch.size() > 1 ? Steady::now() + pace : Steady::time_point();
    run_batch(batch);
    {
      std::lock_guard lock(mutex_);
      ++figures_.batches;
      figures_.changes += batch.size();
      figures_.largest = std::max<uint64_t>(figures_.largest, batch.size());
    }
    for (Waiting* w : batch) w->done.set();
    batch.clear();
  }
}

GroupFigures Writer::figures() const {
  std::lock_guard lock(mutex_);
  GroupFigures out = figures_;
  out.waiting = queue_.size();
  return out;
}

void Writer::run_batch(const std::vector<Waiting*>& batch) {
  Status whole = run_statement("BEGIN IMMEDIATE");
  for (Waiting* w : batch) {
    if (!whole) break;
    w->result = run_one(*w->change);
    // A full or failing disk makes SQLite roll everything back, the changes before this one included.
    if (!db_.in_transaction())
      whole = w->result ? Status(Error{ErrorKind::io, "the disk of the store fails"}) : w->result;
  }
  if (whole) whole = run_statement("COMMIT");
  if (whole) return;
  if (db_.in_transaction()) (void)run_statement("ROLLBACK");
  for (Waiting* w : batch) w->result = whole.error();
}

Status Writer::run_one(const Change& change) {
  TRY_VOID(run_statement("SAVEPOINT one"));
  Status done;
  try {
    done = change(db_);
  } catch (const std::bad_alloc&) {  // the others of the batch wait: this one fails alone
    done = Error{ErrorKind::limit, "out of memory while writing to the store"};
  }
  if (!db_.in_transaction()) return done;
  if (!done) TRY_VOID(run_statement("ROLLBACK TO one"));
  TRY_VOID(run_statement("RELEASE one"));
  return done;
}

/// As Database::execute, with the statement prepared once.
Status Writer::run_statement(const char* sql) {
  Query q = TRY(db_.query(sql));
  return q.run();
}

}  // namespace sealift::store
