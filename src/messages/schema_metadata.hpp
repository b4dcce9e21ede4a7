// Schema of StoreMetadata, which ES8+ and ES9+ both carry (SGP.22 v2.6 5.5.3).
#pragma once

#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::StoreMetadataRequest> = extensible(
    0xBF25, &messages::StoreMetadataRequest::unknown,
    field("iccid", &messages::StoreMetadataRequest::iccid, 0x5A),
    field("serviceProviderName", &messages::StoreMetadataRequest::serviceProviderName, 0x91).range(0, 32),
    field("profileName", &messages::StoreMetadataRequest::profileName, 0x92).range(0, 64),
    field("iconType", &messages::StoreMetadataRequest::iconType, 0x93),
    field("icon", &messages::StoreMetadataRequest::icon, 0x94).range(0, 1024),
    field("profileClass", &messages::StoreMetadataRequest::profileClass, 0x95),
    field("notificationConfigurationInfo", &messages::StoreMetadataRequest::notificationConfigurationInfo,
          0xB6)
        .range(0, max_list),
    field("profileOwner", &messages::StoreMetadataRequest::profileOwner, 0xB7),
    field("profilePolicyRules", &messages::StoreMetadataRequest::profilePolicyRules, 0x99),
    field("serviceSpecificDataStoredInEuicc",
          &messages::StoreMetadataRequest::serviceSpecificDataStoredInEuicc, 0xBF22)
        .range(0, max_list),
    field("serviceSpecificDataNotStoredInEuicc",
          &messages::StoreMetadataRequest::serviceSpecificDataNotStoredInEuicc, 0xBF23)
        .range(0, max_list),
    field("ecallIndication", &messages::StoreMetadataRequest::ecallIndication, 0x9F7B),
    field("fallbackAllowed", &messages::StoreMetadataRequest::fallbackAllowed, 0x9F67),
    field("iotSpecificMetadata", &messages::StoreMetadataRequest::iotSpecificMetadata, 0xBF64)
        .range(0, 1024));

}  // namespace sealift::asn1
