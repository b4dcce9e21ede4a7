// A semaphore that puts a waiting thread to sleep at once.
//
// Beside a condition variable it saves the woken thread from running into the mutex that its waker still
// holds; std::counting_semaphore of our library yields the processor in a loop before it sleeps, which costs
// a busy server some percent of its time. A release may outlive the wait that it ends (POSIX sem_post).
#pragma once

#include <semaphore.h>

#include <cerrno>

namespace sealift {

class Semaphore {
 public:
  Semaphore() { ::sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { ::sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  /// Waits for a release, and takes it.
  void acquire() {
    while (::sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }
  void release() { ::sem_post(&semaphore_); }

 private:
  ::sem_t semaphore_;
};

}  // namespace sealift
