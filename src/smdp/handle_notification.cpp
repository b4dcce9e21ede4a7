#include "smdp/es9.hpp"
#include "smdp/order_events.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

constexpr auto me = Function::handle_notification;

bool is_ours(const Ports& ports, const asn1::Oid& oid) {
  const SignerList::Offered offered = ports.signers.offered();
  for (const SignerList::Ptr& s : *offered) {
    if (s->signers.dpPb.oid == oid) return true;
  }
  return false;
}

std::string detail_of(const messages::ProfileInstallationResultData& result) {
  const auto* error = std::get_if<messages::ErrorResult>(&result.finalResult.alt);
  if (!error) return "success";
  return "bppCommandId " + std::to_string(static_cast<unsigned>(error->bppCommandId)) + ", errorReason " +
         std::to_string(static_cast<unsigned>(error->errorReason));
}

/// What the operator is told of a failure, which resultData has in full; none where it was none.
std::optional<Codes> failure_of(const messages::ProfileInstallationResultData& result) {
  using enum messages::ErrorReason;
  const auto* error = std::get_if<messages::ErrorResult>(&result.finalResult.alt);
  if (!error) return std::nullopt;
  switch (error->errorReason) {
    case installFailedDueToInsufficientMemoryForProfile:
      return Codes{"8.1", "4.8"};
    case installFailedDueToIccidAlreadyExistsOnEuicc:
      return Codes{"8.2.1", "3.3"};
    case pprNotAllowed:
      return Codes{"8.2.8", "1.2"};
    default:
      return Codes{"8.2.10", "4.2"};
  }
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

/// True where nobody heard yet how the delivery of a transaction ended. Its notification may have come all
/// the same, if it changed nothing; that the store knows by its number.
Result<bool> is_unheard(Ports& ports, const Order& order, const TransactionId& id) {
  if (order.delivered == id) return true;
  const std::optional<Delivery> delivery = TRY(ports.orders.delivery(id));
  return delivery && delivery->superseded;
}

/// Tries until nobody else changes the order meanwhile.
template <class Try>
Status settled(Try&& settle) {
  Status done;
  for (int i = 0; i < kMaxConflicts; ++i) {
    done = settle();
    if (done || done.error().kind != ErrorKind::conflict) break;
  }
  return done;
}

/// One try, on the order as the session has it or as it is now; the error kinds `conflict` (try again) and
/// `exists` (heard before) are the store's.
Status settle(Ports& ports, const Recipient& recipient, const messages::ProfileInstallationResult& pir,
              const auth::Verified<messages::ProfileInstallationResultData>& result,
              const Order* in_session) {
  const bool known = in_session && is_awaited(*in_session, result->transactionId);
  const std::optional<Order> order =
      known ? std::optional(*in_session) : TRY(ports.orders.find(recipient.iccid));
  if (!order) return Error{ErrorKind::not_found, "no order for an installation result"};
  const Eid& eid = recipient.euicc.eid();
  const NotificationKey key{eid, result->notificationMetadata.seqNumber};
  auto after = order->eid == eid ? after_result(*order, *result) : std::nullopt;
  if (!after && std::holds_alternative<messages::SuccessResult>(result->finalResult.alt)) {
    // It took place, though the order has gone on since, or even to another eUICC.
    const bool unheard = TRY(is_unheard(ports, *order, result->transactionId));
    if (unheard) after = order->delivered == result->transactionId ? *order : after_late_success(*order);
  }
  if (!after) {
    return ports.orders.hear(
        key, recipient.iccid,
        {ports.clock.now(), "es9+", "installation_result", "no change: " + detail_of(*result)});
  }
  // The awaited result comes once by that alone, so its number is not asked.
  const bool awaited = is_awaited(*order, result->transactionId);
  Transition t{.after = std::move(*after),
               .heard = awaited ? std::nullopt : std::optional(key),
               .audit = {.action = "installation_result", .detail = detail_of(*result)}};
  tell(ports, t, {Point::installation, eid, failure_of(*result), asn1::encode(pir)});
  return apply(ports, std::move(t), *order);
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
  const Order* in_session = session ? &std::get<BppDelivered>(*session).order : nullptr;
  return settled([&] { return settle(ports, recipient, pir, result, std::exchange(in_session, nullptr)); });
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

std::optional<Point> point_of(const messages::NotificationEvent& event) {
  using Bit = messages::NotificationEventBit;
  if (event.contains(Bit::notificationEnable)) return Point::enabled;
  if (event.contains(Bit::notificationDisable)) return Point::disabled;
  if (event.contains(Bit::notificationDelete)) return Point::deleted;
  return std::nullopt;
}

/// One try, as above.
Status settle(Ports& ports, const auth::Verified<messages::NotificationMetadata>& told) {
  const Eid& eid = told.signer().eid();
  const std::optional<Order> order = TRY(ports.orders.find(*told->iccid));
  if (!order || order->eid != eid) {
    return Error{ErrorKind::not_found,
                 "a notification about a profile that this eUICC does not have from here"};
  }
  const NotificationKey key{eid, told->seqNumber};
  const std::string action(action_of(told->profileManagementOperation));
  const bool deleted =
      told->profileManagementOperation.contains(messages::NotificationEventBit::notificationDelete);
  auto after = deleted ? after_deletion(*order, told->seqNumber) : std::nullopt;
  const std::optional<Point> point = point_of(told->profileManagementOperation);
  const bool is_news = point && is_told(ports, *order, *point);
  if (!after && !is_news)
    return ports.orders.hear(key, *told->iccid, {ports.clock.now(), "es9+", action, ""});
  Transition t{.after = after ? std::move(*after) : *order, .heard = key, .audit = {.action = action}};
  if (is_news) tell(ports, t, {*point, eid, std::nullopt, {}});
  return apply(ports, std::move(t), *order);
}

Status handle(Ports& ports, const messages::OtherSignedNotification& other) {
  const auto euicc = ports.authenticator.verify_chain(other.euiccCertificate.tlv, other.eumCertificate.tlv,
                                                      nullptr, ports.clock.now());
  if (!euicc) return Error{ErrorKind::verification, "a notification of an eUICC that does not verify"};
  const auto told =
      TRY(auth::verify_signed(*euicc, other.tbsOtherNotification, View(), other.euiccNotificationSignature));
  if (!told->iccid) return Error{ErrorKind::invalid, "a notification without an ICCID"};
  return settled([&] { return settle(ports, told); });
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
