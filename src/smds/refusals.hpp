// What ES11, ES12 and ES15 answer when they do not do what was asked (SGP.22 5.8 to 5.10): one enum, one
// table.
//
// A function returns a Refusal; http turns it into functionExecutionStatus "Failed" by `row_of`.
#pragma once

#include <cstdint>
#include <span>

#include "auth/refusal_row.hpp"

namespace sealift::smds {

enum class Refusal : uint8_t {
  // ES11.InitiateAuthentication
  smds_address_not_ours,
  svn_not_supported,
  no_common_ci_for_signing,
  no_certificate_for_euicc,
  // ES11.AuthenticateClient
  transaction_unknown,
  eum_certificate_invalid,
  eum_certificate_expired,
  euicc_certificate_invalid,
  euicc_certificate_expired,
  ci_unknown,
  euicc_not_authenticated,
  client_reported_error,
  event_id_unknown,  // ES12.DeleteEvent too; also where the event is another's
  // ES12, ES15
  event_id_in_use,
  too_many_events,
  cascade_refused,
  root_unreachable,
  // every function
  request_not_supported,
  server_busy,
  server_failed,
};

using RefusalRow = auth::RefusalRow<Refusal>;

/// The row of a refusal; every enum value has exactly one.
const RefusalRow& row_of(Refusal refusal);
/// All rows, in the order of the enum.
std::span<const RefusalRow> all_refusals();

}  // namespace sealift::smds
