#include "http/event_registrar.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace sealift::http {
namespace {

/// One event has one functionCallIdentifier, whichever of us registers it and however often: so a
/// registration whose answer was lost is one that can be repeated.
std::string call_of(const messages::RegisterEventRequest& request, const std::string& smdsAddress) {
  const std::string said =
      smdsAddress + "\n" + request.rspServerAddress + "\n" + request.eid.digits() + "\n" + request.eventId;
  return hex(View(crypto::sha256(view(said))).first(16));
}

}  // namespace

smdp::EventRegistrar::Outcome Es12Registrar::register_event(const std::string& smdsAddress, const Eid& eid,
                                                            const std::string& eventId) {
  messages::RegisterEventRequest request;
  request.eid = eid;
  request.rspServerAddress = settings_.smdpAddress;
  request.eventId = eventId;
  request.forwardingIndicator =
      std::ranges::find(options_.root_smds, smdsAddress) == options_.root_smds.end();
  request.header = {options_.requester, call_of(request, smdsAddress)};
  const auto call = peers_.begin(smdsAddress);
  if (!call) {
    const Error why{ErrorKind::io, smdsAddress + " did not answer a moment ago, or others wait for it: try again later"};
    observer_.maintained("event registration", &why);
    return Outcome::unreachable;
  }
  const auto done =
      clients_.with([&](Client& client) { return Es12Client(client).register_event(smdsAddress, request); });
  peers_.end(*call, done && (*done || done->error().status));
  if (!done) return Outcome::unreachable;  // no client could be made
  if (*done) return Outcome::registered;
  Error why = done->error().error;
  if (done->error().status && request.forwardingIndicator)
    why.message += "; it was asked to announce the event at its root: an SM-DS that is a root itself belongs in root_smds";
  observer_.maintained("event registration", &why);
  if (done->error().status) return Outcome::refused;
  return done->error().may_be_done ? Outcome::unheard : Outcome::unreachable;
}

}  // namespace sealift::http
