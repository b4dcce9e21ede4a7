// What every order store must do, as typed tests: each store instantiates them in a test of its own.
//
// `Fixture` has `OrderStore& store()`, empty at the start of each test, and `Outbox& outbox()` with its rows.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "smdp/ports.hpp"

namespace sealift::smdp {

inline Iccid suite_iccid(int n) {
  return *Iccid::parse("89490000000000000" + std::to_string(100 + n));
}
inline Eid suite_eid(int n) {
  return *Eid::with_check_digits("8904903212345123451234567890" + std::to_string(10 + n));
}

inline constexpr Time kSuiteNow{std::chrono::seconds(1'790'000'000)};

inline Order suite_order(int n) {
  Order o{.iccid = suite_iccid(n), .state = OrderState::released};
  o.matchingId = *MatchingId::parse("ORDER-" + std::to_string(n));
  o.metadata = {0xBF, 0x25, 0x00};
  return o;
}
inline Transition suite_binding(const Order& order, int eid) {
  Transition t{.after = order, .package = Bytes{1, 2, static_cast<uint8_t>(eid)}};
  t.after.state = OrderState::downloaded;
  t.after.eid = suite_eid(eid);
  t.after.euiccOtpk = Bytes(65, static_cast<uint8_t>(eid));
  t.delivery = Delivery{*TransactionId::from_octets(Bytes(16, static_cast<uint8_t>(eid))), order.iccid,
                        suite_eid(eid), Bytes(66, 7)};
  t.audit = {Time{}, "test", "bind", ""};
  return t;
}

template <class Fixture>
class OrderStoreSuite : public Fixture {
 protected:
  void add(const Order& order) {
    auto done = this->store().add(order, {.content = {9, 9}, .keys = {8}}, {Time{}, "test", "import", ""});
    ASSERT_TRUE(done) << done.error().message;
  }
  Order get(const Iccid& iccid) { return **this->store().find(iccid); }
};
TYPED_TEST_SUITE_P(OrderStoreSuite);

TYPED_TEST_P(OrderStoreSuite, gives_back_every_field) {
  Order o = suite_order(1);
  o.eid = suite_eid(1);
  o.confirmation = Octets<32>{1, 2, 3};
  o.confirmation_attempts = 2;
  o.download_attempts = 3;
  o.expires = Time(std::chrono::seconds(1'900'000'000));
  o.protection = Protection::session_keys;
  o.needs = {3, 1, 15000, uint64_t{1} << 63 | 5};
  o.euiccOtpk = Bytes(65, 4);
  o.delivered = *TransactionId::from_octets(Bytes{1, 2});
  o.eid_ordered = true;
  o.confirmation_limit = 7;
  o.rebind = false;
  o.reinstall = Reinstall::after_deletion;
  o.uses = 5;
  o.installs = 4;
  o.last_event = uint64_t{1} << 40;
  o.tenant = "mno";
  o.profileType = "IoT 5G";
  o.smdsAddress = "smds.example.com";
  this->add(o);
  EXPECT_EQ(this->get(o.iccid), o);
  EXPECT_EQ(**this->store().find(*o.matchingId), o);
  this->add(Order{.iccid = suite_iccid(2)});
  EXPECT_EQ(this->get(suite_iccid(2)), Order{.iccid = suite_iccid(2)});
  auto profile = this->store().profile(o.iccid);
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->content, (Bytes{9, 9}));
  EXPECT_EQ(profile->keys, (Bytes{8}));
}

TYPED_TEST_P(OrderStoreSuite, tells_what_is_not_there) {
  EXPECT_FALSE(*this->store().find(suite_iccid(1)));
  EXPECT_FALSE(*this->store().find(*MatchingId::parse("NONE")));
  EXPECT_FALSE(*this->store().find(MatchingId()));
  EXPECT_FALSE(*this->store().find_default(suite_eid(1), kSuiteNow));
  EXPECT_FALSE(*this->store().delivery(*TransactionId::from_octets(Bytes{1})));
  EXPECT_EQ(this->store().profile(suite_iccid(1)).error().kind, ErrorKind::not_found);
  this->add(suite_order(1));
  EXPECT_EQ(this->store().package(suite_iccid(1)).error().kind, ErrorKind::not_found);
}

TYPED_TEST_P(OrderStoreSuite, refuses_an_iccid_or_matching_id_twice) {
  this->add(suite_order(1));
  EXPECT_EQ(this->store().add(suite_order(1), {}, {}).error().kind, ErrorKind::exists);
  Order same = suite_order(2);
  same.matchingId = suite_order(1).matchingId;
  EXPECT_EQ(this->store().add(same, {}, {}).error().kind, ErrorKind::exists);
  EXPECT_FALSE(*this->store().find(same.iccid)) << "nothing of a refused order may stay";
  this->add(suite_order(2));
  same.version = 0;
  EXPECT_EQ(this->store().apply({.after = same}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(this->get(same.iccid), suite_order(2));
}

TYPED_TEST_P(OrderStoreSuite, looks_a_matching_id_up_exactly) {
  Order o = suite_order(1);
  o.matchingId = *MatchingId::parse("Ünïcode' OR 1=1 --");
  this->add(o);
  EXPECT_TRUE(*this->store().find(*o.matchingId));
  EXPECT_FALSE(*this->store().find(*MatchingId::parse("ünïcode' OR 1=1 --")));
  EXPECT_FALSE(*this->store().find(*MatchingId::parse("Ünïcode' OR 1=1 -")));
}

TYPED_TEST_P(OrderStoreSuite, finds_the_oldest_default_order_that_waits_for_an_eid) {
  for (int n : {5, 3, 4}) {
    Order o = suite_order(n);
    o.matchingId = MatchingId();
    o.eid = suite_eid(1);
    if (n == 5) o.state = OrderState::installed;
    this->add(o);
  }
  Order other = suite_order(6);
  other.matchingId = MatchingId();
  other.eid = suite_eid(2);
  this->add(other);
  Order with_id = suite_order(1);
  with_id.eid = suite_eid(1);
  this->add(with_id);
  EXPECT_EQ((*this->store().find_default(suite_eid(1), kSuiteNow))->iccid, suite_iccid(3));
  EXPECT_EQ((*this->store().find_default(suite_eid(2), kSuiteNow))->iccid, suite_iccid(6));
  EXPECT_FALSE(*this->store().find_default(suite_eid(3), kSuiteNow));
}

TYPED_TEST_P(OrderStoreSuite, finds_a_default_order_to_install_again_where_none_waits) {
  for (int n : {1, 2, 3, 4}) {
    Order o = suite_order(n);
    o.matchingId = MatchingId();
    o.eid = suite_eid(1);
    o.installs = 1;
    o.uses = n == 1 ? 1 : 2;
    o.reinstall = n == 2 ? Reinstall::after_deletion : Reinstall::same_eid;
    o.state = n == 4 ? OrderState::released : n == 3 ? OrderState::deleted : OrderState::installed;
    this->add(o);
  }
  EXPECT_EQ((*this->store().find_default(suite_eid(1), kSuiteNow))->iccid, suite_iccid(4));
  Order waiting = this->get(suite_iccid(4));
  waiting.state = OrderState::error;
  ASSERT_TRUE(this->store().apply({.after = waiting}));
  EXPECT_EQ((*this->store().find_default(suite_eid(1), kSuiteNow))->iccid, suite_iccid(3));
}

TYPED_TEST_P(OrderStoreSuite, lets_no_expired_default_order_stand_before_one_that_waits) {
  for (int n : {1, 2}) {
    Order o = suite_order(n);
    o.matchingId = MatchingId();
    o.eid = suite_eid(1);
    o.expires = kSuiteNow + std::chrono::seconds(n == 1 ? 0 : 1);
    this->add(o);
  }
  const auto found = [&](int seconds) {
    return (*this->store().find_default(suite_eid(1), kSuiteNow + std::chrono::seconds(seconds)))->iccid;
  };
  EXPECT_EQ(found(-1), suite_iccid(1)) << "neither has expired: the oldest";
  EXPECT_EQ(found(0), suite_iccid(2));
  EXPECT_EQ(found(1), suite_iccid(1)) << "all have expired: the oldest, so that the answer says so";
}

TYPED_TEST_P(OrderStoreSuite, lists_in_pages_by_iccid) {
  for (int n : {4, 2, 3, 1}) this->add(suite_order(n));
  auto first = *this->store().list({}, std::nullopt, 3);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].iccid, suite_iccid(1));
  auto rest = *this->store().list({}, first[2].iccid, 3);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].iccid, suite_iccid(4));
}

TYPED_TEST_P(OrderStoreSuite, lists_by_tenant_type_and_state) {
  for (int n : {1, 2, 3}) {
    Order o = suite_order(n);
    o.tenant = n == 1 ? "a" : "b";
    o.profileType = n == 2 ? "x" : "y";
    if (n == 3) o.state = OrderState::confirmed;
    this->add(o);
  }
  const auto found = [&](const OrderFilter& filter) {
    auto listed = *this->store().list(filter, std::nullopt, 10);
    return listed.size() == 1 ? listed[0].iccid.digits() : std::to_string(listed.size());
  };
  EXPECT_EQ(found({}), "3");
  EXPECT_EQ(found({.tenant = "a"}), suite_iccid(1).digits());
  EXPECT_EQ(found({.tenant = "b"}), "2");
  EXPECT_EQ(found({.tenant = "b", .profileType = "x"}), suite_iccid(2).digits());
  EXPECT_EQ(found({.state = OrderState::confirmed}), suite_iccid(3).digits());
  EXPECT_EQ(found({.tenant = "c"}), "0");
  EXPECT_EQ(*this->store().stock("b"),
            (std::vector<StockCount>{{"x", OrderState::released, 1}, {"y", OrderState::confirmed, 1}}));
}

TYPED_TEST_P(OrderStoreSuite, finds_what_has_been_in_stock_for_longest) {
  for (int n : {5, 3, 4, 6}) {
    Order o{.iccid = suite_iccid(n)};
    o.tenant = n == 6 ? "other" : "mno";
    o.profileType = "type";
    this->add(o);
  }
  const auto available = [&](const char* type, size_t skip) {
    auto found = *this->store().find_available("mno", type, skip);
    return found ? found->iccid.digits() : std::string();
  };
  EXPECT_EQ(available("type", 0), suite_iccid(5).digits());
  EXPECT_EQ(available("type", 2), suite_iccid(4).digits());
  EXPECT_EQ(available("type", 3), "");
  EXPECT_EQ(available("", 0), "");
  Transition t{.after = this->get(suite_iccid(5))};
  t.after.state = OrderState::allocated;
  ASSERT_TRUE(this->store().apply(t));
  EXPECT_EQ(available("type", 0), suite_iccid(3).digits());
}

inline FunctionCall suite_call(uint8_t body, uint8_t answer) {
  return {{"mno/1.2.3", "downloadOrder", "call-1"}, Octets<32>{body}, Bytes{answer}, kSuiteNow};
}

TYPED_TEST_P(OrderStoreSuite, keeps_the_answer_of_a_call_with_the_change_it_made) {
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  t.call = suite_call(1, 7);
  ASSERT_TRUE(this->store().apply(t));
  const auto kept = *this->store().calls(t.call->key, t.call->digest);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].digest, t.call->digest);
  EXPECT_EQ(kept[0].answer, Bytes{7});
  EXPECT_EQ(kept[0].at, kSuiteNow);
  Transition again = suite_binding(this->get(suite_iccid(1)), 1);
  again.call = suite_call(1, 8);
  EXPECT_EQ(this->store().apply(again).error().kind, ErrorKind::exists);
  EXPECT_EQ(this->get(suite_iccid(1)).version, 1u) << "nothing of it was done";
  EXPECT_EQ(this->store().remember(suite_call(1, 8), {}).error().kind, ErrorKind::exists);
  EXPECT_TRUE(this->store().remember(suite_call(2, 9), {})) << "another body is another call";
  for (uint8_t body = 3; body < 110; ++body) ASSERT_TRUE(this->store().remember(suite_call(body, 0), {}));
  for (uint8_t body : {1, 2, 109}) {
    const auto both = *this->store().calls(t.call->key, Octets<32>{body});
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].digest, Octets<32>{body}) << "however many others there are";
    EXPECT_NE(both[1].digest, Octets<32>{body});
  }
  const auto others = *this->store().calls(t.call->key, Octets<32>{200});
  ASSERT_EQ(others.size(), 1u);
  EXPECT_TRUE(this->store().calls({"mno/1.2.3", "confirmOrder", "call-1"}, Octets<32>{1})->empty());
  EXPECT_TRUE(this->store().calls({"other", "downloadOrder", "call-1"}, Octets<32>{1})->empty());
}

