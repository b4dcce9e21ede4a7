#include "messages/isdr.hpp"

#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::IsdrProprietaryApplicationTemplate> =
    extensible(0xE0, &messages::IsdrProprietaryApplicationTemplate::unknown,
               field("svn", &messages::IsdrProprietaryApplicationTemplate::svn, 0x82),
               field("lpaeSupport", &messages::IsdrProprietaryApplicationTemplate::lpaeSupport));
template <>
inline constexpr auto schema<messages::LpaeActivationRequest> =
    extensible(0xBF42, &messages::LpaeActivationRequest::unknown,
               field("lpaeOption", &messages::LpaeActivationRequest::lpaeOption, 0x80));
template <>
inline constexpr auto schema<messages::LpaeActivationResponse> =
    extensible(0xBF42, &messages::LpaeActivationResponse::unknown,
               field("lpaeActivationResult", &messages::LpaeActivationResponse::lpaeActivationResult, 0x80));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::IsdrProprietaryApplicationTemplate)
ASN1_MESSAGE(sealift::messages::LpaeActivationRequest)
ASN1_MESSAGE(sealift::messages::LpaeActivationResponse)
