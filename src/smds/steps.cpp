#include "smds/steps.hpp"

namespace sealift::smds {
namespace {

/// Whom we say we are in a header; the root knows us by our certificate.
std::string requester(const Ports& ports) {
  const Identities::List identities = ports.identities.current();
  return identities->empty() ? std::string("smds") : identities->front().oid.dotted();
}

}  // namespace

Status set_state(Ports& ports, Event& event, EventState to, const std::string& actor,
                 std::string_view action) {
  const EventState from = event.state;
  event.state = to;
  event.changed = ports.clock.now();
  Status done = ports.events.change(event, from, {event.changed, actor, std::string(action)});
  if (done) {
    ports.observer.changed(event, action);
  } else {
    event.state = from;
  }
  return done;
}

Result<void, Refusal> announce(Ports& ports, const Event& event) {
  // The eventId at the root is random and of this event alone, so it identifies the call too.
  const auto done = ports.root->register_event({{requester(ports), event.rootEventId},
                                                event.eid,
                                                ports.settings.smdsAddress,
                                                event.rootEventId,
                                                false});
  if (done) return {};
  ports.observer.root_failed(done.error().error);
  return done.error().status ? Refusal::cascade_refused : Refusal::root_unreachable;
}

Result<void, RootSmds::Failure> tell_root_of(Ports& ports, Event event) {
  auto done =
      ports.root->delete_event({{requester(ports), event.rootEventId + "-D"}, event.eid, event.rootEventId});
  const bool unknown_there = !done && done.error().status && done.error().status->subjectCode == "8.9.5" &&
                             done.error().status->reasonCode == "3.9";
  if (!done && !unknown_there) {
    ports.observer.root_failed(done.error().error);
    return std::move(done.error());
  }
  event.root_told = true;
  Status kept = ports.events.change(event, EventState::deleted, {ports.clock.now(), "smds", "tell_root"});
  if (!kept) return RootSmds::Failure{std::nullopt, std::move(kept.error())};
  ports.observer.changed(event, "tell_root");
  return {};
}

}  // namespace sealift::smds
