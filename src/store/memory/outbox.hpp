// The outbox in this process's memory: for tests, simulations and demonstrations. Thread safe: one lock.
#pragma once

#include <map>
#include <mutex>

#include "smdp/outbox.hpp"

namespace sealift::store {

class MemoryOutbox final : public smdp::Outbox {
 public:
  /// Called by the order store within its change.
  void add(const smdp::Outgoing& what);

  Result<std::vector<smdp::Addressee>> addressees(Time now) override;
  Result<std::vector<smdp::Queued>> claim(const smdp::Addressee&, Time now, std::chrono::seconds lease,
                                          size_t limit) override;
  Status delivered(uint64_t number) override;
  Status postpone(uint64_t number, Time due) override;
  Status hasten(const smdp::Outgoing& what, Time now) override;
  Result<smdp::OutboxFigures> figures() override;

 private:
  struct Row {
    smdp::Outgoing what;
    Time due;
    uint32_t attempts = 0;
  };
  std::mutex mutex_;
  std::map<uint64_t, Row> rows_;  ///< by number
  uint64_t last_ = 0;
};

}  // namespace sealift::store
