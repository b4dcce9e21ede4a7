// Schemas of EUICCInfo1 and EUICCInfo2 (SGP.22 v2.6 5.7.8).
#pragma once

#include "messages/schema_common.hpp"

namespace sealift::asn1 {

template <>
inline constexpr auto schema<messages::EuiccInfo1> = extensible(
    0xBF20, &messages::EuiccInfo1::unknown, field("svn", &messages::EuiccInfo1::svn, 0x82),
    field("euiccCiPKIdListForVerification", &messages::EuiccInfo1::euiccCiPKIdListForVerification, 0xA9)
        .range(0, max_list),
    field("euiccCiPKIdListForSigning", &messages::EuiccInfo1::euiccCiPKIdListForSigning, 0xAA)
        .range(0, max_list));
template <>
inline constexpr auto schema<messages::CertificationDataObject> = extensible(
    0x30, &messages::CertificationDataObject::unknown,
    field("platformLabel", &messages::CertificationDataObject::platformLabel, 0x80).range(0, 1024),
    field("discoveryBaseURL", &messages::CertificationDataObject::discoveryBaseURL, 0x81).range(0, 1024));
template <>
inline constexpr auto schema<messages::EuiccInfo2> = extensible(
    0xBF22, &messages::EuiccInfo2::unknown,
    field("profileVersion", &messages::EuiccInfo2::profileVersion, 0x81),
    field("svn", &messages::EuiccInfo2::svn, 0x82),
    field("euiccFirmwareVer", &messages::EuiccInfo2::euiccFirmwareVer, 0x83),
    field("extCardResource", &messages::EuiccInfo2::extCardResource, 0x84).range(0, 256),
    field("uiccCapability", &messages::EuiccInfo2::uiccCapability, 0x85),
    field("ts102241Version", &messages::EuiccInfo2::ts102241Version, 0x86),
    field("globalplatformVersion", &messages::EuiccInfo2::globalplatformVersion, 0x87),
    field("rspCapability", &messages::EuiccInfo2::rspCapability, 0x88),
    field("euiccCiPKIdListForVerification", &messages::EuiccInfo2::euiccCiPKIdListForVerification, 0xA9)
        .range(0, max_list),
    field("euiccCiPKIdListForSigning", &messages::EuiccInfo2::euiccCiPKIdListForSigning, 0xAA)
        .range(0, max_list),
    field("euiccCategory", &messages::EuiccInfo2::euiccCategory, 0x8B),
    field("forbiddenProfilePolicyRules", &messages::EuiccInfo2::forbiddenProfilePolicyRules, 0x99),
    field("ppVersion", &messages::EuiccInfo2::ppVersion),
    field("sasAcreditationNumber", &messages::EuiccInfo2::sasAcreditationNumber).range(0, 64),
    field("certificationDataObject", &messages::EuiccInfo2::certificationDataObject, 0xAC),
    field("treProperties", &messages::EuiccInfo2::treProperties, 0x8D),
    field("treProductReference", &messages::EuiccInfo2::treProductReference, 0x8E).range(0, 1024),
    field("additionalEuiccProfilePackageVersions",
          &messages::EuiccInfo2::additionalEuiccProfilePackageVersions, 0xAF)
        .range(0, max_list),
    field("lpaMode", &messages::EuiccInfo2::lpaMode, 0x90),
    field("euiccCiPKIdListForSigningV3", &messages::EuiccInfo2::euiccCiPKIdListForSigningV3, 0xB1)
        .range(0, max_list),
    field("additionalEuiccInfo", &messages::EuiccInfo2::additionalEuiccInfo, 0x92).range(0, 32),
    field("highestSvn", &messages::EuiccInfo2::highestSvn, 0x93),
    field("iotSpecificInfo", &messages::EuiccInfo2::iotSpecificInfo, 0xB4).range(0, 1024),
    field("euiccMinimumSecurityLevel", &messages::EuiccInfo2::euiccMinimumSecurityLevel, 0x95));

}  // namespace sealift::asn1
