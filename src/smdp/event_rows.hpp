// Rows of the outbox that are for an SM-DS, at the moment they are sent: what an order needs there may have
// changed since they were written, and rows are of changes, events of orders.
#pragma once

#include "smdp/callbacks.hpp"

namespace sealift::smdp {

/// A registration that is under way while its caller waits is a promise: a row takes the event away again,
/// where its order is not open with it when the call has ended (Outbox::hasten), or after this time where the
/// server died meanwhile. Longer than a call of ES2+ takes.
inline constexpr std::chrono::seconds registration_limit{60};

/// False where the order by now needs the opposite of what the row says; then it need not be sent, and must
/// not. Errors: the store's, invalid (no row of ours).
Result<bool> still_holds(OrderStore& orders, const Outgoing& row);
/// The row that has the event of an order stand, whatever other rows were on their way meanwhile. Needs an
/// order with an event (has_event).
Outgoing event_registration(Ports& ports, const Order& order);
/// The row that takes an event away, from `at` on.
Outgoing event_withdrawal(Ports& ports, const Order& order, const std::string& smdsAddress, const Eid& eid,
                          const std::string& eventId, Time at);

}  // namespace sealift::smdp
