// ES10c.eUICCMemoryReset (SGP.22 5.7.19): deletes whole classes of profiles whatever their state and policy
// rules, all in one transaction; the Rules Authorisation Table and pending notifications stay.
#include "euicc/notifications.hpp"
#include "euicc/profile_state.hpp"

namespace sealift::euicc {

namespace {

using messages::ResetOption;
using messages::ResetResult;

bool is_meant(const messages::NamedBits<ResetOption>& options, const KnownProfile& profile) {
  switch (profile.metadata.profileClass.value) {
    case messages::ProfileClass::operational:
      return options.contains(ResetOption::deleteOperationalProfiles);
    case messages::ProfileClass::test:
      return options.contains(ResetOption::deleteFieldLoadedTestProfiles);
    case messages::ProfileClass::provisioning:
      break;  // part of the device, not of its user's choice
  }
  return false;
}

}  // namespace

Reply euicc_memory_reset(Isdr& isdr, View command) {
  auto request = DECODE(EuiccMemoryResetRequest, command);
  messages::EuiccMemoryResetResponse response;
  const auto& options = request.resetOptions;
  std::vector<KnownProfile> doomed;
  for (auto& record : isdr.memory.profiles()) {
    auto profile = known(std::move(record));
    if (profile && is_meant(options, *profile)) doomed.push_back(std::move(*profile));
  }
  bool clears_address = options.contains(ResetOption::resetDefaultSmdpAddress);
  if (doomed.empty() && !clears_address) {
    response.resetResult = ResetResult::nothingToDelete;
    return asn1::encode(response);
  }

  Transaction t;
  NotificationWriter notifications(isdr, t);
  auto enabled = isdr.memory.enabled();
  auto displaced = isdr.memory.displaced();
  bool lost_enabled = false;
  for (const auto& profile : doomed) {
    const Aid& aid = profile.record.isdp_aid;
    if (!notifications.tell(profile.record, messages::NotificationEventBit::notificationDelete)) {
      return sw::technical_problem;
    }
    isdr.memory.erase_profile(t, aid);
    lost_enabled |= enabled == aid;
    if (displaced == aid) displaced.reset();
  }
  if (lost_enabled && isdr.refresh_pending) {
    response.resetResult = ResetResult::catBusy;
    return asn1::encode(response);
  }
  if (lost_enabled) {
    // A Test Profile that goes gives way to the profile it displaced, where that stays.
    if (displaced) {
      auto back = isdr.memory.find(*displaced);
      if (!back || !notifications.tell(*back, messages::NotificationEventBit::notificationEnable)) {
        return sw::technical_problem;
      }
    }
    Memory::put_enabled(t, displaced);
    displaced.reset();
  }
  Memory::put_displaced(t, displaced);
  notifications.finish();
  // A download that was under way before does not go on into the emptied card.
  Memory::erase_one_time_key(t);
  if (clears_address) Memory::put_default_dp_address(t, "");
  if (!isdr.memory.commit(t)) return sw::memory_problem;
  isdr.session = NoSession{};
  if (lost_enabled) isdr.profile_switch = ProfileSwitch::with_refresh;
  response.resetResult = ResetResult::ok;
  return asn1::encode(response);
}

}  // namespace sealift::euicc
