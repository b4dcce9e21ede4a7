#include "smdp/admin_steps.hpp"

#include <algorithm>

#include "smdp/callbacks.hpp"

namespace sealift::smdp {
namespace {

Error invalid(const std::string& tenant, std::string rule) {
  return {ErrorKind::invalid, "the policies of tenant " + tenant + ": " + std::move(rule)};
}

/// Without an EID whoever comes first has the profile: only where the policy lets it, and for a short time.
Status limit_unbound(const access::Policies& policies, Time now, Order& order) {
  if (!policies.allowUnbound) return invalid(order.tenant, "an order names the EID that it is for");
  const Time last = now + std::chrono::seconds(policies.unboundLifetime);
  if (!order.expires) order.expires = last;
  if (*order.expires <= last) return {};
  return invalid(order.tenant, "an order without an EID expires within " +
                                   std::to_string(policies.unboundLifetime) + " seconds");
}

}  // namespace

Result<Order> visible_order(Ports& ports, const Principal& who, const Iccid& iccid) {
  std::optional<Order> order = TRY(ports.orders.find(iccid));
  if (order && access::sees(who, order->tenant)) return std::move(*order);
  return Error{ErrorKind::not_found, "no profile with ICCID " + iccid.digits() + " is in stock"};
}

Status check_tenant(const Ports& ports, const Principal& who, const std::string& tenant) {
  const bool there =
      tenant == default_tenant || (ports.directory && ports.directory->current()->tenants.find(tenant));
  if (there && access::sees(who, tenant)) return {};
  return Error{ErrorKind::not_found, "there is no tenant " + tenant};
}

Result<Order> apply_change(Ports& ports, Transition t, const Order& before) {
  tell_smds(ports, before, t);
  TRY_VOID(ports.orders.apply(t));
  if (ports.bell && !t.outgoing.empty()) ports.bell->ring();
  ++t.after.version;
  if (t.after.state != before.state) ports.observer.moved(t.after, before.state);
  return std::move(t.after);
}

Result<access::Office> office_of(Ports& ports) {
  if (ports.directory) return access::Office{ports.clock, ports.random, *ports.directory};
  return Error{ErrorKind::unsupported, "this server keeps no tenants and principals"};
}

Status check_issuance(const Ports& ports, const std::string& tenant) {
  if (!ports.directory) return {};
  const auto known = ports.directory->current();
  if (known->issues_for(tenant)) return {};
  if (!known->issuance.stopped)
    return Error{ErrorKind::conflict, "tenant " + tenant + " is suspended or gone"};
  return Error{ErrorKind::conflict,
               "issuance is stopped, by " + known->issuance.by + ": " + known->issuance.reason};
}

Status apply_policies(const Ports& ports, const CreateOrder& request, Order& order) {
  // What no policy of a tenant may be absent for is said by the default ones; without records there are none.
  const access::Policies none;
  const auto known = ports.directory ? ports.directory->current() : nullptr;
  const access::Tenant* tenant = known ? known->tenants.find(order.tenant) : nullptr;
  if (known && !tenant) return Error{ErrorKind::conflict, "tenant " + order.tenant + " is gone"};
  const access::Policies& policies = tenant ? tenant->policies : none;
  order.reinstall = request.reinstall ? *request.reinstall : TRY(reinstall_policy(policies.reinstall));
  order.uses = request.uses.value_or(request.reinstall ? 0 : policies.uses);
  if (order.reinstall == Reinstall::never) order.uses = 1;
  const uint32_t attempts = policies.confirmationAttempts > 0 ? policies.confirmationAttempts
                                                              : ports.settings.confirmation_attempts.get();
  order.confirmation_limit = request.confirmationAttempts.value_or(attempts);
  if (!tenant) return {};
  if (policies.confirmationRequired && !order.confirmation) {
    return invalid(order.tenant, "every order has a confirmation code");
  }
  const Time now = ports.clock.now();
  if (!order.eid) return limit_unbound(policies, now, order);
  if (!order.expires && policies.orderLifetime > 0)
    order.expires = now + std::chrono::seconds(policies.orderLifetime);
  return {};
}

Result<MatchingId> choose_matching_id(Random& random) {
  return MatchingId::parse(hex(random.octets<16>()));
}

}  // namespace sealift::smdp
