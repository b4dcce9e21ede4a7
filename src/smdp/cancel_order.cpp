#include "smdp/callbacks.hpp"
#include "smdp/es2_steps.hpp"

namespace sealift::smdp {
namespace {

using messages::CancelOrderRequest;
using messages::FinalProfileStatus;

/// SGP.22 5.3.3: what has not been downloaded; and what ended, so that its operator can clear it away.
bool can_be_cancelled(OrderState state) {
  switch (state) {
    case OrderState::allocated:
    case OrderState::linked:
    case OrderState::confirmed:
    case OrderState::released:
    case OrderState::error:
      return true;
    default:
      return false;
  }
}

std::optional<Es2Refusal> check_names(const Order& order, const CancelOrderRequest& request) {
  if (request.eid && request.eid != order.eid) return Es2Refusal::eid_differs;
  // An EID that came with the download need not be known to the operator.
  if (!request.eid && order.eid_ordered) return Es2Refusal::order_eid_missing;
  const bool has_id = order.matchingId && !order.matchingId->empty();
  if (!request.matchingId) {
    if (has_id) return Es2Refusal::order_matching_id_missing;
    return std::nullopt;
  }
  if (*request.matchingId != (order.matchingId ? order.matchingId->value() : "")) {
    return Es2Refusal::order_matching_id_differs;
  }
  return std::nullopt;
}

}  // namespace

bool may_be_on_a_chip(const Order& order) {
  return order.state == OrderState::downloaded || order.state == OrderState::installed ||
         order.delivered.has_value();
}

Order as_stocked(const Order& order) {
  Order out{.iccid = order.iccid};
  out.protection = order.protection;
  out.needs = order.needs;
  out.metadata = order.metadata;
  out.version = order.version;
  out.tenant = order.tenant;
  out.profileType = order.profileType;
  return out;
}

Es2Answer cancel_order(Es2Ports& es2, const Requester& requester, const CancelOrderRequest& request,
                       View body) {
  const Call call{es2, es2.smdp, requester, Es2Function::cancel_order, request.header, body};
  return answer(call, [&](unsigned) -> Decided {
    Order order = TRY(find_order(call, request.iccid));
    if (!can_be_cancelled(order.state)) return Es2Refusal::order_not_pending;
    if (const auto no = check_names(order, request)) return *no;
    const bool available = request.finalProfileStatusIndicator == FinalProfileStatus::available;
    if (available && may_be_on_a_chip(order)) return Es2Refusal::package_delivered;
    Change change{.from = order.state, .answer = messages::to_json(messages::FunctionExecutionStatus{})};
    Transition t{.after = available ? as_stocked(order) : order};
    if (!available) t.after.state = OrderState::unavailable;
    tell_smds(call.ports, order, t);
    change.transition = std::move(t);
    return change;
  });
}

}  // namespace sealift::smdp