TYPED_TEST_P(OrderStoreSuite, forgets_old_calls) {
  this->add(suite_order(1));
  ASSERT_TRUE(this->store().remember(suite_call(1, 7), {}));
  EXPECT_EQ(*this->store().prune(kSuiteNow), 0u);
  EXPECT_EQ(*this->store().prune(kSuiteNow + std::chrono::seconds(1)), 1u);
  EXPECT_TRUE(this->store().remember(suite_call(1, 7), {}));
}

inline Outgoing suite_outgoing(int order, OutgoingKind kind, uint8_t content, std::string tenant = "mno") {
  const bool event = lane_of(kind) == Lane::events;
  return {kind,           suite_iccid(order), std::move(tenant), event ? "smds.example.com" : "",
          Bytes{content}, kSuiteNow};
}
inline const Addressee kSuiteOperator{Lane::operators, "mno"};
inline const Addressee kSuiteSmds{Lane::events, "smds.example.com"};

TYPED_TEST_P(OrderStoreSuite, queues_what_a_change_has_to_tell_in_its_order) {
  using enum OutgoingKind;
  using namespace std::chrono_literals;
  for (int n : {1, 2}) {
    this->add(suite_order(n));
    Transition t = suite_binding(this->get(suite_iccid(n)), n);
    t.outgoing = {suite_outgoing(n, download_progress, 1), suite_outgoing(n, download_progress, 2),
                  suite_outgoing(n, delete_event, 3)};
    ASSERT_TRUE(this->store().apply(t));
  }
  Transition refused = suite_binding(suite_order(1), 1);
  refused.outgoing = {suite_outgoing(1, download_progress, 9)};
  ASSERT_FALSE(this->store().apply(refused)) << "an old version";

  Outbox& box = this->outbox();
  EXPECT_TRUE(box.claim(kSuiteOperator, kSuiteNow - 1s, 60s, 10)->empty());
  auto first = *box.claim(kSuiteOperator, kSuiteNow, 60s, 10);
  ASSERT_EQ(first.size(), 2u) << "of each profile the first";
  EXPECT_EQ(first[0].what, suite_outgoing(1, download_progress, 1));
  EXPECT_EQ(first[1].what, suite_outgoing(2, download_progress, 1));
  EXPECT_EQ(box.claim(kSuiteSmds, kSuiteNow, 60s, 10)->size(), 2u) << "lanes do not wait for each other";
  EXPECT_TRUE(box.claim(kSuiteOperator, kSuiteNow + 59s, 60s, 10)->empty()) << "they are somebody's";
  ASSERT_TRUE(box.delivered(first[0].number));
  EXPECT_TRUE(box.delivered(first[0].number));
  auto second = *box.claim(kSuiteOperator, kSuiteNow, 60s, 10);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].what, suite_outgoing(1, download_progress, 2));
  ASSERT_TRUE(box.postpone(second[0].number, kSuiteNow + 1h));
  EXPECT_EQ(box.claim(kSuiteOperator, kSuiteNow + 60s, 60s, 10)->size(), 1u)
      << "what nobody told of, after its lease";
  const auto figures = *box.figures();
  EXPECT_EQ(figures.waiting, 5u);
  EXPECT_EQ(figures.oldest, kSuiteNow);
  auto one = *box.claim(kSuiteOperator, kSuiteNow + 2h, 60s, 1);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].what, suite_outgoing(2, download_progress, 1)) << "due for longest";
  auto rest = *box.claim(kSuiteOperator, kSuiteNow + 2h, 60s, 10);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].attempts, 1u);
}

