#include "messages/schema_notification.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::ListNotificationRequest> =
    extensible(0xBF28, &messages::ListNotificationRequest::unknown,
               field("profileManagementOperation",
                     &messages::ListNotificationRequest::profileManagementOperation, 0x81));
template <>
inline constexpr auto schema<messages::ListNotificationResponse> = choice(
    0xBF28, alternative("notificationMetadataList", 0xA0).range(0, max_card_list), alternative("listNotificationsResultError", 0x81));
template <>
inline constexpr auto schema<messages::RetrieveNotificationsListRequest::SearchCriteria> =
    choice(0, alternative("seqNumber", 0x80), alternative("profileManagementOperation", 0x81));
template <>
inline constexpr auto schema<messages::RetrieveNotificationsListRequest> =
    extensible(0xBF2B, &messages::RetrieveNotificationsListRequest::unknown,
               field("searchCriteria", &messages::RetrieveNotificationsListRequest::searchCriteria, 0xA0));
template <>
inline constexpr auto schema<messages::RetrieveNotificationsListResponse> =
    choice(0xBF2B, alternative("notificationList", 0xA0).range(0, max_card_list), alternative("notificationsListResultError", 0x81));
template <>
inline constexpr auto schema<messages::NotificationSentRequest> =
    extensible(0xBF30, &messages::NotificationSentRequest::unknown,
               field("seqNumber", &messages::NotificationSentRequest::seqNumber, 0x80));
template <>
inline constexpr auto schema<messages::NotificationSentResponse> = extensible(
    0xBF30, &messages::NotificationSentResponse::unknown,
    field("deleteNotificationStatus", &messages::NotificationSentResponse::deleteNotificationStatus, 0x80));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::NotificationMetadata)
ASN1_MESSAGE(sealift::messages::ProfileInstallationResultData)
ASN1_MESSAGE(sealift::messages::ProfileInstallationResult)
ASN1_MESSAGE(sealift::messages::OtherSignedNotification)
ASN1_MESSAGE(sealift::messages::PendingNotification)
ASN1_MESSAGE(sealift::messages::ListNotificationRequest)
ASN1_MESSAGE(sealift::messages::ListNotificationResponse)
ASN1_MESSAGE(sealift::messages::RetrieveNotificationsListRequest)
ASN1_MESSAGE(sealift::messages::RetrieveNotificationsListResponse)
ASN1_MESSAGE(sealift::messages::NotificationSentRequest)
ASN1_MESSAGE(sealift::messages::NotificationSentResponse)
