#include "store/sqlite/writer.hpp"

#include <algorithm>

namespace sealift::store {

using Steady = std::chrono::steady_clock;

/// From one commit to the next where several changes shared it, and more are likely to be on their way: about
/// what an fsync takes on an ordinary disk.
constexpr auto pace = std::chrono::milliseconds(4);

Status Writer::write(const Change& change) {
  Waiting me{&change, {}};
  std::unique_lock lock(mutex_);
  queue_.push_back(&me);
  me.turn.wait(lock, [&] { return me.done || !writing_; });
  if (me.done) return std::move(me.result);

  writing_ = true;
  while (Steady::now() < next_) me.turn.wait_until(lock, next_);
  std::vector<Waiting*> batch;
  batch.swap(queue_);
  next_ = batch.size() > 1 ? Steady::now() + pace : Steady::time_point();
  lock.unlock();
  run_batch(batch);
  lock.lock();
  writing_ = false;
  ++figures_.batches;
  figures_.changes += batch.size();
  figures_.largest = std::max<uint64_t>(figures_.largest, batch.size());
  // Under the lock: whoever sees that he is done takes his Waiting away.
  for (Waiting* w : batch) {
    w->done = true;
    if (w != &me) w->turn.notify_one();
  }
  if (!queue_.empty()) queue_.front()->turn.notify_one();
  return std::move(me.result);
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
  Status done = change(db_);
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
