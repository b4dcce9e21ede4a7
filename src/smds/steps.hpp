// What the functions of this room share. Internal.
#pragma once

#include "smds/ports.hpp"

namespace sealift::smds {

/// Tells the observer of a refusal, and gives it.
inline Refusal refuse(Ports& ports, Function function, Refusal refusal) {
  ports.observer.refused(function, refusal);
  return refusal;
}

/// A port failed: people get the error, the peer gets server_failed.
inline Refusal fail(Ports& ports, Function function, const Error& error) {
  ports.observer.failed(function, error);
  return refuse(ports, function, Refusal::server_failed);
}

/// Moves an event on and tells the observer. Errors: the store's; conflict where somebody else came first.
Status set_state(Ports& ports, Event& event, EventState to, const std::string& actor,
                 std::string_view action);

/// Announces an event at the root SM-DS under its rootEventId.
Result<void, Refusal> announce(Ports& ports, const Event& event);
/// Tells the root SM-DS that a deleted event is over, and keeps that it knows. A Failure means: not now; with
/// a status, not this one.
Result<void, RootSmds::Failure> tell_root_of(Ports& ports, Event event);

}  // namespace sealift::smds