TYPED_TEST_P(OrderStoreSuite, keeps_what_is_queued_apart_by_addressee) {
  using enum OutgoingKind;
  using namespace std::chrono_literals;
  Outbox& box = this->outbox();
  EXPECT_TRUE(box.addressees(kSuiteNow)->empty());
  for (int n : {1, 2, 3}) {
    this->add(suite_order(n));
    Transition t = suite_binding(this->get(suite_iccid(n)), n);
    t.outgoing = {suite_outgoing(n, download_progress, 1, n == 3 ? "other" : "mno")};
    if (n == 1) t.outgoing.push_back(suite_outgoing(n, delete_event, 2));
    ASSERT_TRUE(this->store().apply(t));
  }
  const Addressee other{Lane::operators, "other"};
  EXPECT_TRUE(box.addressees(kSuiteNow - 1s)->empty());
  EXPECT_EQ(*box.addressees(kSuiteNow), (std::vector{kSuiteOperator, other, kSuiteSmds}));
  EXPECT_EQ(box.claim(kSuiteOperator, kSuiteNow, 60s, 10)->size(), 2u);
  EXPECT_EQ(*box.addressees(kSuiteNow), (std::vector{other, kSuiteSmds})) << "those with something due";
  EXPECT_EQ(box.claim(other, kSuiteNow, 60s, 10)->size(), 1u);
  EXPECT_TRUE(box.claim({Lane::events, "other"}, kSuiteNow, 60s, 10)->empty());
}

