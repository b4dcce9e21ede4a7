// Subscribers of the authentication centre in SQLite. Part of SqliteStore; nothing else includes this.
//
// K and OPc are sealed by AES-256-GCM under the store key, bound to the IMSI. Thread safe.
#pragma once

#include "auc/ports.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/writer.hpp"

namespace sealift::store {

class SqliteSubscribers final : public auc::SubscriberStore {
 public:
  SqliteSubscribers(Writer& writer, Readers& readers, const Secret<32>& store_key, Random& random)
      : writer_(writer), readers_(readers), store_key_(store_key.clone()), random_(random) {}

  Status add(const auc::Subscriber& subscriber) override;
  Result<auc::Subscriber> find(const Imsi& imsi) override;
  Status advance(const Imsi& imsi, const auc::SubscriberState& expected,
                 const auc::SubscriberState& next) override;
  Result<std::vector<Imsi>> list(const std::optional<Imsi>& after, size_t limit) override;

 private:
  Writer& writer_;
  Readers& readers_;
  const Secret<32> store_key_;
  Random& random_;
};

}  // namespace sealift::store
