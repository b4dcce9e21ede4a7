#include "smdp/admin.hpp"
#include "smdp/callbacks.hpp"

namespace sealift::smdp {
namespace {

/// False where somebody else changed the order first.
Result<bool> expire(Ports& ports, const Order& order) {
  Transition t{.after = order, .audit = {ports.clock.now(), "upkeep", "end", "expired"}};
  t.after.state = OrderState::error;
  // What was given out and never reported is missed at its last step.
  const Point point = order.state == OrderState::downloaded ? Point::installation : Point::eligibility;
  tell(ports, t, {point, order.eid, codes_of(Refusal::order_expired), {}});
  tell_smds(ports, order, t);
  Status done = ports.orders.apply(t);
  if (!done && done.error().kind == ErrorKind::conflict) return false;
  TRY_VOID(std::move(done));
  if (ports.bell && !t.outgoing.empty()) ports.bell->ring();
  ports.observer.moved(t.after, order.state);
  ports.observer.ended(t.after, Refusal::order_expired);
  return true;
}

}  // namespace

Result<size_t> expire_orders(Ports& ports, size_t limit) {
  const Time now = ports.clock.now();
  const auto found = TRY(ports.orders.expired(now, now - ports.settings.result_grace, limit));
  size_t ended = 0;
  for (const Order& order : found) {
    const bool mine = TRY(expire(ports, order));
    if (mine) ++ended;
  }
  return ended;
}

}  // namespace sealift::smdp
