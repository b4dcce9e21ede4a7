#include "smds/es12.hpp"
#include "smds/steps.hpp"

namespace sealift::smds {
namespace {

/// Rows looked at in one call.
constexpr size_t at_once = 200;

}  // namespace

Result<size_t> end_expired(Ports& ports) {
  const Time now = ports.clock.now();
  size_t ended = 0;
  for (Event& event : TRY(ports.events.to_end(now, now - ports.settings.pending_ttl, at_once))) {
    const bool pending = event.state == EventState::pending;
    const Status done = set_state(ports, event, EventState::deleted, "smds", pending ? "give_up" : "expire");
    if (done) ++ended;
    if (!done && done.error().kind != ErrorKind::conflict) return Error(done.error());
  }
  return ended;
}

Result<size_t> tell_root(Ports& ports, uint64_t& after) {
  if (!ports.root) return size_t{0};
  std::vector<Event> untold = TRY(ports.events.untold(after, at_once));
  const bool more = untold.size() == at_once;
  size_t told = 0;
  for (Event& event : untold) {
    after = event.number;
    const auto done = tell_root_of(ports, std::move(event));
    if (done) ++told;
    // One that it refuses keeps it from no other.
    if (!done && !done.error().status) {
      after = 0;
      return told;
    }
  }
  if (!more) after = 0;
  return told;
}

Result<size_t> prune(Ports& ports) {
  const Time now = ports.clock.now();
  return ports.events.prune(now - ports.settings.keep_deleted, now - ports.settings.keep_untold, at_once);
}

Result<size_t> prune_audit(Ports& ports) {
  return ports.events.prune_audit(ports.clock.now() - ports.settings.keep_audit.get(), at_once);
}

}  // namespace sealift::smds
