#include "smds/es12.hpp"
#include "smds/steps.hpp"

namespace sealift::smds {
namespace {

constexpr auto me = Function::delete_event;

/// How often a change is tried anew that another one came before.
constexpr int max_conflicts = 8;

/// This very call deleted an event. Where there is one again by now, it was registered since.
Result<bool> is_repeat(Ports& ports, const asn1::Oid& owner, const messages::DeleteEventRequest& request) {
  const std::string& call = request.header.functionCallIdentifier;
  if (call.empty()) return false;  // identifies no call
  const auto before = TRY(ports.events.find_deleted(request.eid, request.eventId, call));
  return before && before->owner == owner;
}

}  // namespace

Result<void, Refusal> delete_event(Ports& ports, const asn1::Oid& owner,
                                   const messages::DeleteEventRequest& request) {
  for (int i = 0; i < max_conflicts; ++i) {
    const auto repeat = is_repeat(ports, owner, request);
    if (!repeat) return fail(ports, me, repeat.error());
    if (*repeat) return {};
    auto there = ports.events.find(request.eid, request.eventId);
    if (!there) return fail(ports, me, there.error());
    if (!*there || (*there)->owner != owner) return refuse(ports, me, Refusal::event_id_unknown);
    Event& event = **there;
    event.deleted_by_call = request.header.functionCallIdentifier;
    const Status done = set_state(ports, event, EventState::deleted, owner.dotted(), "delete");
    if (!done && done.error().kind == ErrorKind::conflict) continue;
    if (!done) return fail(ports, me, done.error());
    // Durable here: where the root cannot be told now it is told later.
    if (!event.rootEventId.empty() && ports.root) (void)tell_root_of(ports, std::move(event));
    return {};
  }
  return refuse(ports, me, Refusal::server_failed);
}

}  // namespace sealift::smds
