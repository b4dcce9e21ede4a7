// The state machine of a profile (SGP.22 3.1.6): every function of ES2+ and ES9+ in every state has its
// answer, and a function that is refused changes nothing. docs/reference/es2.md shows the same table.

#include "smdp/es2_test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using messages::FinalProfileStatus;

/// The states, with the two ways into Error that an order's end depends on.
enum class At : uint8_t {
  available,
  allocated,
  linked,
  confirmed,
  released,
  downloaded,
  installed,
  error,            ///< before any package went out
  error_delivered,  ///< after one went out whose result nobody knows
  unavailable,
  deleted,
};

/// What came of a function: the state after it, or why not.
using Outcome = std::variant<OrderState, Es2Refusal, Refusal>;

std::string text_of(const Outcome& outcome) {
  if (const auto* state = std::get_if<OrderState>(&outcome)) return std::string(name(*state));
  if (const auto* r = std::get_if<Es2Refusal>(&outcome))
    return "ES2+ refusal: " + std::string(row_of(*r).message);
  return "ES9+ refusal: " + std::string(row_of(std::get<Refusal>(outcome)).message);
}

/// A profile of which an earlier order was cancelled while a phone had a session for it, brought into a
/// state.
struct Walk {
  Es2World w;
  MiniCard card = w.card(1), old_phone = w.card(2);
  Iccid iccid = w.stock().iccid;
  messages::AuthenticateClientOk old_offer, offer;

  explicit Walk(At at) {
    confirm(true, std::nullopt);
    old_offer = *w.authenticate(old_phone, now().matchingId);
    expect(w.cancel_by_name(now(), FinalProfileStatus::available));
    bring_to(at);
  }

  Order now() { return **w.orders.find(iccid); }
  static void expect(const Es2Answer& answer) { EXPECT_FALSE(answer.refusal) << answer.body; }
  void confirm(bool release, const std::optional<Eid>& eid) {
    expect(w.download_order({.eid = eid, .iccid = iccid}));
    expect(w.confirm_order({.iccid = iccid, .releaseFlag = release}));
  }
  void download() {
    offer = *w.authenticate(card, now().matchingId);
    EXPECT_TRUE(w.get(card, offer));
  }
  void cancel_session() {
    EXPECT_TRUE(w.cancel(offer.transactionId,
                         card.cancel(offer.transactionId, messages::CancelSessionReason::endUserRejection)));
  }
  void report() { EXPECT_TRUE(handle_notification(w.ports, card.success(offer.transactionId, iccid))); }
  void report_deletion() {
    EXPECT_TRUE(handle_notification(
        w.ports, card.notification(messages::NotificationEventBit::notificationDelete, iccid)));
  }

  void bring_to(At at) {
    switch (at) {
      case At::available:
        return;
      case At::allocated:
      case At::linked:
        return expect(w.download_order(
            {.eid = at == At::linked ? std::optional(card_eid(1)) : std::nullopt, .iccid = iccid}));
      case At::confirmed:
        return confirm(false, card_eid(1));
      case At::unavailable:
        confirm(true, card_eid(1));
        return expect(w.cancel_by_name(now(), FinalProfileStatus::unavailable));
      case At::error:
        confirm(true, card_eid(1));
        offer = *w.authenticate(card, now().matchingId);
        return cancel_session();
      default:
        break;
    }
    confirm(true, card_eid(1));
    if (at == At::released) return;
    download();
    if (at == At::error_delivered) return cancel_session();
    if (at == At::downloaded) return;
    report();
    if (at == At::deleted) report_deletion();
  }

  template <class Result>
  Outcome outcome(const Result& result) {
    if (result) return now().state;
    return result.error();
  }
  Outcome outcome(const Es2Answer& answer) {
    if (answer.refusal) return *answer.refusal;
    return now().state;
  }
};

using Ask = Outcome (*)(Walk&);
struct Function {
  const char* name;
  Ask ask;
};

