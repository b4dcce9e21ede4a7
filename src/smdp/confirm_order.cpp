#include <algorithm>

#include "crypto/hash.hpp"
#include "smdp/es2_steps.hpp"

namespace sealift::smdp {
namespace {

using messages::ConfirmOrderRequest;

/// The grammar of SGP.22 4.1.1, or where the server takes more than that, what can stand in an activation
/// code, where '$' ends a field.
bool can_be_matching_id(const MatchingId& id, const Settings& settings) {
  if (id.keeps_grammar()) return true;
  return settings.any_matching_id &&
         std::ranges::all_of(id.value(), [](char c) { return c > ' ' && c <= '~' && c != '$'; });
}

/// The checks on the EID, in the order of SGP.22 5.3.2. Gives that of the order.
Result<std::optional<Eid>, Es2Refusal> eid_of(const Call& call, const Order& order,
                                              const ConfirmOrderRequest& request) {
  if (order.eid && request.eid && *order.eid != *request.eid) return Es2Refusal::eid_differs;
  const std::optional<Eid> eid = request.eid ? request.eid : order.eid;
  if (eid) return eid;
  if (request.smdsAddress || (request.matchingId && request.matchingId->empty()))
    return Es2Refusal::eid_missing;
  if (!call.requester.policy.allow_unbound) return Es2Refusal::eid_required_by_policy;
  return eid;
}

/// The MatchingID that was given, else the `made` one: 128 random bits, in the grammar of an AC token.
Result<MatchingId, Es2Refusal> matching_id_of(const Call& call, const ConfirmOrderRequest& request,
                                              std::optional<MatchingId>& made) {
  if (!request.matchingId) {
    if (!made) made = MatchingId::parse(hex(call.ports.random.octets<16>())).value();
    return *made;
  }
  auto given = MatchingId::parse(*request.matchingId);
  if (!given || !can_be_matching_id(*given, call.ports.settings)) return Es2Refusal::matching_id_invalid;
  if (given->empty()) {
    if (request.smdsAddress) return Es2Refusal::matching_id_invalid;  // an event has an identifier
    return std::move(*given);
  }
  const auto holder = call.ports.orders.find(*given);
  if (!holder) return fail(call, holder.error());
  if (*holder) return Es2Refusal::matching_id_in_use;
  return std::move(*given);
}

std::string answer_of(const Ports& ports, const Order& order) {
  return messages::to_json(
      messages::ConfirmOrderOk{order.eid, order.matchingId->value(), ports.settings.smdpAddress});
}

void take_policy(Order& order, const OrderPolicy& policy, const Settings& settings) {
  order.rebind = policy.rebind;
  order.reinstall = policy.reinstall;
  order.uses = policy.reinstall == Reinstall::never ? 1 : policy.uses;
  order.confirmation_limit = policy.confirmation_attempts.value_or(settings.confirmation_attempts);
}

Decided decide(const Call& call, const ConfirmOrderRequest& request, std::optional<MatchingId>& made) {
  Order order = TRY(find_order(call, request.iccid));
  const OrderState from = order.state;
  if (from != OrderState::allocated && from != OrderState::linked) return Es2Refusal::profile_not_ordered;
  order.eid = TRY(eid_of(call, order, request));
  order.eid_ordered = order.eid.has_value();
  order.matchingId = TRY(matching_id_of(call, request, made));
  if (call.requester.policy.confirmation_required && !request.confirmationCode) {
    return Es2Refusal::confirmation_code_required;
  }
  order.smdsAddress = request.smdsAddress;
  if (request.confirmationCode) order.confirmation = crypto::sha256(request.confirmationCode->expose());
  take_policy(order, call.requester.policy, call.ports.settings);
  order.state = OrderState::confirmed;
  Change change{.from = from, .answer = answer_of(call.ports, order)};
  if (request.releaseFlag) {
    if (const auto no = stopped(call)) return *no;
    change.announcement = announcement_of(order);
    order = released(std::move(order), call.requester.policy, call.ports.clock.now());
  }
  change.transition = Transition{.after = std::move(order)};
  return change;
}

}  // namespace

Es2Answer confirm_order(Es2Ports& es2, const Requester& requester, const ConfirmOrderRequest& request,
                        View body) {
  const Call call{es2, es2.smdp, requester, Es2Function::confirm_order, request.header, body};
  std::optional<MatchingId> made;  // one for all attempts: an event may stand under it already
  return answer(call, [&](unsigned) { return decide(call, request, made); });
}

}  // namespace sealift::smdp
