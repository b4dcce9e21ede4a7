#include "smdp/courier.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "store/memory/outbox.hpp"

namespace sealift::smdp {
namespace {

using namespace std::chrono_literals;

const Time kStart{std::chrono::seconds(1'790'000'000)};

class Couriers : public ::testing::Test {
 protected:
  void add(int profile, uint8_t content, std::string tenant = "mno") {
    box_.add({OutgoingKind::download_progress, *Iccid::parse(std::to_string(894900000000000000 + profile)),
              std::move(tenant), "", Bytes{content}, clock_.now()});
  }
  /// Sends what there is to send now; `answer` says what becomes of a row.
  template <class Answer>
  std::vector<std::string> run(Answer answer) {
    std::vector<std::string> sent;
    while (auto batch = *courier_.take()) {
      for (size_t i = 0; i < batch->rows.size(); ++i) {
        const Queued& row = batch->rows[i];
        const Sent how = answer(row.what);
        sent.push_back(row.what.tenant + std::to_string(row.what.content[0]));
        EXPECT_TRUE(courier_.settle(*batch, i, how));
        if (how == Sent::unreachable) break;
      }
      courier_.give_back(*batch);
    }
    return sent;
  }
  static Sent takes_all(const Outgoing&) { return Sent::delivered; }
  using Rows = std::vector<std::string>;

  ManualClock clock_{kStart};
  SeededRandom random_{1};
  store::MemoryOutbox box_;
  Courier courier_{box_, clock_, random_};
};

TEST_F(Couriers, deliver_all_that_is_due_and_each_profile_in_order) {
  add(1, 1);
  add(1, 2);
  add(2, 3);
  add(1, 4);
  const Rows sent = run(takes_all);
  EXPECT_EQ(sent, (Rows{"mno1", "mno3", "mno2", "mno4"}));
  EXPECT_EQ(box_.figures()->waiting, 0u);
  EXPECT_EQ(courier_.figures().delivered, 4u);
}

TEST_F(Couriers, leave_an_addressee_alone_that_does_not_answer_and_serve_the_others) {
  for (int n = 0; n < 50; ++n) add(n, 1, "down");
  for (int n = 50; n < 100; ++n) add(n, 2, "up");
  const auto half = [](const Outgoing& what) {
    return what.tenant == "up" ? Sent::delivered : Sent::unreachable;
  };
  const Rows sent = run(half);
  EXPECT_EQ(std::count(sent.begin(), sent.end(), "up2"), 50);
  EXPECT_EQ(std::count(sent.begin(), sent.end(), "down1"), 1) << "one try, and it rests";
  EXPECT_EQ(courier_.figures().resting, 1u);
  EXPECT_TRUE(run(half).empty());
  clock_.advance(1s);
  EXPECT_EQ(run(half).size(), 1u);
}

TEST_F(Couriers, wait_longer_after_each_failure_and_no_longer_than_a_minute) {
  for (int n = 0; n < 40; ++n) add(n, 1);
  int tries = 0;
  for (int second = 0; second < 24 * 3600; ++second) {
    tries += static_cast<int>(run([](const Outgoing&) { return Sent::unreachable; }).size());
    clock_.advance(1s);
  }
  EXPECT_GE(tries, 24 * 60) << "a day of outage";
  EXPECT_LE(tries, 2 * 24 * 60 + 10);
  EXPECT_EQ(box_.figures()->waiting, 40u) << "nothing is lost";
  clock_.advance(60s);
  EXPECT_EQ(run(takes_all).size(), 40u) << "and all of it comes once it is up again";
}

TEST_F(Couriers, leave_an_addressee_alone_for_as_long_as_it_asks_but_not_for_ever) {
  const auto busy_for = [&](std::chrono::seconds asked) {
    auto batch = *courier_.take();
    ASSERT_TRUE(batch);
    EXPECT_TRUE(courier_.settle(*batch, 0, Sent::unreachable, asked));
    courier_.give_back(*batch);
  };
  add(1, 1);
  busy_for(90s);
  clock_.advance(89s);
  EXPECT_FALSE(*courier_.take());
  clock_.advance(1s);
  busy_for(24h);
  clock_.advance(599s);
  EXPECT_FALSE(*courier_.take());
  clock_.advance(1s);
  EXPECT_EQ(run(takes_all).size(), 1u) << "ten minutes at most";
}

TEST_F(Couriers, try_with_one_row_whether_it_is_up_again) {
  for (int n = 0; n < 20; ++n) add(n, 1);
  (void)run([](const Outgoing&) { return Sent::unreachable; });
  clock_.advance(2s);
  auto probe = *courier_.take();
  ASSERT_TRUE(probe);
  EXPECT_EQ(probe->rows.size(), 1u);
  EXPECT_FALSE(*courier_.take()) << "and nobody else meanwhile";
  EXPECT_TRUE(courier_.settle(*probe, 0, Sent::delivered));
  courier_.give_back(*probe);
  EXPECT_GT((*courier_.take())->rows.size(), 1u);
}

TEST_F(Couriers, do_not_let_a_row_that_is_refused_hold_up_other_profiles) {
  add(1, 1);
  add(1, 2);
  add(2, 3);
  const auto poisoned = [](const Outgoing& what) {
    return what.content[0] == 1 ? Sent::refused : Sent::delivered;
  };
  EXPECT_EQ(run(poisoned), (Rows{"mno1", "mno3"})) << "only what comes after it in its profile waits";
  EXPECT_TRUE(run(poisoned).empty());
  clock_.advance(2s);
  EXPECT_EQ(run(poisoned), (Rows{"mno1"}));
  clock_.advance(3600s);
  EXPECT_EQ(run(takes_all), (Rows{"mno1", "mno2"}));
}

TEST_F(Couriers, leave_with_a_row_why_it_was_refused_in_what_any_store_keeps) {
  add(1, 1);
  const auto batch = *courier_.take();
  clock_.advance(5s);
  ASSERT_TRUE(courier_.settle(*batch, 0, Sent::refused, {}, "HTTP \xFF\n" + std::string(1000, 'x')));
  courier_.give_back(*batch);
  const auto refused = *box_.all_refused("mno", 9);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].why, "HTTP ??" + std::string(293, 'x'));
  EXPECT_EQ(refused[0].last, kStart + 5s);
  EXPECT_EQ(refused[0].row.attempts, 1u);
}

TEST_F(Couriers, share_an_outbox_and_take_what_another_one_died_with) {
  Courier other(box_, clock_, random_);
  add(1, 1);
  auto batch = *other.take();
  ASSERT_TRUE(batch);
  EXPECT_TRUE(run(takes_all).empty()) << "it is the other one's";
  EXPECT_TRUE(other.is_ours(*batch));
  clock_.advance(60s);
  EXPECT_FALSE(other.is_ours(*batch)) << "so that it is not sent behind what follows it";
  EXPECT_EQ(run(takes_all), (Rows{"mno1"}));
}

TEST_F(Couriers, bound_what_one_addressee_has_under_way) {
  for (int n = 0; n < 100; ++n) add(n, 1, "slow");
  for (int n = 100; n < 110; ++n) add(n, 2, "quick");
  std::vector<Courier::Batch> taken;
  while (auto batch = *courier_.take()) taken.push_back(std::move(*batch));
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(std::count_if(taken.begin(), taken.end(), [](const auto& b) { return b.whose.name == "slow"; }),
            2);
  for (const auto& batch : taken) courier_.give_back(batch);
}

TEST_F(Couriers, take_turns) {
  for (int n = 0; n < 64; ++n) add(n, 1, "a");
  for (int n = 64; n < 128; ++n) add(n, 2, "b");
  std::string order;
  while (auto batch = *courier_.take()) {
    order += batch->whose.name;
    for (size_t i = 0; i < batch->rows.size(); ++i) ASSERT_TRUE(courier_.settle(*batch, i, Sent::delivered));
    courier_.give_back(*batch);
  }
  EXPECT_EQ(order, "abababab");
}

}  // namespace
}  // namespace sealift::smdp
