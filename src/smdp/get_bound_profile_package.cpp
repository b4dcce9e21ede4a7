#include "crypto/hash.hpp"
#include "smdp/binding.hpp"
#include "smdp/es9.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

constexpr auto me = Function::get_bound_profile_package;

/// What is known of the confirmation code of a request.
enum class Code : uint8_t { not_looked_at, right, wrong };

/// One request with what is known of it, so that its steps need not hand six things around.
struct Step {
  Ports& ports;
  const TransactionId& id;
  const ClientAuthenticated& session;
  const auth::Verified<messages::EuiccSigned2>& euicc;
  const Signers& signers;
  Code& code;
  Order& written;  ///< the order once the package is bound
};

/// A refusal, or `changed`: another request changed the order first, look at it again.
struct Stop {
  std::optional<Refusal> refusal;
};
Stop changed() {
  return {};
}

/// Writes; where the order has changed meanwhile, that is not yet a failure.
Result<void, Stop> write(const Step& step, Transition t, const Order& before) {
  const Status done = apply(step.ports, std::move(t), before);
  if (done) return {};
  if (done.error().kind == ErrorKind::conflict) return changed();
  return Stop{fail(step.ports, me, done.error())};
}

/// No more codes are looked at: the order ends, and its operator hears of it.
Stop freeze(const Step& step, const Order& order) {
  Transition t{.after = order, .audit = {.action = "end", .detail = "confirmation attempts exceeded"}};
  t.after.state = OrderState::error;
  tell(step.ports, t,
       {Point::confirmation,
        step.euicc.signer().eid(),
        codes_of(Refusal::confirmation_attempts_exceeded),
        {}});
  const Order frozen = t.after;
  const auto written = write(step, std::move(t), order);
  if (!written) return written.error();
  step.ports.observer.ended(frozen, Refusal::confirmation_attempts_exceeded);
  return {Refusal::confirmation_attempts_exceeded};
}

bool used_up_codes(const Order& order) {
  return !never_ends(order) && order.confirmation_attempts >= order.confirmation_limit;
}

Stop code_refused(const Step& step, const Order& order) {
  if (used_up_codes(order)) return freeze(step, order);
  Transition t{.after = order, .audit = {.action = "refuse", .detail = "confirmation code"}};
  tell(step.ports, t,
       {Point::confirmation, step.euicc.signer().eid(), codes_of(Refusal::confirmation_code_refused), {}});
  if (!t.outgoing.empty()) {
    const auto written = write(step, std::move(t), order);
    if (!written) return written.error();
  }
  return {Refusal::confirmation_code_refused};
}

/// SGP.22 4.7: hashCc = SHA-256(SHA-256(code) || transactionId). The attempt is counted, durably, before the
/// code is looked at: however many ask at once, and wherever the power fails, no more codes are looked at
/// than the order allows. Gives the order as it is then; the delivery takes the attempt of a right code back.
Result<Order, Stop> check_code(const Step& step, Order order) {
  if (!order.confirmation || step.code == Code::right) return order;
  if (step.code == Code::wrong) return code_refused(step, order);
  if (!step.euicc->hashCc || step.euicc->hashCc->empty()) return Stop{Refusal::confirmation_code_missing};
  if (used_up_codes(order)) return freeze(step, order);
  ++order.confirmation_attempts;
  TRY_VOID(write(step, {.after = order, .audit = {.action = "confirmation_attempt"}}, order));
  ++order.version;
  const Octets<32> expected = crypto::sha256({View(*order.confirmation), step.id.octets()});
  step.code = equal_constant_time(expected, *step.euicc->hashCc) ? Code::right : Code::wrong;
  if (step.code == Code::wrong) return code_refused(step, order);
  return order;
}

/// A package is bound to a one-time key, and this is another one: rebinding is for the order to allow.
bool is_rebinding(const Step& step, const Order& order) {
  return !order.euiccOtpk.empty() && !equal(order.euiccOtpk, step.euicc->euiccOtpk);
}

