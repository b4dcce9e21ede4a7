#include "smdp/es2_steps.hpp"

namespace sealift::smdp {
namespace {

using messages::DownloadOrderRequest;

Change reserved(Order order, const std::optional<Eid>& eid) {
  Change change{.from = order.state, .answer = messages::to_json(messages::DownloadOrderOk{order.iccid})};
  order.state = eid ? OrderState::linked : OrderState::allocated;
  order.eid = eid;
  order.eid_ordered = eid.has_value();
  change.transition = Transition{.after = std::move(order)};
  return change;
}

Decided by_iccid(const Call& call, const DownloadOrderRequest& request) {
  Order order = TRY(find_order(call, *request.iccid));
  if (request.profileType && *request.profileType != order.profileType)
    return Es2Refusal::profile_type_differs;
  if (order.state == OrderState::available) return reserved(std::move(order), request.eid);
  // Asked for again, under another call identifier: it is so already.
  const bool waits = order.state == OrderState::allocated || order.state == OrderState::linked;
  if (!waits || order.eid != request.eid) return Es2Refusal::profile_not_available;
  return Change{.answer = messages::to_json(messages::DownloadOrderOk{order.iccid})};
}

/// Whoever lost one to somebody else looks further on, and at the first again before there is none left.
Result<std::optional<Order>> available(const Call& call, const std::string& type, unsigned attempt) {
  OrderStore& orders = call.ports.orders;
  const std::string& tenant = call.requester.tenant;
  const size_t skip = attempt == 0 ? 0 : call.ports.random.octets<1>()[0] % (2 * attempt);
  auto found = TRY(orders.find_available(tenant, type, skip));
  if (found || skip == 0) return found;
  return orders.find_available(tenant, type, 0);
}

/// Names of types are each operator's own: what another has in stock is no type here.
Es2Refusal none_available(const Call& call, const std::string& type) {
  const auto any =
      call.ports.orders.list({.tenant = call.requester.tenant, .profileType = type}, std::nullopt, 1);
  if (!any) return fail(call, any.error());
  return any->empty() ? Es2Refusal::profile_type_unknown : Es2Refusal::profile_type_exhausted;
}

Decided by_type(const Call& call, const DownloadOrderRequest& request, unsigned attempt) {
  const std::string& type = *request.profileType;
  if (type.empty()) return Es2Refusal::profile_type_unknown;
  auto found = available(call, type, attempt);
  if (!found) return fail(call, found.error());
  if (!*found) return none_available(call, type);
  return reserved(std::move(**found), request.eid);
}

}  // namespace

Es2Answer download_order(Es2Ports& es2, const Requester& requester, const DownloadOrderRequest& request,
                         View body) {
  const Call call{es2, es2.smdp, requester, Es2Function::download_order, request.header, body};
  return answer(call, [&](unsigned attempt) -> Decided {
    if (request.iccid) return by_iccid(call, request);
    if (request.profileType) return by_type(call, request, attempt);
    return Es2Refusal::nothing_named;
  });
}

}  // namespace sealift::smdp
