// A key holder of this process: some threads with a session each, and a bounded queue before them.
//
// The pool of sessions is that of the threads. A thread whose call hangs is left to itself by start_anew(),
// and ends when the call does; others take its place. Thread safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

#include "hsm/key_holder.hpp"

namespace sealift::hsm {

class SessionThreads final : public KeyHolder {
 public:
  struct Limits {
    unsigned sessions = 4;       ///< calls at once
    unsigned most_threads = 32;  ///< with those whose calls hang
    size_t most_waiting = 512;   ///< calls; more are answered at once (timeout)
  };
  SessionThreads(OpenSession open, Limits limits);
  /// Waits for calls that hang.
  ~SessionThreads() override;
  void begin(std::shared_ptr<Call> call) override;
  void start_anew() override;

 private:
  void start();  // under mutex_, or in the constructor
  using Threads = std::list<std::thread>;
  void run(unsigned generation, Threads::iterator self);

  const OpenSession open_;
  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Call>> waiting_;
  Threads threads_, ended_;
  unsigned alive_ = 0, generation_ = 0;
  bool stop_ = false;
};

}  // namespace sealift::hsm
