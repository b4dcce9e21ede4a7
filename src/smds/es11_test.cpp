// ES11: who is told of what, and every message in every state of a session (G-STM-1).

#include "smds/test_world.hpp"

namespace sealift::smds {
namespace {

using namespace testing;

TEST(Es11, tells_an_euicc_of_its_events_in_order_of_registration) {
  World w;
  MiniCard card = w.card(0), other = w.card(1);
  ASSERT_TRUE(w.add("B"));
  ASSERT_TRUE(w.add("A"));
  ASSERT_TRUE(w.add("C", 1));
  EXPECT_EQ(w.discover(card).value(), (Told{"B@smdp.example.com", "A@smdp.example.com"}));
  EXPECT_EQ(w.discover(card, MatchingId()).value().size(), 2u) << "an empty EventID is none";
  EXPECT_EQ(w.discover(other).value(), Told{"C@smdp.example.com"});
  MiniCard nobody = w.card(2);
  EXPECT_EQ(w.discover(nobody).value(), Told{});
}

TEST(Es11, tells_of_the_one_event_that_is_named) {
  World w;
  MiniCard card = w.card(0), other = w.card(1);
  ASSERT_TRUE(w.add("A"));
  ASSERT_TRUE(w.add("B"));
  EXPECT_EQ(w.discover(card, *MatchingId::parse("B")).value(), Told{"B@smdp.example.com"});
  EXPECT_EQ(w.discover(card, *MatchingId::parse("C")).error(), Refusal::event_id_unknown);
  EXPECT_EQ(w.discover(other, *MatchingId::parse("B")).error(), Refusal::event_id_unknown)
      << "another's event";
}

TEST(Es11, retrieval_does_not_use_an_event_up) {
  World w;
  MiniCard card = w.card();
  ASSERT_TRUE(w.add("A"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(w.discover(card).value().size(), 1u);
  ASSERT_TRUE(w.remove("A"));
  EXPECT_EQ(w.discover(card).value(), Told{});
}

TEST(Es11, serves_a_brainpool_euicc) {
  World w(crypto::Curve::brainpool_p256r1);
  MiniCard card = w.card();
  ASSERT_TRUE(w.add("A"));
  EXPECT_EQ(w.discover(card).value().size(), 1u);
}

TEST(Es11, an_event_is_over_when_its_time_is_whether_or_not_it_was_swept) {
  World w;
  MiniCard card = w.card();
  ASSERT_TRUE(w.add("A"));
  w.clock.advance(w.settings.event_ttl.get() - std::chrono::seconds(1));
  EXPECT_EQ(w.discover(card).value().size(), 1u);
  w.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(w.discover(card).value(), Told{});
  EXPECT_EQ(w.discover(card, *MatchingId::parse("A")).error(), Refusal::event_id_unknown);
}

TEST(Es11, an_address_that_never_authenticates_is_asked_to_wait_and_no_other) {
  World w;
  auth::Limiter limiter(2, std::chrono::seconds(60));
  w.ports.by_address = &limiter;
  w.ports.peer = "192.0.2.1";
  MiniCard card = w.card();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(w.discover(card)) << "whoever authenticates may come again";
  EXPECT_TRUE(w.initiate(card));
  EXPECT_TRUE(w.initiate(card));
  EXPECT_EQ(w.initiate(card).error(), Refusal::server_busy);
  w.ports.peer = "192.0.2.2";
  EXPECT_TRUE(w.initiate(card));
}

enum class State : uint8_t {
  none,           ///< a transactionId that was never given out
  challenged,     ///< after InitiateAuthentication
  authenticated,  ///< after AuthenticateClient
  refused,        ///< after an AuthenticateClient that was refused
  expired,        ///< after session_ttl
};
enum class Message : uint8_t { initiate, authenticate };

/// The answer to this message in this state; none where it was taken.
std::optional<Refusal> answer(State state, Message message) {
  World w;
  MiniCard card = w.card();
  const auto hello = w.initiate(card).value();
  TransactionId id = hello.transactionId;
  const auto authenticate = [&](const std::optional<MatchingId>& eventId) -> std::optional<Refusal> {
    const auto done = authenticate_client(
        w.ports, {.transactionId = id, .authenticateServerResponse = card.authenticate(hello, eventId)});
    return done ? std::nullopt : std::optional(done.error());
  };
  if (state == State::none) id = *TransactionId::from_octets(Bytes(16, 0x77));
  if (state == State::authenticated) {
    EXPECT_FALSE(authenticate(std::nullopt));
  }
  if (state == State::refused) {
    EXPECT_TRUE(authenticate(*MatchingId::parse("NOT-THERE")));
  }
  if (state == State::expired) w.clock.advance(w.settings.session_ttl);
  if (message == Message::authenticate) return authenticate(std::nullopt);
  const auto done = w.initiate(card);
  return done ? std::nullopt : std::optional(done.error());
}

TEST(Es11, every_message_in_every_state_has_its_answer) {
  const auto unknown = std::optional(Refusal::transaction_unknown);
  for (State s : {State::none, State::challenged, State::authenticated, State::refused, State::expired}) {
    EXPECT_EQ(answer(s, Message::initiate), std::nullopt) << "a new session, whatever came before";
    EXPECT_EQ(answer(s, Message::authenticate), s == State::challenged ? std::nullopt : unknown)
        << static_cast<int>(s);
  }
}

}  // namespace
}  // namespace sealift::smds
