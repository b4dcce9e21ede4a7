#include "http/worker_pool.hpp"

namespace sealift::http {

WorkerPool::WorkerPool(unsigned threads, size_t max_waiting) : max_waiting_(max_waiting) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back(&WorkerPool::work, this);
}

/// Not under the lock: the thread that wakes would run into it.
void WorkerPool::call(Idle& idle, Job job) {
  idle.job = job;
  idle.wake.release();
}

bool WorkerPool::submit(Job job) {
  std::unique_lock lock(mutex_);
  if (idle_.empty()) {
    if (waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(job);
    return true;
  }
  Idle* idle = idle_.back();
  idle_.pop_back();
  lock.unlock();
  call(*idle, job);
  return true;
}

void WorkerPool::finish() {
  std::vector<Idle*> idle;
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
    idle.swap(idle_);
  }
  for (Idle* one : idle) call(*one, {});
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

WorkerPool::Job WorkerPool::next(Idle& me) {
  {
    std::lock_guard lock(mutex_);
    if (!waiting_.empty()) {
      Job job = waiting_.front();
      waiting_.pop_front();
      return job;
    }
    if (finishing_) return {};
    idle_.push_back(&me);
  }
  me.wake.acquire();
  return me.job;
}

void WorkerPool::work() {
  Idle me;
  for (Job job = next(me); job.run; job = next(me)) job.run(job.argument);
}

}  // namespace sealift::http
