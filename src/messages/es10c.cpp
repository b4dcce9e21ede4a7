#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::EnableProfileRequest> =
    extensible(0xBF31, &messages::EnableProfileRequest::unknown,
               field("profileIdentifier", &messages::EnableProfileRequest::profileIdentifier, 0xA0),
               field("refreshFlag", &messages::EnableProfileRequest::refreshFlag, 0x81));
template <>
inline constexpr auto schema<messages::EnableProfileResponse> =
    extensible(0xBF31, &messages::EnableProfileResponse::unknown,
               field("enableResult", &messages::EnableProfileResponse::enableResult, 0x80));
template <>
inline constexpr auto schema<messages::DisableProfileRequest> =
    extensible(0xBF32, &messages::DisableProfileRequest::unknown,
               field("profileIdentifier", &messages::DisableProfileRequest::profileIdentifier, 0xA0),
               field("refreshFlag", &messages::DisableProfileRequest::refreshFlag, 0x81));
template <>
inline constexpr auto schema<messages::DisableProfileResponse> =
    extensible(0xBF32, &messages::DisableProfileResponse::unknown,
               field("disableResult", &messages::DisableProfileResponse::disableResult, 0x80));
template <>
inline constexpr auto schema<messages::DeleteProfileRequest> = choice(0xBF33, alternative("isdpAid", 0x4F),
                                                                      alternative("iccid", 0x5A));
template <>
inline constexpr auto schema<messages::DeleteProfileResponse> =
    extensible(0xBF33, &messages::DeleteProfileResponse::unknown,
               field("deleteResult", &messages::DeleteProfileResponse::deleteResult, 0x80));
template <>
inline constexpr auto schema<messages::EuiccMemoryResetRequest> =
    extensible(0xBF34, &messages::EuiccMemoryResetRequest::unknown,
               field("resetOptions", &messages::EuiccMemoryResetRequest::resetOptions, 0x82));
template <>
inline constexpr auto schema<messages::EuiccMemoryResetResponse> =
    extensible(0xBF34, &messages::EuiccMemoryResetResponse::unknown,
               field("resetResult", &messages::EuiccMemoryResetResponse::resetResult, 0x80));
template <>
inline constexpr auto schema<messages::GetEuiccDataRequest> =
    extensible(0xBF3E, &messages::GetEuiccDataRequest::unknown,
               field("tagList", &messages::GetEuiccDataRequest::tagList, 0x5C));
template <>
inline constexpr auto schema<messages::GetEuiccDataResponse> =
    extensible(0xBF3E, &messages::GetEuiccDataResponse::unknown,
               field("eidValue", &messages::GetEuiccDataResponse::eidValue, 0x5A));
template <>
inline constexpr auto schema<messages::SetNicknameRequest> =
    extensible(0xBF29, &messages::SetNicknameRequest::unknown,
               field("iccid", &messages::SetNicknameRequest::iccid, 0x5A),
               field("profileNickname", &messages::SetNicknameRequest::profileNickname, 0x90).range(0, 64));
template <>
inline constexpr auto schema<messages::SetNicknameResponse> =
    extensible(0xBF29, &messages::SetNicknameResponse::unknown,
               field("setNicknameResult", &messages::SetNicknameResponse::setNicknameResult, 0x80));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::EnableProfileRequest)
ASN1_MESSAGE(sealift::messages::EnableProfileResponse)
ASN1_MESSAGE(sealift::messages::DisableProfileRequest)
ASN1_MESSAGE(sealift::messages::DisableProfileResponse)
ASN1_MESSAGE(sealift::messages::DeleteProfileRequest)
ASN1_MESSAGE(sealift::messages::DeleteProfileResponse)
ASN1_MESSAGE(sealift::messages::EuiccMemoryResetRequest)
ASN1_MESSAGE(sealift::messages::EuiccMemoryResetResponse)
ASN1_MESSAGE(sealift::messages::GetEuiccDataRequest)
ASN1_MESSAGE(sealift::messages::GetEuiccDataResponse)
ASN1_MESSAGE(sealift::messages::SetNicknameRequest)
ASN1_MESSAGE(sealift::messages::SetNicknameResponse)
