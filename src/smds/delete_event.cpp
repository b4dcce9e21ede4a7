#include "smds/es12.hpp"
#include "smds/steps.hpp"

namespace sealift::smds {
namespace {

constexpr auto me = Function::delete_event;

/// How often a change is tried anew that another one came before.
constexpr int max_conflicts = 8;

/// No such event: unless it was this very call that deleted it.
Result<void, Refusal> not_there(Ports& ports, const asn1::Oid& owner,
                                const messages::DeleteEventRequest& request) {
  const auto before =
      ports.events.find_deleted(request.eid, request.eventId, request.header.functionCallIdentifier);
  if (!before) return fail(ports, me, before.error());
  if (*before && (*before)->owner == owner) return {};
  return refuse(ports, me, Refusal::event_id_unknown);
}

}  // namespace

Result<void, Refusal> delete_event(Ports& ports, const asn1::Oid& owner,
                                   const messages::DeleteEventRequest& request) {
  for (int i = 0; i < max_conflicts; ++i) {
    auto there = ports.events.find(request.eid, request.eventId);
    if (!there) return fail(ports, me, there.error());
    if (!*there) return not_there(ports, owner, request);
    Event& event = **there;
    if (event.owner != owner) return refuse(ports, me, Refusal::event_id_unknown);
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
