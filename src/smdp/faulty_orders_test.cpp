// What faulty_orders.hpp declares. Part of the test program alone.
#include "smdp/faulty_orders.hpp"

namespace sealift::smdp::testing {

void FaultyOrders::fail_at(int call, When when) {
  calls_ = 0;
  fail_at_ = call;
  when_ = when;
}

template <class Call>
auto FaultyOrders::through(Call&& call) -> decltype(call()) {
  const bool fails = calls_++ == fail_at_;
  if (fails && when_ == When::before) return Error{ErrorKind::io, "injected: before"};
  auto result = call();
  if (fails) return Error{ErrorKind::io, "injected: after"};
  return result;
}

Status FaultyOrders::add(const Order& o, const StoredProfile& p, const Audit& a) {
  return through([&] { return inner_.add(o, p, a); });
}

Result<std::optional<Order>> FaultyOrders::find(const Iccid& i) {
  return through([&] { return inner_.find(i); });
}

Result<std::optional<Order>> FaultyOrders::find(const MatchingId& m) {
  return through([&] { return inner_.find(m); });
}

Result<std::optional<Order>> FaultyOrders::find_default(const Eid& e, Time now) {
  return through([&] { return inner_.find_default(e, now); });
}

Result<std::optional<Order>> FaultyOrders::find_available(const std::string& tenant,
                                                          const std::string& profileType, size_t skip) {
  return through([&] { return inner_.find_available(tenant, profileType, skip); });
}

Result<std::vector<Order>> FaultyOrders::list(const OrderFilter& f, const std::optional<Iccid>& after,
                                              size_t limit) {
  return through([&] { return inner_.list(f, after, limit); });
}

Result<std::vector<StockCount>> FaultyOrders::stock(const std::string& tenant) {
  return through([&] { return inner_.stock(tenant); });
}

Result<std::vector<FunctionCall>> FaultyOrders::calls(const CallKey& key, const Octets<32>& digest) {
  return through([&] { return inner_.calls(key, digest); });
}

Status FaultyOrders::remember(const FunctionCall& call, const Audit& a) {
  return through([&] { return inner_.remember(call, a); });
}

Result<StoredProfile> FaultyOrders::profile(const Iccid& i) {
  return through([&] { return inner_.profile(i); });
}

Result<Bytes> FaultyOrders::package(const Iccid& i) {
  return through([&] { return inner_.package(i); });
}

Result<std::optional<Delivery>> FaultyOrders::delivery(const TransactionId& t) {
  return through([&] { return inner_.delivery(t); });
}

Status FaultyOrders::apply(const Transition& t) {
  return through([&] { return inner_.apply(t); });
}

Status FaultyOrders::hear(const NotificationKey& k, const Iccid& i, const Audit& a) {
  return through([&] { return inner_.hear(k, i, a); });
}

Result<std::vector<Order>> FaultyOrders::expired(Time now, Time given_out, size_t limit) {
  return through([&] { return inner_.expired(now, given_out, limit); });
}

Result<size_t> FaultyOrders::prune(Time before) {
  return through([&] { return inner_.prune(before); });
}

}  // namespace sealift::smdp::testing
