#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::EuiccConfiguredAddressesRequest> =
    extensible(0xBF3C, &messages::EuiccConfiguredAddressesRequest::unknown);
template <>
inline constexpr auto schema<messages::EuiccConfiguredAddressesResponse> =
    extensible(0xBF3C, &messages::EuiccConfiguredAddressesResponse::unknown,
               field("defaultDpAddress", &messages::EuiccConfiguredAddressesResponse::defaultDpAddress, 0x80)
                   .range(0, max_address),
               field("rootDsAddress", &messages::EuiccConfiguredAddressesResponse::rootDsAddress, 0x81)
                   .range(0, max_address));
template <>
inline constexpr auto schema<messages::SetDefaultDpAddressRequest> =
    extensible(0xBF3F, &messages::SetDefaultDpAddressRequest::unknown,
               field("defaultDpAddress", &messages::SetDefaultDpAddressRequest::defaultDpAddress, 0x80)
                   .range(0, max_address));
template <>
inline constexpr auto schema<messages::SetDefaultDpAddressResponse> =
    extensible(0xBF3F, &messages::SetDefaultDpAddressResponse::unknown,
               field("setDefaultDpAddressResult",
                     &messages::SetDefaultDpAddressResponse::setDefaultDpAddressResult, 0x80));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::EuiccConfiguredAddressesRequest)
ASN1_MESSAGE(sealift::messages::EuiccConfiguredAddressesResponse)
ASN1_MESSAGE(sealift::messages::SetDefaultDpAddressRequest)
ASN1_MESSAGE(sealift::messages::SetDefaultDpAddressResponse)
