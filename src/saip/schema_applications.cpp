// Declarations of security domains, remote file management and applications. Several of these types write
// tags of GlobalPlatform themselves, so AUTOMATIC TAGS does not reach them: members without a tag are
// universal.
#include "saip/leaves.hpp"

namespace sealift {

using asn1::extensible;
using asn1::field;

template <>
inline constexpr auto asn1::schema<saip::Ts102226AdditionalContactlessParameters> =
    extensible(0x30, &saip::Ts102226AdditionalContactlessParameters::unknown,
               field("protocolParameterData",
                     &saip::Ts102226AdditionalContactlessParameters::protocolParameterData, 0x80));
template <>
inline constexpr auto asn1::schema<saip::ApplicationSystemParameters> = extensible(
    0x30, &saip::ApplicationSystemParameters::unknown,
    field("volatileMemoryQuotaC7", &saip::ApplicationSystemParameters::volatileMemoryQuotaC7, 0xC7)
        .range(2, 4),
    field("nonVolatileMemoryQuotaC8", &saip::ApplicationSystemParameters::nonVolatileMemoryQuotaC8, 0xC8)
        .range(2, 4),
    field("globalServiceParameters", &saip::ApplicationSystemParameters::globalServiceParameters, 0xCB),
    field("implicitSelectionParameter", &saip::ApplicationSystemParameters::implicitSelectionParameter, 0xCF),
    field("volatileReservedMemory", &saip::ApplicationSystemParameters::volatileReservedMemory, 0xD7)
        .range(2, 4),
    field("nonVolatileReservedMemory", &saip::ApplicationSystemParameters::nonVolatileReservedMemory, 0xD8)
        .range(2, 4),
    field("ts102226SIMFileAccessToolkitParameter",
          &saip::ApplicationSystemParameters::ts102226SIMFileAccessToolkitParameter, 0xCA),
    field("ts102226AdditionalContactlessParameters",
          &saip::ApplicationSystemParameters::ts102226AdditionalContactlessParameters, 0xA0),
    field("contactlessProtocolParameters", &saip::ApplicationSystemParameters::contactlessProtocolParameters,
          0xD9),
    field("userInteractionContactlessParameters",
          &saip::ApplicationSystemParameters::userInteractionContactlessParameters, 0xDA),
    field("cumulativeGrantedVolatileMemory",
          &saip::ApplicationSystemParameters::cumulativeGrantedVolatileMemory, 0x82)
        .range(2, 4),
    field("cumulativeGrantedNonVolatileMemory",
          &saip::ApplicationSystemParameters::cumulativeGrantedNonVolatileMemory, 0x83)
        .range(2, 4));

template <>
inline constexpr auto asn1::schema<saip::UiccApplicationParameters> = extensible(
    0x30, &saip::UiccApplicationParameters::unknown,
    field("uiccToolkitApplicationSpecificParametersField",
          &saip::UiccApplicationParameters::uiccToolkitApplicationSpecificParametersField, 0x80),
    field("uiccAccessApplicationSpecificParametersField",
          &saip::UiccApplicationParameters::uiccAccessApplicationSpecificParametersField, 0x81),
    field("uiccAdministrativeAccessApplicationSpecificParametersField",
          &saip::UiccApplicationParameters::uiccAdministrativeAccessApplicationSpecificParametersField,
          0x82));
template <>
inline constexpr auto asn1::schema<saip::ControlReferenceTemplate> =
    extensible(0x30, &saip::ControlReferenceTemplate::unknown,
               field("applicationProviderIdentifier",
                     &saip::ControlReferenceTemplate::applicationProviderIdentifier, 0x5F20));

template <>
inline constexpr auto asn1::schema<saip::ApplicationInstance> = extensible(
    0x30, &saip::ApplicationInstance::unknown,
    field("applicationLoadPackageAID", &saip::ApplicationInstance::applicationLoadPackageAID, 0x4F)
        .range(5, 16),
    field("classAID", &saip::ApplicationInstance::classAID, 0x4F).range(5, 16),
    field("instanceAID", &saip::ApplicationInstance::instanceAID, 0x4F).range(5, 16),
    field("extraditeSecurityDomainAID", &saip::ApplicationInstance::extraditeSecurityDomainAID, 0x4F)
        .range(5, 16),
    field("applicationPrivileges", &saip::ApplicationInstance::applicationPrivileges, 0x82),
    field("lifeCycleState", &saip::ApplicationInstance::lifeCycleState, 0x83),
    field("applicationSpecificParametersC9", &saip::ApplicationInstance::applicationSpecificParametersC9,
          0xC9),
    field("systemSpecificParameters", &saip::ApplicationInstance::systemSpecificParameters, 0xEF),
    field("applicationParameters", &saip::ApplicationInstance::applicationParameters, 0xEA),
    field("processData", &saip::ApplicationInstance::processData),
    field("controlReferenceTemplate", &saip::ApplicationInstance::controlReferenceTemplate, 0xB0));

template <>
inline constexpr auto asn1::schema<saip::KeyComponent> =
    extensible(0x30, &saip::KeyComponent::unknown, field("keyType", &saip::KeyComponent::keyType, 0x80),
               field("keyData", &saip::KeyComponent::keyData, 0x86),
               field("macLength", &saip::KeyComponent::macLength, 0x87));
template <>
inline constexpr auto asn1::schema<saip::KeyObject> =
    extensible(0x30, &saip::KeyObject::unknown,
               field("keyUsageQualifier", &saip::KeyObject::keyUsageQualifier, 0x95).range(1, 2),
               field("keyAccess", &saip::KeyObject::keyAccess, 0x96),
               field("keyIdentifier", &saip::KeyObject::keyIdentifier, 0x82),
               field("keyVersionNumber", &saip::KeyObject::keyVersionNumber, 0x83),
               field("keyCounterValue", &saip::KeyObject::keyCounterValue, 0x85),
               field("keyCompontents", &saip::KeyObject::keyComponents).range(1, UINT64_MAX));
template <>
inline constexpr auto asn1::schema<saip::OpenPersoData> =
    extensible(0x30, &saip::OpenPersoData::unknown,
               field("restrictParameter", &saip::OpenPersoData::restrictParameter, 0xD9),
               field("contactlessProtocolParameters", &saip::OpenPersoData::contactlessProtocolParameters));
template <>
inline constexpr auto asn1::schema<saip::CatTpParameters> =
    extensible(0x30, &saip::CatTpParameters::unknown,
               field("catTpMaxSduSize", &saip::CatTpParameters::catTpMaxSduSize, 0x80),
               field("catTpMaxPduSize", &saip::CatTpParameters::catTpMaxPduSize, 0x81));
template <>
inline constexpr auto asn1::schema<saip::SecurityDomain> =
    extensible(0xA6, &saip::SecurityDomain::unknown, field("sd-Header", &saip::SecurityDomain::header, 0xA0),
               field("instance", &saip::SecurityDomain::instance, 0xA1),
               field("keyList", &saip::SecurityDomain::keyList, 0xA2).range(1, UINT64_MAX),
               field("sdPersoData", &saip::SecurityDomain::sdPersoData, 0xA3).range(1, UINT64_MAX),
               field("openPersoData", &saip::SecurityDomain::openPersoData, 0xA4),
               field("catTpParameters", &saip::SecurityDomain::catTpParameters, 0xA5));

template <>
inline constexpr auto asn1::schema<saip::AdfRfmAccess> = extensible(
    0x30, &saip::AdfRfmAccess::unknown, field("adfAID", &saip::AdfRfmAccess::adfAID, 0x80).range(5, 16),
    field("adfAccessDomain", &saip::AdfRfmAccess::adfAccessDomain, 0x81),
    field("adfAdminAccessDomain", &saip::AdfRfmAccess::adfAdminAccessDomain, 0x82));
template <>
inline constexpr auto asn1::schema<saip::Rfm> =
    extensible(0xA7, &saip::Rfm::unknown, field("rfm-header", &saip::Rfm::header, 0xA0),
               field("instanceAID", &saip::Rfm::instanceAID, 0x4F).range(5, 16),
               field("securityDomainAID", &saip::Rfm::securityDomainAID, 0x4F).range(5, 16),
               field("tarList", &saip::Rfm::tarList, 0xA0).range(1, UINT64_MAX),
               field("minimumSecurityLevel", &saip::Rfm::minimumSecurityLevel, 0x81),
               field("uiccAccessDomain", &saip::Rfm::uiccAccessDomain),
               field("uiccAdminAccessDomain", &saip::Rfm::uiccAdminAccessDomain),
               field("adfRFMAccess", &saip::Rfm::adfRFMAccess));

template <>
inline constexpr auto asn1::schema<saip::ApplicationLoadPackage> = extensible(
    0x30, &saip::ApplicationLoadPackage::unknown,
    field("loadPackageAID", &saip::ApplicationLoadPackage::loadPackageAID, 0x4F).range(5, 16),
    field("securityDomainAID", &saip::ApplicationLoadPackage::securityDomainAID, 0x4F).range(5, 16),
    field("nonVolatileCodeLimitC6", &saip::ApplicationLoadPackage::nonVolatileCodeLimitC6, 0xC6),
    field("volatileDataLimitC7", &saip::ApplicationLoadPackage::volatileDataLimitC7, 0xC7),
    field("nonVolatileDataLimitC8", &saip::ApplicationLoadPackage::nonVolatileDataLimitC8, 0xC8),
    field("hashValue", &saip::ApplicationLoadPackage::hashValue, 0xC1),
    field("loadBlockObject", &saip::ApplicationLoadPackage::loadBlockObject, 0xC4));
template <>
inline constexpr auto asn1::schema<saip::Application> =
    extensible(0xA8, &saip::Application::unknown, field("app-Header", &saip::Application::header, 0xA0),
               field("loadBlock", &saip::Application::loadBlock, 0xA1),
               field("instanceList", &saip::Application::instanceList, 0xA2).range(1, UINT64_MAX));

}  // namespace sealift

ASN1_MESSAGE(sealift::saip::SecurityDomain)
ASN1_MESSAGE(sealift::saip::Rfm)
ASN1_MESSAGE(sealift::saip::Application)
