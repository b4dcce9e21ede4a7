// The embedded durable store: one SQLite file (WAL, synchronous = FULL), one writer at a time, readers beside
// it.
//
// Thread safe. The ports it implements are objects that live no longer than it does. Profiles in it are
// sealed by the role before they come here.
#pragma once

#include <memory>

#include "access/records.hpp"
#include "auc/ports.hpp"
#include "smdp/ports.hpp"
#include "smdp/restrictions.hpp"

namespace sealift::store {

/// How well grouping works; `changes / batches` is the mean size of a group.
struct GroupFigures {
  uint64_t batches = 0;
  uint64_t changes = 0;
  uint64_t largest = 0;
  uint64_t waiting = 0;  ///< changes that wait for the next batch
};

class SqliteStore {
 public:
  /// Opens or creates the file. Error kinds: permission, not_found (no such directory), io, timeout (held by
  /// another process), invalid (a foreign or damaged file, or one of a newer Sealift).
  /// `patience`: how long a change waits for another process that writes.
  static Result<std::unique_ptr<SqliteStore>> open(
      const std::string& path, std::chrono::milliseconds patience = std::chrono::seconds(5));
  virtual ~SqliteStore() = default;

  virtual smdp::OrderStore& orders() = 0;
  virtual smdp::RestrictionStore& restrictions() = 0;
  virtual smdp::Outbox& outbox() = 0;
  virtual access::RecordStore& records() = 0;
  /// The subscribers of an authentication centre, their keys sealed under `store_key`. The result borrows the
  /// store and `random`.
  virtual std::unique_ptr<auc::SubscriberStore> subscribers(const Secret<32>& store_key, Random& random) = 0;
  /// Writes something that changes nothing, and gives whether it is durable: what a full or broken disk
  /// fails.
  virtual Status probe() = 0;
  /// Batches written so far and changes in them.
  virtual GroupFigures figures() const = 0;
};

}  // namespace sealift::store
