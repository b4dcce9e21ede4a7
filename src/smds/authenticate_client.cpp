#include "smds/es11.hpp"
#include "smds/steps.hpp"

namespace sealift::smds {
namespace {

constexpr auto me = Function::authenticate_client;

Refusal refusal_of(auth::AuthFailure failure) {
  switch (failure) {
    case auth::AuthFailure::ci_unknown:
      return Refusal::ci_unknown;
    case auth::AuthFailure::eum_invalid:
      return Refusal::eum_certificate_invalid;
    case auth::AuthFailure::eum_expired:
      return Refusal::eum_certificate_expired;
    case auth::AuthFailure::euicc_invalid:
      return Refusal::euicc_certificate_invalid;
    case auth::AuthFailure::euicc_expired:
      return Refusal::euicc_certificate_expired;
    case auth::AuthFailure::other_transaction:
      return Refusal::transaction_unknown;
    case auth::AuthFailure::signature:
    case auth::AuthFailure::other_session:
      break;
  }
  return Refusal::euicc_not_authenticated;
}

/// All events of the eUICC, or the one that it names: by its EventID, or by that which led here from the root
/// SM-DS.
Result<std::vector<Event>, Refusal> find_events(Ports& ports,
                                                const auth::Verified<messages::EuiccSigned1>& euicc) {
  auto all = ports.events.events(euicc.signer().eid(), ports.clock.now(), ports.settings.limits.for_eid);
  if (!all) return fail(ports, me, all.error());
  const std::optional<MatchingId>& named = euicc->ctxParams1.matchingId;
  if (!named || named->empty()) return std::move(*all);
  std::erase_if(
      *all, [&](const Event& e) { return e.eventId != named->value() && e.rootEventId != named->value(); });
  if (all->empty()) return refuse(ports, me, Refusal::event_id_unknown);
  return std::move(*all);
}

Result<auth::Verified<messages::EuiccSigned1>, Refusal> verify(
    Ports& ports, const TransactionId& id, const InitDone& session,
    const messages::AuthenticateServerResponse& response) {
  const auto* signed1 = std::get_if<messages::AuthenticateResponseOk>(&response.alt);
  if (!signed1) {
    const auto& error = std::get<messages::AuthenticateResponseError>(response.alt);
    ports.observer.card_refused(static_cast<int>(error.authenticateErrorCode));
    return refuse(ports, me, Refusal::client_reported_error);
  }
  const auth::Challenged challenged{id, ports.settings.smdsAddress, session.serverChallenge,
                                    session.euiccCiPKIdToBeUsed};
  auto euicc = ports.authenticator.verify(challenged, *signed1, ports.clock.now());
  if (!euicc) return refuse(ports, me, refusal_of(euicc.error()));
  return std::move(*euicc);
}

}  // namespace

Result<messages::AuthenticateClientOkEs11, Refusal> authenticate_client(
    Ports& ports, const messages::AuthenticateClientRequest& request) {
  const TransactionId& id = request.transactionId;
  const std::optional<InitDone> session = ports.sessions.take(id, ports.clock.monotonic());
  if (!session) return refuse(ports, me, Refusal::transaction_unknown);
  if (request.useMatchingIdForAcr) return refuse(ports, me, Refusal::request_not_supported);
  const auto euicc = TRY(verify(ports, id, *session, request.authenticateServerResponse));
  if (ports.by_address && !ports.peer.empty()) {
    ports.by_address->give(auth::address_key(ports.peer), ports.clock.monotonic());
  }
  const std::vector<Event> found = TRY(find_events(ports, euicc));
  messages::AuthenticateClientOkEs11 ok{.transactionId = id, .eventEntries = {}, .unknown = {}};
  for (const Event& event : found) ok.eventEntries.push_back({event.eventId, event.rspServerAddress, {}});
  ports.observer.told(found.size());
  return ok;
}

}  // namespace sealift::smds
