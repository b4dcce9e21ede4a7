#include "http/load_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/result.hpp"

namespace sealift::http {

using Steady = std::chrono::steady_clock;

constexpr auto glance = std::chrono::milliseconds(50);  // how exact time limits are

LoadLoop::LoadLoop(unsigned phones)
    : phones_(phones), epoll_(::epoll_create1(EPOLL_CLOEXEC)), fibers_(phones, 0, [] {}) {
  check(epoll_ >= 0, "epoll");
}

LoadLoop::~LoadLoop() {
  ::close(epoll_);
}

void LoadLoop::run(Fibers::Job play) {
  for (unsigned i = 0; i < phones_; ++i) check(fibers_.submit(play), "a fiber for each phone");
  while (!fibers_.idle()) turn();
}

void LoadLoop::turn() {
  epoll_event events[256];
  const int count = ::epoll_wait(epoll_, events, 256, patience());
  for (int i = 0; i < count; ++i) {
    auto* one = static_cast<Waiting*>(events[i].data.ptr);
    one->ready = true;
    waiting_.erase(one);
    one->event.set();
  }
  end_late();
  wake_sleepers();
  fibers_.run_ready();
}

int LoadLoop::patience() const {
  if (sleeping_.empty()) return static_cast<int>(glance.count());
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(sleeping_.begin()->first - Steady::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, glance.count()));
}

void LoadLoop::wake_sleepers() {
  const auto now = Steady::now();
  while (!sleeping_.empty() && sleeping_.begin()->first <= now) {
    sleeping_.begin()->second->set();
    sleeping_.erase(sleeping_.begin());
  }
}

void LoadLoop::sleep_until(Steady::time_point then) {
  if (then <= Steady::now()) return;
  Event awake;
  sleeping_.emplace(then, &awake);
  awake.wait();
}

void LoadLoop::end_late() {
  const auto now = Steady::now();
  if (now - looked_ < glance) return;
  looked_ = now;
  std::erase_if(waiting_, [now](Waiting* one) {
    if (now < one->until) return false;
    one->event.set();
    return true;
  });
}

bool LoadLoop::wait_for(int socket, bool write, std::chrono::milliseconds limit) {
  Waiting me{{}, Steady::now() + limit};
  epoll_event interest{};
  interest.events = (write ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT;
  interest.data.ptr = &me;
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &interest) != 0 &&
      (errno != ENOENT || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &interest) != 0)) {
    return false;
  }
  waiting_.insert(&me);
  me.event.wait();
  return me.ready;
}

}  // namespace sealift::http
