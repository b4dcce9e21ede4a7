// A call of ES2+ that comes again gets its answer again; an answer that was lost is not an order that is
// lost.

#include "smdp/es2_test_world.hpp"
#include "smdp/faulty_orders.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using messages::FinalProfileStatus;

messages::FunctionHeader header(const char* call, const char* requester = "1.2.3") {
  return {requester, call};
}

TEST(Es2Calls, the_same_call_again_gets_the_same_octets) {
  Es2World w;
  w.stock();
  w.stock();
  const auto download = [&] { return w.download_order({.header = header("a"), .profileType = "Test"}); };
  const Es2Answer first = download(), second = download();
  EXPECT_FALSE(first.repeated);
  EXPECT_TRUE(second.repeated);
  EXPECT_EQ(first.body, second.body) << "one profile, not two";

  const Iccid iccid = Es2World::ordered(first);
  const auto confirm = [&] {
    return w.confirm_order({.header = header("a"), .iccid = iccid, .releaseFlag = true});
  };
  const Es2Answer confirmed = confirm();
  EXPECT_FALSE(confirmed.repeated) << "another function";
  EXPECT_EQ(confirm().body, confirmed.body) << "the MatchingID that was made";
  const Order order = **w.orders.find(iccid);
  EXPECT_EQ(order.state, OrderState::released);
  EXPECT_EQ(order.matchingId->value(), Es2World::confirmed(confirmed).matchingId);
}

TEST(Es2Calls, a_refusal_is_remembered_whatever_has_changed_since) {
  Es2World w;
  const auto download = [&] { return w.download_order({.header = header("a"), .profileType = "Test"}); };
  const Es2Answer refused = download();
  EXPECT_EQ(refused.refusal, Es2Refusal::profile_type_unknown);
  w.stock();
  const Es2Answer again = download();
  EXPECT_EQ(again.body, refused.body);
  EXPECT_EQ(again.refusal, refused.refusal);
  EXPECT_TRUE(again.repeated);
  EXPECT_FALSE(w.download_order({.header = header("b"), .profileType = "Test"}).refusal);
}

TEST(Es2Calls, another_body_is_another_call_and_is_told_of) {
  Es2World w;
  w.stock();
  w.stock();
  const Iccid one = Es2World::ordered(w.download_order({.header = header("a"), .profileType = "Test"}));
  EXPECT_EQ(w.told.reused_identifiers, 0);
  const Iccid two =
      Es2World::ordered(w.download_order({.header = header("a"), .eid = card_eid(1), .profileType = "Test"}));
  EXPECT_NE(one, two);
  EXPECT_EQ(w.told.reused_identifiers, 1);
  EXPECT_TRUE(w.download_order({.header = header("a"), .profileType = "Test"}).repeated) << "both are known";
  EXPECT_EQ(w.told.reused_identifiers, 1);
}

TEST(Es2Calls, belong_to_their_requester) {
  Es2World w;
  w.stock();
  w.stock();
  w.stock("Test", "other");
  const Iccid one = Es2World::ordered(w.download_order({.header = header("a"), .profileType = "Test"}));
  const Iccid two =
      Es2World::ordered(w.download_order({.header = header("a", "4.5.6"), .profileType = "Test"}));
  EXPECT_NE(one, two) << "another requester of the same operator";
  w.mno.tenant = "other";
  const Iccid three = Es2World::ordered(w.download_order({.header = header("a"), .profileType = "Test"}));
  EXPECT_EQ((**w.orders.find(three)).tenant, "other");
}

TEST(Es2Calls, are_forgotten_with_old_rows) {
  Es2World w;
  const auto download = [&] { return w.download_order({.header = header("a"), .profileType = "Test"}); };
  EXPECT_TRUE(download().refusal);
  EXPECT_EQ(*w.orders.prune(w.clock.now() + std::chrono::seconds(1)), 1u);
  w.stock();
  EXPECT_FALSE(download().refusal);
}

/// Every call of the store fails once, before and after it took effect: the caller asks again, under the same
/// identifier, and has one profile in the end, released once, under one MatchingID.
TEST(Es2Calls, survive_a_failure_at_every_step) {
  for (auto when : {FaultyOrders::When::before, FaultyOrders::When::after}) {
    for (int at = 0;; ++at) {
      Es2World w;
      for (int i = 0; i < 3; ++i) w.stock();
      FaultyOrders faulty(w.orders);
      Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
                  faulty,  w.sessions, w.observer,      w.settings};
      Es2Ports es2{ports, w.told};
      faulty.fail_at(at, when);
      const auto until_answered = [&](auto function, const auto& request) {
        const std::string body = messages::to_json(request);
        for (int tries = 0;; ++tries) {
          Es2Answer answer = function(es2, w.mno, request, view(body));
          if (answer.refusal != Es2Refusal::server_failed || tries == 2) return answer;
        }
      };
      const auto ordered = until_answered(
          smdp::download_order, messages::DownloadOrderRequest{.header = header("d"), .profileType = "Test"});
      ASSERT_FALSE(ordered.refusal) << ordered.body;
      messages::ConfirmOrderRequest confirm{.header = header("c"), .iccid = Es2World::ordered(ordered)};
      const auto confirmed = until_answered(smdp::confirm_order, confirm);
      ASSERT_FALSE(confirmed.refusal) << confirmed.body;
      const auto released = until_answered(
          smdp::release_profile, messages::ReleaseProfileRequest{header("r"), Es2World::ordered(ordered)});
      ASSERT_FALSE(released.refusal) << released.body;
      const Order order = **w.orders.find(Es2World::ordered(ordered));
      EXPECT_EQ(order.state, OrderState::released);
      EXPECT_EQ(order.matchingId->value(), Es2World::confirmed(confirmed).matchingId);
      size_t taken = 0;
      const auto stock = w.orders.stock("mno");
      for (const StockCount& c : *stock)
        taken += c.state == OrderState::available ? 0 : c.count;
      EXPECT_EQ(taken, 1u) << "failure at " << at;
      if (faulty.calls() <= at) break;
    }
  }
}

}  // namespace
}  // namespace sealift::smdp
