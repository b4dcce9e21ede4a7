// What an operator, and an SM-DS, are told of an order, function by function.
#include "smdp/event_rows.hpp"
#include "smdp/test_world.hpp"

namespace sealift::smdp::testing {
namespace {

using namespace std::chrono_literals;
using messages::CancelSessionReason;
using messages::ErrorReason;
using messages::NotificationEventBit;

struct Everybody final : CallbackList {
  Told told(const std::string& tenant) const override { return tenant == "silent" ? Told::nothing : how; }
  Told how = Told::progress;
};
struct Counting final : Bell {
  void ring() override { ++rings; }
  int rings = 0;
};

class Callbacks : public ::testing::Test {
 protected:
  Callbacks() {
    w_.ports.callbacks = &list_;
    w_.ports.bell = &bell_;
  }
  /// Takes all that waits, in order, as "point:subject/reason", "point" of a success, or "+event" and
  /// "-event".
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (;;) {
      std::vector<Queued> rows;
      const auto addressees = *w_.orders.outbox().addressees(w_.clock.now());
      for (const Addressee& whose : addressees) {
        auto taken = *w_.orders.outbox().claim(whose, w_.clock.now(), 60s, 100);
        std::move(taken.begin(), taken.end(), std::back_inserter(rows));
      }
      if (rows.empty()) return out;
      for (const Queued& row : rows) {
        EXPECT_TRUE(w_.orders.outbox().delivered(row.number));
        EXPECT_EQ(row.what.at, w_.clock.now());
        out.push_back(print(row.what));
      }
    }
  }
  std::string print(const Outgoing& what) {
    if (lane_of(what.kind) == Lane::events) {
      event_ = *decode_event(what.content);
      return (what.kind == OutgoingKind::register_event ? "+" : "-") + event_.eventId + " at " +
             what.destination;
    }
    last_ = *decode_progress(what.content);
    EXPECT_EQ(what.kind == OutgoingKind::notification, last_.point > Point::installation);
    const std::string point = std::to_string(static_cast<int>(last_.point));
    return last_.subjectCode.empty() ? point : point + ":" + last_.subjectCode + "/" + last_.reasonCode;
  }
  TransactionId deliver(const Order& order) {
    const auto offer = w_.authenticate(card_, order.matchingId);
    EXPECT_TRUE(offer);
    EXPECT_TRUE(w_.get(card_, *offer));
    return offer->transactionId;
  }
  bool report(const messages::HandleNotification& n) { return handle_notification(w_.ports, n); }
  using Rows = std::vector<std::string>;