std::optional<Refusal> check_order(const Step& step, const Order& order) {
  const Settings& settings = step.ports.settings;
  // Its order was cancelled meanwhile, and the profile ordered anew: that is not what this eUICC asked for.
  if (order.matchingId != step.session.order.matchingId) return Refusal::profile_not_released;
  if (order.eid && *order.eid != step.euicc.signer().eid()) return Refusal::rebinding_refused;
  if (order.state == OrderState::error && order.confirmation && used_up_codes(order)) {
    return Refusal::confirmation_attempts_exceeded;
  }
  if (!is_downloadable(order)) return Refusal::profile_not_released;
  if (order.expires && step.ports.clock.now() >= *order.expires) return Refusal::order_expired;
  if (!never_ends(order) && order.download_attempts >= settings.max_download_attempts)
    return Refusal::download_attempts_exceeded;
  // Before the code, so that what is refused in any case costs no attempt.
  if (is_rebinding(step, order) && !(order.rebind && settings.rebind)) return Refusal::rebinding_refused;
  return std::nullopt;
}

/// The stored package where this one-time key has one, else a new binding (SGP.22 3.1.3.3 retry).
Result<Bytes, Stop> package_for(const Step& step, const Order& order, const StoredProfile& profile,
                                bool again) {
  const crypto::Curve curve = step.signers.dpPb.signer->public_key().curve();
  const auto otpk = crypto::PublicKey::from_point(curve, step.euicc->euiccOtpk);
  // A one-time key off the curve is the eUICC's fault; whatever else goes wrong is ours.
  if (!otpk) return Stop{Refusal::euicc_signature_invalid};
  auto package =
      again ? step.ports.orders.package(order.iccid)
            : bind_profile(step.ports, order, profile, step.signers, step.euicc.signer().eid(), *otpk);
  if (package) return std::move(*package);
  return Stop{fail(step.ports, me, package.error())};
}

/// The durable point: one compare and swap makes the order this eUICC's, with all that a retry must find.
Result<Bytes, Stop> deliver(const Step& step, const Order& order) {
  const bool again = equal(order.euiccOtpk, step.euicc->euiccOtpk);
  auto profile = step.ports.orders.profile(order.iccid);
  if (!profile) return Stop{fail(step.ports, me, profile.error())};
  Bytes package = TRY(package_for(step, order, *profile, again));
  const auth::EuiccIdentity& euicc = step.euicc.signer();
  Transition t{.after = order,
               .delivery = Delivery{step.id, order.iccid, euicc.eid(), euicc.remember()},
               .superseded = order.delivered,
               .audit = {.action = again ? "deliver_again" : "bind"}};
  t.after.state = OrderState::downloaded;
  t.after.eid = euicc.eid();
  t.after.euiccOtpk = to_bytes(step.euicc->euiccOtpk);
  t.after.delivered = step.id;
  ++t.after.download_attempts;
  if (step.code == Code::right) --t.after.confirmation_attempts;
  if (!again) t.package = package;
  tell(step.ports, t, {Point::download, euicc.eid(), std::nullopt, {}});
  step.written = t.after;
  ++step.written.version;
  TRY_VOID(write(step, std::move(t), order));
  auto finished = finish_package(std::move(*profile), step.signers, package, step.id, step.euicc->euiccOtpk);
  if (!finished) return Stop{fail(step.ports, me, finished.error())};
  return std::move(*finished);
}

/// At first as AuthenticateClient read it, where that lets the download go on: whether it is still so the
/// compare and swap tells. Otherwise, and where a code is to be counted, as it is now.
Result<std::optional<Order>> order_of(const Step& step, bool first) {
  const Order& read = step.session.order;
  if (first && !read.confirmation && !check_order(step, read)) return std::optional(read);
  return step.ports.orders.find(step.session.iccid);
}

/// An operator hears of a rebinding that was refused to the eUICC that its profile is bound to.
Stop refused(const Step& step, const Order& order, Refusal why) {
  const Eid& eid = step.euicc.signer().eid();
  if (why != Refusal::rebinding_refused || order.eid != eid) return {why};
  const Status told = tell_alone(step.ports, order, {Point::download, eid, codes_of(why), {}}, "rebinding");
  return {told ? why : fail(step.ports, me, told.error())};
}

Result<Bytes, Stop> attempt(const Step& step, bool first) {
  auto found = order_of(step, first);
  if (!found) return Stop{fail(step.ports, me, found.error())};
  if (!*found) return Stop{Refusal::profile_not_released};
  if (const auto no = check_order(step, **found)) return refused(step, **found, *no);
  const Order order = TRY(check_code(step, std::move(**found)));
  return deliver(step, order);
}