TYPED_TEST_P(OrderStoreSuite, keeps_of_a_row_when_and_why_it_was_refused_until_it_goes) {
  using namespace std::chrono_literals;
  Outbox& box = this->outbox();
  for (int n : {1, 2, 3}) {
    this->add(suite_order(n));
    Transition t = suite_binding(this->get(suite_iccid(n)), n);
    const std::string tenant = n == 3 ? "other" : "mno";
    t.outgoing = {suite_outgoing(n, OutgoingKind::download_progress, 1, tenant),
                  suite_outgoing(n, OutgoingKind::download_progress, 2, tenant)};
    ASSERT_TRUE(this->store().apply(t));
  }
  EXPECT_TRUE(box.all_refused("", 10)->empty());
  const auto rows = *box.claim(kSuiteOperator, kSuiteNow, 60s, 10);
  const auto others = *box.claim({Lane::operators, "other"}, kSuiteNow, 60s, 10);
  ASSERT_EQ(rows.size(), 2u);
  ASSERT_EQ(others.size(), 1u);
  ASSERT_TRUE(box.refused(rows[0].number, kSuiteNow + 1s, kSuiteNow + 10s, "HTTP status 400"));
  ASSERT_TRUE(box.refused(rows[0].number, kSuiteNow + 2s, kSuiteNow + 20s, "HTTP status 410"));
  ASSERT_TRUE(box.refused(rows[1].number, kSuiteNow + 3s, kSuiteNow + 30s, ""));
  ASSERT_TRUE(box.refused(others[0].number, kSuiteNow + 4s, kSuiteNow + 40s, "x"));
  ASSERT_TRUE(box.refused(others[0].number + 1000, kSuiteNow, kSuiteNow, "has gone"));
  EXPECT_TRUE(box.claim(kSuiteOperator, kSuiteNow + 19s, 60s, 10)->empty()) << "it waits as any other";
  const auto refused = *box.all_refused("mno", 10);
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].row.number, rows[0].number);
  EXPECT_EQ(refused[0].row.what, rows[0].what);
  EXPECT_EQ(refused[0].row.attempts, 2u);
  EXPECT_EQ(refused[0].last, kSuiteNow + 2s);
  EXPECT_EQ(refused[0].why, "HTTP status 410");
  EXPECT_EQ(box.all_refused("", 10)->size(), 3u);
  EXPECT_EQ(box.all_refused("", 1)->size(), 1u);
  ASSERT_TRUE(box.delivered(rows[1].number));
  EXPECT_EQ(box.all_refused("mno", 10)->size(), 1u) << "it was taken after all";
}

