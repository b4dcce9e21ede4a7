// Confirmation codes (SGP.22 4.7): no more of them are looked at than the order allows, in a crowd and when
// the power fails, and then the order has ended (G-BRU-2).

#include <algorithm>
#include <cstdlib>
#include <latch>
#include <thread>

#include "smdp/faulty_orders.hpp"
#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;

CreateOrder with_code(uint32_t limit = 3) {
  return {.confirmationCode = SecretBytes(to_bytes("4711")), .confirmationAttempts = limit};
}

bool long_run() {
  return std::getenv("SEALIFT_LONG") != nullptr;
}

TEST(ConfirmationCode, the_limit_is_the_orders_own) {
  for (uint32_t limit : {1u, 3u, 10u}) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order(with_code(limit));
    const auto offer = w.authenticate(card, order.matchingId);
    for (uint32_t i = 1; i < limit; ++i) {
      EXPECT_EQ(w.get(card, *offer, "wrong").error(), Refusal::confirmation_code_refused);
    }
    EXPECT_EQ(w.get(card, *offer, "wrong").error(), Refusal::confirmation_attempts_exceeded);
    EXPECT_EQ(w.get(card, *offer, "4711").error(), Refusal::confirmation_attempts_exceeded);
    EXPECT_EQ(w.now(order).state, OrderState::error);
    EXPECT_EQ(
        w.observer.endings,
        (std::vector<std::pair<Iccid, Refusal>>{{order.iccid, Refusal::confirmation_attempts_exceeded}}));
  }
}

TEST(ConfirmationCode, limits_are_one_to_ten) {
  World w;
  const Order order = w.order();
  for (uint32_t limit : {0u, 11u}) {
    CreateOrder how = with_code(limit);
    how.iccid = order.iccid;
    EXPECT_EQ(create_order(w.ports, access::administrator("tester"), how).error().kind, ErrorKind::invalid);
  }
}

TEST(ConfirmationCode, a_right_code_costs_no_attempt) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order(with_code(2));
  const auto offer = w.authenticate(card, order.matchingId);
  EXPECT_EQ(w.get(card, *offer, "wrong").error(), Refusal::confirmation_code_refused);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(w.download(card, order, "4711"));
  EXPECT_EQ(w.now(order).confirmation_attempts, 1u);
}

TEST(ConfirmationCode, a_right_code_costs_no_attempt_where_the_failure_is_ours) {
  for (int call = 2; call < 5; ++call) {  // after the attempt was counted
    World w;
    MiniCard card = w.card();
    const Order order = w.order(with_code());
    FaultyOrders faulty(w.orders);
    Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
                faulty,  w.sessions, w.observer,      w.settings};
    const auto offer = w.authenticate(card, order.matchingId);
    for (int again = 0; again < 4; ++again) {
      faulty.fail_at(call, FaultyOrders::When::before);
      const auto got =
          get_bound_profile_package(ports, {.transactionId = offer->transactionId,
                                            .prepareDownloadResponse = card.prepare(*offer, "4711")});
      if (got) {
        ASSERT_EQ(call, 4) << "nothing failed";
        break;
      }
      ASSERT_EQ(got.error(), Refusal::server_failed);
      EXPECT_EQ(w.now(order).confirmation_attempts, 0u) << call;
    }
    EXPECT_TRUE(w.download(card, order, "4711"));
  }
}

TEST(ConfirmationCode, a_missing_code_costs_no_attempt) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order(with_code());
  const auto offer = w.authenticate(card, order.matchingId);
  EXPECT_EQ(w.get(card, *offer).error(), Refusal::confirmation_code_missing);
  EXPECT_EQ(w.now(order).confirmation_attempts, 0u);
}

/// The store fails at each call in turn, before or after it took effect: the attempt that was looked at was
/// counted. The counter after so many requests tells of every one that was answered.
TEST(ConfirmationCode, an_attempt_is_counted_before_its_outcome_is_told_wherever_the_power_fails) {
  for (auto when : {FaultyOrders::When::before, FaultyOrders::When::after}) {
    for (int call = 0; call < 8; ++call) {
      World w;
      MiniCard card = w.card();
      const Order order = w.order(with_code());
      FaultyOrders faulty(w.orders);
      Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
                  faulty,  w.sessions, w.observer,      w.settings};
      const auto offer = w.authenticate(card, order.matchingId);
      faulty.fail_at(call, when);
      uint32_t told = 0;
      for (int i = 0; i < 6; ++i) {
        const auto got =
            get_bound_profile_package(ports, {.transactionId = offer->transactionId,
                                              .prepareDownloadResponse = card.prepare(*offer, "wrong")});
        ASSERT_FALSE(got);
        if (got.error() == Refusal::confirmation_code_refused) ++told;
        ASSERT_LE(told, w.now(order).confirmation_attempts);
      }
      EXPECT_LT(told, 3u);
      EXPECT_EQ(w.now(order).confirmation_attempts, 3u);
      EXPECT_EQ(w.now(order).state, OrderState::error);
      EXPECT_EQ(w.download(card, order, "4711").error(), Refusal::profile_not_released);
    }
  }
}

