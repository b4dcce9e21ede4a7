// ES12 and ES15: whose events, repeats, limits, expiry, and the cascade to a root SM-DS.

#include "smds/test_world.hpp"

namespace sealift::smds {
namespace {

using namespace testing;
using Mood = FakeRoot::Mood;

TEST(Es12, an_event_is_its_registrants_alone) {
  World w;
  ASSERT_TRUE(w.add("A"));
  EXPECT_EQ(w.remove("A", 0, kOtherSmdp).error(), Refusal::event_id_unknown);
  EXPECT_EQ(register_event(w.ports, kOtherSmdp, World::registration("A")).error(), Refusal::event_id_in_use);
  MiniCard card = w.card();
  EXPECT_EQ(w.discover(card).value().size(), 1u);
  EXPECT_TRUE(w.remove("A"));
}

TEST(Es12, an_event_id_is_unique_for_an_euicc_and_not_beyond) {
  World w;
  ASSERT_TRUE(w.add("A", 0));
  EXPECT_TRUE(w.add("A", 1));
  auto other_call = World::registration("A");
  other_call.header.functionCallIdentifier = "another";
  EXPECT_EQ(register_event(w.ports, kSmdp, other_call).error(), Refusal::event_id_in_use);
  ASSERT_TRUE(w.remove("A"));
  EXPECT_TRUE(register_event(w.ports, kSmdp, other_call)) << "the first is over";
}

TEST(Es12, a_repeated_call_has_the_same_answer) {
  World w;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(w.add("A"));
  EXPECT_EQ(w.events.list(0, 10).value().size(), 1u);
  auto elsewhere = World::registration("A");
  elsewhere.rspServerAddress = "other.example.com";
  EXPECT_EQ(register_event(w.ports, kSmdp, elsewhere).error(), Refusal::event_id_in_use)
      << "not the same content";
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(w.remove("A"));
  EXPECT_EQ(w.remove("A", 0, kOtherSmdp).error(), Refusal::event_id_unknown) << "another's call of that name";
  auto other_call = World::deletion("A");
  other_call.header.functionCallIdentifier = "another";
  EXPECT_EQ(delete_event(w.ports, kSmdp, other_call).error(), Refusal::event_id_unknown);
}

TEST(Es12, a_deletion_that_arrives_again_leaves_what_was_registered_since) {
  World w;
  ASSERT_TRUE(w.add("A"));
  ASSERT_TRUE(w.remove("A"));
  ASSERT_TRUE(w.add("A"));
  EXPECT_TRUE(w.remove("A")) << "the same call, held up on its way";
  MiniCard card = w.card();
  EXPECT_EQ(w.discover(card).value().size(), 1u);
}

TEST(Es12, keeps_to_limits_for_euiccs_and_owners) {
  World w;
  w.settings.limits = {.for_eid = 8, .of_owner = 3};
  ASSERT_TRUE(w.add("A"));
  ASSERT_TRUE(w.add("B"));
  EXPECT_EQ(w.add("C").error(), Refusal::too_many_events) << "a quarter of an eUICC's is of one SM-DP+";
  ASSERT_TRUE(w.add("C", 1));
  EXPECT_EQ(w.add("D", 1).error(), Refusal::too_many_events);
  EXPECT_TRUE(register_event(w.ports, kOtherSmdp, World::registration("D", 1)));
}

TEST(Es12, ends_and_forgets_what_has_expired) {
  World w;
  ASSERT_TRUE(w.add("A"));
  w.clock.advance(w.settings.event_ttl);
  EXPECT_EQ(end_expired(w.ports).value(), 1u);
  EXPECT_EQ(end_expired(w.ports).value(), 0u);
  EXPECT_EQ(w.observer.changes.back(), "A expire");
  EXPECT_EQ(w.remove("A").error(), Refusal::event_id_unknown);
  w.clock.advance(w.settings.keep_deleted + std::chrono::seconds(1));
  EXPECT_EQ(prune(w.ports).value(), 1u);
  EXPECT_EQ(w.events.list(0, 10).value().size(), 0u);
}

TEST(Es12, an_event_id_is_free_again_once_its_event_has_expired) {
  World w;
  ASSERT_TRUE(w.add("A"));
  w.clock.advance(w.settings.event_ttl);
  auto anew = World::registration("A");
  anew.header.functionCallIdentifier = "another";
  EXPECT_TRUE(register_event(w.ports, kSmdp, anew));
  MiniCard card = w.card();
  EXPECT_EQ(w.discover(card).value().size(), 1u);
}

TEST(Cascade, announces_an_event_at_the_root_under_an_event_id_of_its_own) {
  World w;
  ASSERT_TRUE(w.add("A", 0, true));
  ASSERT_EQ(w.root.events.size(), 1u);
  const auto& [key, address] = *w.root.events.begin();
  EXPECT_EQ(key.first, card_eid(0));
  EXPECT_NE(key.second, "A");
  EXPECT_EQ(address, kAddress) << "the LPA is sent here";
  EXPECT_FALSE(w.root.last.forwardingIndicator);
  MiniCard card = w.card();
  EXPECT_EQ(w.discover(card).value(), Told{"A@smdp.example.com"});
}

TEST(Cascade, an_euicc_that_comes_from_the_root_names_the_roots_event_id) {
  World w;
  ASSERT_TRUE(w.add("A", 0, true));
  ASSERT_TRUE(w.add("B"));
  MiniCard card = w.card();
  const std::string at_root = w.root.events.begin()->first.second;
  EXPECT_EQ(w.discover(card, *MatchingId::parse(at_root)).value(), Told{"A@smdp.example.com"});
}

TEST(Cascade, does_not_announce_what_need_not_be) {
  World w;
  ASSERT_TRUE(w.add("A"));
  ASSERT_TRUE(w.remove("A"));
  EXPECT_EQ(w.root.calls, 0);
}

TEST(Cascade, refuses_where_there_is_no_root) {
  World w;
  w.ports.root = nullptr;
  EXPECT_EQ(w.add("A", 0, true).error(), Refusal::cascade_refused);
  EXPECT_EQ(w.events.list(0, 10).value().size(), 0u);
}

TEST(Cascade, refuses_where_the_root_is_away_or_refuses_and_keeps_nothing) {
  for (auto [mood, refusal] : {std::pair{Mood::away, Refusal::root_unreachable},
                               std::pair{Mood::refuses, Refusal::cascade_refused}}) {
    World w;
    w.root.mood = mood;
    EXPECT_EQ(w.add("A", 0, true).error(), refusal);
    MiniCard card = w.card();
    EXPECT_EQ(w.discover(card).value(), Told{});
    w.root.mood = Mood::well;
    EXPECT_TRUE(w.add("A", 0, true)) << "the same call again";
    EXPECT_EQ(w.discover(card).value().size(), 1u);
    EXPECT_EQ(w.root.events.size(), 1u);
  }
}

TEST(Cascade, takes_back_what_the_root_took_without_our_hearing_of_it) {
  World w;
  w.root.mood = Mood::loses_answers;
  EXPECT_EQ(w.add("A", 0, true).error(), Refusal::root_unreachable);
  EXPECT_EQ(w.root.events.size(), 1u) << "it was taken";
  w.root.mood = Mood::well;
  EXPECT_EQ(tell_root(w.ports).value(), 1u);
  EXPECT_EQ(w.root.events.size(), 0u);
}

TEST(Cascade, deletes_at_the_root_too) {
  World w;
  ASSERT_TRUE(w.add("A", 0, true));
  ASSERT_TRUE(w.remove("A"));
  EXPECT_EQ(w.root.events.size(), 0u);
  EXPECT_EQ(tell_root(w.ports).value(), 0u) << "it knows";
}

TEST(Cascade, tells_a_root_that_was_away_of_a_deletion_later) {
  for (Mood mood : {Mood::away, Mood::loses_answers, Mood::refuses}) {
    World w;
    ASSERT_TRUE(w.add("A", 0, true));
    w.root.mood = mood;
    EXPECT_TRUE(w.remove("A")) << "it is gone here, durably";
    MiniCard card = w.card();
    EXPECT_EQ(w.discover(card).value(), Told{});
    EXPECT_EQ(tell_root(w.ports).value(), mood == Mood::loses_answers ? 1u : 0u)
        << "where the root has no such event any more, it need not be told";
    w.clock.advance(w.settings.keep_deleted * 2);
    EXPECT_EQ(prune(w.ports).value(), mood == Mood::loses_answers ? 1u : 0u)
        << "not forgotten before the root knows";
    w.root.mood = Mood::well;
    EXPECT_EQ(tell_root(w.ports).value(), mood == Mood::loses_answers ? 0u : 1u);
    EXPECT_EQ(w.root.events.size(), 0u);
  }
}

TEST(Cascade, one_deletion_that_the_root_refuses_keeps_it_from_no_other) {
  World w;
  for (const char* id : {"A", "B", "C"}) ASSERT_TRUE(w.add(id, 0, true));
  w.root.mood = Mood::away;
  for (const char* id : {"A", "B", "C"}) ASSERT_TRUE(w.remove(id));
  w.root.mood = Mood::well;
  w.root.never = w.events.untold(0, 1).value()[0].rootEventId;
  EXPECT_EQ(tell_root(w.ports).value(), 2u);
  EXPECT_EQ(w.root.events.size(), 1u);
  uint64_t after = 0;
  w.root.mood = Mood::away;
  EXPECT_EQ(tell_root(w.ports, after).value(), 0u);
  EXPECT_EQ(after, 0u) << "from the start, once it is back";
}

TEST(Cascade, goes_on_behind_those_that_the_root_refuses) {
  World w;
  w.settings.limits.for_eid = 10'000;
  w.root.mood = Mood::away;
  const int refused = 200;  // as many as are looked at in one call
  Event e{.eid = card_eid(0), .rspServerAddress = "smdp.example.com", .owner = kSmdp};
  e.state = EventState::deleted;
  for (int i = 0; i <= refused; ++i) {
    e.eventId = "E" + std::to_string(i);
    e.rootEventId = i < refused ? "REFUSED" : "LAST";
    ASSERT_TRUE(w.events.add(e, w.settings.limits, {}));
  }
  w.root.mood = Mood::well;
  w.root.never = "REFUSED";
  uint64_t after = 0;
  EXPECT_EQ(tell_root(w.ports, after).value(), 0u);
  EXPECT_EQ(after, static_cast<uint64_t>(refused));
  EXPECT_EQ(tell_root(w.ports, after).value(), 1u);
  EXPECT_EQ(after, 0u);
}

TEST(Cascade, begins_nothing_new_while_the_root_is_not_asked_at_all) {
  World w;
  ASSERT_TRUE(w.add("A", 0, true));
  w.root.asked_now = false;
  w.root.mood = Mood::away;
  const int calls = w.root.calls;
  EXPECT_EQ(w.add("B", 0, true).error(), Refusal::root_unreachable);
  EXPECT_EQ(w.root.calls, calls);
  EXPECT_EQ(w.events.list(0, 10).value().size(), 1u) << "no row is left of it";
  EXPECT_TRUE(w.add("A", 0, true)) << "the same call again, which has nothing to ask";
  EXPECT_TRUE(w.add("C")) << "one that need not be announced";
}

TEST(Cascade, an_event_that_expires_ends_at_the_root_too) {
  World w;
  ASSERT_TRUE(w.add("A", 0, true));
  w.clock.advance(w.settings.event_ttl);
  ASSERT_EQ(end_expired(w.ports).value(), 1u);
  EXPECT_EQ(tell_root(w.ports).value(), 1u);
  EXPECT_EQ(w.root.events.size(), 0u);
}

/// A crash between keeping an event and announcing it.
Event left_pending(World& w) {
  Event e{.eid = card_eid(0), .eventId = "A", .rspServerAddress = "smdp.example.com", .owner = kSmdp};
  e.registered_by_call = "register-A";
  e.state = EventState::pending;
  e.rootEventId = "ROOT-A";
  e.registered = e.changed = w.clock.now();
  e.expires = e.registered + w.settings.event_ttl.get();
  e.number = w.events.add(e, {}, {}).value();
  return e;
}

TEST(Cascade, a_repeat_finishes_what_a_crash_left_half_done) {
  World w;
  left_pending(w);
  MiniCard card = w.card();
  EXPECT_EQ(w.discover(card).value(), Told{}) << "nobody was told that it is registered";
  EXPECT_EQ(w.discover(card, *MatchingId::parse("A")).error(), Refusal::event_id_unknown);
  EXPECT_TRUE(w.add("A", 0, true));
  EXPECT_EQ(w.root.events.count({card_eid(0), "ROOT-A"}), 1u);
  EXPECT_EQ(w.discover(card).value().size(), 1u);
}

TEST(Cascade, what_a_crash_left_half_done_and_nobody_repeats_is_undone) {
  World w;
  left_pending(w);
  w.root.events[{card_eid(0), "ROOT-A"}] = "it came there";
  EXPECT_EQ(end_expired(w.ports).value(), 0u) << "somebody may be at it";
  w.clock.advance(w.settings.pending_ttl + std::chrono::seconds(1));
  EXPECT_EQ(end_expired(w.ports).value(), 1u);
  EXPECT_EQ(tell_root(w.ports).value(), 1u);
  EXPECT_EQ(w.root.events.size(), 0u);
}

}  // namespace
}  // namespace sealift::smds
