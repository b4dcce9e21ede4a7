// Schemas of ES9+ (SGP.22 v2.6 5.6).
#pragma once

#include "messages/schema_authenticate.hpp"
#include "messages/schema_cancel.hpp"
#include "messages/schema_download.hpp"
#include "messages/schema_metadata.hpp"
#include "messages/schema_notification.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::InitiateAuthenticationRequest> = extensible(
    0xBF39, &messages::InitiateAuthenticationRequest::unknown,
    field("euiccChallenge", &messages::InitiateAuthenticationRequest::euiccChallenge, 0x81),
    field("smdpAddress", &messages::InitiateAuthenticationRequest::smdpAddress, 0x83).range(0, max_address),
    field("euiccInfo1", &messages::InitiateAuthenticationRequest::euiccInfo1));
template <>
inline constexpr auto schema<messages::InitiateAuthenticationOkEs9> =
    extensible(0x30, &messages::InitiateAuthenticationOkEs9::unknown,
               field("transactionId", &messages::InitiateAuthenticationOkEs9::transactionId, 0x80),
               field("serverSigned1", &messages::InitiateAuthenticationOkEs9::serverSigned1),
               field("serverSignature1", &messages::InitiateAuthenticationOkEs9::serverSignature1, 0x5F37),
               field("euiccCiPKIdToBeUsed", &messages::InitiateAuthenticationOkEs9::euiccCiPKIdToBeUsed),
               field("serverCertificate", &messages::InitiateAuthenticationOkEs9::serverCertificate)
                   .at_most(max_certificate));
template <>
inline constexpr auto schema<messages::InitiateAuthenticationResponse> = choice(
    0xBF39, alternative("initiateAuthenticationOk", 0xA0), alternative("initiateAuthenticationError", 0x81));
template <>
inline constexpr auto schema<messages::AuthenticateClientRequest> = extensible(
    0xBF3B, &messages::AuthenticateClientRequest::unknown,
    field("transactionId", &messages::AuthenticateClientRequest::transactionId, 0x80),
    field("authenticateServerResponse", &messages::AuthenticateClientRequest::authenticateServerResponse),
    field("useMatchingIdForAcr", &messages::AuthenticateClientRequest::useMatchingIdForAcr));
template <>
inline constexpr auto schema<messages::AuthenticateClientOk> = extensible(
    0x30, &messages::AuthenticateClientOk::unknown,
    field("transactionId", &messages::AuthenticateClientOk::transactionId, 0x80),
    field("profileMetaData", &messages::AuthenticateClientOk::profileMetaData),
    field("smdpSigned2", &messages::AuthenticateClientOk::smdpSigned2),
    field("smdpSignature2", &messages::AuthenticateClientOk::smdpSignature2, 0x5F37),
    field("smdpCertificate", &messages::AuthenticateClientOk::smdpCertificate).at_most(max_certificate));
template <>
inline constexpr auto schema<messages::AuthenticateClientOkAcr> =
    extensible(0x30, &messages::AuthenticateClientOkAcr::unknown,
               field("transactionId", &messages::AuthenticateClientOkAcr::transactionId, 0x80),
               field("profileMetaData", &messages::AuthenticateClientOkAcr::profileMetaData));
template <>
inline constexpr auto schema<messages::AuthenticateClientResponseEs9> =
    choice(0xBF3B, alternative("authenticateClientOk", 0xA0), alternative("authenticateClientError", 0x81),
           alternative("authenticateClientOkAcr", 0xA5));
template <>
inline constexpr auto schema<messages::ActivationCodeRetrievalInfo> =
    choice(0, alternative("activationCodeForProfileRedownload", 0x81).range(0, 255),
           alternative("activationCodeRetrievalAvailable", 0x82), alternative("retryDelay", 0x83));
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
