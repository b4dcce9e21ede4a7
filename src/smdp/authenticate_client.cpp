#include <algorithm>

#include "smdp/eligibility.hpp"
#include "smdp/es9.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

constexpr auto me = Function::authenticate_client;

Subject subject_of(const auth::Verified<messages::EuiccSigned1>& euicc) {
  const auth::EuiccIdentity& who = euicc.signer();
  Subject out{.certificate = who.serial_number()};
  std::copy(who.eid().octets().begin(), who.eid().octets().end(), out.eid.begin());
  if (who.eum()) out.eum = to_bytes(who.eum()->subject_key_id());
  out.firmware = euicc->euiccInfo2.euiccFirmwareVer;
  out.svn = euicc->euiccInfo2.svn;
  out.tac = euicc->ctxParams1.deviceInfo.tac;
  out.imei = euicc->ctxParams1.deviceInfo.imei;
  return out;
}

Result<Order, Refusal> find_order(Ports& ports, const auth::Verified<messages::EuiccSigned1>& euicc) {
  const std::optional<MatchingId>& id = euicc->ctxParams1.matchingId;
  const bool by_id = id && !id->empty();
  auto found =
      by_id ? ports.orders.find(*id) : ports.orders.find_default(euicc.signer().eid(), ports.clock.now());
  if (!found) return fail(ports, me, found.error());
  // Where the EID alone selects, it is the EID that nothing is waiting for (SGP.23 4.3.14, sequence 14).
  if (!*found) return by_id ? Refusal::matching_id_unknown : Refusal::eid_not_expected;
  return std::move(**found);
}

/// The order has used up its downloads, or its time: it ends here, and its operator hears of it.
Refusal end_order(Ports& ports, const Order& order, const Eid& eid, Refusal why, std::string_view detail) {
  Transition t{.after = order, .audit = {.action = "end", .detail = std::string(detail)}};
  t.after.state = OrderState::error;
  tell(ports, t, {Point::eligibility, eid, codes_of(why), {}});
  const Order ended = t.after;
  const Status done = apply(ports, std::move(t), order);
  // Where somebody else changed the order first, the next request looks again.
  if (!done && done.error().kind != ErrorKind::conflict) return fail(ports, me, done.error());
  if (done) ports.observer.ended(ended, why);
  return why;
}

bool used_up_downloads(const Ports& ports, const Order& order) {
  return !never_ends(order) && order.download_attempts >= ports.settings.max_download_attempts;
}

/// Such an order keeps its answer: whoever asks again is told the same.
bool ended_by_downloads(const Ports& ports, const Order& order) {
  return order.state == OrderState::error && used_up_downloads(ports, order);
}

/// Test profiles are for eUICCs of a test CI, and nothing else is, where the two are kept apart.
bool may_have_class(const Settings& settings, const messages::StoreMetadataRequest& metadata,
                    const crypto::KeyIdentifier& ci) {
  if (settings.test_cis.empty()) return true;
  const bool test_euicc =
      std::find(settings.test_cis.begin(), settings.test_cis.end(), ci) != settings.test_cis.end();
  return test_euicc == (metadata.profileClass.value == messages::ProfileClass::test);
}

/// The checks of SGP.22 5.6.3 on the order, in their order.
std::optional<Refusal> check_order(Ports& ports, const Order& order,
                                   const messages::StoreMetadataRequest& metadata,
                                   const auth::Verified<messages::EuiccSigned1>& euicc,
                                   const crypto::KeyIdentifier& ci) {
  if (order.eid && *order.eid != euicc.signer().eid()) return Refusal::eid_not_expected;
  if (ended_by_downloads(ports, order)) return Refusal::download_attempts_exceeded;
  const Eid& eid = euicc.signer().eid();
  const bool expired = order.expires && ports.clock.now() >= *order.expires;
  // An order that ended because of its time keeps its answer.
  if (expired && order.state == OrderState::error) return Refusal::order_expired;
  if (!is_downloadable(order)) return Refusal::profile_not_released;
  if (const auto no = stopped(ports, order.tenant)) return *no;
  // One that was given out waits for its result (expire_orders).
  if (expired && order.state != OrderState::released) return Refusal::order_expired;
  if (expired) return end_order(ports, order, eid, Refusal::order_expired, "expired");
  if (used_up_downloads(ports, order)) {
    return end_order(ports, order, eid, Refusal::download_attempts_exceeded, "download attempts exceeded");
  }
  if (!may_have_class(ports.settings, metadata, ci)) return Refusal::profile_not_eligible;
  return eligibility(order.needs, metadata, euicc->euiccInfo2);
}

/// What says that there is an order, to somebody who may not have it.
bool tells_of_an_order(Refusal refusal) {
  return refusal == Refusal::eid_not_expected || refusal == Refusal::profile_not_released ||
         refusal == Refusal::order_expired || refusal == Refusal::download_attempts_exceeded;
}

/// What an operator hears of though the order stays as it is.
bool is_told_alone(Refusal refusal) {
  return refusal == Refusal::profile_not_eligible || refusal == Refusal::euicc_memory_insufficient;
}

/// The order for this eUICC with its metadata, or why it has none.
struct Offer {
  Order order;
  messages::StoreMetadataRequest metadata;
};
Result<Offer, Refusal> offer_for(Ports& ports, const auth::Verified<messages::EuiccSigned1>& euicc,
                                 const crypto::KeyIdentifier& ci, Decision& decision) {
  Order order = TRY(find_order(ports, euicc));
  auto metadata = asn1::decode<messages::StoreMetadataRequest>(order.metadata);
  if (!metadata) return fail(ports, me, metadata.error());
  const std::optional<Refusal> no = check_order(ports, order, *metadata, euicc, ci);
  decision.right_chip = no != Refusal::eid_not_expected;
  if (no) {
    if (!is_told_alone(*no)) return *no;
    const Status told = tell_alone(
        ports, order, {Point::eligibility, euicc.signer().eid(), codes_of(*no), {}}, "not eligible");
    return told ? *no : fail(ports, me, told.error());
  }
  return Offer{std::move(order), std::move(*metadata)};
}

