#include "store/memory/records.hpp"

namespace sealift::store {

using access::Audit;
using access::Record;

Result<std::optional<Record>> MemoryRecords::find(const std::string& kind, const std::string& name) {
  std::lock_guard lock(mutex_);
  auto it = records_.find({kind, name});
  if (it == records_.end()) return std::optional<Record>();
  return std::optional<Record>(it->second);
}

Result<std::vector<Record>> MemoryRecords::list(const std::string& kind) {
  std::lock_guard lock(mutex_);
  std::vector<Record> out;
  for (auto it = records_.lower_bound({kind, ""}); it != records_.end() && it->first.first == kind; ++it) {
    out.push_back(it->second);
  }
  return out;
}

Status MemoryRecords::put(const Record& record, const Audit& audit) {
  std::lock_guard lock(mutex_);
  auto it = records_.find({record.kind, record.name});
  if (record.version == 0 && it != records_.end())
    return Error{ErrorKind::exists, "this record is there already"};
  if (record.version != 0 && (it == records_.end() || it->second.version != record.version)) {
    return Error{ErrorKind::conflict, "the record has changed meanwhile"};
  }
  Record& kept = records_[{record.kind, record.name}];
  kept = record;
  ++kept.version;
  ++generation_;
  audit_.push_back(audit);
  return {};
}

Status MemoryRecords::remove(const Record& record, const Audit& audit) {
  std::lock_guard lock(mutex_);
  auto it = records_.find({record.kind, record.name});
  if (it == records_.end() || it->second.version != record.version) {
    return Error{ErrorKind::conflict, "the record has changed meanwhile"};
  }
  records_.erase(it);
  ++generation_;
  audit_.push_back(audit);
  return {};
}

Result<uint64_t> MemoryRecords::generation() {
  std::lock_guard lock(mutex_);
  return generation_;
}

std::vector<Audit> MemoryRecords::audit() const {
  std::lock_guard lock(mutex_);
  return audit_;
}

}  // namespace sealift::store
