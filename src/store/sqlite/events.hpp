// The event store of an SM-DS in SQLite, a file of its own. Thread safe: changes go through the writer, reads
// through a pool of connections that never wait for it.
#pragma once

#include <memory>

#include "smds/ports.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::store {

class SqliteEvents : public smds::EventStore {
 public:
  /// As SqliteStore::open.
  static Result<std::unique_ptr<SqliteEvents>> open(
      const std::string& path, std::chrono::milliseconds patience = std::chrono::seconds(5));
  /// Batches written so far and changes in them.
  virtual GroupFigures figures() const = 0;
  /// Whether a change can be made: the disk takes a write.
  virtual Status probe() = 0;
};

}  // namespace sealift::store
