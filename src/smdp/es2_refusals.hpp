// What ES2+ answers when it does not do what was asked (SGP.22 5.3): one enum in the order of the checks, one
// table.
#pragma once

#include <cstdint>
#include <span>

#include "auth/refusal_row.hpp"

namespace sealift::smdp {

enum class Es2Refusal : uint8_t {
  // every function
  requester_unknown,
  // every function that names a profile
  profile_unknown,
  profile_of_another,
  // ES2+.DownloadOrder
  nothing_named,
  profile_type_differs,
  profile_not_available,
  profile_type_unknown,
  profile_type_exhausted,
  // ES2+.ConfirmOrder
  profile_not_ordered,
  eid_differs,
  eid_missing,
  eid_required_by_policy,
  matching_id_invalid,
  matching_id_in_use,
  confirmation_code_required,
  // ES2+.ConfirmOrder and ReleaseProfile
  smds_unreachable,
  smds_refused,
  // ES2+.CancelOrder
  order_not_pending,
  order_eid_missing,
  order_matching_id_missing,
  order_matching_id_differs,
  package_delivered,
  // ES2+.ReleaseProfile
  profile_not_confirmed,
  // ES2+.ConfirmOrder with releaseFlag, and ReleaseProfile; not remembered
  issuance_stopped,
  // every function; these are not remembered, nor is requester_unknown
  server_busy,
  server_failed,
};

using Es2RefusalRow = auth::RefusalRow<Es2Refusal>;

/// The row of a refusal; every enum value has exactly one.
const Es2RefusalRow& row_of(Es2Refusal refusal);
/// All rows, in the order of the enum.
std::span<const Es2RefusalRow> all_es2_refusals();

}  // namespace sealift::smdp