/// The code was right and the failure is ours: it costs no attempt. Where the store fails too, it does.
void give_back_attempt(const Step& step) {
  for (int i = 0; i < kMaxConflicts; ++i) {
    auto found = step.ports.orders.find(step.session.iccid);
    if (!found || !*found) return;
    const Order order = std::move(**found);
    if (order.matchingId != step.session.order.matchingId || !is_downloadable(order)) return;
    if (order.confirmation_attempts == 0) return;
    Transition t{.after = order, .audit = {.action = "confirmation_attempt_back"}};
    --t.after.confirmation_attempts;
    const auto written = write(step, std::move(t), order);
    if (written || written.error().refusal) return;
  }
}

Result<Bytes, Refusal> bind_and_deliver(const Step& step) {
  Refusal why = Refusal::server_busy;
  for (int i = 0; i < kMaxConflicts; ++i) {
    auto package = attempt(step, i == 0);
    if (package) return std::move(*package);
    if (!package.error().refusal) continue;
    why = *package.error().refusal;
    break;
  }
  const bool ours = why == Refusal::server_busy || why == Refusal::server_failed;
  if (ours && step.code == Code::right) give_back_attempt(step);
  return why;
}

/// Up to the eUICC's signature: whatever is wrong here ends the session.
Result<auth::Verified<messages::EuiccSigned2>, Refusal> verify(
    Ports& ports, const TransactionId& id, const ClientAuthenticated& session,
    const messages::PrepareDownloadResponse& response) {
  const auto* ok = std::get_if<messages::PrepareDownloadResponseOk>(&response.alt);
  if (!ok) {
    const auto& error = std::get<messages::PrepareDownloadResponseError>(response.alt);
    ports.observer.card_refused(me, id, static_cast<int>(error.downloadErrorCode));
    return Refusal::client_reported_error;
  }
  if (ok->euiccSigned2.value.transactionId != id) return Refusal::transaction_unknown;
  const Octets<67> tail = auth::signature_tlv(session.smdpSignature2);
  auto verified = auth::verify_signed(session.euicc, ok->euiccSigned2, tail, ok->euiccSignature2);
  if (!verified) return Refusal::euicc_signature_invalid;
  return std::move(*verified);
}

Result<Bytes, Refusal> get_package(Ports& ports, const TransactionId& id, ClientAuthenticated session,
                                   const messages::PrepareDownloadResponse& response, Decision& decision) {
  const auto euicc = TRY(verify(ports, id, session, response));
  // Between the two steps its EUM may have been revoked, or the eUICC put on a list.
  const auto still = ports.authenticator.verify_again(session.euicc, ports.clock.now());
  if (!still) return refusal_of(still.error());
  if (const auto no = restriction(ports, session.subject)) return *no;
  const auto signers = ports.signers.find(session.signers);
  if (!signers) return Refusal::transaction_unknown;
  if (const auto no = stopped(ports, session.order.tenant)) return *no;
  Code code = Code::not_looked_at;
  Order written;
  auto package = bind_and_deliver({ports, id, session, euicc, *signers, code, written});
  decision.right_chip = package || package.error() != Refusal::rebinding_refused;
  decision.protected_for_this_chip = package || package.error() != Refusal::euicc_signature_invalid;
  // The session goes on in either case: the eUICC may yet cancel it. Where it cannot be kept nothing but
  // that is lost.
  if (package) {
    keep(ports, id, BppDelivered{session.euicc, session.iccid, session.signers, std::move(written)});
  } else {
    keep(ports, id, std::move(session));
  }
  return package;
}

}  // namespace

Result<messages::GetBoundProfilePackageOk, Refusal> get_bound_profile_package(
    Ports& ports, const messages::GetBoundProfilePackageRequest& request) {
  const TransactionId& id = request.transactionId;
  std::optional<Session> session = take<ClientAuthenticated>(ports, id);
  if (!session) return refuse(ports, me, &id, Refusal::transaction_unknown);
  Decision decision{.transactionId = id, .right_chip = true, .right_server = true};
  auto package = get_package(ports, id, std::get<ClientAuthenticated>(std::move(*session)),
                             request.prepareDownloadResponse, decision);
  if (!package) decision.refusal = package.error();
  ports.observer.decided(decision);
  if (!package) return refuse(ports, me, &id, package.error());
  return messages::GetBoundProfilePackageOk{.transactionId = id,
                                            .boundProfilePackage = {std::move(*package)}};
}

}  // namespace sealift::smdp
