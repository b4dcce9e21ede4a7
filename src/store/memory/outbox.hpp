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
  Status refused(uint64_t number, Time now, Time due, std::string_view why) override;
  Result<std::vector<smdp::RefusedRow>> all_refused(const std::string& tenant, size_t limit) override;
  Result<smdp::RefusedRow> drop(uint64_t number, const std::string& tenant, const access::Audit&) override;
  Status hasten(const smdp::Outgoing& what, Time now) override;
  Status recall(const smdp::Outgoing& what) override;
  Result<smdp::OutboxFigures> figures() override;
  /// Of rows that were dropped.
  std::vector<access::Audit> audit();

 private:
  struct Row {
    smdp::Outgoing what;
    Time due;
    uint32_t attempts = 0;
    std::optional<Time> refused{};
    std::string why{};
  };
  /// None where that row was not refused, or is another tenant's.
  std::optional<smdp::RefusedRow> refused_row(uint64_t number, const std::string& tenant);
  std::mutex mutex_;
  std::map<uint64_t, Row> rows_;  ///< by number
  uint64_t last_ = 0;
  std::vector<access::Audit> audit_;
};

}  // namespace sealift::store
