// Subscribers in memory, for tests, simulations and the demonstration. Thread safe.
#pragma once

#include <map>
#include <mutex>

#include "auc/ports.hpp"

namespace sealift::auc {

class MemorySubscribers final : public SubscriberStore {
 public:
  Status add(const Subscriber& subscriber) override {
    const std::lock_guard lock(mutex_);
    const bool fresh = subscribers_.try_emplace(subscriber.imsi, subscriber.clone()).second;
    if (!fresh) return Error{ErrorKind::exists, "the subscriber exists already"};
    return {};
  }
  Result<Subscriber> find(const Imsi& imsi) override {
    const std::lock_guard lock(mutex_);
    const auto at = subscribers_.find(imsi);
    if (at == subscribers_.end()) return Error{ErrorKind::not_found, "no such subscriber"};
    return at->second.clone();
  }
  Status advance(const Imsi& imsi, const SubscriberState& expected, const SubscriberState& next) override {
    const std::lock_guard lock(mutex_);
    const auto at = subscribers_.find(imsi);
    if (at == subscribers_.end()) return Error{ErrorKind::not_found, "no such subscriber"};
    if (at->second.state != expected) return Error{ErrorKind::conflict, "the subscriber's state moved on"};
    at->second.state = next;
    return {};
  }
  Result<std::vector<Imsi>> list(const std::optional<Imsi>& after, size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<Imsi> out;
    for (auto at = after ? subscribers_.upper_bound(*after) : subscribers_.begin();
         at != subscribers_.end() && out.size() < limit; ++at) {
      out.push_back(at->first);
    }
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<Imsi, Subscriber> subscribers_;
};

}  // namespace sealift::auc
