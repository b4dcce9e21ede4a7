#include "smdp/es2_refusals.hpp"

#include <array>

namespace sealift::smdp {
namespace {

using enum Es2Refusal;

// Subject and reason codes of SGP.22 5.2.6.
constexpr std::array kRows{
    Es2RefusalRow{requester_unknown, "1.1", "1.2",
                  "this operator does not call under that functionRequesterIdentifier"},
    Es2RefusalRow{profile_unknown, "8.2.1", "3.9", "no profile with this ICCID is here"},
    Es2RefusalRow{profile_of_another, "8.2.1", "1.2", "the profile is another operator's"},
    Es2RefusalRow{nothing_named, "8.2.1", "2.3", "name an ICCID or a profile type"},
    Es2RefusalRow{profile_type_differs, "8.2.5", "3.8", "the profile with this ICCID is of another type"},
    Es2RefusalRow{profile_not_available, "8.2.1", "3.3", "the profile is ordered already, or not to be had"},
    Es2RefusalRow{profile_type_unknown, "8.2.5", "3.9", "no profile of this type was ever in stock"},
    Es2RefusalRow{profile_type_exhausted, "8.2.5", "3.7", "no profile of this type is left"},
    Es2RefusalRow{profile_not_ordered, "8.2.1", "3.3", "the profile does not wait to be confirmed"},
    Es2RefusalRow{eid_differs, "8.1.1", "3.10", "the order is for another EID"},
    Es2RefusalRow{eid_missing, "8.1.1", "2.2",
                  "an SM-DS event, or an order without MatchingID, needs the EID"},
    Es2RefusalRow{eid_required_by_policy, "8.1.1", "2.2", "this operator's orders are for one EID each"},
    Es2RefusalRow{matching_id_invalid, "8.2.6", "2.1",
                  "the MatchingID cannot stand in an activation code or event"},
    Es2RefusalRow{matching_id_in_use, "8.2.6", "3.3", "the MatchingID is in use"},
    Es2RefusalRow{confirmation_code_required, "8.2.7", "2.2",
                  "this operator's orders have a confirmation code"},
    Es2RefusalRow{smds_unreachable, "8.9", "5.1", "the SM-DS could not be reached"},
    Es2RefusalRow{smds_refused, "8.9", "4.2", "the SM-DS did not register the event"},
    Es2RefusalRow{order_not_pending, "8.2.1", "3.3", "there is no order that could be cancelled"},
    Es2RefusalRow{order_eid_missing, "8.1.1", "2.2", "the order is for an EID: name it"},
    Es2RefusalRow{order_matching_id_missing, "8.2.6", "2.2", "the order has a MatchingID: name it"},
    Es2RefusalRow{order_matching_id_differs, "8.2.6", "3.10", "the order has another MatchingID"},
    Es2RefusalRow{package_delivered, "8.2.1", "3.3",
                  "an eUICC may have the profile: it can become Unavailable alone"},
    Es2RefusalRow{profile_not_confirmed, "8.2.1", "3.5", "the profile does not wait to be released"},
    Es2RefusalRow{issuance_stopped, "8.8", "5.1", "no profiles are given out at the moment, try again later"},
    Es2RefusalRow{server_busy, "8.8", "5.1", "others change this order, try again"},
    Es2RefusalRow{server_failed, "8.8", "4.2", "the server could not do this, try again later"},
};

static_assert(auth::follow_the_enum(kRows, server_failed));

}  // namespace

const Es2RefusalRow& row_of(Es2Refusal refusal) {
  return kRows[static_cast<size_t>(refusal)];
}
std::span<const Es2RefusalRow> all_es2_refusals() {
  return kRows;
}

}  // namespace sealift::smdp
