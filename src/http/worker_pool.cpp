#include "http/worker_pool.hpp"

namespace sealift::http {

WorkerPool::WorkerPool(unsigned threads, size_t max_waiting) : max_waiting_(max_waiting) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back(&WorkerPool::work, this);
}

bool WorkerPool::submit(Job job) {
  std::lock_guard lock(mutex_);
  if (waiting_.size() >= max_waiting_) return false;
  waiting_.push_back(job);
  if (idle_.empty()) return true;
  Idle* called = idle_.back();
  idle_.pop_back();
  called->called = true;
  called->wake.notify_one();  // under the lock: once it is seen as called, its owner may be gone
  return true;
}

void WorkerPool::finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
    for (Idle* idle : idle_) idle->wake.notify_one();
    idle_.clear();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void WorkerPool::work() {
  Idle me;
  std::unique_lock lock(mutex_);
  for (;;) {
    while (waiting_.empty()) {
      if (finishing_) return;
      idle_.push_back(&me);
      me.wake.wait(lock, [&] { return me.called || finishing_; });
      me.called = false;
    }
    Job job = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    job.run(job.argument);
    lock.lock();
  }
}

}  // namespace sealift::http
