#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::ProfileInfoListRequest::SearchCriteria> =
    choice(0, alternative("isdpAid", 0x4F), alternative("iccid", 0x5A), alternative("profileClass", 0x95));
template <>
inline constexpr auto schema<messages::ProfileInfoListRequest> = extensible(
    0xBF2D, &messages::ProfileInfoListRequest::unknown,
    field("searchCriteria", &messages::ProfileInfoListRequest::searchCriteria, 0xA0),
    field("tagList", &messages::ProfileInfoListRequest::tagList, 0x5C).range(0, 128),
    field("iotSpecificTagList", &messages::ProfileInfoListRequest::iotSpecificTagList, 0x5D).range(0, 128));
template <>
inline constexpr auto schema<messages::ProfileInfo> = extensible(
    0xE3, &messages::ProfileInfo::unknown, field("iccid", &messages::ProfileInfo::iccid, 0x5A),
    field("isdpAid", &messages::ProfileInfo::isdpAid, 0x4F),
    field("profileState", &messages::ProfileInfo::profileState, 0x9F70),
    field("profileNickname", &messages::ProfileInfo::profileNickname, 0x90).range(0, 64),
    field("serviceProviderName", &messages::ProfileInfo::serviceProviderName, 0x91).range(0, 32),
    field("profileName", &messages::ProfileInfo::profileName, 0x92).range(0, 64),
    field("iconType", &messages::ProfileInfo::iconType, 0x93),
    field("icon", &messages::ProfileInfo::icon, 0x94).range(0, 1024),
    field("profileClass", &messages::ProfileInfo::profileClass, 0x95),
    field("notificationConfigurationInfo", &messages::ProfileInfo::notificationConfigurationInfo, 0xB6)
        .range(0, max_list),
    field("profileOwner", &messages::ProfileInfo::profileOwner, 0xB7),
    field("dpProprietaryData", &messages::ProfileInfo::dpProprietaryData, 0xB8).at_most(128),
    field("profilePolicyRules", &messages::ProfileInfo::profilePolicyRules, 0x99),
    field("serviceSpecificDataStoredInEuicc", &messages::ProfileInfo::serviceSpecificDataStoredInEuicc,
          0xBF22)
        .range(0, max_list),
    field("ecallIndication", &messages::ProfileInfo::ecallIndication, 0x9F7B),
    field("fallbackAttribute", &messages::ProfileInfo::fallbackAttribute, 0x9F26),
    field("fallbackAllowed", &messages::ProfileInfo::fallbackAllowed, 0x9F67),
    field("iotSpecificProfileInfo", &messages::ProfileInfo::iotSpecificProfileInfo, 0xBF64).range(0, 1024));
template <>
inline constexpr auto schema<messages::ProfileInfoListResponse> =
    choice(0xBF2D, alternative("profileInfoListOk", 0xA0).range(0, max_card_list), alternative("profileInfoListError", 0x81));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::ProfileInfoListRequest)
ASN1_MESSAGE(sealift::messages::ProfileInfo)
ASN1_MESSAGE(sealift::messages::ProfileInfoListResponse)
