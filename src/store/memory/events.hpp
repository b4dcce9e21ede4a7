// Events of an SM-DS in this process's memory: for tests and simulations. Thread safe: one lock.
#pragma once

#include <map>
#include <mutex>

#include "smds/ports.hpp"

namespace sealift::store {

class MemoryEvents : public smds::EventStore {
 public:
  Result<uint64_t> add(const smds::Event&, const smds::EventLimits&, const smds::Audit&) override;
  Result<std::optional<smds::Event>> find(const Eid&, std::string_view eventId) override;
  Result<std::optional<smds::Event>> find_deleted(const Eid&, std::string_view eventId,
                                                  std::string_view call) override;
  Result<std::vector<smds::Event>> events(const Eid&, Time now, size_t most) override;
  Result<std::vector<smds::Event>> list(uint64_t after, size_t most) override;
  Status change(const smds::Event& after, smds::EventState from, const smds::Audit&) override;
  Result<std::vector<smds::Event>> to_end(Time now, Time pending_before, size_t most) override;
  Result<std::vector<smds::Event>> untold(uint64_t after, size_t most) override;
  Result<size_t> prune(Time before, Time untold_before, size_t most) override;
  Result<size_t> prune_audit(Time, size_t) override { return size_t{0}; }  // it keeps none
  Result<smds::EventCounts> counts() override;

 private:
  template <class Wanted>
  std::vector<smds::Event> some(size_t most, Wanted wanted) const;
  std::mutex mutex_;
  std::map<uint64_t, smds::Event> events_;  // by number
  uint64_t last_ = 0;
};

}  // namespace sealift::store
