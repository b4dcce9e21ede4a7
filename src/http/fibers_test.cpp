#include "http/fibers.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <thread>

#include "http/test_support.hpp"

namespace sealift::http {
namespace {

/// A thread's worth of fibers: turn() runs what has become ready.
class FibersOnThisThread : public testing::Test {
 protected:
  Fibers make(unsigned most, size_t max_waiting) {
    return Fibers(most, max_waiting, [this] {
      std::lock_guard lock(mutex_);
      ++wakes_;
      changed_.notify_all();
    });
  }
  void turn(Fibers& fibers) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return wakes_ > 0; });
      wakes_ = 0;
    }
    fibers.run_ready();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  int wakes_ = 0;
};

struct Waits {
  Event* event = nullptr;
  int step = 0;
  static void run(void* p) {
    auto* me = static_cast<Waits*>(p);
    Event event;
    me->event = &event;
    me->step = 1;
    event.wait();
    me->step = 2;
  }
};

TEST_F(FibersOnThisThread, leave_a_handler_while_it_waits_and_go_on_with_it_when_it_may) {
  Fibers fibers = make(4, 0);
  Waits one, two;
  ASSERT_TRUE(fibers.submit({Waits::run, &one}));
  ASSERT_TRUE(fibers.submit({Waits::run, &two}));
  EXPECT_EQ(one.step, 1);
  EXPECT_EQ(two.step, 1);
  EXPECT_EQ(Tasks::here(), nullptr) << "between handlers the thread is nobody's";
  std::thread([&] { two.event->set(); }).join();
  turn(fibers);
  EXPECT_EQ(one.step, 1);
  EXPECT_EQ(two.step, 2);
  one.event->set();
  turn(fibers);
  EXPECT_EQ(one.step, 2);
  EXPECT_TRUE(fibers.idle());
}

TEST_F(FibersOnThisThread, an_event_set_before_it_is_waited_for_is_not_lost) {
  Fibers fibers = make(1, 0);
  bool done = false;
  ASSERT_TRUE(fibers.submit({[](void* p) {
                               Event event;
                               event.set();
                               event.wait();
                               *static_cast<bool*>(p) = true;
                             },
                             &done}));
  turn(fibers);
  EXPECT_TRUE(done);
  EXPECT_TRUE(fibers.idle());
}

TEST_F(FibersOnThisThread, no_more_run_and_wait_than_may) {
  Fibers fibers = make(1, 1);
  Waits first, second, third;
  EXPECT_TRUE(fibers.submit({Waits::run, &first}));
  EXPECT_TRUE(fibers.submit({Waits::run, &second}));
  EXPECT_FALSE(fibers.submit({Waits::run, &third}));
  EXPECT_EQ(second.step, 0) << "it waits for the first to end";
  first.event->set();
  turn(fibers);
  EXPECT_EQ(second.step, 1);
  second.event->set();
  turn(fibers);
  EXPECT_EQ(second.step, 2);
  EXPECT_EQ(third.step, 0);
}

/// Address space of this process, in pages.
size_t mapped_pages() {
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages;
}

TEST_F(FibersOnThisThread, the_stacks_of_a_burst_are_given_back_and_those_in_use_are_kept) {
  Fibers fibers = make(100, 0);
  const auto burst = [&](size_t size) {
    std::vector<Waits> jobs(size);
    for (Waits& one : jobs) ASSERT_TRUE(fibers.submit({Waits::run, &one}));
    for (Waits& one : jobs) one.event->set();
    turn(fibers);
    for (const Waits& one : jobs) EXPECT_EQ(one.step, 2);
  };
  burst(100);
  fibers.trim();
  const size_t after_burst = mapped_pages();
  burst(10);
  fibers.trim();  // ninety were needed by none
  const size_t kept = mapped_pages();
  EXPECT_LE(kept + 90 * 64, after_burst) << "a stack is 64 pages and its guard";
  burst(10);
  fibers.trim();
  EXPECT_LE(mapped_pages(), kept + 64) << "those ten are kept";

  Waits waiting;  // one that waits keeps its stack
  ASSERT_TRUE(fibers.submit({Waits::run, &waiting}));
  fibers.trim();
  fibers.trim();
  EXPECT_FALSE(fibers.idle());
  waiting.event->set();
  turn(fibers);
  EXPECT_EQ(waiting.step, 2);
  EXPECT_TRUE(fibers.idle());
  burst(100);
}

TEST_F(FibersOnThisThread, an_exception_is_caught_within_its_fiber) {
  Fibers fibers = make(1, 0);
  int caught = 0;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(fibers.submit({[](void* p) {
                                 try {
                                   throw 1;
                                 } catch (int n) {
                                   *static_cast<int*>(p) += n;
                                 }
                               },
                               &caught}));
  }
  EXPECT_EQ(caught, 3);
}

TEST_F(FibersOnThisThread, take_no_job_that_there_is_no_memory_for) {
  Fibers fibers = make(2, 1);
  Waits one, two, three;
  ASSERT_TRUE(fibers.submit({Waits::run, &one}));
  {
    test::NoMemoryFor anything(1);
    EXPECT_THROW(fibers.submit({Waits::run, &two}), std::bad_alloc);
  }
  EXPECT_EQ(two.step, 0);
  EXPECT_FALSE(fibers.idle()) << "the first one waits";
  ASSERT_TRUE(fibers.submit({Waits::run, &three}));
  {
    test::NoMemoryFor anything(1);  // what has begun goes on to its end
    three.event->set();
    one.event->set();
    fibers.run_ready();
  }
  EXPECT_EQ(one.step, 2);
  EXPECT_EQ(three.step, 2);
  EXPECT_TRUE(fibers.idle());
}

TEST(Event, wakes_a_thread) {
  Event event;
  std::thread teller([&] { event.set(); });
  event.wait();
  teller.join();
}

}  // namespace
}  // namespace sealift::http
