#include "http/fibers.hpp"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <unordered_set>

#include "base/result.hpp"
#include "http/exchange.hpp"

#if defined(__SANITIZE_THREAD__)
#define SEALIFT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SEALIFT_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SEALIFT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEALIFT_ASAN 1
#endif
#endif
#ifdef SEALIFT_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#ifdef SEALIFT_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace sealift::http {
namespace {

/// Address space; only what a handler touches becomes memory. Below it a page that nobody may touch.
class Stack {
 public:
  static constexpr size_t size = 256 * 1024;
  Stack() : guard_(static_cast<size_t>(::sysconf(_SC_PAGESIZE))) {
    base_ = ::mmap(nullptr, guard_ + size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base_ == MAP_FAILED) throw std::bad_alloc();
    check(::mprotect(bottom(), size, PROT_READ | PROT_WRITE) == 0, "a stack for a handler");
  }
  ~Stack() { ::munmap(base_, guard_ + size); }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  void* bottom() const { return static_cast<char*>(base_) + guard_; }

 private:
  const size_t guard_;
  void* base_;
};

/// A place to go back to, and what the sanitizers want to know of it.
struct Place {
  ucontext_t context{};
  const void* bottom = nullptr;
  size_t size = 0;
  void* fake_stack = nullptr;
  void* tsan = nullptr;
};

void change(Place& from, Place& to) {
#ifdef SEALIFT_TSAN
  from.tsan = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to.tsan, 0);
#endif
#ifdef SEALIFT_ASAN
  __sanitizer_start_switch_fiber(&from.fake_stack, to.bottom, to.size);
#endif
  check(::swapcontext(&from.context, &to.context) == 0, "swapcontext");
#ifdef SEALIFT_ASAN
  __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
#endif
}

}  // namespace

struct Fibers::Fiber {
  Fiber() {
    place.bottom = stack.bottom();
    place.size = Stack::size;
#ifdef SEALIFT_TSAN
    place.tsan = __tsan_create_fiber(0);
#endif
    ::getcontext(&place.context);
    place.context.uc_stack.ss_sp = stack.bottom();
    place.context.uc_stack.ss_size = Stack::size;
    // makecontext hands over integers only.
    const auto self = reinterpret_cast<uintptr_t>(this);
    ::makecontext(&place.context, reinterpret_cast<void (*)()>(&Fibers::start), 2,
                  static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
  }
  ~Fiber() {
#ifdef SEALIFT_TSAN
    __tsan_destroy_fiber(place.tsan);
#endif
  }
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  Stack stack;
  Place place;   // of the fiber, while it is left
  Place caller;  // of whoever entered it
  Job job{};
  uint64_t request = 0;  // current_request() of its job, while it is left
};

Fibers::Fibers(unsigned most, size_t max_waiting, std::function<void()> wake)
    : most_(most), max_waiting_(max_waiting), wake_(std::move(wake)) {
  // Room for all of them: a handler that has begun is never lost for want of memory.
  all_.reserve(most_);
  idle_.reserve(most_);
  turn_.reserve(most_);
  ready_.reserve(most_);
}

Fibers::~Fibers() {
  check(idle(), "handlers have ended before their server");
}

/// The life of a fiber: one job after the other; the stack is never unwound.
void Fibers::start(unsigned high, unsigned low) {
  auto* self = reinterpret_cast<Fiber*>(static_cast<uintptr_t>(high) << 32 | low);
#ifdef SEALIFT_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self->caller.bottom, &self->caller.size);
#endif
  for (;;) {
    self->job.run(self->job.argument);
    self->job = {};
    change(self->place, self->caller);
  }
}

void Fibers::enter(Fiber& fiber) {
  running_ = &fiber;
  here() = this;
  set_current_request(fiber.request);
  change(fiber.caller, fiber.place);
  fiber.request = current_request();
  set_current_request(0);
  here() = nullptr;
  running_ = nullptr;
  if (!fiber.job.run) idle_.push_back(&fiber);
}

bool Fibers::submit(Job job) {
  if (idle_.empty()) {
    if (all_.size() >= most_) {
      if (waiting_.size() >= max_waiting_) return false;
      waiting_.push_back(job);
      return true;
    }
    all_.push_back(std::make_unique<Fiber>());
    idle_.push_back(all_.back().get());
  }
  Fiber* fiber = idle_.back();
  idle_.pop_back();
  never_used_ = std::min(never_used_, idle_.size());
  fiber->job = job;
  enter(*fiber);
  return true;
}

void Fibers::wait() {
  Fiber& me = *running_;
  change(me.place, me.caller);
}

void Fibers::trim() {
  const auto end = idle_.begin() + static_cast<std::ptrdiff_t>(never_used_);
  const std::unordered_set<Fiber*> over(idle_.begin(), end);
  idle_.erase(idle_.begin(), end);
  std::erase_if(all_, [&over](const auto& fiber) { return over.contains(fiber.get()); });
  never_used_ = idle_.size();
}

/// One call of wake_ for all that become ready until they are run. Under the lock, so that nothing of this
/// object is touched after the fiber could go on, and the server with it could end.
void Fibers::go_on(Task task) {
  std::lock_guard lock(mutex_);
  ready_.push_back(static_cast<Fiber*>(task));
  if (ready_.size() == 1) wake_();
}

void Fibers::run_ready() {
  turn_.clear();
  {
    std::lock_guard lock(mutex_);
    turn_.swap(ready_);
  }
  for (Fiber* fiber : turn_) {
    enter(*fiber);
    while (!waiting_.empty() && !idle_.empty()) {
      Job job = waiting_.front();
      waiting_.pop_front();
      submit(job);
    }
  }
}

}  // namespace sealift::http
