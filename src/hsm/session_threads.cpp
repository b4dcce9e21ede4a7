#include "hsm/session_threads.hpp"

namespace sealift::hsm {

SessionThreads::SessionThreads(OpenSession open, Limits limits) : open_(std::move(open)), limits_(limits) {
  const std::lock_guard lock(mutex_);
  start();
}

SessionThreads::~SessionThreads() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    for (const auto& call : waiting_) call->settle(Error{ErrorKind::timeout, "the HSM is being closed"});
    waiting_.clear();
  }
  wake_.notify_all();
  std::unique_lock lock(mutex_);
  while (alive_ > 0) wake_.wait(lock);
  for (std::thread& thread : ended_) thread.join();
}

void SessionThreads::start() {
  for (unsigned i = 0; i < limits_.sessions && alive_ < limits_.most_threads; ++i) {
    ++alive_;
    const auto self = threads_.emplace(threads_.end());
    *self = std::thread([this, generation = generation_, self] { run(generation, self); });
  }
}

void SessionThreads::begin(std::shared_ptr<Call> call) {
  {
    const std::lock_guard lock(mutex_);
    if (!stop_ && waiting_.size() < limits_.most_waiting) {
      waiting_.push_back(std::move(call));
      call.reset();
    }
  }
  if (!call) return wake_.notify_one();
  call->settle(Error{ErrorKind::timeout, "the HSM has more to do than it can"});
}

void SessionThreads::start_anew() {
  Threads ended;  // joined when the lock is given up
  const auto join = [](Threads* threads) {
    for (std::thread& thread : *threads) thread.join();
  };
  const std::unique_ptr<Threads, decltype(join)> joined(&ended, join);
  const std::lock_guard lock(mutex_);
  ended.swap(ended_);
  if (stop_ || alive_ + limits_.sessions > limits_.most_threads) return;
  ++generation_;
  start();
  wake_.notify_all();  // those of before that wait go
}

void SessionThreads::run(unsigned generation, Threads::iterator self) {
  std::unique_ptr<KeySession> session = open_();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || generation != generation_ || !waiting_.empty(); });
    if (stop_ || generation != generation_) break;
    const std::shared_ptr<Call> call = std::move(waiting_.front());
    waiting_.pop_front();
    if (call->settled()) continue;
    lock.unlock();
    call->settle(answer(*session, call->ask));
    lock.lock();
  }
  lock.unlock();
  session.reset();
  lock.lock();
  ended_.splice(ended_.end(), threads_, self);
  --alive_;
  wake_.notify_all();
}

}  // namespace sealift::hsm
