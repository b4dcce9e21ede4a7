// 64 calls at once for a type of which ten are in stock: ten get one each, nobody gets another's.

#include <cstdlib>
#include <latch>
#include <set>
#include <thread>

#include "base/temporary_folder.hpp"
#include "smdp/es2_test_world.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;

constexpr int kCallers = 64;
constexpr int kStock = 10;

void stock_up(OrderStore& store) {
  for (int n = 0; n < kStock; ++n) {
    Order order{.iccid = *Iccid::parse("8949" + std::to_string(100'000'000'000'000 + n))};
    order.tenant = "mno";
    order.profileType = "Test";
    ASSERT_TRUE(store.add(order, {}, {}));
  }
}

template <class Each>
void at_once(Each&& each) {
  std::latch start(kCallers);
  std::vector<std::thread> threads;
  for (int n = 0; n < kCallers; ++n) {
    threads.emplace_back([&, n] {
      start.arrive_and_wait();
      each(n);
    });
  }
  for (auto& t : threads) t.join();
}

void race(OrderStore& store) {
  Es2World w;
  Ports ports{w.clock, w.real_random, w.authenticator, w.signers, w.store_key,
              store,   w.sessions,    w.observer,      w.settings};
  Es2Ports es2{ports, w.told};
  stock_up(store);
  std::vector<Es2Answer> answers(kCallers);
  at_once([&](int n) {
    const messages::DownloadOrderRequest request{.header = {"1.2.3", "call-" + std::to_string(n)},
                                                 .profileType = "Test"};
    answers[n] = download_order(es2, w.mno, request, view(messages::to_json(request)));
  });
  std::set<Iccid> given;
  int exhausted = 0;
  for (const Es2Answer& answer : answers) {
    if (answer.refusal) {
      EXPECT_EQ(answer.refusal, Es2Refusal::profile_type_exhausted);
      ++exhausted;
    } else {
      EXPECT_TRUE(given.insert(Es2World::ordered(answer)).second) << "two callers have one profile";
    }
  }
  EXPECT_EQ(given.size(), size_t{kStock});
  EXPECT_EQ(exhausted, kCallers - kStock);
}

TEST(Es2Race, of_sixty_four_orders_for_ten_profiles_ten_get_one_each_in_memory) {
  store::MemoryOrders store;
  race(store);
}

TEST(Es2Race, of_sixty_four_orders_for_ten_profiles_ten_get_one_each_in_sqlite) {
  const auto folder = TemporaryFolder::make().value();
  race(store::SqliteStore::open(folder.path() + "/orders.db").value()->orders());
}

/// One call that came 64 times, as an impatient peer sends it: one profile, one answer.
TEST(Es2Race, of_one_call_that_comes_sixty_four_times_at_once_has_one_answer) {
  store::MemoryOrders store;
  Es2World w;
  Ports ports{w.clock, w.real_random, w.authenticator, w.signers, w.store_key,
              store,   w.sessions,    w.observer,      w.settings};
  Es2Ports es2{ports, w.told};
  stock_up(store);
  const messages::DownloadOrderRequest request{.header = {"1.2.3", "one"}, .profileType = "Test"};
  std::vector<Es2Answer> answers(kCallers);
  at_once([&](int n) { answers[n] = download_order(es2, w.mno, request, view(messages::to_json(request))); });
  for (const Es2Answer& answer : answers) EXPECT_EQ(answer.body, answers[0].body);
  const auto left = *store.list({.state = OrderState::available}, std::nullopt, 100);
  EXPECT_EQ(left.size(), size_t{kStock - 1});
}

}  // namespace
}  // namespace sealift::smdp
