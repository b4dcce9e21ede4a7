#include "http/worker_pool.hpp"

namespace sealift::http {

WorkerPool::WorkerPool(unsigned threads, size_t max_waiting) : max_waiting_(max_waiting) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back(&WorkerPool::work, this);
}

bool WorkerPool::submit(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(job);
  }
  ready_.notify_one();
  return true;
}

void WorkerPool::finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (waiting_.empty()) {
      if (finishing_) return;
      ready_.wait(lock);
    }
    Job job = waiting_.front();
    waiting_.pop_front();
    lock.unlock();
    job.run(job.argument);
    lock.lock();
  }
}

}  // namespace sealift::http
