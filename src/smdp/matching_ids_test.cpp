// What a refusal tells of a MatchingID where the operator wants all of them alike (G-BRU-3): nothing by its
// code, and next to nothing by the time that it takes.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/cpu_time.hpp"
#include "base/temporary_folder.hpp"
#include "smdp/test_world.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using enum Refusal;

/// Orders that a card knows the MatchingID of and may not have.
struct NotForThisCard {
  explicit NotForThisCard(bool uniform_refusals) {
    w.settings.uniform_refusals = uniform_refusals;
    const auto bpp = w.download(card, used);
    handle_notification(w.ports, card.success(bpp->transactionId, used.iccid));
    w.clock.advance(std::chrono::seconds(1));
  }

  World w;
  MiniCard card = w.card(1), other = w.card(2);
  const Order used = w.order(), anothers = w.order({.eid = other.eid}),
              expired = w.order({.expires = kStart + std::chrono::seconds(1)});
};

TEST(MatchingIds, that_are_used_expired_or_anothers_are_told_like_unknown_ones_where_wanted) {
  for (const bool uniform : {false, true}) {
    NotForThisCard x(uniform);
    const auto told = [&x](const Order& order) { return x.w.authenticate(x.card, order.matchingId).error(); };
    EXPECT_EQ(told(x.used), uniform ? matching_id_unknown : profile_not_released);
    EXPECT_EQ(told(x.anothers), uniform ? matching_id_unknown : eid_not_expected);
    EXPECT_EQ(told(x.expired), uniform ? matching_id_unknown : order_expired);
    EXPECT_EQ(x.w.authenticate(x.card, MatchingId()).error(), eid_not_expected)
        << "of its own EID it may know";
    EXPECT_EQ(x.w.observer.decisions.back().refusal, eid_not_expected);
  }
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// CPU of AuthenticateClient for each, an unknown one first; in turns, so that whatever the machine does
/// meets all. A row that is read costs some microseconds more than one that is not there; a signature more,
/// or a check that is left out, would be fifty.
void expect_as_long_for_all(NotForThisCard& x, Ports& ports) {
  const bool long_run = std::getenv("SEALIFT_LONG") != nullptr;
  const std::optional<MatchingId> unknown = *MatchingId::parse("NOBODY-S-CODE");
  const std::array ids{&unknown, &x.used.matchingId, &x.anothers.matchingId, &x.expired.matchingId};
  std::array<std::vector<double>, ids.size()> costs;
  for (int i = 0; i < (long_run ? 20'000 : 200); ++i) {
    for (size_t k = 0; k < ids.size(); ++k) {
      const auto hello = initiate_authentication(ports, x.card.initiate(std::string(kAddress)));
      ASSERT_TRUE(hello);
      const messages::AuthenticateClientRequest request{
          .transactionId = hello->transactionId,
          .authenticateServerResponse = x.card.authenticate(*hello, *ids[k])};
      const double before = thread_cpu_us();
      const auto answer = authenticate_client(ports, request);
      costs[k].push_back(thread_cpu_us() - before);
      ASSERT_EQ(answer.error(), matching_id_unknown);
    }
  }
  const double of_unknown = median(costs[0]);
  for (size_t k = 1; k < ids.size(); ++k) {
    const double us = median(costs[k]);
    if (long_run) std::printf("%.1f us beside %.1f us for an unknown one\n", us, of_unknown);
    EXPECT_NEAR(us, of_unknown, of_unknown / 8) << k;
  }
}

TEST(MatchingIds, take_as_long_to_refuse_where_they_exist_as_where_they_do_not_in_memory) {
  NotForThisCard x(true);
  expect_as_long_for_all(x, x.w.ports);
}

TEST(MatchingIds, take_as_long_to_refuse_where_they_exist_as_where_they_do_not_in_sqlite) {
  const auto folder = TemporaryFolder::make().value();
  const auto store = store::SqliteStore::open(folder.path() + "/orders.db").value();
  NotForThisCard x(true);
  for (const Order* order : {&x.used, &x.anothers, &x.expired}) {
    ASSERT_TRUE(store->orders().add(x.w.now(*order), *x.w.orders.profile(order->iccid), {}));
  }
  Ports ports{x.w.clock,       x.w.random,   x.w.authenticator, x.w.signers, x.w.store_key,
              store->orders(), x.w.sessions, x.w.observer,      x.w.settings};
  expect_as_long_for_all(x, ports);
}

}  // namespace
}  // namespace sealift::smdp
