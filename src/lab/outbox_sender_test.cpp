#include "lab/outbox_sender.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "store/memory/outbox.hpp"

namespace sealift::lab {
namespace {

using namespace std::chrono_literals;
using smdp::Outgoing;
using smdp::Sent;

/// Operators behind a wire: what they got, and how they answer.
struct World {
  std::function<Sent(const Outgoing&)> answer = [](const Outgoing&) { return Sent::delivered; };
  std::mutex mutex;
  std::map<std::string, std::vector<std::pair<Iccid, uint8_t>>> got;  ///< by tenant
  size_t of(const std::string& tenant) {
    std::lock_guard lock(mutex);
    return got[tenant].size();
  }
};

class Wire final : public Carrier {
 public:
  explicit Wire(World& world) : world_(world) {}
  Outcome carry(const Outgoing& what) override {
    const Sent how = world_.answer(what);
    std::lock_guard lock(world_.mutex);
    if (how == Sent::delivered) world_.got[what.tenant].emplace_back(what.iccid, what.content[0]);
    return {how, {ErrorKind::io, "as the test says"}};
  }

 private:
  World& world_;
};

class OutboxSenders : public ::testing::Test {
 protected:
  ~OutboxSenders() override { sender_.stop(); }  // before what answers goes
  void add(int profile, uint8_t content, std::string tenant) {
    box_.add({smdp::OutgoingKind::download_progress,
              *Iccid::parse(std::to_string(894900000000000000 + profile)), std::move(tenant), "",
              Bytes{content}, clock_.now()});
  }
  template <class Done>
  static bool eventually(Done done, std::chrono::milliseconds within = 10s) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (!done() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(2ms);
    return done();
  }
  SystemClock clock_;
  SystemRandom random_;
  smdp::Observer silent_;
  store::MemoryOutbox box_;
  World world_;
  OutboxSender sender_{box_,
                       clock_,
                       random_,
                       silent_,
                       [this] { return std::make_unique<Wire>(world_); },
                       {.look = 200ms, .courier = {.first_wait = 50ms}}};
};

TEST_F(OutboxSenders, send_what_waited_and_what_they_are_rung_for_at_once) {
  add(1, 1, "a");
  sender_.start();
  EXPECT_TRUE(eventually([&] { return world_.of("a") == 1; }));
  const auto before = std::chrono::steady_clock::now();
  for (int n = 0; n < 20; ++n) {
    add(2, static_cast<uint8_t>(n), "a");
    sender_.ring();
    ASSERT_TRUE(eventually([&] { return world_.of("a") == 2u + static_cast<size_t>(n); }));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20 * 200ms) << "without waiting for the next look";
}

TEST_F(OutboxSenders, keep_the_order_of_each_profile_among_many_threads_and_failures) {
  std::atomic<uint32_t> dice{0};
  world_.answer = [&](const Outgoing&) { return dice++ % 7 == 3 ? Sent::unreachable : Sent::delivered; };
  for (uint8_t i = 0; i < 10; ++i) {
    for (int profile = 0; profile < 10; ++profile) add(profile, i, profile % 2 ? "a" : "b");
  }
  sender_.start();
  // What was put off is due on the next second: time goes on by itself here.
  ASSERT_TRUE(eventually([&] { return world_.of("a") + world_.of("b") == 100; }, 60s));
  std::map<Iccid, uint8_t> next;
  for (const auto& [tenant, rows] : world_.got) {
    for (const auto& [iccid, content] : rows) EXPECT_EQ(content, next[iccid]++);
  }
  EXPECT_EQ(box_.figures()->waiting, 0u);
  sender_.stop();  // it asks what stands here
}

TEST_F(OutboxSenders, serve_an_operator_while_others_hang) {
  std::atomic<bool> hang{true};
  world_.answer = [&](const Outgoing& what) {
    if (what.tenant == "quick") return Sent::delivered;
    while (hang) std::this_thread::sleep_for(2ms);
    return Sent::unreachable;
  };
  for (int n = 0; n < 100; ++n) add(n, 1, n % 2 ? "slow" : "quick");
  sender_.start();
  EXPECT_TRUE(eventually([&] { return world_.of("quick") == 50; }));
  EXPECT_EQ(world_.of("slow"), 0u);
  hang = false;
  sender_.stop();  // it asks what stands here
}

TEST_F(OutboxSenders, know_what_is_refused_and_go_on_behind_it_once_it_is_dropped) {
  world_.answer = [&](const Outgoing& what) { return what.content[0] == 1 ? Sent::refused : Sent::delivered; };
  add(1, 1, "a");
  add(1, 2, "a");
  sender_.start();
  ASSERT_TRUE(eventually([&] { return !box_.all_refused("", 9)->empty(); }));
  const auto refused = *box_.all_refused("a", 9);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].row.what.tenant, "a");
  EXPECT_EQ(world_.of("a"), 0u) << "the one behind it waits";
  ASSERT_TRUE(box_.drop(refused[0].row.number, "a", {}));
  sender_.ring();
  EXPECT_TRUE(eventually([&] { return world_.of("a") == 1; })) << "and comes";
  EXPECT_TRUE(eventually([&] { return box_.figures()->waiting == 0; }));
}

TEST_F(OutboxSenders, stop_and_leave_in_the_outbox_what_was_not_sent) {
  std::atomic<bool> go{false};
  std::atomic<int> under_way{0};
  world_.answer = [&](const Outgoing&) {
    ++under_way;
    while (!go) std::this_thread::sleep_for(2ms);
    return Sent::delivered;
  };
  for (int n = 0; n < 40; ++n) add(n, 1, "a");
  sender_.start();
  ASSERT_TRUE(eventually([&] { return under_way == 2; }));
  std::thread later([&] {
    std::this_thread::sleep_for(20ms);
    go = true;
  });
  sender_.stop();
  later.join();
  EXPECT_EQ(world_.of("a"), 2u);
  EXPECT_EQ(box_.figures()->waiting, 38u);
  smdp::Courier next(box_, clock_, random_);
  EXPECT_TRUE(*next.take()) << "for the next process at once";
}

}  // namespace
}  // namespace sealift::lab
