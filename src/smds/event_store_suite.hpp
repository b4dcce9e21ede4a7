// What every event store must do, as typed tests: each store instantiates them in a test of its own.
//
// `Fixture` has `EventStore& store()`, empty at the start of each test.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "smds/ports.hpp"

namespace sealift::smds {

inline constexpr Time kSuiteStart{std::chrono::seconds(1'790'000'000)};

inline Eid suite_eid(int n) {
  return *Eid::with_check_digits("8904903212345123451234567890" + std::to_string(10 + n));
}

/// Event "EVENT-n" of eUICC `eid`, live for an hour.
inline Event suite_event(int n, int eid = 0) {
  Event e{
      .eid = suite_eid(eid), .eventId = "EVENT-" + std::to_string(n), .rspServerAddress = "smdp.example.com"};
  e.owner = asn1::Oid::of({2, 999, 10});
  e.registered_by_call = "call-" + std::to_string(n);
  e.registered = e.changed = kSuiteStart;
  e.expires = kSuiteStart + std::chrono::hours(1);
  return e;
}

template <class Fixture>
class EventStoreSuite : public Fixture {
 protected:
  Result<uint64_t> try_add(const Event& event, const EventLimits& limits = {}) {
    return this->store().add(event, limits, {kSuiteStart, "2.999.10", "register"});
  }
  Event add(Event event) {
    auto number = try_add(event);
    EXPECT_TRUE(number) << number.error().message;
    event.number = number.value_or(0);
    return event;
  }
  Status change(const Event& after, EventState from) {
    return this->store().change(after, from, {kSuiteStart, "test", "change"});
  }
  void erase(Event event, Time at = kSuiteStart, const std::string& call = "") {
    const EventState from = event.state;
    event.state = EventState::deleted;
    event.changed = at;
    event.deleted_by_call = call;
    auto done = change(event, from);
    EXPECT_TRUE(done) << done.error().message;
  }
  static std::vector<std::string> ids(const Result<std::vector<Event>>& events) {
    std::vector<std::string> out;
    for (const Event& e : events.value()) out.push_back(e.eventId);
    return out;
  }
};
TYPED_TEST_SUITE_P(EventStoreSuite);

using Ids = std::vector<std::string>;

TYPED_TEST_P(EventStoreSuite, gives_back_every_field) {
  Event e = suite_event(1);
  e.state = EventState::pending;
  e.rootEventId = "ROOT-1";
  e = this->add(e);
  EXPECT_EQ(this->store().find(e.eid, e.eventId).value(), e);
  e.state = EventState::deleted;
  e.root_told = true;
  e.deleted_by_call = "call-9";
  e.changed = kSuiteStart + std::chrono::seconds(7);
  ASSERT_TRUE(this->change(e, EventState::pending));
  EXPECT_EQ(this->store().find_deleted(e.eid, e.eventId, "call-9").value(), e);
  EXPECT_EQ(this->store().list(0, 10).value(), std::vector<Event>{e});
}

TYPED_TEST_P(EventStoreSuite, tells_an_euicc_of_its_live_events_alone_in_order_of_registration) {
  const Event c = this->add(suite_event(3));
  this->add(suite_event(1));
  this->add(suite_event(2));
  this->add(suite_event(4, 1));
  Event pending = suite_event(5);
  pending.state = EventState::pending;
  this->add(pending);
  EXPECT_EQ(this->ids(this->store().events(suite_eid(0), kSuiteStart, 10)),
            (Ids{"EVENT-3", "EVENT-1", "EVENT-2"}));
  EXPECT_EQ(this->ids(this->store().events(suite_eid(0), kSuiteStart, 2)), (Ids{"EVENT-3", "EVENT-1"}));
  EXPECT_EQ(this->ids(this->store().events(suite_eid(1), kSuiteStart, 10)), Ids{"EVENT-4"});
  EXPECT_EQ(this->ids(this->store().events(suite_eid(2), kSuiteStart, 10)), Ids{});
  this->erase(c);
  EXPECT_EQ(this->ids(this->store().events(suite_eid(0), kSuiteStart, 10)), (Ids{"EVENT-1", "EVENT-2"}));
  EXPECT_EQ(this->ids(this->store().events(suite_eid(0), suite_event(1).expires, 10)), Ids{});
}

TYPED_TEST_P(EventStoreSuite, takes_an_event_id_once_for_each_euicc) {
  const Event first = this->add(suite_event(1));
  auto again = this->try_add(suite_event(1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::exists);
  EXPECT_TRUE(this->try_add(suite_event(1, 1)));
  this->erase(first);
  EXPECT_TRUE(this->try_add(suite_event(1))) << "the one before is over";
  EXPECT_EQ(this->store().list(0, 10).value().size(), 3u);
}

TYPED_TEST_P(EventStoreSuite, keeps_the_limits_of_an_euicc_and_of_an_owner) {
  const EventLimits limits{.for_eid = 2, .of_owner = 3};
  const auto refused = [&](const Event& event) {
    const auto added = this->try_add(event, limits);
    return !added && added.error().kind == ErrorKind::limit;
  };
  const Event first = this->add(suite_event(1));
  EXPECT_TRUE(refused(suite_event(2))) << "its share of this eUICC";
  Event others = suite_event(3);
  others.owner = asn1::Oid::of({2, 999, 11});
  ASSERT_TRUE(this->try_add(others, limits));
  others.owner = asn1::Oid::of({2, 999, 12});
  others.eventId = "EVENT-4";
  EXPECT_TRUE(refused(others)) << "the eUICC has two";
  ASSERT_TRUE(this->try_add(suite_event(5, 1), limits));
  ASSERT_TRUE(this->try_add(suite_event(6, 2), limits));
  EXPECT_TRUE(refused(suite_event(7, 3))) << "the owner has three";
  this->erase(first);
  EXPECT_TRUE(this->try_add(suite_event(8), limits)) << "a deleted one is of no limit of these";
  EXPECT_EQ(this->ids(this->store().events(suite_eid(0), kSuiteStart, 10)), (Ids{"EVENT-3", "EVENT-8"}));
}

TYPED_TEST_P(EventStoreSuite, takes_no_more_of_an_owner_who_deletes_without_end_until_those_are_forgotten) {
  const EventLimits limits{.for_eid = 8, .of_owner = 1};
  const auto register_and_delete = [&](int n) {
    Event event = suite_event(n);
    const auto number = this->try_add(event, limits);
    if (!number) return number.error().kind;
    event.number = *number;
    this->erase(event);
    return ErrorKind::exists;  // as no refusal is
  };
  for (int n = 1; n <= 2; ++n) EXPECT_EQ(register_and_delete(n), ErrorKind::exists) << n;
  EXPECT_EQ(register_and_delete(3), ErrorKind::limit);
  Event others = suite_event(4);
  others.owner = asn1::Oid::of({2, 999, 11});
  EXPECT_TRUE(this->try_add(others, limits)) << "nobody else is kept from anything";
  ASSERT_EQ(this->store().prune(kSuiteStart + std::chrono::seconds(1), kSuiteStart, 1).value(), 1u);
  EXPECT_EQ(register_and_delete(5), ErrorKind::exists);
  EXPECT_EQ(register_and_delete(6), ErrorKind::limit);
}

TYPED_TEST_P(EventStoreSuite, counts_what_it_has) {
  EXPECT_EQ(this->store().counts().value(), EventCounts());
  Event pending = suite_event(1), announced = suite_event(2);
  pending.state = EventState::pending;
  announced.rootEventId = "ROOT-2";
  this->add(pending);
  announced = this->add(announced);
  const Event plain = this->add(suite_event(3));
  this->add(suite_event(4));
  EXPECT_EQ(this->store().counts().value(), (EventCounts{.pending = 1, .live = 3}));
  this->erase(announced);
  this->erase(plain);
  EXPECT_EQ(this->store().counts().value(),
            (EventCounts{.pending = 1, .live = 1, .deleted = 2, .untold = 1}));
  ASSERT_EQ(this->store().prune(kSuiteStart + std::chrono::seconds(1), kSuiteStart, 10).value(), 1u);
  EXPECT_EQ(this->store().counts().value(),
            (EventCounts{.pending = 1, .live = 1, .deleted = 1, .untold = 1}));
}

TYPED_TEST_P(EventStoreSuite, changes_an_event_from_the_state_that_it_is_in_and_no_other) {
  Event e = suite_event(1);
  e.state = EventState::pending;
  e = this->add(e);
  e.state = EventState::live;
  EXPECT_EQ(this->change(e, EventState::live).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(this->change(e, EventState::pending));
  EXPECT_EQ(this->change(e, EventState::pending).error().kind, ErrorKind::conflict);
  e.number += 1;
  EXPECT_EQ(this->change(e, EventState::live).error().kind, ErrorKind::conflict) << "there is no such event";
}

TYPED_TEST_P(EventStoreSuite, finds_a_deleted_event_by_the_call_that_deleted_it) {
  const Event e = this->add(suite_event(1));
  this->erase(e, kSuiteStart, "call-9");
  EXPECT_FALSE(this->store().find(e.eid, e.eventId).value());
  EXPECT_TRUE(this->store().find_deleted(e.eid, e.eventId, "call-9").value());
  EXPECT_FALSE(this->store().find_deleted(e.eid, e.eventId, "call-8").value());
  EXPECT_FALSE(this->store().find_deleted(suite_eid(1), e.eventId, "call-9").value());
}

TYPED_TEST_P(EventStoreSuite, lists_what_has_to_end_and_of_what_the_root_must_be_told) {
  Event live = suite_event(1), pending = suite_event(2), announced = suite_event(3);
  pending.state = EventState::pending;
  pending.rootEventId = "ROOT-2";
  announced.rootEventId = "ROOT-3";
  this->add(live);
  this->add(pending);
  announced = this->add(announced);
  const Time soon = kSuiteStart + std::chrono::seconds(1);
  EXPECT_EQ(this->ids(this->store().to_end(soon, kSuiteStart, 10)), Ids{});
  EXPECT_EQ(this->ids(this->store().to_end(soon, soon, 10)), Ids{"EVENT-2"});
  EXPECT_EQ(this->store().to_end(live.expires, soon, 10).value().size(), 3u);
  EXPECT_EQ(this->store().to_end(live.expires, soon, 2).value().size(), 2u);
  EXPECT_EQ(this->ids(this->store().untold(0, 10)), Ids{});
  this->erase(announced);
  EXPECT_EQ(this->ids(this->store().untold(0, 10)), Ids{"EVENT-3"});
  EXPECT_EQ(this->ids(this->store().untold(announced.number, 10)), Ids{});
  announced.state = EventState::deleted;
  announced.root_told = true;
  ASSERT_TRUE(this->change(announced, EventState::deleted));
  EXPECT_EQ(this->ids(this->store().untold(0, 10)), Ids{});
}

TYPED_TEST_P(EventStoreSuite, forgets_old_deleted_events_but_not_while_the_root_has_to_be_told) {
  Event plain = this->add(suite_event(1)), announced = suite_event(2);
  announced.rootEventId = "ROOT-2";
  announced = this->add(announced);
  this->add(suite_event(3));
  this->erase(plain);
  this->erase(announced);
  const Time later = kSuiteStart + std::chrono::seconds(10);
  EXPECT_EQ(this->store().prune(kSuiteStart, kSuiteStart, 10).value(), 0u);
  EXPECT_EQ(this->store().prune(later, kSuiteStart, 10).value(), 1u);
  EXPECT_EQ(this->ids(this->store().list(0, 10)), (Ids{"EVENT-2", "EVENT-3"}));
  EXPECT_EQ(this->store().prune(later, later, 10).value(), 1u);
  EXPECT_EQ(this->ids(this->store().list(0, 10)), Ids{"EVENT-3"});
  const Event next = this->add(suite_event(4));
  EXPECT_GT(next.number, 3u) << "numbers are not used again: they are the order of registration";
}

TYPED_TEST_P(EventStoreSuite, gives_one_event_id_to_one_of_many_at_once) {
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { taken += this->try_add(suite_event(1)).has_value(); });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(this->store().list(0, 10).value().size(), 1u);
}

REGISTER_TYPED_TEST_SUITE_P(EventStoreSuite, gives_back_every_field,
                            tells_an_euicc_of_its_live_events_alone_in_order_of_registration,
                            takes_an_event_id_once_for_each_euicc,
                            keeps_the_limits_of_an_euicc_and_of_an_owner,
                            takes_no_more_of_an_owner_who_deletes_without_end_until_those_are_forgotten,
                            counts_what_it_has, changes_an_event_from_the_state_that_it_is_in_and_no_other,
                            finds_a_deleted_event_by_the_call_that_deleted_it,
                            lists_what_has_to_end_and_of_what_the_root_must_be_told,
                            forgets_old_deleted_events_but_not_while_the_root_has_to_be_told,
                            gives_one_event_id_to_one_of_many_at_once);

}  // namespace sealift::smds
