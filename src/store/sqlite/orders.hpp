// The order store of an SM-DP+ in SQLite. Part of SqliteStore; nothing else includes this.
//
// Thread safe: changes go through the writer, reads through a pool of connections that never wait for it.
#pragma once

#include "smdp/ports.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/writer.hpp"

namespace sealift::store {

class SqliteOrders final : public smdp::OrderStore {
 public:
  SqliteOrders(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

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
  Writer& writer_;
  Readers& readers_;
};

}  // namespace sealift::store
