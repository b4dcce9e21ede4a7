#include "smdp/es9.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

constexpr auto me = Function::cancel_session;

using messages::CancelSessionReason;

/// After these the user may come back (SGP.22 3.1.3.2); every other reason ends the order.
bool is_terminal(CancelSessionReason reason) {
  return reason != CancelSessionReason::postponed && reason != CancelSessionReason::timeout;
}

/// What the operator is told of the reason (SGP.22 5.6.5).
Codes codes_of(CancelSessionReason reason) {
  switch (reason) {
    case CancelSessionReason::endUserRejection:
      return {"8.8.5", "3.8"};
    case CancelSessionReason::pprNotAllowed:
      return {"8.2.8", "1.2"};
    case CancelSessionReason::metadataMismatch:
      return {"8.2.9", "3.11"};
    case CancelSessionReason::loadBppExecutionError:
      return {"8.2.10", "4.2"};
    default:
      return {"8", "4.2"};
  }
}

/// What both states that may be cancelled have.
struct Cancellable {
  const auth::EuiccIdentity* euicc;
  Iccid iccid;
  SignersId signers;
  bool delivered;  ///< a package went out in this session
  std::optional<MatchingId> matchingId;
};
Cancellable cancellable(const Session& session) {
  if (const auto* s = std::get_if<ClientAuthenticated>(&session))
    return {&s->euicc, s->iccid, s->signers, false, s->order.matchingId};
  const auto& s = std::get<BppDelivered>(session);
  return {&s.euicc, s.iccid, s.signers, true, s.order.matchingId};
}

/// Ends the order, unless it is another eUICC's by now, over, another one, or a later session's that got its
/// package anew.
Status end_order(Ports& ports, const TransactionId& id, const Cancellable& session,
                 CancelSessionReason reason) {
  Status done;
  for (int i = 0; i < kMaxConflicts; ++i) {
    const std::optional<Order> order = TRY(ports.orders.find(session.iccid));
    if (!order || (order->eid && *order->eid != session.euicc->eid())) return {};
    if (order->state != OrderState::released && order->state != OrderState::downloaded) return {};
    if (order->matchingId != session.matchingId || (session.delivered && order->delivered != id)) return {};
    if (never_ends(*order)) return {};
    Transition t{
        .after = *order,
        .audit = {.action = "cancel", .detail = "reason " + std::to_string(static_cast<unsigned>(reason))}};
    t.after.state = OrderState::error;
    tell(ports, t, {Point::download, session.euicc->eid(), codes_of(reason), {}});
    done = apply(ports, std::move(t), *order);
    if (done || done.error().kind != ErrorKind::conflict) break;
  }
  return done;
}

Result<void, Refusal> cancel(Ports& ports, const TransactionId& id, const Cancellable& session,
                             const messages::CancelSessionResponse& response) {
  const auto* ok = std::get_if<messages::CancelSessionResponseOk>(&response.alt);
  if (!ok) {
    ports.observer.card_refused(
        me, id, static_cast<int>(std::get<messages::CancelSessionResponseError>(response.alt)));
    return Refusal::client_reported_error;
  }
  if (ok->euiccCancelSessionSigned.value.transactionId != id) return Refusal::transaction_unknown;
  const auto told = auth::verify_signed(*session.euicc, ok->euiccCancelSessionSigned, View(),
                                        ok->euiccCancelSessionSignature);
  if (!told) return Refusal::euicc_signature_invalid;
  const auto signers = ports.signers.find(session.signers);
  if (!signers) return Refusal::transaction_unknown;
  if ((*told)->smdpOid != signers->dpAuth.oid) return Refusal::smdp_oid_not_ours;
  if (!is_terminal((*told)->reason)) return {};
  const Status done = end_order(ports, id, session, (*told)->reason);
  if (!done) return fail(ports, me, done.error());
  return {};
}

}  // namespace

Result<void, Refusal> cancel_session(Ports& ports, const messages::CancelSessionRequestEs9& request) {
  const TransactionId& id = request.transactionId;
  std::optional<Session> session = take<ClientAuthenticated, BppDelivered>(ports, id);
  if (!session) return refuse(ports, me, &id, Refusal::transaction_unknown);
  const auto done = cancel(ports, id, cancellable(*session), request.cancelSessionResponse);
  if (done) return {};
  // What failed here is ours: the eUICC may say it again.
  if (done.error() == Refusal::server_failed || done.error() == Refusal::server_busy)
    keep(ports, id, std::move(*session));
  return refuse(ports, me, &id, done.error());
}

}  // namespace sealift::smdp
