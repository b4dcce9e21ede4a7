// 64 phones present one MatchingID at once, over each of the stores: one gets the profile (G-RACE-3, M1-06).

#include <cstdlib>
#include <deque>
#include <latch>
#include <thread>

#include "base/temporary_folder.hpp"
#include "smdp/test_world.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;

constexpr int kPhones = 64;

Order order_in(Ports& ports, int n) {
  const Iccid iccid = *Iccid::parse("8949" + std::to_string(100'000'000'000'000 + n));
  ImportProfile import{.upp = SecretBytes(make_upp(iccid, 1000))};
  import.metadata.serviceProviderName = "Sealift";
  import.metadata.profileName = "Test";
  EXPECT_TRUE(import_profile(ports, access::administrator("tester"), std::move(import)));
  auto order = create_order(ports, access::administrator("tester"), {.iccid = iccid});
  EXPECT_TRUE(order) << order.error().message;
  return *order;
}

struct Phone {
  explicit Phone(MiniCard c) : card(std::move(c)) { card.use_random(random); }

  MiniCard card;
  SystemRandom random;
  std::optional<Refusal> authenticating, getting;  ///< none where that step was answered
  std::optional<messages::AuthenticateClientOk> offer;

  void authenticate(Ports& ports, const Order& order) {
    const auto hello = initiate_authentication(ports, card.initiate(std::string(kAddress)));
    ASSERT_TRUE(hello);
    auto got = authenticate_client(
        ports, {.transactionId = hello->transactionId,
                .authenticateServerResponse = card.authenticate(*hello, order.matchingId)});
    offer.reset();
    authenticating = got ? std::nullopt : std::optional(got.error());
    if (got) offer = std::move(*got);
  }
  void get(Ports& ports) {
    if (!offer) return;
    const auto got = get_bound_profile_package(
        ports, {.transactionId = offer->transactionId, .prepareDownloadResponse = card.prepare(*offer)});
    getting = got ? std::nullopt : std::optional(got.error());
  }
};

class Race {
 public:
  explicit Race(OrderStore& store)
      : ports_{w_.clock, w_.real_random, w_.authenticator, w_.signers, w_.store_key,
               store,    w_.sessions,    w_.observer,      w_.settings} {
    for (int n = 0; n < kPhones; ++n) {
      phones_.emplace_back(w_.card(n));
    }
  }

  /// With `together`, all have authenticated before the first asks for the package: the swap decides alone.
  void run(int round, bool together) {
    const Order order = order_in(ports_, round);
    // The sessions of the round before are over; they would fill the store.
    w_.clock.advance(w_.settings.session_ttl.get() + std::chrono::seconds(1));
    all([&](Phone& p) {
      p.getting.reset();
      p.authenticate(ports_, order);
      if (!together) p.get(ports_);
    });
    if (together) all([&](Phone& p) { p.get(ports_); });
    int packages = 0;
    for (const Phone& p : phones_) {
      if (p.offer && !p.getting) ++packages;
      if (p.offer) {
        ASSERT_EQ(p.getting.value_or(Refusal::rebinding_refused), Refusal::rebinding_refused);
      } else {
        ASSERT_FALSE(together);
        ASSERT_EQ(*p.authenticating, Refusal::eid_not_expected);
      }
    }
    ASSERT_EQ(packages, 1);
    const Order end = **ports_.orders.find(order.iccid);
    ASSERT_EQ(end.state, OrderState::downloaded);
    ASSERT_EQ(end.download_attempts, 1u);
  }

 private:
  template <class Each>
  void all(Each&& each) {
    std::latch start(kPhones);
    std::vector<std::thread> threads;
    for (Phone& p : phones_) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        each(p);
      });
    }
    for (auto& t : threads) t.join();
  }

  World w_;
  Ports ports_;
  std::deque<Phone> phones_;
};

/// 1,000 of 1,000 runs in the long form.
int rounds(int few) {
  return std::getenv("SEALIFT_LONG") ? 1000 : few;
}

TEST(Race, of_sixty_four_phones_for_one_order_has_one_winner_in_memory) {
  store::MemoryOrders store;
  Race race(store);
  for (int n = 0; n < rounds(12); ++n) {
    race.run(n, n % 2 == 0);
    if (::testing::Test::HasFatalFailure()) FAIL() << "round " << n;
  }
}

TEST(Race, of_sixty_four_phones_for_one_order_has_one_winner_in_sqlite) {
  const auto folder = TemporaryFolder::make().value();
  const auto store = store::SqliteStore::open(folder.path() + "/orders.db").value();
  Race race(store->orders());
  for (int n = 0; n < rounds(6); ++n) {
    race.run(n, n % 2 == 0);
    if (::testing::Test::HasFatalFailure()) FAIL() << "round " << n;
  }
}

}  // namespace
}  // namespace sealift::smdp
