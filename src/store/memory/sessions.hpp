// Open ES9+ sessions in this process's memory, capped and swept as they expire.
//
// Thread safe: one lock, held for a few map operations.
#pragma once

#include <list>
#include <mutex>
#include <unordered_map>

#include "smdp/ports.hpp"

namespace sealift::store {

class MemorySessions final : public smdp::SessionStore {
 public:
  /// At most `capacity` sessions at once: some 400 octets each, and with an authenticated eUICC some 4,000.
  explicit MemorySessions(size_t capacity = 100'000) : capacity_(capacity) {}

  bool put(const TransactionId&, smdp::Session, std::chrono::milliseconds until) override;
  std::optional<smdp::Session> take(const TransactionId&, std::chrono::milliseconds now) override;
  /// Sessions held, expired ones not yet swept included.
  size_t size() const;

 private:
  using Order = std::list<TransactionId>;  ///< oldest first; lifetimes are alike, so it is by expiry as well
  struct Entry {
    smdp::Session session;
    std::chrono::milliseconds until;
    Order* line;
    Order::iterator place;
  };
  /// A transactionId is random where we chose it, so its first octets are a good hash; what a peer makes up
  /// is only looked up, never put.
  struct Hash {
    size_t operator()(const TransactionId& id) const;
  };
  using Map = std::unordered_map<TransactionId, Entry, Hash>;
  void erase(Map::iterator);
  void sweep(Order& line, std::chrono::milliseconds now);
  bool make_room();
  Order& line_of(const smdp::Session&);

  const size_t capacity_;
  mutable std::mutex mutex_;
  Map sessions_;
  Order delivered_;                   ///< gives way first when full: nothing is left to do but to cancel
  Order unauthenticated_;             ///< gives way second
  Order authenticated_;               ///< gives way last; refusing all others would let one eUICC shut us
  std::chrono::milliseconds now_{0};  ///< the latest `now` heard of
};

}  // namespace sealift::store
