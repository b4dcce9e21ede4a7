#include "smdp/refusals.hpp"

#include <array>

namespace sealift::smdp {
namespace {

using enum Refusal;

// Subject and reason codes of SGP.22 5.2.6.
constexpr std::array kRows{
    RefusalRow{smdp_address_not_ours, "8.8.1", "3.8", "the SM-DP+ address is not that of this server"},
    RefusalRow{svn_not_supported, "8.8.3", "3.1", "the eUICC's specification version is not supported"},
    RefusalRow{no_common_ci_for_signing, "8.8.2", "3.1", "no CI key of the eUICC is usable here"},
    RefusalRow{no_certificate_for_euicc, "8.8.4", "3.7",
               "no SM-DP+ certificate under a CI key the eUICC verifies"},
    RefusalRow{transaction_unknown, "8.10.1", "3.9", "the transaction is unknown, over, or not at this step"},
    RefusalRow{eum_certificate_invalid, "8.1.2", "6.1", "the EUM certificate does not verify"},
    RefusalRow{eum_certificate_expired, "8.1.2", "6.3", "the EUM certificate has expired"},
    RefusalRow{euicc_certificate_invalid, "8.1.3", "6.1", "the eUICC certificate does not verify"},
    RefusalRow{euicc_certificate_expired, "8.1.3", "6.3", "the eUICC certificate has expired"},
    RefusalRow{eum_denied, "8.1.2", "6.1", "this EUM's eUICCs are not served"},
    RefusalRow{euicc_denied, "8.1.3", "6.1", "this eUICC is not served"},
    RefusalRow{ci_unknown, "8.11.1", "3.9", "the eUICC's chain does not end at the agreed CI key"},
    RefusalRow{euicc_not_authenticated, "8.1", "6.1", "the eUICC did not sign this session"},
    RefusalRow{client_reported_error, "8.1", "6.1", "the eUICC did not accept this server"},
    RefusalRow{matching_id_unknown, "8.2.6", "3.8", "no profile is waiting under this MatchingID"},
    RefusalRow{eid_not_expected, "8.1.1", "3.8", "no profile is meant for this eUICC"},
    RefusalRow{profile_not_released, "8.2", "1.2", "the profile is not released for download"},
    RefusalRow{order_expired, "8.8.5", "4.10", "the download order has expired"},
    RefusalRow{download_attempts_exceeded, "8.8.5", "6.4", "the profile was downloaded too often"},
    RefusalRow{profile_not_eligible, "8.2.5", "4.3", "the eUICC cannot run this profile"},
    RefusalRow{euicc_memory_insufficient, "8.1", "4.8", "the eUICC has too little memory for this profile"},
    RefusalRow{euicc_signature_invalid, "8.1", "6.1", "the eUICC did not sign this one-time key"},
    RefusalRow{confirmation_code_missing, "8.2.7", "2.2", "a confirmation code is required"},
    RefusalRow{confirmation_code_refused, "8.2.7", "3.8", "the confirmation code is wrong"},
    RefusalRow{confirmation_attempts_exceeded, "8.2.7", "6.4", "too many wrong confirmation codes"},
    RefusalRow{rebinding_refused, "8.2", "3.7", "the profile is bound already"},
    RefusalRow{smdp_oid_not_ours, "8.8", "3.10", "the SM-DP+ OID is not that of this server"},
    RefusalRow{request_not_supported, "1.6", "3.1", "this form of the request is not supported"},
    RefusalRow{issuance_stopped, "8.8", "5.1", "no profiles are given out at the moment, try again later"},
    RefusalRow{server_busy, "8.8", "5.1", "the server is busy, or out of reach of what it needs: try again later"},
    RefusalRow{server_failed, "8.8", "4.2", "the server could not do this, try again later"},
};

static_assert(auth::follow_the_enum(kRows, server_failed));

}  // namespace

const RefusalRow& row_of(Refusal refusal) {
  return kRows[static_cast<size_t>(refusal)];
}
std::span<const RefusalRow> all_refusals() {
  return kRows;
}

}  // namespace sealift::smdp