TYPED_TEST_P(OrderStoreSuite, drops_a_row_that_is_refused_and_no_other) {
  using namespace std::chrono_literals;
  Outbox& box = this->outbox();
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  t.outgoing = {suite_outgoing(1, OutgoingKind::download_progress, 1),
                suite_outgoing(1, OutgoingKind::download_progress, 2)};
  ASSERT_TRUE(this->store().apply(t));
  const uint64_t number = box.claim(kSuiteOperator, kSuiteNow, 60s, 10)->at(0).number;
  const Audit audit{kSuiteNow, "tester", "drop_outgoing", "row"};
  EXPECT_EQ(box.drop(number, "", audit).error().kind, ErrorKind::not_found) << "nobody refused it";
  ASSERT_TRUE(box.refused(number, kSuiteNow, kSuiteNow + 1s, "no"));
  EXPECT_EQ(box.drop(number, "other", audit).error().kind, ErrorKind::not_found);
  const auto dropped = box.drop(number, "mno", audit);
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->row.what, t.outgoing[0]);
  EXPECT_EQ(dropped->why, "no");
  EXPECT_EQ(box.drop(number, "", audit).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(box.all_refused("", 10)->empty());
  EXPECT_EQ(box.claim(kSuiteOperator, kSuiteNow, 60s, 10)->at(0).what, t.outgoing[1]) << "the next one goes";
}

