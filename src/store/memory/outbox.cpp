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
  std::set<Iccid> passed;
  for (const auto& [number, row] : rows_) {
    if (addressee_of(row.what) != whose) continue;
    const bool first = passed.insert(row.what.iccid).second;
    if (first && is_due(row.due, now)) due.emplace(row.due, number);
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

Status MemoryOutbox::refused(uint64_t number, Time now, Time due, std::string_view why) {
  TRY_VOID(postpone(number, due));
  std::lock_guard lock(mutex_);
  auto it = rows_.find(number);
  if (it == rows_.end()) return {};
  it->second.refused = now;
  it->second.why = why;
  return {};
}

std::optional<smdp::RefusedRow> MemoryOutbox::refused_row(uint64_t number, const std::string& tenant) {
  const auto it = rows_.find(number);
  if (it == rows_.end() || !it->second.refused) return std::nullopt;
  const Row& row = it->second;
  if (!tenant.empty() && row.what.tenant != tenant) return std::nullopt;
  return smdp::RefusedRow{{number, row.what, row.attempts}, *row.refused, row.why};
}

Result<std::vector<smdp::RefusedRow>> MemoryOutbox::all_refused(const std::string& tenant, size_t limit) {
  std::lock_guard lock(mutex_);
  std::vector<smdp::RefusedRow> out;
  for (const auto& [number, row] : rows_) {
    auto refused = refused_row(number, tenant);
    if (refused && out.size() < limit) out.push_back(std::move(*refused));
  }
  return out;
}

Result<smdp::RefusedRow> MemoryOutbox::drop(uint64_t number, const std::string& tenant,
                                            const access::Audit& audit) {
  std::lock_guard lock(mutex_);
  auto refused = refused_row(number, tenant);
  if (!refused) return Error{ErrorKind::not_found, "no such row was tried in vain"};
  rows_.erase(number);
  audit_.push_back(audit);
  return std::move(*refused);
}

Status MemoryOutbox::hasten(const smdp::Outgoing& what, Time now) {
  std::lock_guard lock(mutex_);
  for (auto& [number, row] : rows_) {
    if (row.what == what && row.due == what.at) row.due = std::min(row.due, now);
  }
  return {};
}

Status MemoryOutbox::recall(const smdp::Outgoing& what) {
  std::lock_guard lock(mutex_);
  std::erase_if(rows_, [&](const auto& one) { return one.second.what == what && one.second.due == what.at; });
  return {};
}

std::vector<access::Audit> MemoryOutbox::audit() {
  std::lock_guard lock(mutex_);
  return audit_;
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
