// What becomes of an order that came over ES2+: its fields, its policy, its event at an SM-DS, and that
// nothing of it is left when its profile is back in stock.

#include "crypto/hash.hpp"
#include "smdp/es2_test_world.hpp"
#include "smdp/event_rows.hpp"
#include "smdp/faulty_orders.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using messages::FinalProfileStatus;
using std::chrono::hours;
using std::chrono::seconds;

/// The events that an SM-DS is told to delete, once all that waits has been looked at.
std::vector<std::string> all_deletions(Es2World& w) {
  std::vector<std::string> out;
  const Time later = w.clock.now() + hours(1);
  for (bool more = true; more;) {
    more = false;
    const auto addressees = w.orders.outbox().addressees(later).value();
    for (const Addressee& one : addressees) {
      const auto rows = w.orders.outbox().claim(one, later, seconds(60), 100).value();
      for (const Queued& row : rows) {
        more = true;
        if (row.what.kind == OutgoingKind::delete_event && still_holds(w.orders, row.what).value()) {
          const Event event = decode_event(row.what.content).value();
          out.push_back(row.what.destination + " " + event.eid.digits() + " " + event.eventId);
        }
        EXPECT_TRUE(w.orders.outbox().delivered(row.number));
      }
    }
  }
  return out;
}

class Es2Orders : public ::testing::Test {
 protected:
  Es2World w;
  Order now(const Iccid& iccid) { return **w.orders.find(iccid); }
  Iccid order(const std::optional<Eid>& eid = std::nullopt) {
    w.stock();
    return Es2World::ordered(w.download_order({.eid = eid, .profileType = "Test"}));
  }
  Order confirmed(messages::ConfirmOrderRequest request) {
    const Iccid iccid = request.iccid = order();
    Es2World::confirmed(w.confirm_order(std::move(request)));
    return now(iccid);
  }
  std::vector<std::string> deletions() { return all_deletions(w); }
};

TEST_F(Es2Orders, are_for_the_eid_that_was_given_first_or_second) {
  EXPECT_EQ(now(order(card_eid(1))).state, OrderState::linked);
  const Iccid iccid = order();
  EXPECT_EQ(now(iccid).state, OrderState::allocated);
  const auto answer = w.confirm_order({.iccid = iccid, .eid = card_eid(2), .releaseFlag = true});
  EXPECT_EQ(Es2World::confirmed(answer).eid, card_eid(2));
  EXPECT_EQ(Es2World::confirmed(answer).smdpAddress, std::string(kAddress));
  EXPECT_TRUE(now(iccid).eid_ordered);
  MiniCard other = w.card(1), right = w.card(2);
  EXPECT_EQ(w.authenticate(other, now(iccid).matchingId).error(), Refusal::eid_not_expected);
  EXPECT_TRUE(w.download(right, now(iccid)));
}

TEST_F(Es2Orders, get_a_matching_id_that_nobody_guesses) {
  const Order one = confirmed({}), two = confirmed({});
  EXPECT_EQ(one.matchingId->value().size(), 32u);
  EXPECT_TRUE(one.matchingId->keeps_grammar());
  EXPECT_NE(one.matchingId, two.matchingId);
  EXPECT_EQ(confirmed({.matchingId = "MY-TOKEN-1"}).matchingId->value(), "MY-TOKEN-1");
}

TEST_F(Es2Orders, with_an_empty_matching_id_wait_for_their_eid_at_the_default_server) {
  const Order order = confirmed({.eid = card_eid(1), .matchingId = "", .releaseFlag = true});
  MiniCard card = w.card(1);
  const auto offer = w.authenticate(card, std::nullopt);
  ASSERT_TRUE(offer);
  EXPECT_TRUE(w.get(card, *offer));
  EXPECT_EQ(now(order.iccid).state, OrderState::downloaded);
}

TEST_F(Es2Orders, keep_of_a_confirmation_code_its_hash_alone) {
  messages::ConfirmOrderRequest request{.releaseFlag = true};
  request.confirmationCode = SecretBytes(to_bytes("4711"));
  const Order order = confirmed(std::move(request));
  EXPECT_EQ(order.confirmation, crypto::sha256(view("4711")));
  MiniCard card = w.card();
  EXPECT_EQ(w.download(card, order, "4712").error(), Refusal::confirmation_code_refused);
  EXPECT_TRUE(w.download(card, order, "4711"));
}