const Function kFunctions[] = {
    {"DownloadOrder",
     [](Walk& x) { return x.outcome(x.w.download_order({.eid = card_eid(7), .iccid = x.iccid})); }},
    {"DownloadOrder again",
     [](Walk& x) { return x.outcome(x.w.download_order({.eid = x.now().eid, .iccid = x.iccid})); }},
    {"ConfirmOrder", [](Walk& x) { return x.outcome(x.w.confirm_order({.iccid = x.iccid})); }},
    {"ConfirmOrder and release",
     [](Walk& x) { return x.outcome(x.w.confirm_order({.iccid = x.iccid, .releaseFlag = true})); }},
    {"ReleaseProfile", [](Walk& x) { return x.outcome(x.w.release_profile({.iccid = x.iccid})); }},
    {"CancelOrder to Available",
     [](Walk& x) { return x.outcome(x.w.cancel_by_name(x.now(), FinalProfileStatus::available)); }},
    {"CancelOrder to Unavailable",
     [](Walk& x) { return x.outcome(x.w.cancel_by_name(x.now(), FinalProfileStatus::unavailable)); }},
    {"AuthenticateClient",
     [](Walk& x) {
       const auto id = x.now().matchingId;
       return x.outcome(x.w.authenticate(x.card, id ? *id : *MatchingId::parse("NONE-YET")));
     }},
    {"GetBoundProfilePackage for the order before",
     [](Walk& x) { return x.outcome(x.w.get(x.old_phone, x.old_offer)); }},
    {"CancelSession for the order before",
     [](Walk& x) {
       const auto& id = x.old_offer.transactionId;
       return x.outcome(
           x.w.cancel(id, x.old_phone.cancel(id, messages::CancelSessionReason::endUserRejection)));
     }},
    {"an installation result",
     [](Walk& x) -> Outcome {
       if (!x.offer.transactionId.octets().empty()) x.report();
       return x.now().state;
     }},
    {"a deletion", [](Walk& x) -> Outcome {
       x.report_deletion();
       return x.now().state;
     }}};

struct Row {
  At at;
  Outcome outcomes[std::size(kFunctions)];
};

std::vector<Row> table() {
  using enum OrderState;
  using E = Es2Refusal;
  constexpr auto no_order = E::profile_not_available;
  constexpr auto not_ordered = E::profile_not_ordered;
  constexpr auto not_confirmed = E::profile_not_confirmed;
  constexpr auto not_pending = E::order_not_pending;
  constexpr auto unknown = Refusal::matching_id_unknown;
  constexpr auto closed = Refusal::profile_not_released;
  return {
      {At::available,
       {linked, allocated, not_ordered, not_ordered, not_confirmed, not_pending, not_pending, unknown, closed,
        available, available, available}},
      {At::allocated,
       {no_order, allocated, confirmed, released, not_confirmed, available, unavailable, unknown, closed,
        allocated, allocated, allocated}},
      {At::linked,
       {no_order, linked, confirmed, released, not_confirmed, available, unavailable, unknown, closed, linked,
        linked, linked}},
      {At::confirmed,
       {no_order, no_order, not_ordered, not_ordered, released, available, unavailable, closed, closed,
        confirmed, confirmed, confirmed}},
      {At::released,
       {no_order, no_order, not_ordered, not_ordered, not_confirmed, available, unavailable, released, closed,
        released, released, released}},
      {At::downloaded,
       {no_order, no_order, not_ordered, not_ordered, not_confirmed, not_pending, not_pending, downloaded,
        closed, downloaded, installed, deleted}},
      {At::installed,
       {no_order, no_order, not_ordered, not_ordered, not_confirmed, not_pending, not_pending, closed, closed,
        installed, installed, deleted}},
      {At::error,
       {no_order, no_order, not_ordered, not_ordered, not_confirmed, available, unavailable, closed, closed,
        error, error, error}},
      // The eUICC has it, whatever we had come to think.
      {At::error_delivered,
       {no_order, no_order, not_ordered, not_ordered, not_confirmed, E::package_delivered, unavailable,
        closed, closed, error, installed, error}},
      {At::unavailable,
       {no_order, no_order, not_ordered, not_ordered, not_confirmed, not_pending, not_pending, closed, closed,
        unavailable, unavailable, unavailable}},
      {At::deleted,
       {no_order, no_order, not_ordered, not_ordered, not_confirmed, not_pending, not_pending, closed, closed,
        deleted, deleted, deleted}},
  };
}

