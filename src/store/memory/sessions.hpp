// Open ES9+ sessions, and those of ES11, in this process's memory (bounded_sessions.hpp). Thread safe.
#pragma once

#include "smdp/ports.hpp"
#include "smds/ports.hpp"
#include "store/memory/bounded_sessions.hpp"

namespace sealift::store {

class MemorySessions final : public smdp::SessionStore {
 public:
  /// At most `capacity` sessions at once: some 400 octets each, and with an authenticated eUICC some 4,000.
  explicit MemorySessions(size_t capacity = 100'000) : sessions_(capacity) {}

  bool put(const TransactionId&, smdp::Session, std::chrono::milliseconds until) override;
  std::optional<smdp::Session> take(const TransactionId& id, std::chrono::milliseconds now) override {
    return sessions_.take(id, now);
  }
  size_t size() const { return sessions_.size(); }

 private:
  /// Delivered ones give way first, since nothing is left to do but to cancel, and authenticated ones last:
  /// refusing all others would let one eUICC shut us.
  BoundedSessions<smdp::Session, 3> sessions_;
};

class MemorySmdsSessions final : public smds::SessionStore {
 public:
  /// At most `capacity` sessions at once, some 300 octets each.
  explicit MemorySmdsSessions(size_t capacity = 100'000) : sessions_(capacity) {}

  bool put(const TransactionId& id, smds::InitDone session, std::chrono::milliseconds until) override {
    return sessions_.put(id, session, 0, until);
  }
  std::optional<smds::InitDone> take(const TransactionId& id, std::chrono::milliseconds now) override {
    return sessions_.take(id, now);
  }
  size_t size() const { return sessions_.size(); }

 private:
  BoundedSessions<smds::InitDone> sessions_;
};

}  // namespace sealift::store
