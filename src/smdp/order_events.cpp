#include "smdp/order_events.hpp"

namespace sealift::smdp {
namespace {

using messages::ErrorReason;

/// Nothing of the binding is used again: the eUICC destroyed its one-time key with the result.
void forget_binding(Order& order) {
  order.euiccOtpk.clear();
  order.download_attempts = 0;
}

Order installed(Order order, uint64_t seqNumber) {
  order.state = never_ends(order) ? OrderState::released : OrderState::installed;
  order.last_event = seqNumber;
  ++order.installs;
  if (order.reinstall != Reinstall::never) forget_binding(order);
  return order;
}

Order failed(Order order, ErrorReason reason) {
  // Asked for again while the eUICC still has it: nothing has changed there.
  const bool has_it =
      order.installs > 0 && reason == ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc;
  if (is_temporary(reason)) {
    order.state = OrderState::released;
  } else if (never_ends(order)) {
    order.state = OrderState::released;
    forget_binding(order);
  } else if (has_it) {
    order.state = OrderState::installed;
    forget_binding(order);
  } else {
    order.state = OrderState::error;
  }
  // The only package that went out is on no eUICC; of one before it that would not be known.
  if (order.download_attempts == 1) order.delivered.reset();
  return order;
}

/// Released for whoever it was ordered for.
Order freed(Order order) {
  order.delivered.reset();
  if (!order.eid_ordered) order.eid.reset();
  return order;
}

/// A result is still to come though the eUICC told of something later, or of an installation before.
bool is_outstanding(const Order& order) {
  return order.delivered && (order.state == OrderState::installed || order.state == OrderState::deleted);
}

/// Deleted while its package was under way, which is not counted yet (after_deletion).
bool is_counted_by_result(const Order& order) {
  return order.state == OrderState::deleted && order.reinstall == Reinstall::same_eid;
}
Order counted(Order order) {
  ++order.installs;
  order.delivered.reset();
  forget_binding(order);
  return order;
}

/// A number at or below the last one is of an event before it: told late, or told again.
bool is_old(const Order& order, uint64_t seqNumber) {
  return order.last_event && seqNumber <= *order.last_event;
}

}  // namespace

bool is_temporary(ErrorReason reason) {
  return reason == ErrorReason::installFailedDueToInsufficientMemoryForProfile ||
         reason == ErrorReason::installFailedDueToInterruption;
}

// The number of the awaited result is not asked: a test card that was made anew counts from one again.
bool is_awaited(const Order& order, const TransactionId& id) {
  return order.state == OrderState::downloaded && order.delivered == id;
}

std::optional<Order> after_result(const Order& order, const messages::ProfileInstallationResultData& result) {
  const uint64_t seqNumber = result.notificationMetadata.seqNumber;
  const bool in_play = order.state == OrderState::downloaded || order.state == OrderState::released;
  const bool last_delivery = order.delivered == result.transactionId;
  const bool success = std::holds_alternative<messages::SuccessResult>(result.finalResult.alt);
  if (!is_awaited(order, result.transactionId) && is_old(order, seqNumber)) {
    // The result of what was deleted since: now nothing is under way any more.
    if (last_delivery && order.state == OrderState::released) return freed(order);
    if (last_delivery && success && is_counted_by_result(order)) return counted(order);
    return std::nullopt;
  }
  if (success) {
    // The eUICC has it, whatever we had come to think.
    if (!in_play && !is_outstanding(order) && order.state != OrderState::error) return std::nullopt;
    Order after = installed(order, seqNumber);
    if (last_delivery) after.delivered.reset();  // what an earlier delivery came to says nothing of the last
    return after;
  }
  // A failure of an earlier delivery says nothing of the one under way.
  if (!in_play || order.delivered != result.transactionId) return std::nullopt;
  return failed(order, std::get<messages::ErrorResult>(result.finalResult.alt).errorReason);
}

// A deletion counts what was under way, but where the results do that (after_deletion).
Order after_late_success(const Order& order) {
  Order after = order;
  if (order.reinstall == Reinstall::same_eid) ++after.installs;
  return after;
}

std::optional<Order> after_deletion(const Order& order, uint64_t seqNumber) {
  if (is_old(order, seqNumber)) return std::nullopt;
  if (order.state != OrderState::installed && order.state != OrderState::downloaded) return std::nullopt;
  Order after = order;
  if (order.state == OrderState::downloaded && order.reinstall == Reinstall::same_eid) {
    // It may have been an installation from before, or that of the package under way: its result will tell.
    after.euiccOtpk.clear();
  } else if (order.state == OrderState::downloaded) {
    // What was deleted had been installed; that result comes later, or never, and changes nothing any more.
    after = installed(std::move(after), seqNumber);
  }
  after.last_event = seqNumber;
  after.state = OrderState::deleted;
  if (after.reinstall != Reinstall::after_deletion || !has_uses_left(after)) return after;
  after.state = OrderState::released;
  // A package whose result was not heard may be on that eUICC by now: until then it goes to no other one.
  return after.delivered ? after : freed(after);
}

}  // namespace sealift::smdp
