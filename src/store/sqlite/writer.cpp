#include "store/sqlite/writer.hpp"

#include <algorithm>
#include <new>
#include <thread>
#include <utility>

namespace sealift::store {

using Steady = std::chrono::steady_clock;

/// From one commit to the next where several changes shared it, and more are likely to be on their way: about
/// what an fsync takes on an ordinary disk.
constexpr auto pace = std::chrono::milliseconds(4);

Status Writer::write(const Change& change) {
  Waiting me{&change, {}};
  bool leads = false;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(&me);
    leads = !std::exchange(writing_, true);
  }
  if (!leads) {
    me.turn.acquire();
    leads = me.leads;
  }
  if (leads) lead(me);
  return std::move(me.result);
}

/// Writes all that waits, hands on the pen, and wakes those whose changes are done: not under the lock, which
/// they would run into.
void Writer::lead(Waiting& me) {
  std::unique_lock lock(mutex_);
  if (Steady::now() < next_) {
    lock.unlock();
    std::this_thread::sleep_until(next_);  // only who leads changes next_
    lock.lock();
  }
  std::vector<Waiting*> batch;
  batch.swap(queue_);
  next_ = batch.size() > 1 ? Steady::now() + pace : Steady::time_point();
  lock.unlock();
  run_batch(batch);
  lock.lock();
  ++figures_.batches;
  figures_.changes += batch.size();
  figures_.largest = std::max<uint64_t>(figures_.largest, batch.size());
  writing_ = !queue_.empty();
  Waiting* heir = writing_ ? queue_.front() : nullptr;
  lock.unlock();
  if (heir) {
    heir->leads = true;
    heir->turn.release();
  }
  for (Waiting* w : batch) {
    if (w != &me) w->turn.release();
  }
}

GroupFigures Writer::figures() const {
  std::lock_guard lock(mutex_);
  return figures_;
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
