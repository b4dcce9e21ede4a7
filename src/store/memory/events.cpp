#include "store/memory/events.hpp"

#include <algorithm>

namespace sealift::store {

using smds::Event;
using smds::EventState;

template <class Wanted>
std::vector<Event> MemoryEvents::some(size_t most, Wanted wanted) const {
  std::vector<Event> out;
  for (const auto& [number, event] : events_) {
    if (out.size() == most) break;
    if (wanted(event)) out.push_back(event);
  }
  return out;
}

Result<uint64_t> MemoryEvents::add(const Event& event, const smds::EventLimits& limits, const smds::Audit&) {
  std::lock_guard lock(mutex_);
  size_t for_eid = 0, of_owner = 0, of_both = 0, deleted = 0;
  for (const auto& [number, e] : events_) {
    const bool same_owner = e.owner == event.owner;
    if (e.state == EventState::deleted) {
      deleted += same_owner;
      continue;
    }
    if (e.eid == event.eid && e.eventId == event.eventId) {
      return Error{ErrorKind::exists, "this eUICC has an event of this eventId"};
    }
    for_eid += e.eid == event.eid;
    of_owner += same_owner;
    of_both += same_owner && e.eid == event.eid;
  }
  if (for_eid >= limits.for_eid) return Error{ErrorKind::limit, "this eUICC has too many events"};
  if (of_both >= limits.for_eid_of_owner())
    return Error{ErrorKind::limit, "this SM-DP+ has too many events for this eUICC"};
  if (of_owner >= limits.of_owner) return Error{ErrorKind::limit, "this SM-DP+ has too many events"};
  if (deleted >= limits.deleted_of_owner())
    return Error{ErrorKind::limit, "this SM-DP+ has deleted too many events of late"};
  Event& kept = events_[++last_] = event;
  kept.number = last_;
  return last_;
}

Result<std::optional<Event>> MemoryEvents::find(const Eid& eid, std::string_view eventId) {
  std::lock_guard lock(mutex_);
  auto found = some(1, [&](const Event& e) {
    return e.state != EventState::deleted && e.eid == eid && e.eventId == eventId;
  });
  return found.empty() ? std::nullopt : std::optional(std::move(found[0]));
}

Result<std::optional<Event>> MemoryEvents::find_deleted(const Eid& eid, std::string_view eventId,
                                                        std::string_view call) {
  std::lock_guard lock(mutex_);
  auto found = some(1, [&](const Event& e) {
    return e.state == EventState::deleted && e.eid == eid && e.eventId == eventId &&
           e.deleted_by_call == call;
  });
  return found.empty() ? std::nullopt : std::optional(std::move(found[0]));
}

Result<std::vector<Event>> MemoryEvents::events(const Eid& eid, Time now, size_t most) {
  std::lock_guard lock(mutex_);
  return some(most,
              [&](const Event& e) { return e.state == EventState::live && e.eid == eid && e.expires > now; });
}

Result<std::vector<Event>> MemoryEvents::list(uint64_t after, size_t most) {
  std::lock_guard lock(mutex_);
  return some(most, [&](const Event& e) { return e.number > after; });
}

Status MemoryEvents::change(const Event& after, EventState from, const smds::Audit&) {
  std::lock_guard lock(mutex_);
  auto there = events_.find(after.number);
  if (there == events_.end() || there->second.state != from) {
    return Error{ErrorKind::conflict, "the event is in another state"};
  }
  there->second = after;
  return {};
}

Result<std::vector<Event>> MemoryEvents::to_end(Time now, Time pending_before, size_t most) {
  std::lock_guard lock(mutex_);
  return some(most, [&](const Event& e) {
    return (e.state == EventState::live && e.expires <= now) ||
           (e.state == EventState::pending && e.changed < pending_before);
  });
}

static bool is_untold(const Event& e) {
  return e.state == EventState::deleted && !e.rootEventId.empty() && !e.root_told;
}

Result<std::vector<Event>> MemoryEvents::untold(uint64_t after, size_t most) {
  std::lock_guard lock(mutex_);
  return some(most, [&](const Event& e) { return e.number > after && is_untold(e); });
}

Result<smds::EventCounts> MemoryEvents::counts() {
  std::lock_guard lock(mutex_);
  smds::EventCounts out;
  for (const auto& [number, e] : events_) {
    out.pending += e.state == EventState::pending;
    out.live += e.state == EventState::live;
    out.deleted += e.state == EventState::deleted;
    out.untold += is_untold(e);
  }
  return out;
}

Result<size_t> MemoryEvents::prune(Time before, Time untold_before, size_t most) {
  std::lock_guard lock(mutex_);
  const auto old = some(most, [&](const Event& e) {
    const bool is_known = e.rootEventId.empty() || e.root_told;
    return e.state == EventState::deleted && e.changed < (is_known ? before : untold_before);
  });
  for (const Event& e : old) events_.erase(e.number);
  return old.size();
}

}  // namespace sealift::store
