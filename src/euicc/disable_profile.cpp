// ES10c.DisableProfile (SGP.22 5.7.17, 3.2.2). Disabling a Test or Provisioning Profile brings back the
// profile that it displaced.
#include "euicc/notifications.hpp"
#include "euicc/profile_state.hpp"

namespace sealift::euicc {

namespace {

using messages::DisableResult;

DisableResult judge(const Isdr& isdr, const std::optional<KnownProfile>& target, bool refresh) {
  if (!target) return DisableResult::iccidOrAidNotFound;
  if (isdr.memory.enabled() != target->record.isdp_aid) return DisableResult::profileNotInEnabledState;
  if (target->has_rule(messages::PprId::ppr1)) return DisableResult::disallowedByPolicy;
  if (refresh && isdr.refresh_pending) return DisableResult::catBusy;
  return DisableResult::ok;
}

}  // namespace

Reply disable_profile(Isdr& isdr, View command) {
  using enum messages::NotificationEventBit;
  auto request = DECODE(DisableProfileRequest, command);
  auto target = find_profile(isdr, request.profileIdentifier.alt);
  messages::DisableProfileResponse response;
  response.disableResult = judge(isdr, target, request.refreshFlag);
  if (response.disableResult != DisableResult::ok) return asn1::encode(response);

  std::optional<KnownProfile> back;
  if (auto displaced = isdr.memory.displaced(); displaced && target->displaces()) {
    back = known(isdr.memory.find(*displaced));
  }
  Transaction t;
  NotificationWriter notifications(isdr, t);
  if (!notifications.tell(target->record, notificationDisable)) return sw::technical_problem;
  if (back && !notifications.tell(back->record, notificationEnable)) return sw::technical_problem;
  notifications.finish();
  Memory::put_enabled(t, back ? std::optional(back->record.isdp_aid) : std::nullopt);
  Memory::put_displaced(t, std::nullopt);
  if (!isdr.memory.commit(t)) return sw::memory_problem;
  isdr.profile_switch = request.refreshFlag ? ProfileSwitch::with_refresh : ProfileSwitch::now;
  return asn1::encode(response);
}

}  // namespace sealift::euicc
