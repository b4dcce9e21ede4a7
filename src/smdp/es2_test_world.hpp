// For this room's tests: an operator that calls ES2+, and an SM-DS behind its port.
#pragma once

#include <functional>

#include "smdp/es2.hpp"
#include "smdp/test_world.hpp"

namespace sealift::smdp::testing {

/// Keeps what it is asked to register, and answers as it is told.
struct FakeRegistrar final : EventRegistrar {
  Outcome register_event(const std::string& smdsAddress, const Eid& eid,
                         const std::string& eventId) override {
    registered.push_back(smdsAddress + " " + eid.digits() + " " + eventId);
    if (meanwhile) std::exchange(meanwhile, nullptr)();
    return outcome;
  }
  Outcome outcome = Outcome::registered;
  std::function<void()> meanwhile;  ///< what others do while the SM-DS is asked
  std::vector<std::string> registered;
};

/// Keeps what it is told.
struct Es2Recorder final : Es2Observer {
  void refused(Es2Function, Es2Refusal r) override {
    std::lock_guard lock(mutex);
    refusals.push_back(r);
  }
  void call_identifier_reused(Es2Function) override {
    std::lock_guard lock(mutex);
    ++reused_identifiers;
  }
  void failed(Es2Function, const Error& e) override {
    std::lock_guard lock(mutex);
    failures.push_back(e.message);
  }
  std::mutex mutex;
  std::vector<Es2Refusal> refusals;
  int reused_identifiers = 0;
  std::vector<std::string> failures;
};

class Es2World : public World {
 public:
  /// A profile of the operator's in stock: as one that was ordered and taken back.
  Order stock(const std::string& type = "Test", const std::string& tenant = "mno") {
    Order stocked = as_stocked(order());
    stocked.tenant = tenant;
    stocked.profileType = type;
    EXPECT_TRUE(orders.apply({.after = stocked, .audit = {.at = clock.now()}}));
    return now(stocked);
  }

  template <class Request>
  using Answering = Es2Answer (*)(Es2Ports&, const Requester&, const Request&, View);
  /// A call; of an identifier of its own where it has none.
  template <class Request>
  Es2Answer call(Answering<Request> function, Request request) {
    auto& id = request.header.functionCallIdentifier;
    if (id.empty()) id = "call-" + std::to_string(++calls_);
    if (request.header.functionRequesterIdentifier.empty())
      request.header.functionRequesterIdentifier = "1.2.3";
    const std::string body = messages::to_json(request);
    return function(es2, mno, request, view(body));
  }
  Es2Answer download_order(messages::DownloadOrderRequest r) {
    return call(smdp::download_order, std::move(r));
  }
  Es2Answer confirm_order(messages::ConfirmOrderRequest r) { return call(smdp::confirm_order, std::move(r)); }
  Es2Answer cancel_order(messages::CancelOrderRequest r) { return call(smdp::cancel_order, std::move(r)); }
  Es2Answer release_profile(messages::ReleaseProfileRequest r) {
    return call(smdp::release_profile, std::move(r));
  }

  /// The answer's output; ends the test where it was refused.
  static Iccid ordered(const Es2Answer& answer) {
    return messages::es2_reply_from_json<messages::DownloadOrderOk>(answer.body).value().output.value().iccid;
  }
  static messages::ConfirmOrderOk confirmed(const Es2Answer& answer) {
    return messages::es2_reply_from_json<messages::ConfirmOrderOk>(answer.body).value().output.value();
  }
  /// Cancels with all the names that the order has.
  Es2Answer cancel_by_name(const Order& order, messages::FinalProfileStatus final_state) {
    messages::CancelOrderRequest request{.iccid = order.iccid, .eid = order.eid};
    if (order.matchingId) request.matchingId = order.matchingId->value();
    request.finalProfileStatusIndicator = final_state;
    return cancel_order(std::move(request));
  }

  Requester mno{"mno", {.allow_unbound = true}};
  FakeRegistrar registrar;
  Es2Recorder told;
  Es2Ports es2{ports, told, &registrar};

 private:
  int calls_ = 0;
};

}  // namespace sealift::smdp::testing
