#include "store/memory/orders.hpp"

#include <algorithm>

namespace sealift::store {

using smdp::Order;
using smdp::OrderState;

namespace {

Error not_in_stock() {
  return {ErrorKind::not_found, "no profile with this ICCID is in stock"};
}

bool has_matching_id(const Order& order) {
  return order.matchingId && !order.matchingId->empty();
}

}  // namespace

bool MemoryOrders::matching_id_taken(const Order& order) const {
  if (!has_matching_id(order)) return false;
  auto it = by_matching_id_.find(order.matchingId->value());
  return it != by_matching_id_.end() && it->second != order.iccid;
}

void MemoryOrders::index(const Order& before, const Order& after) {
  if (has_matching_id(before)) by_matching_id_.erase(before.matchingId->value());
  if (has_matching_id(after)) by_matching_id_.emplace(after.matchingId->value(), after.iccid);
}

Status MemoryOrders::add(const Order& order, const smdp::StoredProfile& profile, const smdp::Audit& audit) {
  std::lock_guard lock(mutex_);
  if (orders_.contains(order.iccid)) return Error{ErrorKind::exists, "this ICCID is in stock already"};
  if (matching_id_taken(order)) return Error{ErrorKind::exists, "this MatchingID is in use"};
  orders_.emplace(order.iccid, Kept{order, profile, std::nullopt, orders_.size()});
  index(Order{}, order);
  audit_.push_back(audit);
  return {};
}

Result<std::optional<Order>> MemoryOrders::find(const Iccid& iccid) {
  std::lock_guard lock(mutex_);
  auto it = orders_.find(iccid);
  if (it == orders_.end()) return std::optional<Order>();
  return std::optional<Order>(it->second.order);
}

Result<std::optional<Order>> MemoryOrders::find(const MatchingId& id) {
  std::lock_guard lock(mutex_);
  auto it = by_matching_id_.find(id.value());
  if (it == by_matching_id_.end()) return std::optional<Order>();
  return std::optional<Order>(orders_.at(it->second).order);
}

Result<std::optional<Order>> MemoryOrders::find_default(const Eid& eid, Time now) {
  std::lock_guard lock(mutex_);
  const Kept* oldest = nullptr;
  for (const auto& [iccid, kept] : orders_) {
    const Order& o = kept.order;
    if (!is_downloadable(o) || o.eid != eid || !o.matchingId || !o.matchingId->empty()) continue;
    const auto rank = [&](const Kept& k) {
      const bool again = k.order.state == OrderState::installed || k.order.state == OrderState::deleted;
      return std::tuple(k.order.expires && *k.order.expires <= now, again, k.number);
    };
    if (!oldest || rank(kept) < rank(*oldest)) oldest = &kept;
  }
  if (!oldest) return std::optional<Order>();
  return std::optional<Order>(oldest->order);
}

Result<std::optional<Order>> MemoryOrders::find_available(const std::string& tenant,
                                                          const std::string& profileType, size_t skip) {
  std::lock_guard lock(mutex_);
  std::map<uint64_t, const Order*> waiting;
  for (const auto& [iccid, kept] : orders_) {
    const Order& o = kept.order;
    if (o.state != OrderState::available || o.tenant != tenant || o.profileType != profileType) continue;
    waiting.emplace(kept.number, &o);
  }
  if (skip >= waiting.size()) return std::optional<Order>();
  return std::optional<Order>(*std::next(waiting.begin(), static_cast<ptrdiff_t>(skip))->second);
}

Result<std::vector<Order>> MemoryOrders::list(const smdp::OrderFilter& filter,
                                              const std::optional<Iccid>& after, size_t limit) {
  std::lock_guard lock(mutex_);
  std::vector<Order> out;
  for (auto it = after ? orders_.upper_bound(*after) : orders_.begin(); it != orders_.end(); ++it) {
    if (out.size() >= limit) break;
    const Order& o = it->second.order;
    if (!filter.tenant.empty() && o.tenant != filter.tenant) continue;
    if (!filter.profileType.empty() && o.profileType != filter.profileType) continue;
    if (filter.state && o.state != *filter.state) continue;
    out.push_back(o);
  }
  return out;
}

Result<std::vector<smdp::StockCount>> MemoryOrders::stock(const std::string& tenant) {
  std::lock_guard lock(mutex_);
  std::map<std::pair<std::string, OrderState>, uint64_t> counts;
  for (const auto& [iccid, kept] : orders_) {
    if (kept.order.tenant == tenant) ++counts[{kept.order.profileType, kept.order.state}];
  }
  std::vector<smdp::StockCount> out;
  for (const auto& [what, count] : counts) out.push_back({what.first, what.second, count});
  return out;
}

Result<smdp::StoredProfile> MemoryOrders::profile(const Iccid& iccid) {
  std::lock_guard lock(mutex_);
  auto it = orders_.find(iccid);
  if (it == orders_.end()) return not_in_stock();
  return it->second.profile;
}

Result<Bytes> MemoryOrders::package(const Iccid& iccid) {
  std::lock_guard lock(mutex_);
  auto it = orders_.find(iccid);
  if (it == orders_.end()) return not_in_stock();
  if (!it->second.package) return Error{ErrorKind::not_found, "this profile is not bound"};
  return *it->second.package;
}

Result<std::optional<smdp::Delivery>> MemoryOrders::delivery(const TransactionId& id) {
  std::lock_guard lock(mutex_);
  auto it = deliveries_.find(id);
  if (it == deliveries_.end()) return std::optional<smdp::Delivery>();
  return std::optional<smdp::Delivery>(it->second.delivery);
}

Status MemoryOrders::apply(const smdp::Transition& t) {
  std::lock_guard lock(mutex_);
  auto it = orders_.find(t.after.iccid);
  if (it == orders_.end()) return not_in_stock();
  if (t.heard && heard_.contains(*t.heard))
    return Error{ErrorKind::exists, "this notification was heard before"};
  if (t.call && calls_.contains({t.call->key, t.call->digest}))
    return Error{ErrorKind::exists, "this call was answered before"};
  if (it->second.order.version != t.after.version || matching_id_taken(t.after)) {
    return Error{ErrorKind::conflict, "the order has changed meanwhile, or its MatchingID is in use"};
  }
  index(it->second.order, t.after);
  it->second.order = t.after;
  ++it->second.order.version;
  if (t.package) it->second.package = *t.package;
  if (t.superseded && deliveries_.contains(*t.superseded))
    deliveries_.at(*t.superseded).delivery.superseded = true;
  if (t.delivery) deliveries_.insert_or_assign(t.delivery->transactionId, Delivered{*t.delivery, t.audit.at});
  if (t.heard) heard_.emplace(*t.heard, t.audit.at);
  if (t.call) calls_.emplace(std::pair(t.call->key, t.call->digest), *t.call);
  for (const smdp::Outgoing& one : t.outgoing) outbox_.add(one);
  audit_.push_back(t.audit);
  return {};
}

Result<std::vector<smdp::FunctionCall>> MemoryOrders::calls(const smdp::CallKey& key,
                                                            const Octets<32>& digest) {
  std::lock_guard lock(mutex_);
  std::vector<smdp::FunctionCall> out;
  if (const auto same = calls_.find({key, digest}); same != calls_.end()) out.push_back(same->second);
  const auto is_other = [&](const auto& one) { return one.first.first == key && one.first.second != digest; };
  if (const auto other = std::ranges::find_if(calls_, is_other); other != calls_.end())
    out.push_back(other->second);
  return out;
}

Status MemoryOrders::remember(const smdp::FunctionCall& call, const smdp::Audit& audit) {
  std::lock_guard lock(mutex_);
  if (!calls_.emplace(std::pair(call.key, call.digest), call).second)
    return Error{ErrorKind::exists, "this call was answered before"};
  audit_.push_back(audit);
  return {};
}

Status MemoryOrders::hear(const smdp::NotificationKey& key, const Iccid&, const smdp::Audit& audit) {
  std::lock_guard lock(mutex_);
  if (!heard_.emplace(key, audit.at).second)
    return Error{ErrorKind::exists, "this notification was heard before"};
  audit_.push_back(audit);
  return {};
}

Result<std::vector<Order>> MemoryOrders::expired(Time now, Time given_out, size_t limit) {
  std::lock_guard lock(mutex_);
  std::map<std::pair<Time, uint64_t>, const Order*> found;
  for (const auto& [iccid, kept] : orders_) {
    const Order& o = kept.order;
    const bool open = o.state == OrderState::confirmed || o.state == OrderState::released;
    if (!o.expires || (!open && o.state != OrderState::downloaded)) continue;
    if (*o.expires <= (open ? now : std::min(now, given_out)))
      found.emplace(std::pair(*o.expires, kept.number), &o);
  }
  std::vector<Order> out;
  for (const auto& [when, order] : found) {
    if (out.size() < limit) out.push_back(*order);
  }
  return out;
}

Result<size_t> MemoryOrders::prune(Time before) {
  std::lock_guard lock(mutex_);
  const auto awaited = [&](const smdp::Delivery& d) {
    const Order& order = orders_.at(d.iccid).order;
    return order.state == OrderState::downloaded && order.delivered == d.transactionId;
  };
  const size_t gone = std::erase_if(
      deliveries_, [&](const auto& one) { return one.second.at < before && !awaited(one.second.delivery); });
  return gone + std::erase_if(heard_, [&](const auto& one) { return one.second < before; }) +
         std::erase_if(calls_, [&](const auto& one) { return one.second.at < before; });
}

std::vector<smdp::Audit> MemoryOrders::audit() const {
  std::lock_guard lock(mutex_);
  return audit_;
}

}  // namespace sealift::store
