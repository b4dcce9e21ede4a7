#include "smdp/order.hpp"

#include <array>
#include <tuple>

namespace sealift::smdp {
namespace {

constexpr std::array<std::string_view, 10> kNames{"available",   "allocated",  "linked",    "confirmed",
                                                  "released",    "downloaded", "installed", "error",
                                                  "unavailable", "deleted"};
constexpr std::array<std::string_view, 4> kPolicies{"never", "sameEid", "afterDeletion", "perpetual"};

}  // namespace

std::string_view name(OrderState state) {
  return kNames[static_cast<size_t>(state)];
}

Result<OrderState> order_state(std::string_view wanted) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == wanted) return static_cast<OrderState>(i);
  }
  return Error{ErrorKind::invalid, "no such state of an order: " + std::string(wanted)};
}

std::string_view name(Reinstall policy) {
  return kPolicies[static_cast<size_t>(policy)];
}

Result<Reinstall> reinstall_policy(std::string_view wanted) {
  for (size_t i = 0; i < kPolicies.size(); ++i) {
    if (kPolicies[i] == wanted) return static_cast<Reinstall>(i);
  }
  return Error{ErrorKind::invalid, "reinstall: it is never, sameEid, afterDeletion or perpetual"};
}

bool never_ends(const Order& order) {
  return order.reinstall == Reinstall::perpetual;
}

bool has_uses_left(const Order& order) {
  return order.reinstall != Reinstall::never && (order.uses == 0 || order.installs < order.uses);
}

bool same_terms(const Order& a, const Order& b) {
  const auto terms = [](const Order& o) {
    return std::tie(o.matchingId, o.eid_ordered, o.confirmation, o.confirmation_limit, o.rebind, o.reinstall,
                    o.uses, o.expires, o.protection, o.needs, o.metadata, o.tenant, o.profileType,
                    o.smdsAddress);
  };
  return terms(a) == terms(b);
}

bool is_downloadable(const Order& order) {
  switch (order.state) {
    case OrderState::released:
    case OrderState::downloaded:
      return true;
    case OrderState::installed:
    case OrderState::deleted:
      return order.reinstall == Reinstall::same_eid && has_uses_left(order);
    default:
      return false;
  }
}

}  // namespace sealift::smdp
