// What es2_test_world.hpp declares. Part of test programs alone.
#include "smdp/es2_test_world.hpp"

namespace sealift::smdp::testing {

EventRegistrar::Outcome FakeRegistrar::register_event(const std::string& smdsAddress, const Eid& eid,
                                                      const std::string& eventId) {
  registered.push_back(smdsAddress + " " + eid.digits() + " " + eventId);
  if (meanwhile) std::exchange(meanwhile, nullptr)();
  return outcome;
}

void Es2Recorder::refused(Es2Function, Es2Refusal r) {
  std::lock_guard lock(mutex);
  refusals.push_back(r);
}

void Es2Recorder::call_identifier_reused(Es2Function) {
  std::lock_guard lock(mutex);
  ++reused_identifiers;
}

void Es2Recorder::failed(Es2Function, const Error& e) {
  std::lock_guard lock(mutex);
  failures.push_back(e.message);
}

Es2World::Es2World() = default;
Es2World::~Es2World() = default;

Order Es2World::stock(const std::string& type, const std::string& tenant) {
  Order stocked = as_stocked(order());
  stocked.tenant = tenant;
  stocked.profileType = type;
  EXPECT_TRUE(orders.apply({.after = stocked, .audit = {.at = clock.now()}}));
  return now(stocked);
}

template <class Request>
Es2Answer Es2World::call(Answering<Request> function, Request request) {
  auto& id = request.header.functionCallIdentifier;
  if (id.empty()) id = "call-" + std::to_string(++calls_);
  if (request.header.functionRequesterIdentifier.empty())
    request.header.functionRequesterIdentifier = "1.2.3";
  const std::string body = messages::to_json(request);
  return function(es2, mno, request, view(body));
}
Es2Answer Es2World::download_order(messages::DownloadOrderRequest r) {
  return call(smdp::download_order, std::move(r));
}

Es2Answer Es2World::confirm_order(messages::ConfirmOrderRequest r) {
  return call(smdp::confirm_order, std::move(r));
}

Es2Answer Es2World::cancel_order(messages::CancelOrderRequest r) {
  return call(smdp::cancel_order, std::move(r));
}

Es2Answer Es2World::release_profile(messages::ReleaseProfileRequest r) {
  return call(smdp::release_profile, std::move(r));
}

Iccid Es2World::ordered(const Es2Answer& answer) {
  return messages::es2_reply_from_json<messages::DownloadOrderOk>(answer.body).value().output.value().iccid;
}

messages::ConfirmOrderOk Es2World::confirmed(const Es2Answer& answer) {
  return messages::es2_reply_from_json<messages::ConfirmOrderOk>(answer.body).value().output.value();
}

Es2Answer Es2World::cancel_by_name(const Order& order, messages::FinalProfileStatus final_state) {
  messages::CancelOrderRequest request{.iccid = order.iccid, .eid = order.eid};
  if (order.matchingId) request.matchingId = order.matchingId->value();
  request.finalProfileStatusIndicator = final_state;
  return cancel_order(std::move(request));
}

}  // namespace sealift::smdp::testing
