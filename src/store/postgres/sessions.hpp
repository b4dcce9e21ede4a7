// Open ES9+ sessions in an unlogged table, so that any node answers any request of a download. Part of
// PostgresStore; nothing else includes this. Thread safe, and for several processes.
//
// Lifetimes are judged by the database's clock: nodes need not agree on the time. A database that is not
// there has no room and no sessions; phones begin anew.
#pragma once

#include "smdp/ports.hpp"
#include "store/postgres/pool.hpp"

namespace sealift::store::postgres {

class Sessions final : public smdp::SessionStore {
 public:
  /// At most about `capacity` sessions of all nodes: they are counted every few seconds.
  Sessions(Pool& pool, Clock& clock, size_t capacity) : pool_(pool), clock_(clock), capacity_(capacity) {}

  bool put(const TransactionId&, smdp::Session, std::chrono::milliseconds until) override;
  std::optional<smdp::Session> take(const TransactionId&, std::chrono::milliseconds now) override;

 private:
  bool has_room(const smdp::Session& session);
  void sweep();

  Pool& pool_;
  Clock& clock_;
  const size_t capacity_;
  std::atomic<int64_t> next_sweep_ = 0;  ///< milliseconds of Clock::monotonic
  std::atomic<size_t> held_ = 0;         ///< at the last sweep, and what this node has put since
};

}  // namespace sealift::store::postgres
