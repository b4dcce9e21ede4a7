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
  void fail_at(int call, When when);
  /// Calls since fail_at.
  int calls() const { return calls_; }

  Status add(const Order& o, const StoredProfile& p, const Audit& a) override;
  Result<std::optional<Order>> find(const Iccid& i) override;
  Result<std::optional<Order>> find(const MatchingId& m) override;
  Result<std::optional<Order>> find_default(const Eid& e, Time now) override;
  Result<std::optional<Order>> find_available(const std::string& tenant, const std::string& profileType,
                                              size_t skip) override;
  Result<std::vector<Order>> list(const OrderFilter& f, const std::optional<Iccid>& after,
                                  size_t limit) override;
  Result<std::vector<StockCount>> stock(const std::string& tenant) override;
  Result<std::vector<FunctionCall>> calls(const CallKey& key, const Octets<32>& digest) override;
  Status remember(const FunctionCall& call, const Audit& a) override;
  Result<StoredProfile> profile(const Iccid& i) override;
  Result<Bytes> package(const Iccid& i) override;
  Result<std::optional<Delivery>> delivery(const TransactionId& t) override;
  Status apply(const Transition& t) override;
  Status hear(const NotificationKey& k, const Iccid& i, const Audit& a) override;
  Result<std::vector<Order>> expired(Time now, Time given_out, size_t limit) override;
  Result<size_t> prune(Time before) override;

 private:
  template <class Call>
  auto through(Call&& call) -> decltype(call());

  OrderStore& inner_;
  int calls_ = 0;
  int fail_at_ = -1;
  When when_ = When::before;
};

}  // namespace sealift::smdp::testing
