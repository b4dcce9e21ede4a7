// Something that one task waits for and another one tells of, once.
//
// A task is a thread, or one of several that share a thread: whoever lets tasks share its thread (a Tasks)
// says so by Tasks::here, and is asked to run another one meanwhile. Code that waits by an Event need not
// know which of the two it is.
#pragma once

#include "base/semaphore.hpp"

namespace sealift {

/// Runs several tasks on one thread. Made, and asked to wait, on that thread alone.
class Tasks {
 public:
  using Task = void*;
  virtual ~Tasks() = default;
  /// The task that runs now.
  virtual Task running() const = 0;
  /// Ends when go_on() was called for the running task, before or meanwhile.
  virtual void wait() = 0;
  /// From any thread.
  virtual void go_on(Task task) = 0;

  /// Those of this thread while one of them runs, otherwise none.
  static Tasks*& here() {
    static thread_local Tasks* tasks = nullptr;
    return tasks;
  }
};

/// Made by the task that waits. It may go as soon as wait() ends, though set() has not ended yet.
class Event {
 public:
  Event() : tasks_(Tasks::here()), task_(tasks_ ? tasks_->running() : nullptr) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void wait() { tasks_ ? tasks_->wait() : semaphore_.acquire(); }
  void set() { tasks_ ? tasks_->go_on(task_) : semaphore_.release(); }

 private:
  Tasks* const tasks_;
  const Tasks::Task task_;
  Semaphore semaphore_;
};

}  // namespace sealift
