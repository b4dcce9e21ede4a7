// The order store of an SM-DP+ in PostgreSQL. Part of PostgresStore; nothing else includes this. Thread safe,
// and for several processes.
#pragma once

#include "smdp/ports.hpp"
#include "store/postgres/pool.hpp"

namespace sealift::store::postgres {

class Orders final : public smdp::OrderStore {
 public:
  explicit Orders(Pool& pool) : pool_(pool) {}

  Status add(const smdp::Order&, const smdp::StoredProfile&, const smdp::Audit&) override;
  Result<std::optional<smdp::Order>> find(const Iccid&) override;
  Result<std::optional<smdp::Order>> find(const MatchingId&) override;
  Result<std::optional<smdp::Order>> find_default(const Eid&, Time now) override;
  Result<std::optional<smdp::Order>> find_available(const std::string& tenant, const std::string& profileType,
                                                    size_t skip) override;
  Result<std::vector<smdp::Order>> list(const smdp::OrderFilter&, const std::optional<Iccid>& after,
                                        size_t limit) override;
  Result<std::vector<smdp::StockCount>> stock(const std::string& tenant) override;
  Result<smdp::StoredProfile> profile(const Iccid&) override;
  Result<Bytes> package(const Iccid&) override;
  Result<std::optional<smdp::Delivery>> delivery(const TransactionId&) override;
  Status apply(const smdp::Transition&) override;
  Status hear(const smdp::NotificationKey&, const Iccid&, const smdp::Audit&) override;
  Result<std::vector<smdp::FunctionCall>> calls(const smdp::CallKey&, const Octets<32>& digest) override;
  Status remember(const smdp::FunctionCall&, const smdp::Audit&) override;
  Result<std::vector<smdp::Order>> expired(Time now, Time given_out, size_t limit) override;
  Result<size_t> prune(Time before) override;

 private:
  Result<std::optional<smdp::Order>> find_one(const Statement&);
  Pool& pool_;
};

}  // namespace sealift::store::postgres
