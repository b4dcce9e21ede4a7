#include "messages/schema_info.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::GetEuiccChallengeRequest> =
    extensible(0xBF2E, &messages::GetEuiccChallengeRequest::unknown);
template <>
inline constexpr auto schema<messages::GetEuiccChallengeResponse> =
    extensible(0xBF2E, &messages::GetEuiccChallengeResponse::unknown,
               field("euiccChallenge", &messages::GetEuiccChallengeResponse::euiccChallenge, 0x80));
template <>
inline constexpr auto schema<messages::GetEuiccInfo1Request> =
    extensible(0xBF20, &messages::GetEuiccInfo1Request::unknown);
template <>
inline constexpr auto schema<messages::GetEuiccInfo2Request> =
    extensible(0xBF22, &messages::GetEuiccInfo2Request::unknown);
template <>
inline constexpr auto schema<messages::ProfilePolicyAuthorisationRule> =
    extensible(0x30, &messages::ProfilePolicyAuthorisationRule::unknown,
               field("pprIds", &messages::ProfilePolicyAuthorisationRule::pprIds, 0x80),
               field("allowedOperators", &messages::ProfilePolicyAuthorisationRule::allowedOperators, 0xA1)
                   .range(0, max_list),
               field("pprFlags", &messages::ProfilePolicyAuthorisationRule::pprFlags, 0x82));
template <>
inline constexpr auto schema<messages::GetRatRequest> = extensible(0xBF43, &messages::GetRatRequest::unknown);
template <>
inline constexpr auto schema<messages::GetRatResponse> =
    extensible(0xBF43, &messages::GetRatResponse::unknown,
               field("rat", &messages::GetRatResponse::rat, 0xA0).range(0, max_list));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::GetEuiccChallengeRequest)
ASN1_MESSAGE(sealift::messages::GetEuiccChallengeResponse)
ASN1_MESSAGE(sealift::messages::GetEuiccInfo1Request)
ASN1_MESSAGE(sealift::messages::EuiccInfo1)
ASN1_MESSAGE(sealift::messages::GetEuiccInfo2Request)
ASN1_MESSAGE(sealift::messages::EuiccInfo2)
ASN1_MESSAGE(sealift::messages::GetRatRequest)
ASN1_MESSAGE(sealift::messages::GetRatResponse)
