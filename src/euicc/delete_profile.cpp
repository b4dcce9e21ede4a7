// ES10c.DeleteProfile (SGP.22 5.7.18, 3.2.3). Pending notifications of the profile stay.
#include "euicc/notifications.hpp"
#include "euicc/profile_state.hpp"

namespace sealift::euicc {

namespace {

using messages::DeleteResult;

DeleteResult judge(const Isdr& isdr, const std::optional<KnownProfile>& target) {
  if (!target) return DeleteResult::iccidOrAidNotFound;
  if (isdr.memory.enabled() == target->record.isdp_aid) return DeleteResult::profileNotInDisabledState;
  if (target->has_rule(messages::PprId::ppr2)) return DeleteResult::disallowedByPolicy;
  if (isdr.memory.displaced() == target->record.isdp_aid && displaced_is_bound(isdr))
    return DeleteResult::disallowedByPolicy;
  return DeleteResult::ok;
}

}  // namespace

Reply delete_profile(Isdr& isdr, View command) {
  auto request = DECODE(DeleteProfileRequest, command);
  auto target = find_profile(isdr, request.alt);
  messages::DeleteProfileResponse response;
  response.deleteResult = judge(isdr, target);
  if (response.deleteResult != DeleteResult::ok) return asn1::encode(response);

  Transaction t;
  NotificationWriter notifications(isdr, t);
  if (!notifications.tell(target->record, messages::NotificationEventBit::notificationDelete)) {
    return sw::technical_problem;
  }
  notifications.finish();
  isdr.memory.erase_profile(t, target->record.isdp_aid);
  if (isdr.memory.displaced() == target->record.isdp_aid) Memory::put_displaced(t, std::nullopt);
  if (!isdr.memory.commit(t)) return sw::memory_problem;
  return asn1::encode(response);
}

}  // namespace sealift::euicc
