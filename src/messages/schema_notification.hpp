// Schemas of installation results and notifications (SGP.22 v2.6 2.5.6, 5.7.9 to 5.7.11).
#pragma once

#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::NotificationMetadata> = extensible(
    0xBF2F, &messages::NotificationMetadata::unknown,
    field("seqNumber", &messages::NotificationMetadata::seqNumber, 0x80),
    field("profileManagementOperation", &messages::NotificationMetadata::profileManagementOperation, 0x81),
    field("notificationAddress", &messages::NotificationMetadata::notificationAddress).range(0, max_address),
    field("iccid", &messages::NotificationMetadata::iccid, 0x5A));
template <>
inline constexpr auto schema<messages::SuccessResult> =
    extensible(0x30, &messages::SuccessResult::unknown, field("aid", &messages::SuccessResult::aid, 0x4F),
               field("simaResponse", &messages::SuccessResult::simaResponse).range(0, 65535));
template <>
inline constexpr auto schema<messages::ErrorResult> = extensible(
    0x30, &messages::ErrorResult::unknown, field("bppCommandId", &messages::ErrorResult::bppCommandId, 0x80),
    field("errorReason", &messages::ErrorResult::errorReason, 0x81),
    field("simaResponse", &messages::ErrorResult::simaResponse, 0x82).range(0, 65535));
template <>
inline constexpr auto schema<messages::FinalResult> = choice(0, alternative("successResult", 0xA0),
                                                             alternative("errorResult", 0xA1));
template <>
inline constexpr auto schema<messages::ProfileInstallationResultData> =
    extensible(0xBF27, &messages::ProfileInstallationResultData::unknown,
               field("transactionId", &messages::ProfileInstallationResultData::transactionId, 0x80),
               field("notificationMetadata", &messages::ProfileInstallationResultData::notificationMetadata),
               field("smdpOid", &messages::ProfileInstallationResultData::smdpOid),
               field("finalResult", &messages::ProfileInstallationResultData::finalResult, 0xA2));
template <>
inline constexpr auto schema<messages::ProfileInstallationResult> =
    extensible(0xBF37, &messages::ProfileInstallationResult::unknown,
               field("profileInstallationResultData",
                     &messages::ProfileInstallationResult::profileInstallationResultData),
               field("euiccSignPIR", &messages::ProfileInstallationResult::euiccSignPIR, 0x5F37));
template <>
inline constexpr auto schema<messages::OtherSignedNotification> = extensible(
    0x30, &messages::OtherSignedNotification::unknown,
    field("tbsOtherNotification", &messages::OtherSignedNotification::tbsOtherNotification),
    field("euiccNotificationSignature", &messages::OtherSignedNotification::euiccNotificationSignature,
          0x5F37),
    field("euiccCertificate", &messages::OtherSignedNotification::euiccCertificate).at_most(max_certificate),
    field("eumCertificate", &messages::OtherSignedNotification::eumCertificate).at_most(max_certificate));
template <>
inline constexpr auto schema<messages::PendingNotification> = choice(0,
                                                                     alternative("profileInstallationResult"),
                                                                     alternative("otherSignedNotification"));

}  // namespace sealift::asn1
