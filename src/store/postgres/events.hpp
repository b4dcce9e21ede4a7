// The event store of an SM-DS in PostgreSQL, a database of its own that several nodes share. Thread safe;
// callers wait by Events (base/event.hpp).
#pragma once

#include <memory>

#include "smds/ports.hpp"
#include "store/postgres/store.hpp"

namespace sealift::store {

class PostgresEvents : public smds::EventStore {
 public:
  /// As PostgresStore::open; of `options` the sessions mean nothing here.
  static Result<std::unique_ptr<PostgresEvents>> open(PostgresOptions options);
  /// True while there is a connection that takes changes.
  virtual bool reachable() const = 0;
  /// Changes so far, and connections that were lost.
  struct Figures {
    uint64_t changes = 0;
    uint64_t lost_connections = 0;
  };
  virtual Figures figures() const = 0;
};

}  // namespace sealift::store
