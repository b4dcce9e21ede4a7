// What an SM-DP+ keeps, wherever that is: one SQLite file (the default), a PostgreSQL database that several
// nodes share, or memory. Sessions are in this process but with PostgreSQL, where any node goes on with any
// download.
//
// Thread safe. The stores live as long as it does.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "access/records.hpp"
#include "smdp/ports.hpp"

namespace sealift::lab {

class SmdpStores {
 public:
  /// `where`: a connection string ("postgresql://..."), the path of a file, or empty: memory. `clock`
  /// outlives them. Errors: those of PostgresStore::open and SqliteStore::open.
  static Result<std::unique_ptr<SmdpStores>> open(const std::string& where, Clock& clock);
  virtual ~SmdpStores() = default;

  virtual smdp::OrderStore& orders() = 0;
  virtual smdp::SessionStore& sessions() = 0;
  virtual smdp::RestrictionStore& restrictions() = 0;
  virtual smdp::Outbox& outbox() = 0;
  virtual access::RecordStore& records() = 0;

  struct Figures {
    uint64_t commits = 0;           ///< of the SQLite file; with PostgreSQL each change is one
    uint64_t changes = 0;           ///< in them
    uint64_t largest = 0;           ///< the most that one commit had
    uint64_t waiting = 0;           ///< changes that wait for the next commit of the SQLite file
    uint64_t lost_connections = 0;  ///< to PostgreSQL
  };
  virtual Figures figures() const = 0;
  /// Whether a change can be made: the database is reachable, its disk takes a write.
  virtual Status probe() { return {}; }
  /// Sessions of ES9+ in this process; none where they are in the database.
  virtual std::optional<size_t> open_sessions() const { return std::nullopt; }
  /// True where other nodes change it too.
  virtual bool shared() const { return false; }
};

/// Has the list look again every few seconds, in a thread of its own, until it goes. What fails is tried
/// again.
class ListFollower {
 public:
  /// The list is borrowed.
  explicit ListFollower(smdp::RestrictionList& list, std::chrono::milliseconds pace = std::chrono::seconds(3));
  ~ListFollower();
  ListFollower(const ListFollower&) = delete;
  ListFollower& operator=(const ListFollower&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace sealift::lab
