// The store of several nodes: one PostgreSQL database that all of them use, sessions included, so that any
// node answers any request of a download.
//
// Thread safe. The ports it implements are objects that live no longer than it does. Callers wait by Events
// (base/event.hpp). Where the connection is lost while a change is being committed, the change fails with an
// Error of kind io that says its outcome is unknown; every other Error means that nothing was changed.
#pragma once

#include <memory>

#include "access/records.hpp"
#include "smdp/ports.hpp"

namespace sealift::store {

/// True where a string names a PostgreSQL database: "postgresql://..." or "postgres://...".
bool is_postgres(std::string_view connection_string);

/// Connects and leaves again, changing nothing. Error kinds: those of PostgresStore::open.
Status can_connect(const std::string& connection_string);

struct PostgresOptions {
  /// libpq's URI. A password is in the file that its passfile names, never in the string itself.
  std::string connection_string;
  unsigned change_links =
      8;                     ///< connections for changes; the server's group commit lets these share an fsync
  unsigned quick_links = 2;  ///< connections for reads and sessions
  std::chrono::milliseconds patience{5'000};  ///< how long a request waits for a database that is away
  size_t sessions = 100'000;                  ///< open at once, on all nodes together
};

class PostgresStore {
 public:
  struct Figures {
    uint64_t changes = 0;
    uint64_t lost_connections = 0;
  };
  /// Connects, and makes the tables or brings them to this version. `clock` outlives the store. Error kinds:
  /// permission, io, invalid (a foreign or unfit database, one of a newer Sealift, a string with a password).
  static Result<std::unique_ptr<PostgresStore>> open(PostgresOptions options, Clock& clock);
  virtual ~PostgresStore() = default;

  virtual smdp::OrderStore& orders() = 0;
  virtual smdp::SessionStore& sessions() = 0;
  virtual smdp::RestrictionStore& restrictions() = 0;
  virtual smdp::Outbox& outbox() = 0;
  virtual access::RecordStore& records() = 0;
  virtual Figures figures() const = 0;
  /// True while there is a connection that takes changes.
  virtual bool reachable() const = 0;
};

}  // namespace sealift::store
