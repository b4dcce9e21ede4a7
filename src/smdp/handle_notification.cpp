#include "smdp/es9.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

constexpr auto me = Function::handle_notification;

using messages::ErrorReason;

/// SGP.22 3.5: after these the eUICC keeps its one-time key, and the download may be tried again.
bool is_temporary(ErrorReason reason) {
  return reason == ErrorReason::installFailedDueToInsufficientMemoryForProfile ||
         reason == ErrorReason::installFailedDueToInterruption;
}

bool is_ours(const Ports& ports, const asn1::Oid& oid) {
  for (const Signers& s : ports.signers) {
    if (s.dpPb.oid == oid) return true;
  }
  return false;
}

/// Where the result takes the order; none where it changes nothing.
std::optional<OrderState> next_state(const Order& order, const TransactionId& id,
                                     const messages::ProfileInstallationResultData& result) {
  const bool in_play = order.state == OrderState::downloaded || order.state == OrderState::released;
  if (std::holds_alternative<messages::SuccessResult>(result.finalResult.alt)) {
    // The eUICC has it, whatever we had come to think.
    if (in_play || order.state == OrderState::error) return OrderState::installed;
    return std::nullopt;
  }
  // A failure of an earlier delivery says nothing of the one under way.
  if (!in_play || order.delivered != id) return std::nullopt;
  const ErrorReason reason = std::get<messages::ErrorResult>(result.finalResult.alt).errorReason;
  return is_temporary(reason) ? OrderState::released : OrderState::error;
}

std::string detail_of(const messages::ProfileInstallationResultData& result) {
  const auto* error = std::get_if<messages::ErrorResult>(&result.finalResult.alt);
  if (!error) return "success";
  return "bppCommandId " + std::to_string(static_cast<unsigned>(error->bppCommandId)) + ", errorReason " +
         std::to_string(static_cast<unsigned>(error->errorReason));
}

/// Whom a transaction delivered a package to, and which profile's.
struct Recipient {
  auth::EuiccIdentity euicc;
  Iccid iccid;
};

/// Of the session while there is one, else as the store remembers it.
Result<Recipient> recipient_of(Ports& ports, const TransactionId& id, const std::optional<Session>& session) {
  if (session) {
    const auto& delivered = std::get<BppDelivered>(*session);
    return Recipient{delivered.euicc, delivered.iccid};
  }
  const std::optional<Delivery> delivery = TRY(ports.orders.delivery(id));
  if (!delivery)
    return Error{ErrorKind::not_found, "an installation result of a transaction that delivered nothing"};
  return Recipient{TRY(auth::EuiccIdentity::recall(delivery->eid, delivery->euiccKey)), delivery->iccid};
}

/// One try; the error kinds `conflict` (try again) and `exists` (heard before) are the store's.
Status settle(Ports& ports, const Recipient& recipient,
              const auth::Verified<messages::ProfileInstallationResultData>& result) {
  const std::optional<Order> order = TRY(ports.orders.find(recipient.iccid));
  if (!order) return Error{ErrorKind::not_found, "no order for an installation result"};
  const Eid& eid = recipient.euicc.eid();
  const NotificationKey key{eid, result->notificationMetadata.seqNumber};
  const auto next = order->eid == eid ? next_state(*order, result->transactionId, *result) : std::nullopt;
  if (!next) {
    return ports.orders.hear(
        key, recipient.iccid,
        {ports.clock.now(), "es9+", "installation_result", "no change: " + detail_of(*result)});
  }
  // The result of the delivery under way is told once by that alone. Its number is not asked: a test card
  // that was made anew counts from one again.
  const bool under_way = order->state == OrderState::downloaded && order->delivered == result->transactionId;
  Transition t{.after = *order,
               .heard = under_way ? std::nullopt : std::optional(key),
               .audit = {.action = "installation_result", .detail = detail_of(*result)}};
  t.after.state = *next;
  return apply(ports, std::move(t), order->state);
}

Status handle(Ports& ports, const messages::ProfileInstallationResult& pir,
              const std::optional<Session>& session) {
  const auto& data = pir.profileInstallationResultData;
  const Recipient recipient = TRY(recipient_of(ports, data.value.transactionId, session));
  const auto result = TRY(auth::verify_signed(recipient.euicc, data, View(), pir.euiccSignPIR));
  if (!is_ours(ports, result->smdpOid))
    return Error{ErrorKind::verification, "an installation result for another SM-DP+"};
  const auto& iccid = result->notificationMetadata.iccid;
  if (iccid && *iccid != recipient.iccid) {
    return Error{ErrorKind::verification, "an installation result about another profile"};
  }
  Status done;
  for (int i = 0; i < kMaxConflicts; ++i) {
    done = settle(ports, recipient, result);
    if (done || done.error().kind != ErrorKind::conflict) break;
  }
  return done;
}

/// The session of the transaction ends with a result that is believed: the eUICC is done with it.
Status handle(Ports& ports, const messages::ProfileInstallationResult& pir) {
  const TransactionId& id = pir.profileInstallationResultData.value.transactionId;
  std::optional<Session> session = take<BppDelivered>(ports, id);
  Status done = handle(ports, pir, session);
  if (!done && session) keep(ports, id, std::move(*session));
  return done;
}

std::string_view action_of(const messages::NotificationEvent& event) {
  using Bit = messages::NotificationEventBit;
  if (event.contains(Bit::notificationEnable)) return "profile_enabled";
  if (event.contains(Bit::notificationDisable)) return "profile_disabled";
  if (event.contains(Bit::notificationDelete)) return "profile_deleted";
  return "notification";
}

Status handle(Ports& ports, const messages::OtherSignedNotification& other) {
  const auto euicc = ports.authenticator.verify_chain(other.euiccCertificate.tlv, other.eumCertificate.tlv,
                                                      nullptr, ports.clock.now());
  if (!euicc) return Error{ErrorKind::verification, "a notification of an eUICC that does not verify"};
  const auto told =
      TRY(auth::verify_signed(*euicc, other.tbsOtherNotification, View(), other.euiccNotificationSignature));
  if (!told->iccid) return Error{ErrorKind::invalid, "a notification without an ICCID"};
  const std::optional<Order> order = TRY(ports.orders.find(*told->iccid));
  if (!order || order->eid != euicc->eid()) {
    return Error{ErrorKind::not_found,
                 "a notification about a profile that this eUICC does not have from here"};
  }
  return ports.orders.hear(
      {euicc->eid(), told->seqNumber}, *told->iccid,
      {ports.clock.now(), "es9+", std::string(action_of(told->profileManagementOperation)), ""});
}

}  // namespace

bool handle_notification(Ports& ports, const messages::HandleNotification& request) {
  const Status done =
      std::visit([&](const auto& n) { return handle(ports, n); }, request.pendingNotification.alt);
  if (done) return true;
  switch (done.error().kind) {
    case ErrorKind::verification:
    case ErrorKind::not_found:
    case ErrorKind::exists:
    case ErrorKind::invalid:
      ports.observer.notification_ignored(done.error().message);
      return true;
    default:
      ports.observer.failed(me, done.error());
      return false;
  }
}

}  // namespace sealift::smdp
