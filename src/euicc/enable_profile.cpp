// ES10c.EnableProfile (SGP.22 5.7.16, 3.2.1). The Enabled Profile, if there is one, is disabled in the same
// transaction; the running profile changes at once or by REFRESH.
#include "euicc/notifications.hpp"
#include "euicc/profile_state.hpp"

namespace sealift::euicc {

namespace {

using messages::EnableResult;

EnableResult judge(const Isdr& isdr, const std::optional<KnownProfile>& target,
                   const std::optional<KnownProfile>& current, bool refresh) {
  if (!target) return EnableResult::iccidOrAidNotFound;
  if (current && current->record.isdp_aid == target->record.isdp_aid)
    return EnableResult::profileNotInDisabledState;
  if (current && !target->displaces()) {
    if (current->has_rule(messages::PprId::ppr1)) return EnableResult::disallowedByPolicy;
    // From a Test Profile the way leads back to the profile it displaced.
    bool leaves_test = current->metadata.profileClass.value == messages::ProfileClass::test;
    auto displaced = isdr.memory.displaced();
    if (leaves_test && displaced && *displaced != target->record.isdp_aid)
      return EnableResult::wrongProfileReenabling;
    // A Provisioning Profile in between does not undo the rule of the profile that it displaced.
    if (displaced && *displaced != target->record.isdp_aid && displaced_is_bound(isdr))
      return EnableResult::disallowedByPolicy;
  }
  if (refresh && isdr.refresh_pending) return EnableResult::catBusy;
  return EnableResult::ok;
}

}  // namespace

Reply enable_profile(Isdr& isdr, View command) {
  using enum messages::NotificationEventBit;
  auto request = DECODE(EnableProfileRequest, command);
  auto target = find_profile(isdr, request.profileIdentifier.alt);
  auto current = enabled_profile(isdr);
  messages::EnableProfileResponse response;
  response.enableResult = judge(isdr, target, current, request.refreshFlag);
  if (response.enableResult != EnableResult::ok) return asn1::encode(response);

  Transaction t;
  NotificationWriter notifications(isdr, t);
  if (current && !notifications.tell(current->record, notificationDisable)) return sw::technical_problem;
  if (!notifications.tell(target->record, notificationEnable)) return sw::technical_problem;
  notifications.finish();
  Memory::put_enabled(t, target->record.isdp_aid);
  if (!target->displaces()) {
    Memory::put_displaced(t, std::nullopt);
  } else if (current && !current->displaces()) {
    Memory::put_displaced(t, current->record.isdp_aid);
  }
  if (!isdr.memory.commit(t)) return sw::memory_problem;
  isdr.profile_switch = request.refreshFlag ? ProfileSwitch::with_refresh : ProfileSwitch::now;
  return asn1::encode(response);
}

}  // namespace sealift::euicc
