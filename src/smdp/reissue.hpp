// A new activation code for a subscription that had one already: the door through which accounts are taken
// over, so it opens slowly and to two people. Asked for with a second factor, told to the operator, done
// after a cooling-off.
//
// A profile is on one eUICC at a time. One that was never given out, or whose deletion was reported, gets a
// new code itself; where it may be on a device, that device is declared lost, the profile ends Unavailable,
// and another one of the same type takes its place. Records of kind "reissue", by the ICCID that it is about.
// Thread safe.
#pragma once

#include "access/approval.hpp"
#include "smdp/admin.hpp"
#include "smdp/callbacks.hpp"

namespace sealift::smdp {

/// notificationPointIds of ours, told like those of SGP.22 to peers of either version: the user of the old
/// device may have to object (docs/divergences.md).
inline constexpr Point reissue_asked{
    101};                              ///< a new activation code was asked for, in place of this profile's
inline constexpr Point reissued{102};  ///< it was given: this profile ends

enum class ReissueState : uint8_t {
  waiting,    ///< for the end of the cooling-off, or to be completed
  done,       ///<
  cancelled,  ///< somebody objected
};
std::string_view name(ReissueState state);

/// What vouches for the subscriber in place of a second person: a signature of the tenant's own service, made
/// once that has seen its second factor (docs/guide/tenants.md).
struct StepUp {
  Time issued;      ///< at most 10 minutes ago
  Bytes signature;  ///< r || s, 64 octets, of the tenant's stepUpKey over step_up_text()
};

struct AskReissue {
  Iccid iccid;
  std::optional<Eid> eid;  ///< the new device; none where the tenant's policies let an order be without
  bool lost = false;       ///< the device that has the profile, or may, is lost for good
  std::optional<Octets<32>> confirmation;  ///< SHA-256 of the new confirmation code
  std::optional<std::string> approval;     ///< id of a second person's approval
  std::optional<StepUp> step_up;
};

struct Reissue {
  Iccid iccid;
  std::string tenant;
  ReissueState state{};
  std::string requester;
  Time at{};
  Time earliest{};  ///< the end of the cooling-off
  bool lost = false;
  std::optional<Eid> eid;
  std::optional<Octets<32>> confirmation;
  std::string second_factor;  ///< "approval", "step-up", "none"
  /// The profile that takes the place, chosen when it is completed, and its MatchingID: a completion that was
  /// cut short goes on with them.
  std::optional<Iccid> replacement;
  std::optional<MatchingId> matchingId;
  /// When the last step-up was signed that was used for this profile: the next one is a later one.
  std::optional<Time> stepped_up;
  asn1::Unknown more;  ///< of a later version
  bool operator==(const Reissue&) const = default;
};

struct AskedReissue {
  std::optional<Reissue> reissue;
  std::optional<access::Approval> awaits;  ///< a second person has to approve first; then ask again
};

/// What a step-up signature covers, which is all that is asked for, a line each: "sealift-step-up-2", ICCID,
/// EID or "-", "lost" or "-", SHA-256 of the confirmation code or "-", and the instant (RFC 3339).
std::string step_up_text(const AskReissue& ask, Time issued);

/// Error kinds: not_found, invalid (no EID), conflict (not ordered, on a device that is not declared lost,
/// asked for already), limit (too many today), verification (the step-up), those of access::pass().
Result<AskedReissue> ask_reissue(Ports&, const Principal&, const AskReissue&);
/// After the cooling-off: the order with the new activation code. Again after it is done: the same. Error
/// kinds: not_found, conflict (too early, cancelled, no other profile of this type, issuance stopped).
Result<Order> complete_reissue(Ports&, const Principal&, const Iccid&);
/// Error kinds: not_found, conflict (not waiting).
Result<Reissue> cancel_reissue(Ports&, const Principal&, const Iccid&);
/// Of the tenants that the principal sees, the newest last.
Result<std::vector<Reissue>> list_reissues(Ports&, const Principal&);

}  // namespace sealift::smdp
