#include "tests/sim/outside.hpp"

#include <algorithm>

namespace sealift::sim {

using smdp::Lane;
using smdp::OutgoingKind;
using smdp::Sent;

static Octets<16> call_of(const smdp::Outgoing& what) {
  if (lane_of(what.kind) == Lane::events) return smdp::decode_event(what.content)->call;
  return smdp::decode_progress(what.content)->call;
}

void Ledger::committed(const smdp::Transition& change) {
  for (const smdp::Outgoing& what : change.outgoing) {
    const auto [place, first] = told.try_emplace(call_of(what), Told{what, told.size()});
    if (!first) violations.push_back("two things to tell have one functionCallIdentifier");
  }
}

bool Ledger::arrived(const Octets<16>& call, const smdp::Outgoing& what) {
  const auto it = told.find(call);
  if (it == told.end() || !(it->second.what == what)) {
    violations.push_back("somebody was told of what did not happen: " + what.iccid.digits());
    return false;
  }
  if (it->second.arrivals++ > 0) return false;
  const auto [last, alone] = last_arrival.try_emplace({what.iccid, lane_of(what.kind)}, it->second.number);
  if (!alone && last->second > it->second.number) {
    violations.push_back("somebody was told in another order: " + what.iccid.digits());
  }
  last->second = it->second.number;
  return true;
}

/// The result of an installation that succeeded; none where it is something else.
static const messages::ProfileInstallationResult* success_in(const messages::HandleNotification& request) {
  const auto* result = std::get_if<messages::ProfileInstallationResult>(&request.pendingNotification.alt);
  if (!result) return nullptr;
  const auto& end = result->profileInstallationResultData.value.finalResult.alt;
  return std::holds_alternative<messages::SuccessResult>(end) ? result : nullptr;
}

Ledger::Happened* Ledger::event_in(const messages::HandleNotification& request) {
  using Bit = messages::NotificationEventBit;
  const auto* other = std::get_if<messages::OtherSignedNotification>(&request.pendingNotification.alt);
  if (!other) return nullptr;
  const auto& told = other->tbsOtherNotification.value;
  const auto& what = told.profileManagementOperation;
  const auto point = what.contains(Bit::notificationEnable)    ? smdp::Point::enabled
                     : what.contains(Bit::notificationDisable) ? smdp::Point::disabled
                                                               : smdp::Point::deleted;
  return &happened[{*told.iccid, point}];
}

void Ledger::sent(const messages::HandleNotification& request) {
  if (Happened* event = event_in(request)) event->arrived.insert(asn1::encode(request));
  const auto* result = success_in(request);
  if (!result) return;
  const auto& iccid = result->profileInstallationResultData.value.notificationMetadata.iccid;
  installations.try_emplace(asn1::encode(*result), Installation{.iccid = *iccid});
}

void Ledger::acknowledged(const messages::HandleNotification& request) {
  if (Happened* event = event_in(request)) event->acknowledged.insert(asn1::encode(request));
  if (const auto* result = success_in(request)) installations.at(asn1::encode(*result)).reached = true;
}

unsigned Ledger::reached(const Iccid& iccid) const {
  return static_cast<unsigned>(std::ranges::count_if(
      installations, [&](const auto& one) { return one.second.iccid == iccid && one.second.reached; }));
}

void Ledger::told_of(const Iccid& iccid, const Bytes& result) {
  const auto it = installations.find(result);
  if (it == installations.end() || it->second.iccid != iccid) {
    violations.push_back("an operator heard of an installation that was none: " + iccid.digits());
  } else if (it->second.told++ > 0) {
    violations.push_back("an operator heard twice of one installation: " + iccid.digits());
  }
}

void Outside::turn(Lane lane) {
  if (lane == Lane::operators)
    down_ = !down_;
  else
    smds_.turn();
  shared_.trace.say(lane == Lane::operators ? "the operator goes down or up" : "the SM-DS goes down or up");
}

void Outside::up() {
  down_ = false;
  smds_.up();
}

Sent Outside::carry(const smdp::Outgoing& what) {
  shared_.trace.say("told", concat({View(what.iccid.octets()).last(2), View(what.content).last(16)}));
  shared_.scheduler.yield();
  shared_.clock.pass(std::chrono::milliseconds(1 + shared_.dice.below(200)));
  if (shared_.dice.chance(shared_.faults.lost)) return Sent::unreachable;
  if (shared_.dice.chance(shared_.faults.late)) {
    late_.push_back([this, what] { (void)serve(what); });
    return Sent::unreachable;
  }
  const Sent answer = serve(what);
  if (shared_.dice.chance(shared_.faults.doubled)) (void)serve(what);
  shared_.scheduler.yield();
  if (shared_.dice.chance(shared_.faults.lost_answer)) return Sent::unreachable;
  return answer;
}

// Never late: whoever waits for it gives up before the row is due that takes the event away again.
smdp::EventRegistrar::Outcome Outside::register_event(const Eid& eid, const std::string& eventId) {
  ++registering_;
  const auto outcome = try_to_register(eid, eventId);
  --registering_;
  return outcome;
}

smdp::EventRegistrar::Outcome Outside::try_to_register(const Eid& eid, const std::string& eventId) {
  using enum smdp::EventRegistrar::Outcome;
  shared_.trace.say("registerEvent", view(eventId));
  shared_.scheduler.yield();
  shared_.clock.pass(std::chrono::milliseconds(1 + shared_.dice.below(200)));
  if (shared_.dice.chance(shared_.faults.lost)) return unreachable;
  const auto answer = smds_.register_event(eid, eventId);
  if (answer && shared_.dice.chance(shared_.faults.doubled)) (void)smds_.register_event(eid, eventId);
  shared_.scheduler.yield();
  if (!answer || shared_.dice.chance(shared_.faults.lost_answer)) return unheard;
  return *answer ? registered : refused;
}

Sent Outside::serve(const smdp::Outgoing& what) {
  return lane_of(what.kind) == Lane::operators ? serve_operator(what) : serve_smds(what);
}

Sent Outside::serve_operator(const smdp::Outgoing& what) {
  if (down_) return Sent::unreachable;
  if (shared_.dice.chance(shared_.faults.refused)) return Sent::refused;
  const auto progress = smdp::decode_progress(what.content);
  if (!ledger_.arrived(progress->call, what)) return Sent::delivered;
  const bool installed = progress->point == smdp::Point::installation && progress->subjectCode.empty();
  if (installed) ledger_.told_of(what.iccid, progress->resultData.value_or(Bytes()));
  if (progress->point > smdp::Point::installation) ++ledger_.happened[{what.iccid, progress->point}].told;
  if (installed != progress->resultData.has_value() && progress->subjectCode.empty()) {
    ledger_.violations.push_back("a result is missing, or told where there is none");
  }
  return Sent::delivered;
}

Sent Outside::serve_smds(const smdp::Outgoing& what) {
  const auto event = smdp::decode_event(what.content);
  (void)ledger_.arrived(event->call, what);
  const bool adds = what.kind == OutgoingKind::register_event;
  const auto answer = adds ? smds_.register_event(event->eid, event->eventId)
                           : smds_.delete_event(event->eid, event->eventId, hex(event->call));
  if (!answer) return Sent::unreachable;
  const bool gone = !adds && !*answer && answer->error() == smds::Refusal::event_id_unknown;
  return *answer || gone ? Sent::delivered : Sent::refused;
}

}  // namespace sealift::sim
