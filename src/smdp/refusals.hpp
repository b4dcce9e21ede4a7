// What ES9+ answers when it does not do what was asked (SGP.22 5.6): one enum, one table.
//
// A function returns a Refusal; http turns it into functionExecutionStatus "Failed" by `row_of`.
#pragma once

#include <cstdint>
#include <span>

#include "auth/refusal_row.hpp"

namespace sealift::smdp {

enum class Refusal : uint8_t {
  // ES9+.InitiateAuthentication
  smdp_address_not_ours,
  svn_not_supported,
  no_common_ci_for_signing,
  no_certificate_for_euicc,
  // any function that names a session
  transaction_unknown,
  // ES9+.AuthenticateClient
  eum_certificate_invalid,
  eum_certificate_expired,
  euicc_certificate_invalid,
  euicc_certificate_expired,
  eum_denied,  // on a list of the operator's
  euicc_denied,
  ci_unknown,
  euicc_not_authenticated,
  client_reported_error,
  matching_id_unknown,
  eid_not_expected,
  profile_not_released,
  order_expired,
  download_attempts_exceeded,
  profile_not_eligible,
  euicc_memory_insufficient,
  // ES9+.GetBoundProfilePackage
  euicc_signature_invalid,
  confirmation_code_missing,
  confirmation_code_refused,
  confirmation_attempts_exceeded,
  rebinding_refused,
  // ES9+.CancelSession
  smdp_oid_not_ours,
  // every function
  request_not_supported,
  issuance_stopped,  // by the operator, for everybody or for this tenant
  server_busy,
  server_failed,
};

using RefusalRow = auth::RefusalRow<Refusal>;

/// The row of a refusal; every enum value has exactly one.
const RefusalRow& row_of(Refusal refusal);
/// All rows, in the order of the enum.
std::span<const RefusalRow> all_refusals();

}  // namespace sealift::smdp
