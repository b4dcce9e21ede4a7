// Schemas of PrepareDownload (SGP.22 v2.6 5.7.5).
#pragma once

#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::SmdpSigned2> =
    extensible(0x30, &messages::SmdpSigned2::unknown,
               field("transactionId", &messages::SmdpSigned2::transactionId, 0x80),
               field("ccRequiredFlag", &messages::SmdpSigned2::ccRequiredFlag),
               field("bppEuiccOtpk", &messages::SmdpSigned2::bppEuiccOtpk, 0x5F49));
template <>
inline constexpr auto schema<messages::EuiccSigned2> =
    extensible(0x30, &messages::EuiccSigned2::unknown,
               field("transactionId", &messages::EuiccSigned2::transactionId, 0x80),
               field("euiccOtpk", &messages::EuiccSigned2::euiccOtpk, 0x5F49),
               field("hashCc", &messages::EuiccSigned2::hashCc).range(0, 32));
template <>
inline constexpr auto schema<messages::PrepareDownloadResponseOk> =
    extensible(0x30, &messages::PrepareDownloadResponseOk::unknown,
               field("euiccSigned2", &messages::PrepareDownloadResponseOk::euiccSigned2),
               field("euiccSignature2", &messages::PrepareDownloadResponseOk::euiccSignature2, 0x5F37));
template <>
inline constexpr auto schema<messages::PrepareDownloadResponseError> =
    extensible(0x30, &messages::PrepareDownloadResponseError::unknown,
               field("transactionId", &messages::PrepareDownloadResponseError::transactionId, 0x80),
               field("downloadErrorCode", &messages::PrepareDownloadResponseError::downloadErrorCode));
template <>
inline constexpr auto schema<messages::PrepareDownloadResponse> =
    choice(0xBF21, alternative("downloadResponseOk", 0xA0), alternative("downloadResponseError", 0xA1));

}  // namespace sealift::asn1
