#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace sealift::store {

using Steady = std::chrono::steady_clock;

/// From one commit to the next of a busy store: more changes are likely to be on their way. A download waits
/// for two commits and takes seconds on the air.
constexpr auto pace = std::chrono::milliseconds(20);
/// A store stays busy for so long after the last commit that several changes shared.
constexpr auto busy_for = 10 * pace;

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
  Steady::time_point next{};         // the next batch begins no sooner
  Steady::time_point busy_until{};
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
    const auto now = Steady::now();
    if (batch.size() > 1) busy_until = now + busy_for;
    next = now < busy_until ? now + pace : now;
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
  // A savepoint for each change costs as much as a small change does; so first without, and where one fails
  // the others are done anew with.
  if (run_all(batch, Savepoints::none)) return;
  if (batch.size() > 1) (void)run_all(batch, Savepoints::each);
}

bool Writer::run_all(const std::vector<Waiting*>& batch, Savepoints savepoints) {
  Status whole = run_statement("BEGIN IMMEDIATE");
  for (Waiting* w : batch) {
    if (!whole) break;
    w->result = savepoints == Savepoints::each ? run_saved(*w->change) : run_one(*w->change);
    if (db_.in_transaction()) {
      if (w->result || savepoints == Savepoints::each) continue;
      (void)run_statement("ROLLBACK");
      return false;
    }
    // A full or failing disk makes SQLite roll everything back, the changes before this one included.
    whole = w->result ? Status(Error{ErrorKind::io, "the disk of the store fails"}) : w->result;
  }
  if (whole) whole = run_statement("COMMIT");
  if (whole) return true;
  if (db_.in_transaction()) (void)run_statement("ROLLBACK");
  for (Waiting* w : batch) w->result = whole.error();
  return true;
}

Status Writer::run_one(const Change& change) {
  try {
    return change(db_);
  } catch (const std::bad_alloc&) {  // the others of the batch wait: this one fails alone
    return Error{ErrorKind::limit, "out of memory while writing to the store"};
  }
}

Status Writer::run_saved(const Change& change) {
  TRY_VOID(run_statement("SAVEPOINT one"));
  Status done = run_one(change);
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
