// What the ES9+ functions of this room share: taking sessions, telling the observer. Internal.
#pragma once

#include "smdp/callbacks.hpp"

namespace sealift::smdp {

/// What a peer is told of an eUICC that is not believed.
Refusal refusal_of(auth::AuthFailure failure);

/// Why this eUICC or device is not served now; none where it is.
std::optional<Refusal> restriction(Ports& ports, const Subject& subject);

/// Where its tenant gets no profiles given out now: the big red button, or that tenant is suspended.
std::optional<Refusal> stopped(const Ports& ports, const std::string& tenant);

/// Puts a session back, or its next state, for another idle time.
inline bool keep(Ports& ports, const TransactionId& id, Session session) {
  const bool anybody = std::holds_alternative<InitDone>(session);
  const auto ttl = anybody ? ports.settings.unauthenticated_ttl.get() : ports.settings.session_ttl.get();
  return ports.sessions.put(id, std::move(session), ports.clock.monotonic() + ttl);
}

/// Takes the session out where it is in one of these states; in another state it stays.
template <class... States>
std::optional<Session> take(Ports& ports, const TransactionId& id) {
  std::optional<Session> held = ports.sessions.take(id, ports.clock.monotonic());
  if (!held || (std::holds_alternative<States>(*held) || ...)) return held;
  keep(ports, id, std::move(*held));
  return std::nullopt;
}

/// Tells the observer of a refusal, and gives it.
inline Refusal refuse(Ports& ports, Function function, const TransactionId* id, Refusal refusal) {
  ports.observer.refused(function, id, refusal);
  return refusal;
}

/// A port failed: people get the error. The peer gets server_failed, or server_busy where the port (an HSM)
/// is slow or out of reach for now.
inline Refusal fail(Ports& ports, Function function, const Error& error) {
  ports.observer.failed(function, error);
  return error.kind == ErrorKind::timeout ? Refusal::server_busy : Refusal::server_failed;
}

/// Applies a change made by a peer to an order as it was read; tells the SM-DS what the change makes of its
/// event, and the observer where the state moved.
inline Status apply(Ports& ports, Transition t, const Order& before) {
  t.audit.at = ports.clock.now();
  t.audit.actor = "es9+";
  t.keeps_terms = same_terms(before, t.after);
  tell_smds(ports, before, t);
  TRY_VOID(ports.orders.apply(t));
  if (ports.bell && !t.outgoing.empty()) ports.bell->ring();
  if (t.after.state != before.state) ports.observer.moved(t.after, before.state);
  return {};
}

/// How often a change is tried anew that another one came before. Each time somebody else got through, so
/// more than a few times is a fault.
inline constexpr int kMaxConflicts = 16;

}  // namespace sealift::smdp
