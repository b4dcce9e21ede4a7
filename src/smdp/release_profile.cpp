#include "smdp/es2_steps.hpp"

namespace sealift::smdp {

Es2Answer release_profile(Es2Ports& es2, const Requester& requester,
                          const messages::ReleaseProfileRequest& request, View body) {
  const Call call{es2, es2.smdp, requester, Es2Function::release_profile, request.header, body};
  return answer(call, [&](unsigned) -> Decided {
    Order order = TRY(find_order(call, request.iccid));
    if (order.state != OrderState::confirmed) return Es2Refusal::profile_not_confirmed;
    if (const auto no = stopped(call)) return *no;
    Change change{.from = order.state, .answer = messages::to_json(messages::FunctionExecutionStatus{})};
    change.announcement = announcement_of(order);
    change.transition =
        Transition{.after = released(std::move(order), requester.policy, call.ports.clock.now())};
    return change;
  });
}

}  // namespace sealift::smdp
