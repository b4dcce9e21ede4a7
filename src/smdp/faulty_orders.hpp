// For tests: an order store that fails once, at a call of one's choice, before or after it took effect. The
// second is what a power loss between commit and answer looks like.
#pragma once

#include "smdp/ports.hpp"

namespace sealift::smdp::testing {

class FaultyOrders final : public OrderStore {
 public:
  enum class When : uint8_t { before, after };

  explicit FaultyOrders(OrderStore& inner) : inner_(inner) {}
  /// The call number `call` from now on, counted from 0, fails.
  void fail_at(int call, When when) {
    calls_ = 0;
    fail_at_ = call;
    when_ = when;
  }
  /// Calls since fail_at.
  int calls() const { return calls_; }

  Status add(const Order& o, const StoredProfile& p, const Audit& a) override {
    return through([&] { return inner_.add(o, p, a); });
  }
  Result<std::optional<Order>> find(const Iccid& i) override {
    return through([&] { return inner_.find(i); });
  }
  Result<std::optional<Order>> find(const MatchingId& m) override {
    return through([&] { return inner_.find(m); });
  }
  Result<std::optional<Order>> find_default(const Eid& e, Time now) override {
    return through([&] { return inner_.find_default(e, now); });
  }
  Result<std::optional<Order>> find_available(const std::string& tenant, const std::string& profileType,
                                              size_t skip) override {
    return through([&] { return inner_.find_available(tenant, profileType, skip); });
  }
  Result<std::vector<Order>> list(const OrderFilter& f, const std::optional<Iccid>& after,
                                  size_t limit) override {
    return through([&] { return inner_.list(f, after, limit); });
  }
  Result<std::vector<StockCount>> stock(const std::string& tenant) override {
    return through([&] { return inner_.stock(tenant); });
  }
  Result<std::vector<FunctionCall>> calls(const CallKey& key) override {
    return through([&] { return inner_.calls(key); });
  }
  Status remember(const FunctionCall& call, const Audit& a) override {
    return through([&] { return inner_.remember(call, a); });
  }
  Result<StoredProfile> profile(const Iccid& i) override {
    return through([&] { return inner_.profile(i); });
  }
  Result<Bytes> package(const Iccid& i) override {
    return through([&] { return inner_.package(i); });
  }
  Result<std::optional<Delivery>> delivery(const TransactionId& t) override {
    return through([&] { return inner_.delivery(t); });
  }
  Status apply(const Transition& t) override {
    return through([&] { return inner_.apply(t); });
  }
  Status hear(const NotificationKey& k, const Iccid& i, const Audit& a) override {
    return through([&] { return inner_.hear(k, i, a); });
  }
  Result<std::vector<Order>> expired(Time now, Time given_out, size_t limit) override {
    return through([&] { return inner_.expired(now, given_out, limit); });
  }
  Result<size_t> prune(Time before) override {
    return through([&] { return inner_.prune(before); });
  }

 private:
  template <class Call>
  auto through(Call&& call) -> decltype(call()) {
    const bool fails = calls_++ == fail_at_;
    if (fails && when_ == When::before) return Error{ErrorKind::io, "injected: before"};
    auto result = call();
    if (fails) return Error{ErrorKind::io, "injected: after"};
    return result;
  }

  OrderStore& inner_;
  int calls_ = 0;
  int fail_at_ = -1;
  When when_ = When::before;
};

}  // namespace sealift::smdp::testing
