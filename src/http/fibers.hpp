// Handlers that run on the I/O thread itself and wait without stopping it: each on a stack of its own
// (fiber), left while it waits for an Event and entered again when that is set.
//
// Saves the two changes of threads that a worker costs every request. For handlers that wait by an Event
// (base/event.hpp) alone: one that blocks the thread otherwise, on an HSM say, belongs to a WorkerPool.
//
// All functions but go_on() are called on one thread; a fiber never changes threads, so that thread_local
// data stays its own as long as nobody holds on to it across a wait.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/event.hpp"
#include "http/worker_pool.hpp"

namespace sealift::http {

class Fibers final : public Tasks {
 public:
  using Job = WorkerPool::Job;
  /// Runs up to `most` jobs at once and lets `max_waiting` wait. `wake` is called from any thread: it has to
  /// bring about a call of run_ready().
  Fibers(unsigned most, size_t max_waiting, std::function<void()> wake);
  /// No fiber may be waiting any more: see idle().
  ~Fibers() override;
  Fibers(const Fibers&) = delete;
  Fibers& operator=(const Fibers&) = delete;

  /// Runs the job until it ends or waits. False, and the job is not taken, where max_waiting jobs wait
  /// already; nor is it where std::bad_alloc is thrown, for want of a stack.
  bool submit(Job job);
  /// Goes on with the fibers whose events were set.
  void run_ready();
  /// Gives back the stacks that no job has needed since the last call: those of a burst.
  void trim();
  /// True where no job runs or waits.
  bool idle() const { return idle_.size() == all_.size() && waiting_.empty(); }

  Task running() const override { return running_; }
  void wait() override;
  void go_on(Task task) override;

 private:
  struct Fiber;
  static void start(unsigned high, unsigned low);
  void enter(Fiber& fiber);

  const unsigned most_;
  const size_t max_waiting_;
  const std::function<void()> wake_;
  std::vector<std::unique_ptr<Fiber>> all_;
  std::vector<Fiber*> idle_;  // the last one is used next
  size_t never_used_ = 0;     // of idle_, from its begin, since trim()
  std::deque<Job> waiting_;
  Fiber* running_ = nullptr;
  std::vector<Fiber*> turn_;  // those that run_ready() goes on with
  std::mutex mutex_;          // guards ready_
  std::vector<Fiber*> ready_;
};

}  // namespace sealift::http
