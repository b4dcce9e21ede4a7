#include "messages/schema_cancel.hpp"
#include "messages/schema_download.hpp"
#include "messages/schema_notification.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::GetBoundProfilePackageRequest> = extensible(
    0xBF3A, &messages::GetBoundProfilePackageRequest::unknown,
    field("transactionId", &messages::GetBoundProfilePackageRequest::transactionId, 0x80),
    field("prepareDownloadResponse", &messages::GetBoundProfilePackageRequest::prepareDownloadResponse));
template <>
inline constexpr auto schema<messages::GetBoundProfilePackageOk> = extensible(
    0x30, &messages::GetBoundProfilePackageOk::unknown,
    field("transactionId", &messages::GetBoundProfilePackageOk::transactionId, 0x80),
    field("boundProfilePackage", &messages::GetBoundProfilePackageOk::boundProfilePackage, 0xBF36));
template <>
inline constexpr auto schema<messages::GetBoundProfilePackageResponse> = choice(
    0xBF3A, alternative("getBoundProfilePackageOk", 0xA0), alternative("getBoundProfilePackageError", 0x81));
template <>
inline constexpr auto schema<messages::HandleNotification> =
    extensible(0xBF3D, &messages::HandleNotification::unknown,
               field("pendingNotification", &messages::HandleNotification::pendingNotification, 0xA0));
template <>
inline constexpr auto schema<messages::CancelSessionRequestEs9> = extensible(
    0xBF41, &messages::CancelSessionRequestEs9::unknown,
    field("transactionId", &messages::CancelSessionRequestEs9::transactionId, 0x80),
    field("cancelSessionResponse", &messages::CancelSessionRequestEs9::cancelSessionResponse, 0xA1));
template <>
inline constexpr auto schema<messages::CancelSessionOk> = extensible(0x30,
                                                                     &messages::CancelSessionOk::unknown);
template <>
inline constexpr auto schema<messages::CancelSessionResponseEs9> =
    choice(0xBF41, alternative("cancelSessionOk", 0xA0), alternative("cancelSessionError", 0x81));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::GetBoundProfilePackageRequest)
ASN1_MESSAGE(sealift::messages::GetBoundProfilePackageResponse)
ASN1_MESSAGE(sealift::messages::HandleNotification)
ASN1_MESSAGE(sealift::messages::CancelSessionRequestEs9)
ASN1_MESSAGE(sealift::messages::CancelSessionResponseEs9)
