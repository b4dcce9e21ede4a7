// Threads that run handlers, so that those may block on the disk or an HSM.
//
// The worker that went idle last is called first: its stack and what the libraries keep for its thread are
// still warm, and those that are not needed sleep on.
//
// A job is a function and its argument, so that handing one over allocates nothing. The owner of the argument
// keeps it alive until the job ran.
#pragma once

#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/semaphore.hpp"

namespace sealift::http {

class WorkerPool {
 public:
  struct Job {
    void (*run)(void*) = nullptr;
    void* argument = nullptr;
  };
  WorkerPool(unsigned threads, size_t max_waiting);
  ~WorkerPool() { finish(); }
  /// False, and the job is not taken, where max_waiting jobs wait already.
  bool submit(Job job);
  /// Runs what waits, then ends and joins the threads.
  void finish();

 private:
  /// A thread without work; it stays until it is called, with a job or, at the end, with none.
  struct Idle {
    Semaphore wake;
    Job job{};
  };
  static void call(Idle& idle, Job job);
  /// The next job, none where the pool finishes.
  Job next(Idle& me);
  void work();
  const size_t max_waiting_;
  std::mutex mutex_;
  std::vector<Idle*> idle_;  // the last one went idle last; each is its thread's
  std::deque<Job> waiting_;
  bool finishing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sealift::http
