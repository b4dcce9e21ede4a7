#include "smds/refusals.hpp"

#include <array>

namespace sealift::smds {
namespace {

using enum Refusal;

// Subject and reason codes of SGP.22 5.2.6.
constexpr std::array kRows{
    RefusalRow{smds_address_not_ours, "8.9.1", "3.8", "the SM-DS address is not that of this server"},
    RefusalRow{svn_not_supported, "8.9.3", "3.1", "the eUICC's specification version is not supported"},
    RefusalRow{no_common_ci_for_signing, "8.9.2", "3.1", "no CI key of the eUICC is usable here"},
    RefusalRow{no_certificate_for_euicc, "8.9.4", "3.7",
               "no SM-DS certificate under a CI key the eUICC verifies"},
    RefusalRow{transaction_unknown, "8.10.1", "3.9", "the transaction is unknown, over, or not at this step"},
    RefusalRow{eum_certificate_invalid, "8.1.2", "6.1", "the EUM certificate does not verify"},
    RefusalRow{eum_certificate_expired, "8.1.2", "6.3", "the EUM certificate has expired"},
    RefusalRow{euicc_certificate_invalid, "8.1.3", "6.1", "the eUICC certificate does not verify"},
    RefusalRow{euicc_certificate_expired, "8.1.3", "6.3", "the eUICC certificate has expired"},
    RefusalRow{ci_unknown, "8.11.1", "3.9", "the eUICC's chain does not end at the agreed CI key"},
    RefusalRow{euicc_not_authenticated, "8.1", "6.1", "the eUICC did not sign this session"},
    RefusalRow{client_reported_error, "8.1", "6.1", "the eUICC did not accept this server"},
    RefusalRow{event_id_unknown, "8.9.5", "3.9", "there is no such event"},
    RefusalRow{event_id_in_use, "8.9.5", "3.3", "this eUICC has an event of this EventID already"},
    RefusalRow{too_many_events, "8.9", "4.8", "too many events are registered"},
    RefusalRow{cascade_refused, "8.9", "4.2", "the event could not be announced at the root SM-DS"},
    RefusalRow{root_unreachable, "8.9", "5.1", "the root SM-DS cannot be reached, try again later"},
    RefusalRow{request_not_supported, "1.6", "3.1", "this form of the request is not supported"},
    RefusalRow{server_busy, "8.9", "5.1", "too many sessions are open, try again later"},
    RefusalRow{server_failed, "8.9", "4.2", "the server could not do this, try again later"},
};

static_assert(auth::follow_the_enum(kRows, server_failed));

}  // namespace

const RefusalRow& row_of(Refusal refusal) {
  return kRows[static_cast<size_t>(refusal)];
}
std::span<const RefusalRow> all_refusals() {
  return kRows;
}

}  // namespace sealift::smds