TYPED_TEST_P(OrderStoreSuite, lets_no_row_wait_for_one_of_another_addressee) {
  using namespace std::chrono_literals;
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  Outgoing wrong = suite_outgoing(1, OutgoingKind::delete_event, 1);
  wrong.destination = "smds.exmaple.com";
  t.outgoing = {wrong, suite_outgoing(1, OutgoingKind::delete_event, 2)};
  ASSERT_TRUE(this->store().apply(t));
  const auto rows = this->outbox().claim(kSuiteSmds, kSuiteNow, 60s, 10).value();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].what, t.outgoing[1]);
}

TYPED_TEST_P(OrderStoreSuite, recalls_a_row_that_nobody_has_yet) {
  using namespace std::chrono_literals;
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  Outgoing first = suite_outgoing(1, OutgoingKind::delete_event, 1), second = first;
  first.at = second.at = kSuiteNow + 60s;
  second.content = {2};
  t.outgoing = {first, second};
  ASSERT_TRUE(this->store().apply(t));
  Outbox& box = this->outbox();
  ASSERT_TRUE(box.recall(first));
  ASSERT_TRUE(box.recall(first));
  const auto left = box.claim(kSuiteSmds, kSuiteNow + 60s, 90s, 10).value();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].what, second);
  ASSERT_TRUE(box.recall(second));
  EXPECT_EQ(box.figures()->waiting, 1u) << "it is somebody's by now";
}

TYPED_TEST_P(OrderStoreSuite, makes_a_row_due_that_was_to_wait) {
  using namespace std::chrono_literals;
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  Outgoing later = suite_outgoing(1, OutgoingKind::delete_event, 1), other = later;
  later.at = other.at = kSuiteNow + 60s;
  other.content = {2};
  t.outgoing = {later, suite_outgoing(1, OutgoingKind::register_event, 3)};
  ASSERT_TRUE(this->store().apply(t));
  Outbox& box = this->outbox();
  ASSERT_TRUE(box.hasten(other, kSuiteNow));
  EXPECT_TRUE(box.claim(kSuiteSmds, kSuiteNow, 60s, 10)->empty()) << "another one";
  ASSERT_TRUE(box.hasten(later, kSuiteNow));
  EXPECT_EQ(box.claim(kSuiteSmds, kSuiteNow, 90s, 10)->size(), 1u);
  ASSERT_TRUE(box.hasten(later, kSuiteNow));
  EXPECT_TRUE(box.claim(kSuiteSmds, kSuiteNow + 89s, 60s, 10)->empty()) << "it is somebody's by now";
}

TYPED_TEST_P(OrderStoreSuite, takes_what_a_clock_that_was_wrong_put_far_off) {
  using namespace std::chrono_literals;
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  t.outgoing = {suite_outgoing(1, OutgoingKind::download_progress, 1)};
  ASSERT_TRUE(this->store().apply(t));
  const Time before = kSuiteNow - 1h;
  EXPECT_TRUE(this->outbox().addressees(before)->empty()) << "so long it may wait";
  EXPECT_TRUE(this->outbox().claim(kSuiteOperator, before, 60s, 10)->empty());
  EXPECT_EQ(this->outbox().addressees(before - 1s)->size(), 1u) << "and no longer";
  EXPECT_EQ(this->outbox().claim(kSuiteOperator, before - 1s, 60s, 10)->size(), 1u);
}

