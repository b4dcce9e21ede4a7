// Sessions in this process's memory, capped and swept as they expire: what the session stores of roles are
// made of.
//
// Sessions stand in lines; where there is no room the oldest of the first line that has any gives way.
// Lifetimes within a line are alike, so that its order is by expiry as well. Thread safe: one lock, held for
// a few map operations.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ids.hpp"

namespace sealift::store {

template <class Session, size_t Lines = 1>
class BoundedSessions {
 public:
  explicit BoundedSessions(size_t capacity) : capacity_(capacity) {}

  /// Keeps a session in a line until `until`. False where there is room for none.
  bool put(const TransactionId& id, Session session, size_t line, std::chrono::milliseconds until) {
    std::lock_guard lock(mutex_);
    for (Order& order : lines_) sweep(order);
    if (auto held = sessions_.find(id); held != sessions_.end()) erase(held);
    if (sessions_.size() >= capacity_ && !make_room()) return false;
    Order& order = lines_[line];
    auto place = order.insert(order.end(), id);
    sessions_.emplace(id, Entry{std::move(session), until, &order, place});
    return true;
  }

  /// Takes a session out where it has not expired by `now`.
  std::optional<Session> take(const TransactionId& id, std::chrono::milliseconds now) {
    std::lock_guard lock(mutex_);
    now_ = std::max(now_, now);
    auto held = sessions_.find(id);
    if (held == sessions_.end()) return std::nullopt;
    std::optional<Session> out;
    if (held->second.until > now) out = std::move(held->second.session);
    erase(held);
    return out;
  }

  /// Sessions held, expired ones not yet swept included.
  size_t size() const {
    std::lock_guard lock(mutex_);
    return sessions_.size();
  }

 private:
  using Order = std::list<TransactionId>;  ///< oldest first
  struct Entry {
    Session session;
    std::chrono::milliseconds until;
    Order* line;
    Order::iterator place;
  };
  /// A transactionId is random where we chose it, so its first octets are a good hash; what a peer makes up
  /// is only looked up, never put.
  struct Hash {
    size_t operator()(const TransactionId& id) const {
      size_t first = 0;
      std::memcpy(&first, id.octets().data(), std::min(sizeof first, id.octets().size()));
      return first;
    }
  };
  using Map = std::unordered_map<TransactionId, Entry, Hash>;

  void erase(typename Map::iterator it) {
    it->second.line->erase(it->second.place);
    sessions_.erase(it);
  }
  void sweep(Order& line) {
    while (!line.empty()) {
      auto oldest = sessions_.find(line.front());
      if (oldest->second.until > now_) return;
      erase(oldest);
    }
  }
  bool make_room() {
    for (Order& line : lines_) {
      if (line.empty()) continue;
      erase(sessions_.find(line.front()));
      return true;
    }
    return false;
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  Map sessions_;
  std::array<Order, Lines> lines_;
  std::chrono::milliseconds now_{0};  ///< the latest `now` heard of
};

}  // namespace sealift::store
