#include "smdp/es2_steps.hpp"

#include <algorithm>

#include "access/directory.hpp"
#include "crypto/hash.hpp"
#include "smdp/event_rows.hpp"
#include "smdp/steps.hpp"

namespace sealift::smdp {
namespace {

/// A call with what identifies it.
struct Known {
  const Call& call;
  CallKey key;
  Octets<32> digest;

  FunctionCall with(const std::string& answer) const {
    return {key, digest, to_bytes(answer), call.ports.clock.now()};
  }
  Audit audit(std::string detail) const {
    return {call.ports.clock.now(), "es2+ " + call.requester.tenant, key.function, std::move(detail)};
  }
};

/// '/' in a tenant's name would let two requesters have one key.
Known known(const Call& call) {
  return {call,
          {call.requester.tenant + "/" + call.header.functionRequesterIdentifier,
           std::string(name(call.function)), call.header.functionCallIdentifier},
          crypto::sha256(call.body)};
}

std::string body_of(Es2Refusal refusal) {
  const Es2RefusalRow& row = row_of(refusal);
  return messages::to_json(messages::FunctionExecutionStatus{
      messages::ExecutionStatus::failed,
      messages::StatusCodeData{std::string(row.subjectCode), std::string(row.reasonCode), std::nullopt,
                               std::string(row.message)}});
}

Es2Answer refused(const Call& call, Es2Refusal refusal) {
  call.es2.observer.refused(call.function, refusal);
  return {body_of(refusal), refusal};
}

Es2Answer failed(const Call& call, const Error& error) {
  return refused(call, fail(call, error));
}

/// The refusal that an answer from before tells of.
std::optional<Es2Refusal> refusal_in(const std::string& body) {
  for (const Es2RefusalRow& row : all_es2_refusals()) {
    if (body == body_of(row.refusal)) return row.refusal;
  }
  return std::nullopt;
}

/// The answer that this very call got before; none where it is new.
Result<std::optional<Es2Answer>> answered(const Known& known) {
  const auto calls = TRY(known.call.ports.orders.calls(known.key, known.digest));
  for (const FunctionCall& one : calls) {
    if (one.digest != known.digest) continue;
    std::string body(text(one.answer));
    const auto refusal = refusal_in(body);
    return std::optional(Es2Answer{std::move(body), refusal, true});
  }
  if (!calls.empty()) known.call.es2.observer.call_identifier_reused(known.call.function);
  return std::optional<Es2Answer>();
}

/// Somebody else was answering the same call: so is this.
Es2Answer answered_meanwhile(const Known& known) {
  auto before = answered(known);
  if (!before) return failed(known.call, before.error());
  if (!*before) return refused(known.call, Es2Refusal::server_busy);
  return std::move(**before);
}

Es2Answer refuse(const Known& known, Es2Refusal refusal) {
  if (refusal >= Es2Refusal::issuance_stopped) return refused(known.call, refusal);
  const Es2RefusalRow& row = row_of(refusal);
  const Status kept = known.call.ports.orders.remember(
      known.with(body_of(refusal)),
      known.audit("refused " + std::string(row.subjectCode) + "/" + std::string(row.reasonCode)));
  if (kept) return refused(known.call, refusal);
  if (kept.error().kind == ErrorKind::exists) return answered_meanwhile(known);
  return failed(known.call, kept.error());
}

/// Writes a change with its answer. No value: somebody else changed the order first.
Result<std::optional<Es2Answer>> write(const Known& known, Change change) {
  Ports& ports = known.call.ports;
  FunctionCall call = known.with(change.answer);
  if (!change.transition) {
    TRY_VOID(ports.orders.remember(call, known.audit("as before")));
    return std::optional(Es2Answer{std::move(change.answer), {}});
  }
  Transition& t = *change.transition;
  t.audit = known.audit(std::string(name(change.from)) + " to " + std::string(name(t.after.state)));
  t.call = std::move(call);
  // It stands already; said again, since a row that takes away an earlier one may be on its way.
  if (change.announcement && has_event(t.after)) t.outgoing.push_back(event_registration(ports, t.after));
  const Status done = ports.orders.apply(t);
  if (!done && done.error().kind == ErrorKind::conflict) return std::optional<Es2Answer>();
  if (!done) return done.error();
  if (ports.bell && !t.outgoing.empty()) ports.bell->ring();
  ++t.after.version;
  ports.observer.moved(t.after, change.from);
  return std::optional(Es2Answer{std::move(change.answer), {}});
}

/// One call from its first look to its answer.
class Settling {
 public:
  Settling(const Known& known, const std::function<Decided(unsigned)>& decide)
      : known_(known), decide_(decide) {}

  Es2Answer settle() {
    Es2Answer answer = attempt();
    keep_promises();
    return answer;
  }

 private:
  Es2Answer attempt() {
    for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
      Decided change = decide_(attempt);
      if (!change) return refuse(known_, change.error());
      if (change->announcement && announced_ != change->announcement) {
        if (const auto no = announce(*change)) return refuse(known_, *no);
        continue;  // on the order as it is by now
      }
      auto written = write(known_, std::move(*change));
      if (!written && written.error().kind == ErrorKind::exists) return answered_meanwhile(known_);
      if (!written) return failed(known_.call, written.error());
      if (*written) return std::move(**written);
    }
    return refused(known_.call, Es2Refusal::server_busy);
  }

