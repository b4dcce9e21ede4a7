#include "crypto/hash.hpp"
#include "smdp/admin_steps.hpp"
#include "smdp/callbacks.hpp"

namespace sealift::smdp {
namespace {

Status check_request(const CreateOrder& request, const Settings& settings) {
  if (request.matchingId && !request.matchingId->keeps_grammar() && !settings.any_matching_id) {
    return Error{ErrorKind::invalid, "a MatchingID has digits, capital letters and '-' alone"};
  }
  if (request.matchingId && request.matchingId->empty() && !request.eid) {
    return Error{ErrorKind::invalid, "an order without MatchingID needs the EID that it is for"};
  }
  if (request.smdsAddress && (!request.eid || (request.matchingId && request.matchingId->empty()))) {
    return Error{ErrorKind::invalid, "an SM-DS announces a profile by EID and MatchingID: the order needs both"};
  }
  if (request.confirmationCode && request.confirmationCode->size() == 0) {
    return Error{ErrorKind::invalid, "the confirmation code is empty"};
  }
  if (request.confirmationCode && request.confirmationCodeHash) {
    return Error{ErrorKind::invalid, "a confirmation code is given itself or as its SHA-256, not as both"};
  }
  if (request.confirmationAttempts &&
      (*request.confirmationAttempts < 1 || *request.confirmationAttempts > 10)) {
    return Error{ErrorKind::invalid, "confirmation attempts: 1 to 10"};
  }
  if (request.reinstall.value_or(Reinstall::never) == Reinstall::never && request.uses.value_or(1) > 1) {
    return Error{ErrorKind::invalid, "more than one use needs a policy for reinstallation"};
  }
  return {};
}

}  // namespace

Result<Order> create_order(Ports& ports, const Principal& who, const CreateOrder& request) {
  TRY_VOID(access::permit(who, Permission::change_orders));
  TRY_VOID(check_request(request, ports.settings));
  Order order = TRY(visible_order(ports, who, request.iccid));
  if (order.state != OrderState::available) {
    return Error{ErrorKind::conflict, "the profile is " + std::string(name(order.state)) + ", not available"};
  }
  const Order before = order;
  if (request.release) TRY_VOID(check_issuance(ports, order.tenant));
  order.state = request.release ? OrderState::released : OrderState::confirmed;
  order.smdsAddress = request.smdsAddress;
  order.matchingId = request.matchingId ? *request.matchingId : TRY(choose_matching_id(ports.random));
  order.eid = request.eid;
  order.eid_ordered = request.eid.has_value();
  order.expires = request.expires;
  order.rebind = request.rebind;
  if (request.confirmationCode) order.confirmation = crypto::sha256(request.confirmationCode->expose());
  if (request.confirmationCodeHash) order.confirmation = *request.confirmationCodeHash;
  TRY_VOID(apply_policies(ports, request, order));
  return apply_change(ports, {.after = std::move(order), .audit = audit_of(ports, who, "create_order")}, before);
}

Result<Order> release_order(Ports& ports, const Principal& who, const Iccid& iccid) {
  TRY_VOID(access::permit(who, Permission::change_orders));
  Order order = TRY(visible_order(ports, who, iccid));
  if (order.state != OrderState::confirmed) {
    return Error{ErrorKind::conflict, "the profile is " + std::string(name(order.state)) + ", not confirmed"};
  }
  TRY_VOID(check_issuance(ports, order.tenant));
  const Order before = order;
  order.state = OrderState::released;
  return apply_change(ports, {.after = std::move(order), .audit = audit_of(ports, who, "release_order")}, before);
}

Result<Order> cancel_order(Ports& ports, const Principal& who, const Iccid& iccid, bool available) {
  TRY_VOID(access::permit(who, Permission::change_orders));
  const Order order = TRY(visible_order(ports, who, iccid));
  switch (order.state) {
    case OrderState::allocated:
    case OrderState::linked:
    case OrderState::confirmed:
    case OrderState::released:
    case OrderState::error:
      break;
    default:
      return Error{ErrorKind::conflict,
                   "the profile is " + std::string(name(order.state)) + ", with no order to cancel"};
  }
  if (available && may_be_on_a_chip(order)) {
    return Error{ErrorKind::conflict,
                 "a package of this profile was given out: nobody else can have it any more"};
  }
  Order after = available ? as_stocked(order) : order;
  if (!available) after.state = OrderState::unavailable;
  return apply_change(ports, {.after = after, .audit = audit_of(ports, who, "cancel_order")}, order);
}

Result<std::vector<Order>> list_orders(Ports& ports, const Principal& who, OrderFilter filter,
                                       const std::optional<Iccid>& after, size_t limit) {
  TRY_VOID(access::permit(who, Permission::read_profiles));
  if (filter.tenant.empty()) {
    filter.tenant = who.tenant;
  } else {
    TRY_VOID(check_tenant(ports, who, filter.tenant));
  }
  return ports.orders.list(filter, after, limit);
}

Result<Order> show_order(Ports& ports, const Principal& who, const Iccid& iccid) {
  TRY_VOID(access::permit(who, Permission::read_profiles));
  return visible_order(ports, who, iccid);
}

Result<std::string> activation_code(const Ports& ports, const Order& order) {
  if (!order.matchingId)
    return Error{ErrorKind::conflict, "the profile is not ordered, so it has no activation code"};
  std::string code = "1$" + ports.settings.smdpAddress + "$" + order.matchingId->value();
  // With the OID an LPA knows the server from every other one of the same CI, whatever becomes of TLS.
  const std::optional<asn1::Oid> oid = ports.signers.oid();
  if (oid) code += "$" + oid->dotted();
  if (order.confirmation) code += oid ? "$1" : "$$1";
  return code;
}

}  // namespace sealift::smdp
