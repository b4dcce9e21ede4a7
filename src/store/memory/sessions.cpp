#include "store/memory/sessions.hpp"

#include <algorithm>
#include <cstring>

namespace sealift::store {

size_t MemorySessions::Hash::operator()(const TransactionId& id) const {
  size_t first = 0;
  std::memcpy(&first, id.octets().data(), std::min(sizeof first, id.octets().size()));
  return first;
}

void MemorySessions::erase(Map::iterator it) {
  it->second.line->erase(it->second.place);
  sessions_.erase(it);
}

void MemorySessions::sweep(Order& line, std::chrono::milliseconds now) {
  while (!line.empty()) {
    auto oldest = sessions_.find(line.front());
    if (oldest->second.until > now) return;
    erase(oldest);
  }
}

bool MemorySessions::make_room() {
  for (Order* line : {&delivered_, &unauthenticated_, &authenticated_}) {
    if (line->empty()) continue;
    erase(sessions_.find(line->front()));
    return true;
  }
  return false;
}

MemorySessions::Order& MemorySessions::line_of(const smdp::Session& session) {
  if (std::holds_alternative<smdp::InitDone>(session)) return unauthenticated_;
  return std::holds_alternative<smdp::BppDelivered>(session) ? delivered_ : authenticated_;
}

bool MemorySessions::put(const TransactionId& id, smdp::Session session, std::chrono::milliseconds until) {
  std::lock_guard lock(mutex_);
  for (Order* line : {&delivered_, &unauthenticated_, &authenticated_}) sweep(*line, now_);
  if (auto held = sessions_.find(id); held != sessions_.end()) erase(held);
  if (sessions_.size() >= capacity_ && !make_room()) return false;
  Order& line = line_of(session);
  auto place = line.insert(line.end(), id);
  sessions_.emplace(id, Entry{std::move(session), until, &line, place});
  return true;
}

std::optional<smdp::Session> MemorySessions::take(const TransactionId& id, std::chrono::milliseconds now) {
  std::lock_guard lock(mutex_);
  now_ = std::max(now_, now);
  auto held = sessions_.find(id);
  if (held == sessions_.end()) return std::nullopt;
  std::optional<smdp::Session> out;
  if (held->second.until > now) out = std::move(held->second.session);
  erase(held);
  return out;
}

size_t MemorySessions::size() const {
  std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace sealift::store