/// A client that has come as far as the question for the code, with a wrong answer and the right one.
struct Guesser {
  messages::GetBoundProfilePackageRequest wrong, right;
  Result<messages::GetBoundProfilePackageOk, Refusal> answer = Refusal::server_failed;
};

constexpr int kCrowd = 64;

Guesser guesser(World& w, MiniCard& card, const Order& order) {
  const auto offer = w.authenticate(card, order.matchingId);
  check(offer.has_value(), "a session begins");
  const TransactionId& id = offer->transactionId;
  return {{.transactionId = id, .prepareDownloadResponse = card.prepare(*offer, "wrong")},
          {.transactionId = id, .prepareDownloadResponse = card.prepare(*offer, "4711")}};
}

/// 64 sessions of one eUICC about one order, which guess together, over and over.
class Crowd {
 public:
  Crowd(World& w, MiniCard& card) : w_(w), card_(card), order_(w.order(with_code())) {
    for (int i = 0; i < kCrowd; ++i) guessers_.push_back(guesser(w, card, order_));
  }
  /// All guess at once; one of them knows the code where told so.
  void race(std::optional<int> knowing);

 private:
  void release_anew();
  World& w_;
  MiniCard& card_;
  const Order order_;
  std::vector<Guesser> guessers_;
};

/// As it was ordered; a session that got the package begins again.
void Crowd::release_anew() {
  Transition t{.after = order_, .audit = {.action = "release"}};
  t.after.version = w_.now(order_).version;
  ASSERT_TRUE(w_.orders.apply(t));
  for (Guesser& g : guessers_) {
    if (g.answer) g = guesser(w_, card_, order_);
  }
}

void Crowd::race(std::optional<int> knowing) {
  release_anew();
  Ports ports{w_.clock,  w_.real_random, w_.authenticator, w_.signers, w_.store_key,
              w_.orders, w_.sessions,    w_.observer,      w_.settings};
  std::latch start(kCrowd);
  std::vector<std::thread> threads;
  for (int i = 0; i < kCrowd; ++i) {
    threads.emplace_back([&, i] {
      Guesser& g = guessers_[static_cast<size_t>(i)];
      start.arrive_and_wait();
      g.answer = get_bound_profile_package(ports, i == knowing ? g.right : g.wrong);
    });
  }
  for (auto& t : threads) t.join();

  // Each guess that was looked at was told so: refused, or, one of them at most, as the last one.
  int looked_at = 0, delivered = 0;
  for (const Guesser& g : guessers_) {
    if (g.answer) ++delivered;
    if (!g.answer && g.answer.error() == Refusal::confirmation_code_refused) ++looked_at;
    if (!g.answer && g.answer.error() != Refusal::confirmation_code_refused) {
      EXPECT_EQ(g.answer.error(), Refusal::confirmation_attempts_exceeded)
          << row_of(g.answer.error()).message;
    }
  }
  const Order end = w_.now(order_);
  EXPECT_LE(end.confirmation_attempts, 3u);
  EXPECT_EQ(end.state, OrderState::error);
  EXPECT_LE(looked_at, 3);
  EXPECT_LE(delivered, knowing ? 1 : 0);
  EXPECT_EQ(w_.download(card_, order_, "4711").error(), Refusal::profile_not_released);
}

/// Worlds of some rounds each, so that their audit rows stay few. `knows` gives the guesser of a round that
/// knows the code.
template <class Knows>
void races(int rounds, ptrdiff_t most_attempts, Knows&& knows) {
  constexpr int rounds_of_a_world = 50;
  for (int done = 0; done < rounds; done += rounds_of_a_world) {
    World w;
    MiniCard card = w.card();
    Crowd crowd(w, card);
    for (int round = done; round < std::min(rounds, done + rounds_of_a_world); ++round) {
      const auto before = static_cast<ptrdiff_t>(w.orders.audit().size());
      crowd.race(knows(round));
      if (::testing::Test::HasFailure()) return;
      const auto rows = w.orders.audit();
      const auto attempts = std::count_if(rows.begin() + before, rows.end(),
                                          [](const Audit& a) { return a.action == "confirmation_attempt"; });
      ASSERT_LE(attempts, most_attempts) << "round " << round;
      ASSERT_EQ(w.observer.endings.size(), static_cast<size_t>(round - done + 1))
          << "the operator hears, once";
    }
  }
}

TEST(ConfirmationCode, sixty_four_guesses_at_once_are_three_attempts) {
  races(long_run() ? 10'000 : 10, 3, [](int) { return std::nullopt; });
}

// Three wrong ones, and the right one, which gives its attempt back.
TEST(ConfirmationCode, one_who_knows_it_among_sixty_four_gives_nobody_more_attempts) {
  races(long_run() ? 2'000 : 5, 4, [](int round) { return std::optional(round % 64); });
}

}  // namespace
}  // namespace sealift::smdp
