// For this room's tests: an operator that calls ES2+, and an SM-DS behind its port.
#pragma once

#include <functional>

#include "smdp/es2.hpp"
#include "smdp/test_world.hpp"

namespace sealift::smdp::testing {

/// Keeps what it is asked to register, and answers as it is told.
struct FakeRegistrar final : EventRegistrar {
  Outcome register_event(const std::string& smdsAddress, const Eid& eid, const std::string& eventId) override;
  Outcome outcome = Outcome::registered;
  std::function<void()> meanwhile;  ///< what others do while the SM-DS is asked
  std::vector<std::string> registered;
};

/// Keeps what it is told.
struct Es2Recorder final : Es2Observer {
  void refused(Es2Function, Es2Refusal r) override;
  void call_identifier_reused(Es2Function) override;
  void failed(Es2Function, const Error& e) override;
  std::mutex mutex;
  std::vector<Es2Refusal> refusals;
  int reused_identifiers = 0;
  std::vector<std::string> failures;
};

class Es2World : public World {
 public:
  Es2World();
  ~Es2World();
  /// A profile of the operator's in stock: as one that was ordered and taken back.
  Order stock(const std::string& type = "Test", const std::string& tenant = "mno");

  Es2Answer download_order(messages::DownloadOrderRequest r);
  Es2Answer confirm_order(messages::ConfirmOrderRequest r);
  Es2Answer cancel_order(messages::CancelOrderRequest r);
  Es2Answer release_profile(messages::ReleaseProfileRequest r);

  /// The answer's output; ends the test where it was refused.
  static Iccid ordered(const Es2Answer& answer);
  static messages::ConfirmOrderOk confirmed(const Es2Answer& answer);
  /// Cancels with all the names that the order has.
  Es2Answer cancel_by_name(const Order& order, messages::FinalProfileStatus final_state);

  Requester mno{"mno", {.allow_unbound = true}};
  FakeRegistrar registrar;
  Es2Recorder told;
  Es2Ports es2{ports, told, &registrar, &orders.outbox()};

 private:
  template <class Request>
  using Answering = Es2Answer (*)(Es2Ports&, const Requester&, const Request&, View);
  /// A call; of an identifier of its own where it has none.
  template <class Request>
  Es2Answer call(Answering<Request> function, Request request);
  int calls_ = 0;
};

}  // namespace sealift::smdp::testing
