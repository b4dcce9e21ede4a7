#include "tests/sim/mno.hpp"

namespace sealift::sim {

using smdp::Es2Answer;
using smdp::Es2Refusal;
using Stage = Es2Order::Stage;

namespace {

const smdp::Requester& requester() {
  static const smdp::Requester it{"mno", {.allow_unbound = true}};
  return it;
}

/// Not remembered by the server: the same call may fare better.
bool is_passing(Es2Refusal refusal) {
  return refusal >= Es2Refusal::issuance_stopped;
}

template <class Request>
auto asking(Es2Answer (*function)(smdp::Es2Ports&, const smdp::Requester&, const Request&, View),
            const Request& request) {
  return [function, request](smdp::Es2Ports& ports) {
    return function(ports, requester(), request, view(messages::to_json(request)));
  };
}

}  // namespace

std::optional<Es2Answer> Mno::serve(const std::string& id, const Function& function) {
  auto answer = server_.es2(function);
  if (!answer || (answer->refusal && is_passing(*answer->refusal))) return answer;
  const auto [known, first] = answers_.try_emplace(id, answer->body);
  if (!first && known->second != answer->body) {
    ledger_.violations.push_back("one call of ES2+ got two answers: " + known->second + " and " +
                                 answer->body);
  }
  return answer;
}

std::optional<Es2Answer> Mno::call(const std::string& id, const std::string& name, Function function) {
  shared_.trace.say(name, view(id));
  shared_.scheduler.yield();
  shared_.clock.pass(std::chrono::milliseconds(1 + shared_.dice.below(200)));
  if (shared_.dice.chance(shared_.faults.lost)) return std::nullopt;
  if (shared_.dice.chance(shared_.faults.late)) {
    late_.push_back([this, id, function] { (void)serve(id, function); });
    return std::nullopt;
  }
  auto answer = serve(id, function);
  if (shared_.dice.chance(shared_.faults.doubled)) (void)serve(id, function);
  shared_.scheduler.yield();
  if (shared_.dice.chance(shared_.faults.lost_answer)) return std::nullopt;
  return answer;
}

std::optional<Es2Answer> Mno::make_call(const Es2Order& o) {
  const messages::FunctionHeader header{"1.2.3", o.call};
  switch (o.stage) {
    case Stage::download: {
      messages::DownloadOrderRequest request{
          .header = header, .eid = o.eid, .iccid = o.iccid, .profileType = {}};
      return call(o.call, "downloadOrder", asking(smdp::download_order, request));
    }
    case Stage::confirm: {
      // Not copied, since it holds a secret: made anew for each time that it arrives.
      auto function = [o, header](smdp::Es2Ports& ports) {
        messages::ConfirmOrderRequest request;
        request.header = header;
        request.iccid = o.iccid;
        request.eid = o.eid;
        request.matchingId = o.matchingId;
        if (o.confirmation) request.confirmationCode = SecretBytes(to_bytes(*o.confirmation));
        request.smdsAddress = o.smds;
        request.releaseFlag = !o.release_apart;
        return smdp::confirm_order(ports, requester(), request, view(messages::to_json(request)));
      };
      return call(o.call, "confirmOrder", function);
    }
    case Stage::release: {
      messages::ReleaseProfileRequest request{header, o.iccid};
      return call(o.call, "releaseProfile", asking(smdp::release_profile, request));
    }
    default: {
      messages::CancelOrderRequest request;
      request.header = header;
      request.iccid = o.iccid;
      request.eid = o.eid;
      const auto now = *server_.orders().find(o.iccid);
      if (now->matchingId) request.matchingId = now->matchingId->value();
      request.finalProfileStatusIndicator = messages::FinalProfileStatus::unavailable;
      return call(o.call, "cancelOrder", asking(smdp::cancel_order, request));
    }
  }
}

void Mno::refused(Es2Order& o, Es2Refusal why) {
  shared_.trace.say("refused", view(std::string(smdp::row_of(why).message)));
  if (is_passing(why)) return;
  o.call.clear();
  if (why == Es2Refusal::smds_unreachable || why == Es2Refusal::smds_refused) return;
  if (o.stage == Stage::cancel && why == Es2Refusal::order_not_pending) {
    o.stage = Stage::open;  // a phone was first
    o.cancels = false;
    return;
  }
  ledger_.violations.push_back("an operator is refused what it may have: " +
                               std::string(smdp::row_of(why).message));
}

void Mno::step(Es2Order& o) {
  if (o.stage == Stage::open && o.cancels) o.stage = Stage::cancel;
  if (o.stage == Stage::open || o.stage == Stage::cancelled) return;
  if (o.call.empty()) o.call = "call-" + std::to_string(++calls_);
  const auto answer = make_call(o);
  if (!answer) return;
  if (answer->refusal) return refused(o, *answer->refusal);
  o.call.clear();
  switch (o.stage) {
    case Stage::download:
      o.stage = Stage::confirm;
      break;
    case Stage::confirm:
      o.stage = o.release_apart ? Stage::release : Stage::open;
      break;
    case Stage::release:
      o.stage = Stage::open;
      break;
    default:
      o.stage = Stage::cancelled;
  }
}

}  // namespace sealift::sim