TEST_F(Es2Orders, without_an_eid_are_open_for_a_day_at_most) {
  w.mno.policy.unbound_lifetime = hours(100);
  EXPECT_EQ(confirmed({.releaseFlag = true}).expires, kStart + hours(24));
  w.mno.policy.unbound_lifetime = hours(2);
  EXPECT_EQ(confirmed({.releaseFlag = true}).expires, kStart + hours(2));
  EXPECT_EQ(confirmed({.eid = card_eid(1), .releaseFlag = true}).expires, std::nullopt);
  w.mno.policy.lifetime = hours(1);
  EXPECT_EQ(confirmed({.releaseFlag = true}).expires, kStart + hours(1));
  EXPECT_EQ(confirmed({.eid = card_eid(1), .releaseFlag = true}).expires, kStart + hours(1));
}

TEST_F(Es2Orders, are_open_from_their_release_on) {
  w.mno.policy.lifetime = hours(1);
  const Order order = confirmed({.eid = card_eid(1)});
  EXPECT_EQ(order.expires, std::nullopt);
  w.clock.advance(hours(5));
  EXPECT_FALSE(w.release_profile({.iccid = order.iccid}).refusal);
  EXPECT_EQ(now(order.iccid).expires, kStart + hours(6));
}

TEST_F(Es2Orders, have_the_policies_of_their_operator) {
  w.mno.policy = {.allow_unbound = true,
                  .rebind = false,
                  .reinstall = Reinstall::after_deletion,
                  .uses = 3,
                  .confirmation_attempts = 5};
  const Order order = confirmed({});
  EXPECT_FALSE(order.rebind);
  EXPECT_EQ(order.reinstall, Reinstall::after_deletion);
  EXPECT_EQ(order.uses, 3u);
  EXPECT_EQ(order.confirmation_limit, 5u);
}

TEST_F(Es2Orders, leave_nothing_of_themselves_in_a_profile_back_in_stock) {
  const Order stocked = w.stock();
  w.mno.policy.reinstall = Reinstall::after_deletion;
  w.mno.policy.uses = 0;
  messages::ConfirmOrderRequest request{.iccid = stocked.iccid, .smdsAddress = "smds.example.com"};
  request.confirmationCode = SecretBytes(to_bytes("4711"));
  request.releaseFlag = true;
  EXPECT_FALSE(w.download_order({.eid = card_eid(1), .iccid = stocked.iccid}).refusal);
  Es2World::confirmed(w.confirm_order(std::move(request)));
  // It was installed and deleted again before.
  MiniCard card = w.card(1);
  const auto bpp = w.download(card, now(stocked.iccid), "4711");
  ASSERT_TRUE(bpp);
  handle_notification(w.ports, card.success(bpp->transactionId, stocked.iccid));
  handle_notification(w.ports,
                      card.notification(messages::NotificationEventBit::notificationDelete, stocked.iccid));
  const Order freed = now(stocked.iccid);
  ASSERT_EQ(freed.state, OrderState::released);
  ASSERT_FALSE(w.cancel_by_name(freed, FinalProfileStatus::available).refusal);
  Order after = now(stocked.iccid);
  after.version = stocked.version;
  EXPECT_EQ(after, stocked);
  MiniCard other = w.card(2);
  EXPECT_EQ(w.authenticate(other, freed.matchingId).error(), Refusal::matching_id_unknown);
}

TEST_F(Es2Orders, whose_only_package_failed_on_its_chip_can_be_cancelled_to_available) {
  const Order order = confirmed({.releaseFlag = true});
  MiniCard card = w.card();
  const auto bpp = w.download(card, order);
  EXPECT_EQ(w.cancel_by_name(now(order.iccid), FinalProfileStatus::available).refusal,
            Es2Refusal::order_not_pending);
  handle_notification(
      w.ports, card.failure(bpp->transactionId, order.iccid, messages::ErrorReason::incorrectInputValues));
  EXPECT_EQ(now(order.iccid).state, OrderState::error);
  EXPECT_FALSE(w.cancel_by_name(now(order.iccid), FinalProfileStatus::available).refusal);
}

