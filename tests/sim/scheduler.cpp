#include "tests/sim/scheduler.hpp"

#include <cstdio>
#include <string>

namespace sealift::sim {

thread_local Scheduler::Actor* Scheduler::self_ = nullptr;

void Trace::say(std::string_view what, View octets) {
  const auto add = [this](View part) {
    for (uint8_t b : part) hash_ = (hash_ ^ b) * 0x100000001B3;
  };
  add(view(what));
  add(octets);
  if (print_) {
    const std::string start = hex(octets.first(std::min<size_t>(octets.size(), 24)));
    std::printf("%016llx  %.*s %s\n", static_cast<unsigned long long>(hash_), static_cast<int>(what.size()), what.data(), start.c_str());
  }
}

void Scheduler::run(std::vector<std::function<void()>> actors) {
  std::vector<std::thread> threads;
  actors_.clear();
  for (auto& body : actors) {
    Actor* actor = actors_.emplace_back(std::make_unique<Actor>()).get();
    threads.emplace_back([this, actor, body = std::move(body)] {
      self_ = actor;
      actor->go.acquire();
      body();
      actor->done = true;
      back_.release();
    });
  }
  for (size_t alive = actors_.size(); alive > 0;) {
    Actor* next = nullptr;
    for (uint64_t n = dice_.below(alive) + 1; auto& a : actors_) {
      if (!a->done && --n == 0) next = a.get();
      if (next) break;
    }
    next->go.release();
    back_.acquire();
    if (next->done) --alive;
  }
  for (auto& t : threads) t.join();
  actors_.clear();
}

void Scheduler::yield() {
  if (!self_) return;
  Actor* me = self_;
  back_.release();
  me->go.acquire();
}

}  // namespace sealift::sim
