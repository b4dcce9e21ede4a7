// Orders in this process's memory: for tests, simulations and demonstrations. Nothing survives the process.
//
// Thread safe: one lock.
#pragma once

#include <map>
#include <mutex>
#include <unordered_map>

#include "smdp/ports.hpp"
#include "store/memory/outbox.hpp"

namespace sealift::store {

class MemoryOrders final : public smdp::OrderStore {
 public:
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

  /// What changes of orders have to tell.
  smdp::Outbox& outbox() { return outbox_; }
  /// Audit rows so far.
  std::vector<smdp::Audit> audit() const;

 private:
  struct Kept {
    smdp::Order order;
    smdp::StoredProfile profile;
    std::optional<Bytes> package;
    uint64_t number;  ///< of arrival
  };
  bool matching_id_taken(const smdp::Order&) const;
  void index(const smdp::Order& before, const smdp::Order& after);

  mutable std::mutex mutex_;
  std::map<Iccid, Kept> orders_;
  std::unordered_map<std::string, Iccid> by_matching_id_;
  struct Delivered {
    smdp::Delivery delivery;
    Time at;
  };
  std::map<TransactionId, Delivered> deliveries_;
  std::map<smdp::NotificationKey, Time> heard_;
  std::map<std::pair<smdp::CallKey, Octets<32>>, smdp::FunctionCall> calls_;
  MemoryOutbox outbox_;
  std::vector<smdp::Audit> audit_;
};

}  // namespace sealift::store