/// Two packages went out, and the first's result was never heard: it may have been installed.
TEST_F(Es2Orders, of_which_a_package_is_unheard_of_stay_with_their_chip) {
  const Order order = confirmed({.releaseFlag = true});
  MiniCard card = w.card();
  ASSERT_TRUE(w.download(card, order));
  const auto second = w.download(card, order);
  handle_notification(w.ports,
                      card.failure(second->transactionId, order.iccid,
                                   messages::ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc));
  EXPECT_EQ(now(order.iccid).state, OrderState::error);
  EXPECT_EQ(w.cancel_by_name(now(order.iccid), FinalProfileStatus::available).refusal,
            Es2Refusal::package_delivered);
  EXPECT_FALSE(w.cancel_by_name(now(order.iccid), FinalProfileStatus::unavailable).refusal);
  EXPECT_EQ(now(order.iccid).state, OrderState::unavailable);
}

// ---- events at an SM-DS ----

TEST_F(Es2Orders, with_an_smds_are_announced_there_before_they_are_open) {
  w.registrar.meanwhile = [&] {
    const auto all = *w.orders.list({}, std::nullopt, 10);
    for (const Order& o : all) EXPECT_NE(o.state, OrderState::released);
  };
  const Order order = confirmed({.eid = card_eid(1), .smdsAddress = "smds.example.com", .releaseFlag = true});
  EXPECT_EQ(order.state, OrderState::released);
  EXPECT_EQ(order.smdsAddress, "smds.example.com");
  EXPECT_EQ(w.registrar.registered, std::vector<std::string>{"smds.example.com " + card_eid(1).digits() +
                                                             " " + order.matchingId->value()});
  EXPECT_TRUE(deletions().empty());
}

TEST_F(Es2Orders, are_announced_at_their_release_and_no_sooner) {
  const Order order = confirmed({.eid = card_eid(1), .smdsAddress = "smds.example.com"});
  EXPECT_TRUE(w.registrar.registered.empty());
  EXPECT_FALSE(w.release_profile({.iccid = order.iccid}).refusal);
  EXPECT_EQ(w.registrar.registered.size(), 1u);
}

TEST_F(Es2Orders, that_an_smds_did_not_take_are_as_they_were) {
  const Iccid iccid = order();
  const Order before = now(iccid);
  w.registrar.outcome = EventRegistrar::Outcome::unreachable;
  const auto confirm = [&](const char* call) {
    return w.confirm_order({.header = {"1.2.3", call},
                            .iccid = iccid,
                            .eid = card_eid(1),
                            .smdsAddress = "smds.example.com",
                            .releaseFlag = true});
  };
  EXPECT_EQ(confirm("a").refusal, Es2Refusal::smds_unreachable);
  Order after = now(iccid);
  after.version = before.version;
  EXPECT_EQ(after, before);
  w.registrar.outcome = EventRegistrar::Outcome::registered;
  EXPECT_FALSE(confirm("b").refusal);
}

TEST_F(Es2Orders, that_are_cancelled_take_their_event_away) {
  const Order order = confirmed({.eid = card_eid(1), .smdsAddress = "smds.example.com", .releaseFlag = true});
  EXPECT_TRUE(deletions().empty());
  EXPECT_FALSE(w.cancel_by_name(order, FinalProfileStatus::available).refusal);
  EXPECT_EQ(deletions(), w.registrar.registered);
}

TEST_F(Es2Orders, that_were_not_announced_have_no_event_to_take_away) {
  const Order order = confirmed({.eid = card_eid(1), .smdsAddress = "smds.example.com"});
  EXPECT_FALSE(w.cancel_by_name(order, FinalProfileStatus::available).refusal);
  EXPECT_TRUE(deletions().empty());
}

TEST_F(Es2Orders, whose_smds_was_not_heard_leave_no_event_there) {
  const Iccid iccid = order();
  w.registrar.outcome = EventRegistrar::Outcome::unheard;
  const auto answer = w.confirm_order(
      {.iccid = iccid, .eid = card_eid(1), .smdsAddress = "smds.example.com", .releaseFlag = true});
  EXPECT_EQ(answer.refusal, Es2Refusal::smds_unreachable);
  EXPECT_EQ(now(iccid).state, OrderState::allocated);
  EXPECT_EQ(deletions(), w.registrar.registered);
}

/// The SM-DS has the event when somebody else cancels: it goes again.
TEST_F(Es2Orders, that_were_cancelled_while_they_were_announced_leave_no_event) {
  const Iccid iccid = order();
  w.registrar.meanwhile = [&] { EXPECT_FALSE(w.cancel_order({.iccid = iccid}).refusal); };
  const auto answer = w.confirm_order(
      {.iccid = iccid, .eid = card_eid(1), .smdsAddress = "smds.example.com", .releaseFlag = true});
  EXPECT_EQ(answer.refusal, Es2Refusal::profile_not_ordered);
  EXPECT_EQ(now(iccid).state, OrderState::available);
  ASSERT_EQ(w.registrar.registered.size(), 1u);
  EXPECT_EQ(deletions(), w.registrar.registered);
}