  World w_;
  MiniCard card_ = w_.card();
  Everybody list_;
  Counting bell_;
  Progress last_;
  Event event_;
};

TEST_F(Callbacks, tell_of_the_download_and_of_the_installation_with_its_result) {
  const Order order = w_.order();
  EXPECT_TRUE(told().empty());
  const TransactionId id = deliver(order);
  EXPECT_EQ(told(), (Rows{"3"}));
  EXPECT_EQ(last_.eid, card_.eid);
  EXPECT_FALSE(last_.resultData);
  EXPECT_EQ(bell_.rings, 1);
  const auto result = card_.success(id, order.iccid);
  ASSERT_TRUE(report(result));
  EXPECT_EQ(told(), (Rows{"4"}));
  const auto& pir = std::get<messages::ProfileInstallationResult>(result.pendingNotification.alt);
  EXPECT_EQ(last_.resultData, asn1::encode(pir));
  ASSERT_TRUE(report(result));
  EXPECT_TRUE(told().empty()) << "once, however often the card says it";
}

TEST_F(Callbacks, tell_of_an_installation_though_a_later_package_went_out) {
  const Order order = w_.order({.reinstall = Reinstall::same_eid});
  ASSERT_TRUE(report(card_.success(deliver(order), order.iccid)));
  const auto deletion = card_.notification(NotificationEventBit::notificationDelete, order.iccid);
  const auto second = card_.success(deliver(order), order.iccid);
  const TransactionId third = deliver(order);
  EXPECT_EQ(told(), (Rows{"3", "4", "3", "3"}));
  ASSERT_TRUE(report(deletion));
  ASSERT_TRUE(report(second));
  EXPECT_EQ(told(), (Rows{"4"}));
  ASSERT_TRUE(
      report(card_.failure(third, order.iccid, ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc)));
  EXPECT_EQ(w_.now(order).state, OrderState::installed);
}

TEST_F(Callbacks, tell_nothing_to_operators_that_did_not_ask) {
  list_.how = Told::nothing;
  const Order order = w_.order();
  ASSERT_TRUE(report(card_.success(deliver(order), order.iccid)));
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(bell_.rings, 0);
}

TEST_F(Callbacks, tell_why_an_installation_failed) {
  const std::vector<std::pair<ErrorReason, std::string>> reasons{
      {ErrorReason::installFailedDueToInsufficientMemoryForProfile, "4:8.1/4.8"},
      {ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc, "4:8.2.1/3.3"},
      {ErrorReason::pprNotAllowed, "4:8.2.8/1.2"},
      {ErrorReason::installFailedDueToInterruption, "4:8.2.10/4.2"},
      {ErrorReason::installFailedDueToPEProcessingError, "4:8.2.10/4.2"}};
  for (const auto& [reason, expected] : reasons) {
    const Order order = w_.order();
    ASSERT_TRUE(report(card_.failure(deliver(order), order.iccid, reason)));
    EXPECT_EQ(told(), (Rows{"3", expected}));
    EXPECT_TRUE(last_.resultData);
  }
}

TEST_F(Callbacks, tell_of_an_euicc_that_cannot_have_the_profile) {
  const Order order = w_.order();
  card_.info2.uiccCapability = {messages::UiccCapabilityBit::usimSupport};
  ASSERT_FALSE(w_.authenticate(card_, order.matchingId));
  EXPECT_EQ(told(), (Rows{"1:8.2.5/4.3"}));
  EXPECT_EQ(last_.eid, card_.eid);
  EXPECT_EQ(w_.now(order).state, OrderState::released);
  MiniCard other = w_.card(1);
  EXPECT_TRUE(w_.authenticate(other, order.matchingId)) << "the order is as it was";
}

TEST_F(Callbacks, tell_of_refusals_so_many_in_a_time) {
  Limiter limiter(3, 600s);
  w_.ports.notices = &limiter;
  const Order order = w_.order();
  card_.info2.uiccCapability = {messages::UiccCapabilityBit::usimSupport};
  for (int i = 0; i < 20; ++i) (void)w_.authenticate(card_, order.matchingId);
  EXPECT_EQ(told().size(), 3u) << "a phone that asks in a loop fills no outbox";
}

TEST_F(Callbacks, tell_of_the_last_download_attempt) {
  w_.settings.max_download_attempts = 1;
  const Order order = w_.order();
  (void)deliver(order);
  ASSERT_FALSE(w_.authenticate(card_, order.matchingId));
  EXPECT_EQ(told(), (Rows{"3", "1:8.8.5/6.4"}));
  ASSERT_FALSE(w_.authenticate(card_, order.matchingId));
  EXPECT_TRUE(told().empty()) << "it ended once";
}

TEST_F(Callbacks, tell_of_wrong_confirmation_codes_and_of_the_last_one) {
  const Order order =
      w_.order({.confirmationCode = SecretBytes(to_bytes("1234")), .confirmationAttempts = 2});
  const auto offer = w_.authenticate(card_, order.matchingId);
  ASSERT_TRUE(offer);
  ASSERT_FALSE(w_.get(card_, *offer));
  EXPECT_TRUE(told().empty()) << "none was given";
  ASSERT_FALSE(w_.get(card_, *offer, "0000"));
  EXPECT_EQ(told(), (Rows{"2:8.2.7/3.8"}));
  ASSERT_FALSE(w_.get(card_, *offer, "0001"));
  EXPECT_EQ(told(), (Rows{"2:8.2.7/6.4"}));
}

TEST_F(Callbacks, tell_why_a_session_was_cancelled_for_good) {
  const std::vector<std::pair<CancelSessionReason, std::string>> reasons{
      {CancelSessionReason::endUserRejection, "3:8.8.5/3.8"},
      {CancelSessionReason::pprNotAllowed, "3:8.2.8/1.2"},
      {CancelSessionReason::metadataMismatch, "3:8.2.9/3.11"},
      {CancelSessionReason::loadBppExecutionError, "3:8.2.10/4.2"},
      {CancelSessionReason::undefinedReason, "3:8/4.2"},
      {CancelSessionReason::postponed, ""},
      {CancelSessionReason::timeout, ""}};
  for (const auto& [reason, expected] : reasons) {
    const Order order = w_.order();
    const auto offer = w_.authenticate(card_, order.matchingId);
    ASSERT_TRUE(offer);
    ASSERT_TRUE(w_.cancel(offer->transactionId, card_.cancel(offer->transactionId, reason)));
    EXPECT_EQ(told(), expected.empty() ? Rows{} : Rows{expected});
  }
}

TEST_F(Callbacks, tell_of_expiry_once_when_somebody_asks_or_by_itself) {
  const Order asked = w_.order({.expires = kStart + 60s}), left = w_.order({.expires = kStart + 60s});
  EXPECT_EQ(*expire_orders(w_.ports, 10), 0u);
  w_.clock.advance(60s);
  EXPECT_EQ(w_.authenticate(card_, asked.matchingId).error(), Refusal::order_expired);
  EXPECT_EQ(told(), (Rows{"1:8.8.5/4.10"}));
  EXPECT_EQ(w_.authenticate(card_, asked.matchingId).error(), Refusal::order_expired) << "the answer stays";
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(*expire_orders(w_.ports, 10), 1u);
  EXPECT_EQ(told(), (Rows{"1:8.8.5/4.10"}));
  EXPECT_FALSE(last_.eid);
  EXPECT_EQ(w_.now(left).state, OrderState::error);
  EXPECT_EQ(*expire_orders(w_.ports, 10), 0u);
}

TEST_F(Callbacks, wait_for_the_result_of_what_was_given_out_in_time) {
  const Order order = w_.order({.expires = kStart + 60s});
  const TransactionId id = deliver(order);
  EXPECT_EQ(told(), (Rows{"3"}));
  w_.clock.advance(60s);
  EXPECT_EQ(*expire_orders(w_.ports, 10), 0u);
  EXPECT_EQ(w_.authenticate(card_, order.matchingId).error(), Refusal::order_expired);
  EXPECT_TRUE(told().empty());
  w_.clock.advance(w_.settings.result_grace);
  EXPECT_EQ(*expire_orders(w_.ports, 10), 1u);
  EXPECT_EQ(told(), (Rows{"4:8.8.5/4.10"}));
  ASSERT_TRUE(report(card_.success(id, order.iccid)));
  EXPECT_EQ(told(), (Rows{"4"})) << "the eUICC has it all the same";
  EXPECT_EQ(w_.now(order).state, OrderState::installed);
}

TEST_F(Callbacks, tell_peers_of_v3_of_profiles_enabled_disabled_and_deleted) {
  for (Told how : {Told::progress, Told::notifications}) {
    list_.how = how;
    const Order order = w_.order();
    ASSERT_TRUE(report(card_.success(deliver(order), order.iccid)));
    const auto enabled = card_.notification(NotificationEventBit::notificationEnable, order.iccid);
    ASSERT_TRUE(report(enabled));
    ASSERT_TRUE(report(enabled));
    ASSERT_TRUE(report(card_.notification(NotificationEventBit::notificationDisable, order.iccid)));
    ASSERT_TRUE(report(card_.notification(NotificationEventBit::notificationDelete, order.iccid)));
    EXPECT_EQ(told(), how == Told::progress ? (Rows{"3", "4"}) : (Rows{"3", "4", "5", "6", "7"}));
  }
}

TEST_F(Callbacks, tell_of_an_installation_that_is_heard_of_after_the_deletion) {
  const Order order = w_.order();
  const auto result = card_.success(deliver(order), order.iccid);
  ASSERT_TRUE(report(card_.notification(NotificationEventBit::notificationDelete, order.iccid)));
  EXPECT_EQ(told(), (Rows{"3"}));
  ASSERT_TRUE(report(result));
  EXPECT_EQ(told(), (Rows{"4"}));
  ASSERT_TRUE(report(result));
  EXPECT_TRUE(told().empty());
}

/// One chip installs, deletes, and does both again. Its four notifications arrive in some order; the second
/// package goes out before number `second` of them.
class EveryOrder : public Callbacks {
 protected:
  /// What was told, sorted; none where it cannot come so.
  std::optional<Rows> told_after(Reinstall policy, const std::array<size_t, 4>& arrival, size_t second) {
    (void)told();
    order_ = w_.order({.eid = card_.eid, .reinstall = policy, .uses = 0});
    std::vector<messages::HandleNotification> said;
    use(said);
    for (size_t i = 0; i < arrival.size(); ++i) {
      if (i == second) use(said);
      if (arrival[i] >= said.size()) return std::nullopt;
      for (int twice = 0; twice < 2; ++twice) EXPECT_TRUE(report(said[arrival[i]]));
    }
    Rows rows = told();
    std::ranges::sort(rows);
    return rows;
  }
  /// Nothing happens where the order gives no package out any more.
  void use(std::vector<messages::HandleNotification>& said) {
    const auto offer = w_.authenticate(card_, order_.matchingId);
    if (!offer || !w_.get(card_, *offer)) return;
    said.push_back(card_.success(offer->transactionId, order_.iccid));
    said.push_back(card_.notification(NotificationEventBit::notificationDelete, order_.iccid));
  }
  Order order_;
};

TEST_F(EveryOrder, of_notifications_tells_of_each_installation_and_deletion_once) {
  list_.how = Told::notifications;
  for (auto policy :
       {Reinstall::never, Reinstall::same_eid, Reinstall::after_deletion, Reinstall::perpetual}) {
    int walked = 0;
    for (size_t second = 0; second <= 2; ++second) {
      std::array<size_t, 4> arrival{0, 1, 2, 3};
      do {
        const auto rows = told_after(policy, arrival, second);
        if (!rows) continue;
        ++walked;
        EXPECT_EQ(*rows, (Rows{"3", "3", "4", "4", "7", "7"}))
            << name(policy) << ", " << ::testing::PrintToString(arrival) << ", " << second;
        if (policy == Reinstall::same_eid) {
          EXPECT_EQ(w_.now(order_).installs, 2u);
        }
      } while (std::ranges::next_permutation(arrival).found);
    }
    EXPECT_GE(walked, 24) << name(policy);
  }
}

TEST_F(Callbacks, tell_of_an_installation_though_the_order_was_cancelled_meanwhile) {
  const Order order = w_.order();
  const auto result = card_.success(deliver(order), order.iccid);
  Transition withdrawn{.after = w_.now(order)};
  withdrawn.after.state = OrderState::unavailable;
  ASSERT_TRUE(w_.orders.apply(withdrawn));
  (void)told();
  for (int twice = 0; twice < 2; ++twice) ASSERT_TRUE(report(result));
  EXPECT_EQ(told(), (Rows{"4"}));
  EXPECT_EQ(w_.now(order).state, OrderState::unavailable);
}

TEST_F(Callbacks, tell_of_an_installation_of_a_chip_that_the_order_has_left) {
  const Order order = w_.order({.reinstall = Reinstall::after_deletion, .uses = 0});
  const auto first = card_.success(deliver(order), order.iccid);
  (void)card_.notification(NotificationEventBit::notificationDelete, order.iccid);
  const auto second = card_.success(deliver(order), order.iccid);
  ASSERT_TRUE(report(card_.notification(NotificationEventBit::notificationDelete, order.iccid)));
  ASSERT_TRUE(report(second));
  ASSERT_FALSE(w_.now(order).eid) << "another chip may have it";
  (void)told();
  for (int twice = 0; twice < 2; ++twice) ASSERT_TRUE(report(first));
  EXPECT_EQ(told(), (Rows{"4"}));
  EXPECT_EQ(last_.eid, card_.eid);
}

TEST_F(Callbacks, keep_nothing_of_a_change_that_was_not_made) {
  const Order order = w_.order();
  const TransactionId id = deliver(order);
  (void)told();
  Transition t{.after = order};  // of an old version
  tell(w_.ports, t, {Point::installation, card_.eid, std::nullopt, {}});
  ASSERT_FALSE(w_.orders.apply(t));
  EXPECT_TRUE(told().empty());
  ASSERT_TRUE(report(card_.success(id, order.iccid)));
  EXPECT_EQ(told(), (Rows{"4"}));
}

TEST_F(Callbacks, read_back_what_was_written) {
  const Progress progress{.call = {1, 2},
                          .point = Point::installation,
                          .eid = card_.eid,
                          .profileType = "t",
                          .subjectCode = "8.1",
                          .reasonCode = "4.8",
                          .resultData = Bytes{1}};
  EXPECT_EQ(*decode_progress(encode(progress)), progress);
  const Event event{{3}, card_.eid, "ABC", "smdp.example.com"};
  EXPECT_EQ(*decode_event(encode(event)), event);
  EXPECT_FALSE(decode_progress(encode(event)));
}

class Events : public Callbacks {
 protected:
  Order announced(CreateOrder how = {}) {
    how.eid = card_.eid;
    how.smdsAddress = "smds.example.com";
    list_.how = Told::nothing;
    return w_.order(std::move(how));
  }
  std::string registered(const Order& order) {
    return "+" + order.matchingId->value() + " at smds.example.com";
  }
  std::string deleted(const Order& order) { return "-" + order.matchingId->value() + " at smds.example.com"; }
};

TEST_F(Events, are_there_from_the_release_to_the_installation) {
  const Order order = announced();
  EXPECT_EQ(told(), (Rows{registered(order)}));
  EXPECT_EQ(event_.eid, card_.eid);
  EXPECT_EQ(event_.rspServerAddress, kAddress);
  const TransactionId id = deliver(order);
  EXPECT_TRUE(told().empty());
  ASSERT_TRUE(report(card_.success(id, order.iccid)));
  EXPECT_EQ(told(), (Rows{deleted(order)}));
}

TEST_F(Events, stay_while_the_download_may_be_tried_again) {
  const Order order = announced();
  ASSERT_TRUE(
      report(card_.failure(deliver(order), order.iccid, ErrorReason::installFailedDueToInterruption)));
  EXPECT_EQ(told(), (Rows{registered(order)}));
  ASSERT_TRUE(report(card_.failure(deliver(order), order.iccid, ErrorReason::pprNotAllowed)));
  EXPECT_EQ(told(), (Rows{deleted(order)}));
}

TEST_F(Events, go_with_an_order_that_is_cancelled_expires_or_is_asked_for_too_often) {
  const Order cancelled = announced();
  const auto offer = w_.authenticate(card_, cancelled.matchingId);
  ASSERT_TRUE(offer);
  ASSERT_TRUE(w_.cancel(offer->transactionId,
                        card_.cancel(offer->transactionId, CancelSessionReason::endUserRejection)));
  EXPECT_EQ(told(), (Rows{registered(cancelled), deleted(cancelled)}));

  const Order spent = announced();
  w_.settings.max_download_attempts = 0;
  ASSERT_FALSE(w_.authenticate(card_, spent.matchingId));
  EXPECT_EQ(told(), (Rows{registered(spent), deleted(spent)}));

  const Order expired = announced({.expires = w_.clock.now() + 1s});
  EXPECT_EQ(told(), (Rows{registered(expired)}));
  w_.clock.advance(1s);
  EXPECT_EQ(*expire_orders(w_.ports, 10), 1u);
  EXPECT_EQ(told(), (Rows{deleted(expired)}));
}

TEST_F(Events, come_again_with_a_profile_that_is_released_again) {
  const Order order = announced({.reinstall = Reinstall::after_deletion, .uses = 2});
  ASSERT_TRUE(report(card_.success(deliver(order), order.iccid)));
  EXPECT_EQ(told(), (Rows{registered(order), deleted(order)}));
  ASSERT_TRUE(report(card_.notification(NotificationEventBit::notificationDelete, order.iccid)));
  EXPECT_EQ(told(), (Rows{registered(order)}));
}

TEST_F(Events, are_not_told_of_what_has_changed_again_since) {
  const Order order = announced({.reinstall = Reinstall::after_deletion, .uses = 2});
  ASSERT_TRUE(report(card_.success(deliver(order), order.iccid)));
  ASSERT_TRUE(report(card_.notification(NotificationEventBit::notificationDelete, order.iccid)));
  // The rows are: register, delete, register. Nothing was sent yet, and the event is needed.
  std::vector<bool> holds;
  for (int i = 0; i < 3; ++i) {
    const auto rows = *w_.orders.outbox().claim({Lane::events, "smds.example.com"}, w_.clock.now(), 60s, 10);
    ASSERT_EQ(rows.size(), 1u);
    holds.push_back(*still_holds(w_.orders, rows[0].what));
    ASSERT_TRUE(w_.orders.outbox().delivered(rows[0].number));
  }
  EXPECT_EQ(holds, (std::vector{true, false, true}));
  const Order now = w_.now(order);
  const auto withdrawal =
      event_withdrawal(w_.ports, now, *now.smdsAddress, *now.eid, now.matchingId->value(), w_.clock.now());
  EXPECT_FALSE(*still_holds(w_.orders, withdrawal)) << "the order is open with it";
  auto other = event_withdrawal(w_.ports, now, *now.smdsAddress, *now.eid, "OTHER", w_.clock.now());
  EXPECT_TRUE(*still_holds(w_.orders, other));
}

TEST_F(Events, need_an_eid_and_a_matching_id) {
  const Order stock = w_.order();
  CreateOrder how{.iccid = stock.iccid, .smdsAddress = "smds.example.com"};
  EXPECT_EQ(create_order(w_.ports, access::administrator("tester"), how).error().kind, ErrorKind::invalid);
  how.eid = card_.eid;
  how.matchingId = MatchingId();
  EXPECT_EQ(create_order(w_.ports, access::administrator("tester"), how).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace sealift::smdp::testing
