// Every message in every state of a session (G-STM-1): each cell has its answer, and a message that does not
// belong there changes nothing.

#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;

enum class State : uint8_t {
  none,           ///< a transactionId that was never given out
  challenged,     ///< after InitiateAuthentication
  authenticated,  ///< after AuthenticateClient
  delivered,      ///< after GetBoundProfilePackage
  reported,       ///< after the installation result
  cancelled,      ///< after CancelSession
  refused,        ///< after an AuthenticateClient that was refused
  expired_early,  ///< 60 s after InitiateAuthentication
  expired_late,   ///< 300 s after AuthenticateClient
};
enum class Message : uint8_t { initiate, authenticate, get, result, cancel };

/// A session brought into a state, with all that its messages are made of.
struct Walk {
  World w;
  MiniCard card = w.card();
  Order order = w.order();
  messages::InitiateAuthenticationOkEs9 hello;
  std::optional<messages::AuthenticateClientOk> offer;
  std::optional<messages::PrepareDownloadResponse> response;
  TransactionId id;

  explicit Walk(State state) {
    hello = *w.initiate(card);
    id = hello.transactionId;
    if (state == State::none) id = *TransactionId::from_octets(Bytes(16, 0x77));
    if (state == State::refused) (void)authenticate(*MatchingId::parse("NOT-THERE"));
    if (state == State::expired_early) w.clock.advance(w.settings.unauthenticated_ttl);
    if (state < State::authenticated || state == State::refused || state == State::expired_early) return;
    offer = *authenticate(order.matchingId);
    response = card.prepare(*offer);
    if (state == State::delivered || state == State::reported) {
      EXPECT_TRUE(w.get(card, *offer));
    }
    if (state == State::reported) {
      EXPECT_TRUE(handle_notification(w.ports, card.success(id, order.iccid)));
    }
    if (state == State::cancelled) {
      EXPECT_TRUE(w.cancel(id, card.cancel(id, messages::CancelSessionReason::postponed)));
    }
    if (state == State::expired_late) w.clock.advance(w.settings.session_ttl);
  }

  Result<messages::AuthenticateClientOk, Refusal> authenticate(const std::optional<MatchingId>& matchingId) {
    return authenticate_client(
        w.ports, {.transactionId = id, .authenticateServerResponse = card.authenticate(hello, matchingId)});
  }
  /// The answer to this message here; none where it was taken.
  std::optional<Refusal> answer(Message message) {
    const auto end_of = [](const auto& result) {
      return result ? std::nullopt : std::optional(result.error());
    };
    switch (message) {
      case Message::initiate:
        return end_of(w.initiate(card));
      case Message::authenticate:
        return end_of(authenticate(order.matchingId));
      case Message::get:
        return end_of(
            get_bound_profile_package(w.ports, {.transactionId = id, .prepareDownloadResponse = prepared()}));
      case Message::result:
        EXPECT_TRUE(handle_notification(w.ports, card.success(id, order.iccid))) << "204, whatever it is";
        return std::nullopt;
      case Message::cancel:
        return end_of(w.cancel(id, card.cancel(id, messages::CancelSessionReason::postponed)));
    }
    return std::nullopt;
  }
  /// The answer to this session's offer, or where there is none what another card made of its own.
  messages::PrepareDownloadResponse prepared() {
    if (response) return *response;
    MiniCard other = w.card(2);
    const auto its = w.authenticate(other, w.order().matchingId);
    return other.prepare(*its);
  }
};

struct Row {
  State state;
  bool authenticate, get, cancel;  ///< taken here; refused with 8.10.1/3.9 elsewhere
};
constexpr Row kRows[] = {
    {State::none, false, false, false},         {State::challenged, true, false, false},
    {State::authenticated, false, true, true},  {State::delivered, false, false, true},
    {State::reported, false, false, false},     {State::cancelled, false, false, false},
    {State::refused, false, false, false},      {State::expired_early, false, false, false},
    {State::expired_late, false, false, false},
};

TEST(States, each_message_in_each_state_has_its_answer) {
  for (const Row& row : kRows) {
    const auto expect = [&](Message message, bool taken) {
      Walk walk(row.state);
      const Order before = walk.w.now(walk.order);
      const auto got = walk.answer(message);
      const std::string cell = "state " + std::to_string(static_cast<int>(row.state)) + ", message " +
                               std::to_string(static_cast<int>(message));
      EXPECT_EQ(got, taken ? std::nullopt : std::optional(Refusal::transaction_unknown)) << cell;
      if (!taken) {
        EXPECT_EQ(walk.w.now(walk.order), before) << cell;
      }
    };
    expect(Message::initiate, true);
    expect(Message::authenticate, row.authenticate);
    expect(Message::get, row.get);
    expect(Message::cancel, row.cancel);
    // A result has no answer but 204; it changes the order of the package that was given out, and no other.
    Walk walk(row.state);
    const Order before = walk.w.now(walk.order);
    walk.answer(Message::result);
    if (row.state == State::delivered) {
      EXPECT_EQ(walk.w.now(walk.order).state, OrderState::installed);
    } else {
      EXPECT_EQ(walk.w.now(walk.order), before);
    }
  }
}

/// A message out of place leaves the session where it was: nobody who has but its transactionId can end it.
TEST(States, a_message_out_of_place_ends_no_session) {
  {
    Walk walk(State::challenged);
    EXPECT_EQ(walk.answer(Message::get), Refusal::transaction_unknown);
    EXPECT_EQ(walk.answer(Message::cancel), Refusal::transaction_unknown);
    EXPECT_EQ(walk.answer(Message::authenticate), std::nullopt);
  }
  {
    Walk walk(State::authenticated);
    EXPECT_EQ(walk.answer(Message::authenticate), Refusal::transaction_unknown);
    EXPECT_EQ(walk.answer(Message::get), std::nullopt);
    EXPECT_EQ(walk.answer(Message::get), Refusal::transaction_unknown);
    EXPECT_EQ(walk.answer(Message::cancel), std::nullopt);
    EXPECT_EQ(walk.answer(Message::cancel), Refusal::transaction_unknown) << "a replay";
  }
}

TEST(States, a_session_that_nobody_authenticated_is_short_lived) {
  Walk walk(State::challenged);
  walk.w.clock.advance(std::chrono::seconds(59));
  EXPECT_EQ(walk.answer(Message::authenticate), std::nullopt);
  EXPECT_LE(walk.w.settings.unauthenticated_ttl.get(), std::chrono::seconds(60));
}

}  // namespace
}  // namespace sealift::smdp