TEST(Es2States, every_function_in_every_state_has_its_answer) {
  for (const Row& row : table()) {
    for (size_t f = 0; f < std::size(kFunctions); ++f) {
      Walk walk(row.at);
      const Order before = walk.now();
      const Outcome got = kFunctions[f].ask(walk);
      const std::string cell =
          std::string(kFunctions[f].name) + " in row " + std::to_string(static_cast<int>(row.at));
      EXPECT_EQ(text_of(got), text_of(row.outcomes[f])) << cell;
      if (!std::holds_alternative<OrderState>(got)) {
        EXPECT_EQ(walk.now(), before) << cell;
      }
    }
  }
}

TEST(Es2States, each_row_starts_in_its_state) {
  const OrderState states[] = {OrderState::available,   OrderState::allocated, OrderState::linked,
                               OrderState::confirmed,   OrderState::released,  OrderState::downloaded,
                               OrderState::installed,   OrderState::error,     OrderState::error,
                               OrderState::unavailable, OrderState::deleted};
  const auto rows = table();
  ASSERT_EQ(rows.size(), std::size(states));
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(static_cast<size_t>(rows[i].at), i);
    EXPECT_EQ(Walk(rows[i].at).now().state, states[i]) << i;
  }
}

/// A phone that asked under an order's MatchingID gets nothing of the next order of that profile, and cannot
/// end it.
TEST(Es2States, a_session_of_a_cancelled_order_has_no_part_in_the_next_one) {
  Walk walk(At::available);
  walk.confirm(true, std::nullopt);
  const Order next = walk.now();
  EXPECT_EQ(walk.w.get(walk.old_phone, walk.old_offer).error(), Refusal::profile_not_released);
  const auto& id = walk.old_offer.transactionId;
  EXPECT_TRUE(walk.w.cancel(id, walk.old_phone.cancel(id, messages::CancelSessionReason::endUserRejection)));
  EXPECT_EQ(walk.now(), next);
}

TEST(Es2States, each_change_has_one_audit_row_that_names_the_operator) {
  Es2World w;
  const Iccid iccid = w.stock().iccid;
  const auto rows = [&] { return w.orders.audit().size(); };
  size_t before = rows();
  const auto expect_row = [&](const Es2Answer& answer, const std::string& action, const std::string& detail) {
    EXPECT_EQ(rows(), ++before) << answer.body;
    const Audit row = w.orders.audit().back();
    EXPECT_EQ(row.actor, "es2+ mno");
    EXPECT_EQ(row.action, action);
    EXPECT_EQ(row.detail, detail);
  };
  expect_row(w.download_order({.iccid = iccid}), "downloadOrder", "available to allocated");
  expect_row(w.download_order({.iccid = iccid}), "downloadOrder", "as before");
  expect_row(w.confirm_order({.iccid = iccid}), "confirmOrder", "allocated to confirmed");
  expect_row(w.release_profile({.iccid = iccid}), "releaseProfile", "confirmed to released");
  expect_row(w.release_profile({.iccid = iccid}), "releaseProfile", "refused 8.2.1/3.5");
  expect_row(w.cancel_by_name(**w.orders.find(iccid), FinalProfileStatus::available), "cancelOrder",
             "released to available");
}

}  // namespace
}  // namespace sealift::smdp
