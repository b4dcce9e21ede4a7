#include "asn1/oid.hpp"
#include "smds/es12.hpp"
#include "smds/steps.hpp"

namespace sealift::smds {
namespace {

constexpr auto me = Function::register_event;

/// 128 random bits in the alphabet of an AC token: what is announced at the root cannot be guessed.
std::string new_event_id(Random& random) {
  return hex(random.octets<16>());
}

Event event_of(Ports& ports, const asn1::Oid& owner, const messages::RegisterEventRequest& request) {
  const Time now = ports.clock.now();
  Event event{.eid = request.eid,
              .eventId = request.eventId,
              .rspServerAddress = request.rspServerAddress,
              .owner = owner,
              .registered_by_call = request.header.functionCallIdentifier,
              .state = request.forwardingIndicator ? EventState::pending : EventState::live,
              .registered = now,
              .expires = now + ports.settings.event_ttl.get(),
              .changed = now};
  if (request.forwardingIndicator) event.rootEventId = new_event_id(ports.random);
  return event;
}

/// The same call again: its answer was lost on the way, say.
bool is_repeat(const Event& there, const asn1::Oid& owner, const messages::RegisterEventRequest& request) {
  return there.owner == owner && there.registered_by_call == request.header.functionCallIdentifier &&
         there.rspServerAddress == request.rspServerAddress &&
         there.rootEventId.empty() != request.forwardingIndicator;
}

/// What the root refused, or may have taken without our hearing of it, is deleted there too (tell_root).
Refusal give_up(Ports& ports, Event event, Refusal why) {
  const Status done = set_state(ports, event, EventState::deleted, "smds", "give_up");
  // Otherwise it stays pending until end_expired ends it.
  if (!done && done.error().kind != ErrorKind::conflict) ports.observer.failed(me, done.error());
  return refuse(ports, me, why);
}

Result<void, Refusal> finish(Ports& ports, Event event) {
  if (event.state == EventState::live) return {};
  const auto announced = announce(ports, event);
  if (!announced) return give_up(ports, std::move(event), announced.error());
  const Status done = set_state(ports, event, EventState::live, event.owner.dotted(), "announce");
  if (done) return {};
  if (done.error().kind != ErrorKind::conflict) return fail(ports, me, done.error());
  // The same call was answered beside this one, or the event was ended meanwhile.
  const auto now = ports.events.find(event.eid, event.eventId);
  if (now && *now && (*now)->number == event.number && (*now)->state == EventState::live) return {};
  return refuse(ports, me, Refusal::server_failed);
}

}  // namespace

Result<void, Refusal> register_event(Ports& ports, const asn1::Oid& owner,
                                     const messages::RegisterEventRequest& request) {
  if (request.forwardingIndicator && !ports.root) return refuse(ports, me, Refusal::cascade_refused);
  auto there = ports.events.find(request.eid, request.eventId);
  if (!there) return fail(ports, me, there.error());
  if (*there && ports.clock.now() >= (*there)->expires) {
    const Status ended = set_state(ports, **there, EventState::deleted, "smds", "expire");
    if (!ended && ended.error().kind != ErrorKind::conflict) return fail(ports, me, ended.error());
    there->reset();
  }
  if (*there) {
    if (!is_repeat(**there, owner, request)) return refuse(ports, me, Refusal::event_id_in_use);
    return finish(ports, std::move(**there));
  }
  if (request.forwardingIndicator && !ports.root->is_asked_now())
    return refuse(ports, me, Refusal::root_unreachable);
  Event event = event_of(ports, owner, request);
  const auto number =
      ports.events.add(event, ports.settings.limits, {event.registered, owner.dotted(), "register"});
  if (!number) {
    if (number.error().kind == ErrorKind::exists) return refuse(ports, me, Refusal::event_id_in_use);
    if (number.error().kind == ErrorKind::limit) return refuse(ports, me, Refusal::too_many_events);
    return fail(ports, me, number.error());
  }
  event.number = *number;
  ports.observer.changed(event, "register");
  return finish(ports, std::move(event));
}

}  // namespace sealift::smds