  /// Registers the event that a change needs. Before that a row is written which takes it away again, where
  /// the order is not open with it after all: whatever becomes of the change, of the answer, or of us.
  std::optional<Es2Refusal> announce(const Change& change) {
    EventRegistrar* events = known_.call.es2.events;
    if (!events) return Es2Refusal::smds_unreachable;
    const Announcement& event = *change.announcement;
    auto promised = promise(change.transition->after.iccid, event);
    if (!promised) return fail(known_.call, promised.error());
    using enum EventRegistrar::Outcome;
    const auto outcome = events->register_event(event.smdsAddress, event.eid, event.eventId);
    // What was not answered may arrive yet: nothing overtakes it. Where nothing was sent nothing is taken away;
    // a row that could not be recalled is sent in its time, and an administrator may drop it.
    if (outcome == unreachable) {
      if (Outbox* outbox = known_.call.es2.outbox) (void)outbox->recall(*promised);
    } else if (outcome != unheard) {
      promises_.push_back(std::move(*promised));
    }
    if (outcome == refused) return Es2Refusal::smds_refused;
    if (outcome != registered) return Es2Refusal::smds_unreachable;
    announced_ = event;
    return std::nullopt;
  }

  /// What becomes of the event is known by now: the rows are looked at at once, and nothing waits behind
  /// them.
  void keep_promises() {
    Ports& ports = known_.call.ports;
    Outbox* outbox = known_.call.es2.outbox;
    if (!outbox || promises_.empty()) return;
    // One that cannot be reached now is due in its time.
    for (const Outgoing& one : promises_) (void)outbox->hasten(one, ports.clock.now());
    if (ports.bell) ports.bell->ring();
  }

  Result<Outgoing> promise(const Iccid& iccid, const Announcement& event) {
    Ports& ports = known_.call.ports;
    const Time limit = ports.clock.now() + registration_limit;
    Status done;
    for (int i = 0; i < kMaxConflicts; ++i) {
      const std::optional<Order> order = TRY(ports.orders.find(iccid));
      if (!order) return Error{ErrorKind::not_found, "the order is gone"};
      Outgoing row = event_withdrawal(ports, *order, event.smdsAddress, event.eid, event.eventId, limit);
      done =
          ports.orders.apply({.after = *order, .audit = known_.audit("event promised"), .outgoing = {row}});
      if (done) return row;
      if (done.error().kind != ErrorKind::conflict) break;
    }
    return done.error();
  }

  /// Of many who want one of a type, each attempt is somebody's success.
  static constexpr unsigned kAttempts = 64;
  const Known& known_;
  const std::function<Decided(unsigned)>& decide_;
  std::optional<Announcement> announced_;
  std::vector<Outgoing> promises_;  ///< whose outcome is known
};

}  // namespace

std::string_view name(Es2Function function) {
  constexpr std::string_view names[] = {"downloadOrder", "confirmOrder", "cancelOrder", "releaseProfile"};
  return names[static_cast<size_t>(function)];
}

Es2Refusal fail(const Call& call, const Error& error) {
  call.es2.observer.failed(call.function, error);
  return Es2Refusal::server_failed;
}

Es2Answer answer(const Call& call, const std::function<Decided(unsigned attempt)>& decide) {
  const auto& identifiers = call.requester.identifiers;
  if (!identifiers.empty() &&
      std::ranges::find(identifiers, call.header.functionRequesterIdentifier) == identifiers.end()) {
    return refused(call, Es2Refusal::requester_unknown);
  }
  const Known it = known(call);
  auto before = answered(it);
  if (!before) return failed(call, before.error());
  if (*before) return std::move(**before);
  return Settling(it, decide).settle();
}

Result<Order, Es2Refusal> find_order(const Call& call, const Iccid& iccid) {
  auto found = call.ports.orders.find(iccid);
  if (!found) return fail(call, found.error());
  if (!*found) return Es2Refusal::profile_unknown;
  if ((*found)->tenant != call.requester.tenant) return Es2Refusal::profile_of_another;
  return std::move(**found);
}

std::optional<Es2Refusal> stopped(const Call& call) {
  const access::Directory* directory = call.ports.directory;
  if (!directory || directory->current()->issues_for(call.requester.tenant)) return std::nullopt;
  return Es2Refusal::issuance_stopped;
}

Order released(Order order, const OrderPolicy& policy, Time now) {
  order.state = OrderState::released;
  std::chrono::seconds lifetime = policy.lifetime;
  if (!order.eid) {
    const auto unbound = std::min(policy.unbound_lifetime, max_unbound_lifetime);
    lifetime = lifetime.count() > 0 ? std::min(lifetime, unbound) : unbound;
  }
  if (lifetime.count() > 0 || !order.eid) order.expires = now + lifetime;
  return order;
}

std::optional<Announcement> announcement_of(const Order& order) {
  if (!order.smdsAddress || !order.eid || !order.matchingId) return std::nullopt;
  return Announcement{*order.smdsAddress, *order.eid, order.matchingId->value()};
}

}  // namespace sealift::smdp