/// Who guesses MatchingIDs is asked to wait, and that eUICC alone: its EID is verified here.
bool may_ask(Ports& ports, const std::string& eid) {
  return !ports.by_eid || ports.by_eid->has(eid, ports.clock.monotonic());
}
void count_guess(Ports& ports, const std::string& eid, Refusal refusal) {
  if (!ports.by_eid || (refusal != Refusal::matching_id_unknown && !tells_of_an_order(refusal))) return;
  ports.by_eid->take(eid, ports.clock.monotonic());
}

/// smdpSigned2 and what goes with it; SGP.22 signature 2 runs on over the eUICC's first.
Result<messages::AuthenticateClientOk> answer(const TransactionId& id, const Order& order,
                                              messages::StoreMetadataRequest metadata,
                                              const messages::SignatureOctets& euiccSignature1,
                                              const auth::ServerIdentity& dpPb) {
  messages::SmdpSigned2 signed2{.transactionId = id, .ccRequiredFlag = order.confirmation.has_value()};
  if (!order.euiccOtpk.empty()) signed2.bppEuiccOtpk = TRY(octets<65>(order.euiccOtpk));
  messages::AuthenticateClientOk ok{.transactionId = id,
                                    .profileMetaData = {std::move(metadata), order.metadata},
                                    .smdpSigned2 = asn1::seal(std::move(signed2)),
                                    .smdpCertificate = dpPb.certificate};
  const Octets<67> tail = auth::signature_tlv(euiccSignature1);
  ok.smdpSignature2 = TRY(dpPb.signer->sign({View(ok.smdpSigned2.tlv), View(tail)}));
  return ok;
}

Result<messages::AuthenticateClientOk, Refusal> authenticate(
    Ports& ports, const TransactionId& id, const InitDone& session,
    const messages::AuthenticateServerResponse& response, Decision& decision) {
  const auto* signed1 = std::get_if<messages::AuthenticateResponseOk>(&response.alt);
  if (!signed1) {
    const auto& error = std::get<messages::AuthenticateResponseError>(response.alt);
    ports.observer.card_refused(me, id, static_cast<int>(error.authenticateErrorCode));
    return Refusal::client_reported_error;
  }
  const auth::Challenged challenged{id, ports.settings.smdpAddress, session.serverChallenge,
                                    session.euiccCiPKIdToBeUsed};
  const auto euicc = ports.authenticator.verify(challenged, *signed1, ports.clock.now());
  if (!euicc) return refusal_of(euicc.error());
  decision.right_server = true;  // an eUICC signs a challenge after it has verified who sent it

  Subject subject = subject_of(*euicc);
  if (const auto no = restriction(ports, subject)) return *no;
  const std::string eid = hex(subject.eid);
  if (!may_ask(ports, eid)) return Refusal::server_busy;
  auto offer = offer_for(ports, *euicc, session.euiccCiPKIdToBeUsed, decision);
  if (!offer) {
    count_guess(ports, eid, offer.error());
    return offer.error();
  }

  const auto signers = ports.signers.find(session.signers);
  if (!signers) return Refusal::transaction_unknown;
  const Iccid iccid = offer->order.iccid;
  auto ok = answer(id, offer->order, std::move(offer->metadata), signed1->euiccSignature1, signers->dpPb);
  if (!ok) return fail(ports, me, ok.error());
  if (!keep(ports, id,
            ClientAuthenticated{euicc->signer(), iccid, ok->smdpSignature2, session.signers,
                                std::move(subject), std::move(offer->order)})) {
    return Refusal::server_busy;
  }
  return std::move(*ok);
}

/// True where a MatchingID was given, not the EID alone.
bool names_an_order(const messages::AuthenticateClientRequest& request) {
  const auto* ok = std::get_if<messages::AuthenticateResponseOk>(&request.authenticateServerResponse.alt);
  if (!ok) return false;
  const auto& id = ok->euiccSigned1.value.ctxParams1.matchingId;
  return id && !id->empty();
}

}  // namespace

Result<messages::AuthenticateClientOk, Refusal> authenticate_client(
    Ports& ports, const messages::AuthenticateClientRequest& request) {
  const TransactionId& id = request.transactionId;
  const std::optional<Session> session = take<InitDone>(ports, id);
  if (!session) return refuse(ports, me, &id, Refusal::transaction_unknown);
  if (request.useMatchingIdForAcr) return refuse(ports, me, &id, Refusal::request_not_supported);
  Decision decision{.transactionId = id};
  auto result =
      authenticate(ports, id, std::get<InitDone>(*session), request.authenticateServerResponse, decision);
  if (result) {
    if (ports.by_address && !ports.peer.empty()) {
      ports.by_address->give(address_key(ports.peer), ports.clock.monotonic());
    }
    return result;
  }
  decision.refusal = result.error();
  ports.observer.decided(decision);
  if (ports.settings.uniform_refusals && tells_of_an_order(result.error()) && names_an_order(request)) {
    return refuse(ports, me, &id, Refusal::matching_id_unknown);
  }
  return refuse(ports, me, &id, result.error());
}

}  // namespace sealift::smdp
