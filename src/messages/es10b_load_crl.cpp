#include "asn1/writer.hpp"
#include "messages/schema_common.hpp"

namespace sealift::asn1 {

/// One segment of a list; larger ones are cut by their CI.
inline constexpr size_t max_crl = 64u << 10;

template <>
inline constexpr auto schema<messages::LoadCrlRequest> =
    extensible(0xBF35, &messages::LoadCrlRequest::unknown,
               field("crl", &messages::LoadCrlRequest::crl, 0xA0).range(0, max_crl));
template <>
inline constexpr auto schema<messages::LoadCrlResponseOk> =
    extensible(0x30, &messages::LoadCrlResponseOk::unknown,
               field("missingParts", &messages::LoadCrlResponseOk::missingParts, 0xA0).range(0, 65535));
template <>
inline constexpr auto schema<messages::LoadCrlResponse> = choice(0xBF35,
                                                                 alternative("loadCRLResponseOk", 0xA0),
                                                                 alternative("loadCRLResponseError", 0x81));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::LoadCrlRequest)
ASN1_MESSAGE(sealift::messages::LoadCrlResponse)

namespace sealift::messages {

Bytes certificate_list(const LoadCrlRequest& request) {
  return asn1::tlv(0x30, request.crl);
}

}  // namespace sealift::messages
