// Whether an eUICC can run a profile, as far as both say (SGP.22 3.1.3, 5.6.3). Pure.
#pragma once

#include <optional>

#include "messages/es10b.hpp"
#include "smdp/order.hpp"
#include "smdp/refusals.hpp"

namespace sealift::smdp {

/// The refusal, or none where the eUICC is eligible: profile package version, mandatory services, class,
/// policy rules, and at last free memory.
std::optional<Refusal> eligibility(const ProfileNeeds& needs, const messages::StoreMetadataRequest& metadata,
                                   const messages::EuiccInfo2& euicc);

}  // namespace sealift::smdp