TYPED_TEST_P(OrderStoreSuite, finds_orders_that_have_run_out) {
  using namespace std::chrono_literals;
  using enum OrderState;
  const auto add = [&](int n, OrderState state, std::optional<Time> expires) {
    Order o = suite_order(n);
    o.state = state;
    o.expires = expires;
    this->add(o);
  };
  add(1, released, kSuiteNow);
  add(2, released, kSuiteNow + 1s);
  add(3, confirmed, kSuiteNow - 10s);
  add(4, downloaded, kSuiteNow - 5s);
  add(5, downloaded, kSuiteNow - 3600s);
  add(6, installed, kSuiteNow - 10s);
  add(7, error, kSuiteNow - 10s);
  add(8, released, std::nullopt);
  const auto found = [&](size_t limit) {
    std::vector<Iccid> out;
    const auto orders = *this->store().expired(kSuiteNow, kSuiteNow - 3600s, limit);
    for (const Order& o : orders) out.push_back(o.iccid);
    return out;
  };
  EXPECT_EQ(found(10), (std::vector{suite_iccid(5), suite_iccid(3), suite_iccid(1)}));
  EXPECT_EQ(found(2), (std::vector{suite_iccid(5), suite_iccid(3)}));
}

TYPED_TEST_P(OrderStoreSuite, applies_a_change_whole_and_counts_the_version) {
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  ASSERT_TRUE(this->store().apply(t));
  Order expected = t.after;
  expected.version = 1;
  EXPECT_EQ(this->get(suite_iccid(1)), expected);
  EXPECT_EQ(*this->store().package(suite_iccid(1)), *t.package);
  auto delivery = *this->store().delivery(t.delivery->transactionId);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->iccid, suite_iccid(1));
  EXPECT_EQ(delivery->eid, suite_eid(1));
  EXPECT_EQ(delivery->euiccKey, Bytes(66, 7));
  EXPECT_FALSE(delivery->superseded);
  Transition next = suite_binding(this->get(suite_iccid(1)), 2);
  next.superseded = delivery->transactionId;
  ASSERT_TRUE(this->store().apply(next));
  EXPECT_TRUE((*this->store().delivery(delivery->transactionId))->superseded);
  EXPECT_FALSE((*this->store().delivery(next.delivery->transactionId))->superseded);
}

TYPED_TEST_P(OrderStoreSuite, moves_all_that_a_download_moves_of_an_order_that_keeps_its_terms) {
  this->add(suite_order(1));
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  t.after.confirmation_attempts = 2;
  t.after.download_attempts = 3;
  t.after.delivered = t.delivery->transactionId;
  t.after.installs = 4;
  t.after.last_event = 5;
  t.keeps_terms = same_terms(suite_order(1), t.after);
  EXPECT_TRUE(t.keeps_terms);
  ASSERT_TRUE(this->store().apply(t));
  Order expected = t.after;
  ++expected.version;
  EXPECT_EQ(this->get(suite_iccid(1)), expected);
  EXPECT_FALSE(this->store().apply(t)) << "the version is past";
  t.after = expected;
  t.after.eid = std::nullopt;
  t.after.delivered = std::nullopt;
  t.after.last_event = std::nullopt;
  t.delivery = std::nullopt;
  ASSERT_TRUE(this->store().apply(t));
  ++(expected = t.after).version;
  EXPECT_EQ(this->get(suite_iccid(1)), expected);
}

TYPED_TEST_P(OrderStoreSuite, refuses_a_change_of_an_old_version_and_keeps_nothing_of_it) {
  this->add(suite_order(1));
  const Order read = this->get(suite_iccid(1));
  ASSERT_TRUE(this->store().apply(suite_binding(read, 1)));
  Transition late = suite_binding(read, 2);
  late.heard = NotificationKey{suite_eid(2), 1};
  EXPECT_EQ(this->store().apply(late).error().kind, ErrorKind::conflict);
  EXPECT_EQ(this->get(suite_iccid(1)).eid, suite_eid(1));
  EXPECT_EQ(*this->store().package(suite_iccid(1)), (Bytes{1, 2, 1}));
  EXPECT_FALSE(*this->store().delivery(late.delivery->transactionId));
  EXPECT_TRUE(this->store().hear(*late.heard, suite_iccid(1), {})) << "it was not heard yet";
}