class Es2Promises : public Es2Orders {
 protected:
  /// What the first row in the way of an order's events is, once a call ended so; none where it is not due.
  std::optional<OutgoingKind> first_row_after(EventRegistrar::Outcome outcome,
                                              std::optional<Es2Refusal> refusal) {
    const Iccid iccid = order();
    w.registrar.outcome = outcome;
    const auto answer = w.confirm_order(
        {.iccid = iccid, .eid = card_eid(1), .smdsAddress = "smds.example.com", .releaseFlag = true});
    EXPECT_EQ(answer.refusal, refusal);
    const auto rows = due();
    if (rows.empty()) return std::nullopt;
    EXPECT_EQ(still_holds(w.orders, rows[0].what).value(), refusal.has_value());
    EXPECT_TRUE(w.orders.outbox().delivered(rows[0].number));
    return rows[0].what.kind;
  }
  std::vector<Queued> due() {
    return *w.orders.outbox().claim({Lane::events, "smds.example.com"}, w.clock.now(), seconds(60), 9);
  }
};

TEST_F(Es2Promises, are_settled_with_the_call_and_nothing_waits_behind_them) {
  using enum EventRegistrar::Outcome;
  EXPECT_EQ(first_row_after(registered, std::nullopt), OutgoingKind::delete_event);
  const auto next = due();
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].what.kind, OutgoingKind::register_event) << "at once";
  EXPECT_EQ(first_row_after(refused, Es2Refusal::smds_refused), OutgoingKind::delete_event);
}

TEST_F(Es2Promises, go_where_nothing_was_sent) {
  EXPECT_EQ(first_row_after(EventRegistrar::Outcome::unreachable, Es2Refusal::smds_unreachable), std::nullopt);
  w.clock.advance(registration_limit);
  EXPECT_TRUE(due().empty()) << "an address that was wrong leaves nothing behind";
}

TEST_F(Es2Promises, wait_where_the_registration_may_still_be_on_its_way) {
  EXPECT_EQ(first_row_after(EventRegistrar::Outcome::unheard, Es2Refusal::smds_unreachable), std::nullopt);
  w.clock.advance(registration_limit);
  EXPECT_EQ(due().size(), 1u);
}

/// As seen by another node while the call goes on, or after the server died in it.
TEST_F(Es2Promises, wait_until_the_call_has_ended) {
  w.registrar.meanwhile = [&] { EXPECT_TRUE(due().empty()); };
  EXPECT_EQ(first_row_after(EventRegistrar::Outcome::registered, std::nullopt), OutgoingKind::delete_event);
}

/// The store fails at every step, before and after it took effect, and nobody asks again: an event stands
/// where the order is open with it, and is taken away where it is not.
TEST(Es2Events, stand_where_their_order_is_open_and_nowhere_else) {
  for (auto when : {FaultyOrders::When::before, FaultyOrders::When::after}) {
    for (int at = 0;; ++at) {
      Es2World w;
      w.stock();
      const Iccid iccid = Es2World::ordered(w.download_order({.eid = card_eid(1), .profileType = "Test"}));
      FaultyOrders faulty(w.orders);
      Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
                  faulty,  w.sessions, w.observer,      w.settings};
      Es2Ports es2{ports, w.told, &w.registrar};
      faulty.fail_at(at, when);
      const messages::ConfirmOrderRequest request{.header = {"1.2.3", "confirm"},
                                                  .iccid = iccid,
                                                  .smdsAddress = "smds.example.com",
                                                  .releaseFlag = true};
      (void)confirm_order(es2, w.mno, request, view(messages::to_json(request)));
      const bool open = (**w.orders.find(iccid)).state == OrderState::released;
      const bool registered = !w.registrar.registered.empty();
      EXPECT_TRUE(registered || !open);
      const bool gone = !all_deletions(w).empty();
      EXPECT_TRUE(!registered || gone != open) << "failure at " << at;
      if (faulty.calls() <= at) break;
    }
  }
}

}  // namespace
}  // namespace sealift::smdp
