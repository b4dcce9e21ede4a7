#include "store/memory/outbox.hpp"

#include <algorithm>
#include <set>

namespace sealift::store {

static bool is_due(Time due, Time now) {
  return due <= now || due > now + smdp::outbox_horizon;
}

void MemoryOutbox::add(const smdp::Outgoing& what) {
  std::lock_guard lock(mutex_);
  rows_.emplace(++last_, Row{what, what.at});
}

Result<std::vector<smdp::Addressee>> MemoryOutbox::addressees(Time now) {
  std::lock_guard lock(mutex_);
  std::set<smdp::Addressee> out;
  for (const auto& [number, row] : rows_) {
    if (is_due(row.due, now)) out.insert(addressee_of(row.what));
  }
  return std::vector<smdp::Addressee>(out.begin(), out.end());
}

Result<std::vector<smdp::Queued>> MemoryOutbox::claim(const smdp::Addressee& whose, Time now,
                                                      std::chrono::seconds lease, size_t limit) {
  std::lock_guard lock(mutex_);
  std::set<std::pair<Time, uint64_t>> due;  // with their numbers
  std::set<std::pair<Iccid, smdp::Lane>> passed;
  for (const auto& [number, row] : rows_) {
    const bool first = passed.emplace(row.what.iccid, lane_of(row.what.kind)).second;
    if (first && is_due(row.due, now) && addressee_of(row.what) == whose) due.emplace(row.due, number);
  }
  std::vector<smdp::Queued> out;
  for (const auto& [when, number] : due) {
    if (out.size() >= limit) break;
    Row& row = rows_.at(number);
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

Status MemoryOutbox::hasten(const smdp::Outgoing& what, Time now) {
  std::lock_guard lock(mutex_);
  for (auto& [number, row] : rows_) {
    if (row.what == what && row.due == what.at) row.due = std::min(row.due, now);
  }
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
