#include "smdp/event_rows.hpp"

namespace sealift::smdp {

Result<bool> still_holds(OrderStore& orders, const Outgoing& row) {
  if (lane_of(row.kind) != Lane::events) return true;
  const Event event = TRY(decode_event(row.content));
  const std::optional<Order> order = TRY(orders.find(row.iccid));
  const bool needed = order && has_event(*order) && order->smdsAddress == row.destination &&
                      order->eid == event.eid && order->matchingId->value() == event.eventId;
  return needed == (row.kind == OutgoingKind::register_event);
}

Outgoing event_registration(Ports& ports, const Order& order) {
  const Event event{ports.random.octets<16>(), *order.eid, order.matchingId->value(),
                    ports.settings.smdpAddress};
  return {OutgoingKind::register_event, order.iccid,   order.tenant,
          *order.smdsAddress,           encode(event), ports.clock.now()};
}

Outgoing event_withdrawal(Ports& ports, const Order& order, const std::string& smdsAddress, const Eid& eid,
                          const std::string& eventId, Time at) {
  const Event event{ports.random.octets<16>(), eid, eventId, ports.settings.smdpAddress};
  return {OutgoingKind::delete_event, order.iccid, order.tenant, smdsAddress, encode(event), at};
}

}  // namespace sealift::smdp
