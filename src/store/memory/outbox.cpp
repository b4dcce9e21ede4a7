#include "store/memory/outbox.hpp"

#include <algorithm>
#include <set>

namespace sealift::store {

void MemoryOutbox::add(const smdp::Outgoing& what) {
  std::lock_guard lock(mutex_);
  rows_.emplace(++last_, Row{what, what.at});
}

Result<std::vector<smdp::Queued>> MemoryOutbox::claim(Time now, std::chrono::seconds lease, size_t limit) {
  std::lock_guard lock(mutex_);
  std::vector<smdp::Queued> out;
  std::set<std::pair<Iccid, smdp::Lane>> passed;
  for (auto& [number, row] : rows_) {
    if (out.size() >= limit) break;
    const bool first = passed.emplace(row.what.iccid, lane_of(row.what.kind)).second;
    if (!first || row.due > now) continue;
    row.due = now + lease;
    out.push_back({number, row.what, row.attempts});
  }
  return out;
}

Status MemoryOutbox::delivered(uint64_t number) {
  std::lock_guard lock(mutex_);
  rows_.erase(number);
  return {};
}

Status MemoryOutbox::postpone(uint64_t number, Time due) {
  std::lock_guard lock(mutex_);
  auto it = rows_.find(number);
  if (it == rows_.end()) return {};
  it->second.due = due;
  ++it->second.attempts;
  return {};
}

Result<smdp::OutboxFigures> MemoryOutbox::figures() {
  std::lock_guard lock(mutex_);
  smdp::OutboxFigures out{.waiting = rows_.size()};
  for (const auto& [number, row] : rows_) {
    out.oldest = out.oldest ? std::min(*out.oldest, row.what.at) : row.what.at;
  }
  return out;
}

}  // namespace sealift::store