TYPED_TEST_P(OrderStoreSuite, hears_a_notification_once) {
  this->add(suite_order(1));
  const NotificationKey key{suite_eid(1), uint64_t{1} << 40};
  Transition t = suite_binding(this->get(suite_iccid(1)), 1);
  t.heard = key;
  ASSERT_TRUE(this->store().apply(t));
  EXPECT_EQ(this->store().hear(key, suite_iccid(1), {}).error().kind, ErrorKind::exists);
  Transition again{.after = this->get(suite_iccid(1)), .heard = key};
  again.after.state = OrderState::error;
  EXPECT_EQ(this->store().apply(again).error().kind, ErrorKind::exists);
  EXPECT_EQ(this->get(suite_iccid(1)).state, OrderState::downloaded);
  EXPECT_TRUE(this->store().hear({suite_eid(2), key.seqNumber}, suite_iccid(1), {}));
}

TYPED_TEST_P(OrderStoreSuite, forgets_what_is_old_and_keeps_what_is_awaited) {
  const auto day = [](int n) { return kSuiteNow + std::chrono::days(n); };
  for (int n : {1, 2, 3}) {
    this->add(suite_order(n));
    Transition t = suite_binding(this->get(suite_iccid(n)), n);
    t.after.delivered = t.delivery->transactionId;
    t.heard = NotificationKey{suite_eid(n), 1};
    t.audit.at = day(n);
    ASSERT_TRUE(this->store().apply(t));
  }
  Order over = this->get(suite_iccid(1));
  over.state = OrderState::installed;
  ASSERT_TRUE(this->store().apply({.after = over, .audit = {.at = day(1)}}));
  const auto kept = [&](int n) {
    return this->store()
        .delivery(*TransactionId::from_octets(Bytes(16, static_cast<uint8_t>(n))))
        ->has_value();
  };
  EXPECT_EQ(*this->store().prune(day(1)), 0u);
  EXPECT_EQ(*this->store().prune(day(3)), 3u) << "one delivery, two notifications";
  EXPECT_FALSE(kept(1));
  EXPECT_TRUE(kept(2)) << "its result may still come";
  EXPECT_TRUE(kept(3));
  EXPECT_TRUE(this->store().hear({suite_eid(2), 1}, suite_iccid(2), {}));
  EXPECT_EQ(this->store().hear({suite_eid(3), 1}, suite_iccid(3), {}).error().kind, ErrorKind::exists);
}

TYPED_TEST_P(OrderStoreSuite, lets_one_of_many_threads_win) {
  for (int round = 0; round < 5; ++round) {
    this->add(suite_order(round));
    const Order read = this->get(suite_iccid(round));
    std::atomic<int> winners = 0, winner = 0;
    std::vector<std::thread> threads;
    for (int n = 0; n < 16; ++n) {
      threads.emplace_back([&, n] {
        if (!this->store().apply(suite_binding(read, n))) return;
        ++winners;
        winner = n;
      });
    }
    for (auto& t : threads) t.join();
    ASSERT_EQ(winners, 1);
    EXPECT_EQ(this->get(suite_iccid(round)).eid, suite_eid(winner));
    EXPECT_EQ(*this->store().package(suite_iccid(round)), (Bytes{1, 2, static_cast<uint8_t>(winner)}));
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    OrderStoreSuite, lists_by_tenant_type_and_state, finds_what_has_been_in_stock_for_longest,
    keeps_the_answer_of_a_call_with_the_change_it_made, forgets_old_calls,
    queues_what_a_change_has_to_tell_in_its_order, keeps_what_is_queued_apart_by_addressee,
    keeps_of_a_row_when_and_why_it_was_refused_until_it_goes, drops_a_row_that_is_refused_and_no_other,
    makes_a_row_due_that_was_to_wait, lets_no_row_wait_for_one_of_another_addressee,
    recalls_a_row_that_nobody_has_yet, finds_orders_that_have_run_out,
    takes_what_a_clock_that_was_wrong_put_far_off, gives_back_every_field, tells_what_is_not_there,
    refuses_an_iccid_or_matching_id_twice, looks_a_matching_id_up_exactly,
    finds_the_oldest_default_order_that_waits_for_an_eid,
    finds_a_default_order_to_install_again_where_none_waits,
    lets_no_expired_default_order_stand_before_one_that_waits, lists_in_pages_by_iccid,
    applies_a_change_whole_and_counts_the_version,
    moves_all_that_a_download_moves_of_an_order_that_keeps_its_terms,
    refuses_a_change_of_an_old_version_and_keeps_nothing_of_it, hears_a_notification_once,
    forgets_what_is_old_and_keeps_what_is_awaited, lets_one_of_many_threads_win);

}  // namespace sealift::smdp
