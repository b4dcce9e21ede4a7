// Administrative records in this process's memory: for tests and simulations. Thread safe: one lock.
#pragma once

#include <map>
#include <mutex>

#include "access/records.hpp"

namespace sealift::store {

class MemoryRecords final : public access::RecordStore {
 public:
  Result<std::optional<access::Record>> find(const std::string& kind, const std::string& name) override;
  Result<std::vector<access::Record>> list(const std::string& kind) override;
  Status put(const access::Record& record, const access::Audit& audit) override;
  Status remove(const access::Record& record, const access::Audit& audit) override;
  Result<uint64_t> generation() override;

  /// Audit rows so far.
  std::vector<access::Audit> audit() const;

 private:
  using Key = std::pair<std::string, std::string>;
  mutable std::mutex mutex_;
  std::map<Key, access::Record> records_;
  std::vector<access::Audit> audit_;
  uint64_t generation_ = 0;
};

}  // namespace sealift::store
