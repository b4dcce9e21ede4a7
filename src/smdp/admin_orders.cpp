#include "crypto/hash.hpp"
#include "smdp/admin.hpp"
#include "smdp/callbacks.hpp"

namespace sealift::smdp {
namespace {

/// 128 random bits as hexadecimal digits, which keep the grammar of an AC token (SGP.22 4.1).
Result<MatchingId> choose_matching_id(Random& random) {
  return MatchingId::parse(hex(random.octets<16>()));
}

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
  if (request.reinstall == Reinstall::never && request.uses > 1) {
    return Error{ErrorKind::invalid, "more than one use needs a policy for reinstallation"};
  }
  return {};
}

Result<Order> in_stock(Ports& ports, const Iccid& iccid) {
  std::optional<Order> order = TRY(ports.orders.find(iccid));
  if (!order) return Error{ErrorKind::not_found, "no profile with ICCID " + iccid.digits() + " is in stock"};
  return std::move(*order);
}

}  // namespace

Result<Order> create_order(Ports& ports, std::string_view principal, const CreateOrder& request) {
  TRY_VOID(check_request(request, ports.settings));
  Order order = TRY(in_stock(ports, request.iccid));
  if (order.state != OrderState::available) {
    return Error{ErrorKind::conflict, "the profile is " + std::string(name(order.state)) + ", not available"};
  }
  const Order before = order;
  order.state = request.release ? OrderState::released : OrderState::confirmed;
  order.smdsAddress = request.smdsAddress;
  order.matchingId = request.matchingId ? *request.matchingId : TRY(choose_matching_id(ports.random));
  order.eid = request.eid;
  order.eid_ordered = request.eid.has_value();
  order.expires = request.expires;
  order.rebind = request.rebind;
  order.reinstall = request.reinstall;
  order.uses = request.reinstall == Reinstall::never ? 1 : request.uses;
  order.confirmation_limit = request.confirmationAttempts.value_or(ports.settings.confirmation_attempts);
  if (request.confirmationCode) order.confirmation = crypto::sha256(request.confirmationCode->expose());
  if (request.confirmationCodeHash) order.confirmation = *request.confirmationCodeHash;
  Transition t{.after = order, .audit = {ports.clock.now(), std::string(principal), "create_order", ""}};
  tell_smds(ports, before, t);
  TRY_VOID(ports.orders.apply(t));
  if (ports.bell && !t.outgoing.empty()) ports.bell->ring();
  ++order.version;
  ports.observer.moved(order, OrderState::available);
  return order;
}

Result<std::vector<Order>> list_orders(Ports& ports, const std::optional<Iccid>& after, size_t limit) {
  return ports.orders.list({}, after, limit);
}

Result<Order> show_order(Ports& ports, const Iccid& iccid) {
  return in_stock(ports, iccid);
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
