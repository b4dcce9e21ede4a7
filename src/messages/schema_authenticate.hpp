// Schemas of the common mutual authentication (SGP.22 v2.6 5.7.13).
#pragma once

#include "messages/schema_info.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::ServerSigned1> =
    extensible(0x30, &messages::ServerSigned1::unknown,
               field("transactionId", &messages::ServerSigned1::transactionId, 0x80),
               field("euiccChallenge", &messages::ServerSigned1::euiccChallenge, 0x81),
               field("serverAddress", &messages::ServerSigned1::serverAddress, 0x83).range(0, max_address),
               field("serverChallenge", &messages::ServerSigned1::serverChallenge, 0x84));
template <>
inline constexpr auto schema<messages::DeviceAdditionalFeatureSupport> =
    extensible(0x30, &messages::DeviceAdditionalFeatureSupport::unknown,
               field("naiSupport", &messages::DeviceAdditionalFeatureSupport::naiSupport, 0x80),
               field("groupOfDeviceManufacturerOid",
                     &messages::DeviceAdditionalFeatureSupport::groupOfDeviceManufacturerOid, 0x81));
template <>
inline constexpr auto schema<messages::DeviceCapabilities> = extensible(
    0x30, &messages::DeviceCapabilities::unknown,
    field("gsmSupportedRelease", &messages::DeviceCapabilities::gsmSupportedRelease, 0x80),
    field("utranSupportedRelease", &messages::DeviceCapabilities::utranSupportedRelease, 0x81),
    field("cdma2000onexSupportedRelease", &messages::DeviceCapabilities::cdma2000onexSupportedRelease, 0x82),
    field("cdma2000hrpdSupportedRelease", &messages::DeviceCapabilities::cdma2000hrpdSupportedRelease, 0x83),
    field("cdma2000ehrpdSupportedRelease", &messages::DeviceCapabilities::cdma2000ehrpdSupportedRelease,
          0x84),
    field("eutranEpcSupportedRelease", &messages::DeviceCapabilities::eutranEpcSupportedRelease, 0x85),
    field("contactlessSupportedRelease", &messages::DeviceCapabilities::contactlessSupportedRelease, 0x86),
    field("rspCrlSupportedVersion", &messages::DeviceCapabilities::rspCrlSupportedVersion, 0x87),
    field("nrEpcSupportedRelease", &messages::DeviceCapabilities::nrEpcSupportedRelease, 0x88),
    field("nr5gcSupportedRelease", &messages::DeviceCapabilities::nr5gcSupportedRelease, 0x89),
    field("eutran5gcSupportedRelease", &messages::DeviceCapabilities::eutran5gcSupportedRelease, 0x8A),
    field("lpaSvn", &messages::DeviceCapabilities::lpaSvn, 0x8B),
    field("catSupportedClasses", &messages::DeviceCapabilities::catSupportedClasses, 0x8C),
    field("euiccFormFactorType", &messages::DeviceCapabilities::euiccFormFactorType, 0x8D),
    field("deviceAdditionalFeatureSupport", &messages::DeviceCapabilities::deviceAdditionalFeatureSupport,
          0xAE));
template <>
inline constexpr auto schema<messages::DeviceInfo> =
    extensible(0x30, &messages::DeviceInfo::unknown, field("tac", &messages::DeviceInfo::tac, 0x80),
               field("deviceCapabilities", &messages::DeviceInfo::deviceCapabilities, 0xA1),
               field("imei", &messages::DeviceInfo::imei, 0x82));
// CtxParams1 is a CHOICE of one alternative, [0]: fields of that type have the tag A0.
template <>
inline constexpr auto schema<messages::CtxParamsForCommonAuthentication> =
    extensible(0xA0, &messages::CtxParamsForCommonAuthentication::unknown,
               field("matchingId", &messages::CtxParamsForCommonAuthentication::matchingId, 0x80),
               field("deviceInfo", &messages::CtxParamsForCommonAuthentication::deviceInfo, 0xA1));
template <>
inline constexpr auto schema<messages::EuiccSigned1> =
    extensible(0x30, &messages::EuiccSigned1::unknown,
               field("transactionId", &messages::EuiccSigned1::transactionId, 0x80),
               field("serverAddress", &messages::EuiccSigned1::serverAddress, 0x83).range(0, max_address),
               field("serverChallenge", &messages::EuiccSigned1::serverChallenge, 0x84),
               field("euiccInfo2", &messages::EuiccSigned1::euiccInfo2),
               field("ctxParams1", &messages::EuiccSigned1::ctxParams1));
template <>
inline constexpr auto schema<messages::AuthenticateResponseOk> = extensible(
    0x30, &messages::AuthenticateResponseOk::unknown,
    field("euiccSigned1", &messages::AuthenticateResponseOk::euiccSigned1),
    field("euiccSignature1", &messages::AuthenticateResponseOk::euiccSignature1, 0x5F37),
    field("euiccCertificate", &messages::AuthenticateResponseOk::euiccCertificate).at_most(max_certificate),
    field("eumCertificate", &messages::AuthenticateResponseOk::eumCertificate).at_most(max_certificate));
template <>
inline constexpr auto schema<messages::AuthenticateResponseError> =
    extensible(0x30, &messages::AuthenticateResponseError::unknown,
               field("transactionId", &messages::AuthenticateResponseError::transactionId, 0x80),
               field("authenticateErrorCode", &messages::AuthenticateResponseError::authenticateErrorCode));
template <>
inline constexpr auto schema<messages::AuthenticateServerResponse> = choice(
    0xBF38, alternative("authenticateResponseOk", 0xA0), alternative("authenticateResponseError", 0xA1));

}  // namespace sealift::asn1
