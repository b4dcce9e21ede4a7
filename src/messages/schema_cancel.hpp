// Schemas of CancelSession (SGP.22 v2.6 5.7.14).
#pragma once

#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::EuiccCancelSessionSigned> =
    extensible(0x30, &messages::EuiccCancelSessionSigned::unknown,
               field("transactionId", &messages::EuiccCancelSessionSigned::transactionId, 0x80),
               field("smdpOid", &messages::EuiccCancelSessionSigned::smdpOid, 0x81),
               field("reason", &messages::EuiccCancelSessionSigned::reason, 0x82));
template <>
inline constexpr auto schema<messages::CancelSessionResponseOk> = extensible(
    0x30, &messages::CancelSessionResponseOk::unknown,
    field("euiccCancelSessionSigned", &messages::CancelSessionResponseOk::euiccCancelSessionSigned),
    field("euiccCancelSessionSignature", &messages::CancelSessionResponseOk::euiccCancelSessionSignature,
          0x5F37));
template <>
inline constexpr auto schema<messages::CancelSessionResponse> = choice(
    0xBF41, alternative("cancelSessionResponseOk", 0xA0), alternative("cancelSessionResponseError", 0x81));

}  // namespace sealift::asn1
