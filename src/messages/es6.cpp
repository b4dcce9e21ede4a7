#include "messages/es6.hpp"

#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::UpdateMetadataRequest> = extensible(
    0xBF2A, &messages::UpdateMetadataRequest::unknown,
    field("serviceProviderName", &messages::UpdateMetadataRequest::serviceProviderName, 0x91).range(0, 32),
    field("profileName", &messages::UpdateMetadataRequest::profileName, 0x92).range(0, 64),
    field("iconType", &messages::UpdateMetadataRequest::iconType, 0x93),
    field("icon", &messages::UpdateMetadataRequest::icon, 0x94).range(0, 1024),
    field("profilePolicyRules", &messages::UpdateMetadataRequest::profilePolicyRules, 0x99),
    field("serviceSpecificDataStoredInEuicc",
          &messages::UpdateMetadataRequest::serviceSpecificDataStoredInEuicc, 0xBF22)
        .range(0, max_list),
    field("reserved103", &messages::UpdateMetadataRequest::reserved103, 0x9F67));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::UpdateMetadataRequest)
