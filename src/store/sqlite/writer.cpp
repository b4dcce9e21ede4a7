#include "store/sqlite/writer.hpp"

namespace sealift::store {

Writer::Writer(Database db) : db_(std::move(db)), thread_([this] { loop(); }) {}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Status Writer::write(const Change& change) {
  Waiting me{&change, {}};
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(&me);
  }
  arrived_.notify_one();
  me.done.wait(false, std::memory_order_acquire);
  return std::move(me.result);
}

GroupFigures Writer::figures() const {
  return {batches_.load(), changes_.load(), largest_.load()};
}

void Writer::loop() {
  std::vector<Waiting*> batch;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    run_batch(batch);
    ++batches_;
    changes_ += batch.size();
    largest_ = std::max<uint64_t>(largest_.load(), batch.size());
    for (Waiting* w : batch) {
      w->done.store(true, std::memory_order_release);
      w->done.notify_one();
    }
    batch.clear();
  }
}

void Writer::run_batch(const std::vector<Waiting*>& batch) {
  Status whole = db_.execute("BEGIN IMMEDIATE");
  for (Waiting* w : batch) {
    if (!whole) break;
    w->result = run_one(*w->change);
    // A full or failing disk makes SQLite roll everything back, the changes before this one included.
    if (!db_.in_transaction())
      whole = w->result ? Status(Error{ErrorKind::io, "the disk of the store fails"}) : w->result;
  }
  if (whole) whole = db_.execute("COMMIT");
  if (whole) return;
  if (db_.in_transaction()) (void)db_.execute("ROLLBACK");
  for (Waiting* w : batch) w->result = whole.error();
}

Status Writer::run_one(const Change& change) {
  TRY_VOID(db_.execute("SAVEPOINT one"));
  Status done = change(db_);
  if (!db_.in_transaction()) return done;
  if (!done) TRY_VOID(db_.execute("ROLLBACK TO one"));
  TRY_VOID(db_.execute("RELEASE one"));
  return done;
}

}  // namespace sealift::store
