// Declarations of the elements without files: header, PINs and PUKs, algorithm parameters.
#include "saip/leaves.hpp"
#include "saip/response.hpp"

namespace sealift {

using asn1::alternative;
using asn1::choice;
using asn1::extensible;
using asn1::field;

template <>
inline constexpr auto asn1::schema<saip::MandatoryAid> =
    extensible(0x30, &saip::MandatoryAid::unknown, field("aid", &saip::MandatoryAid::aid, 0x80).range(5, 16),
               field("version", &saip::MandatoryAid::version, 0x81));
template <>
inline constexpr auto asn1::schema<saip::IotOptions> =
    extensible(0x30, &saip::IotOptions::unknown, field("pix", &saip::IotOptions::pix, 0x80).range(7, 11));
template <>
inline constexpr auto asn1::schema<saip::ProfileHeader> = extensible(
    0xA0, &saip::ProfileHeader::unknown, field("major-version", &saip::ProfileHeader::majorVersion, 0x80),
    field("minor-version", &saip::ProfileHeader::minorVersion, 0x81),
    field("profileType", &saip::ProfileHeader::profileType, 0x82).range(1, 100),
    field("iccid", &saip::ProfileHeader::iccid, 0x83), field("pol", &saip::ProfileHeader::pol, 0x84),
    field("eUICC-Mandatory-services", &saip::ProfileHeader::eUICCMandatoryServices, 0xA5),
    field("eUICC-Mandatory-GFSTEList", &saip::ProfileHeader::eUICCMandatoryGfsteList, 0xA6, 0x06),
    field("connectivityParameters", &saip::ProfileHeader::connectivityParameters, 0x87),
    field("eUICC-Mandatory-AIDs", &saip::ProfileHeader::eUICCMandatoryAids, 0xA8),
    field("iotOptions", &saip::ProfileHeader::iotOptions, 0xA9));

template <>
inline constexpr auto asn1::schema<saip::PinConfiguration> = extensible(
    0x30, &saip::PinConfiguration::unknown,
    field("keyReference", &saip::PinConfiguration::keyReference, 0x80),
    field("pinValue", &saip::PinConfiguration::pinValue, 0x81),
    field("unblockingPINReference", &saip::PinConfiguration::unblockingPINReference, 0x82),
    field("pinAttributes", &saip::PinConfiguration::pinAttributes, 0x83),
    field("maxNumOfAttemps-retryNumLeft", &saip::PinConfiguration::maxNumOfAttempsRetryNumLeft, 0x84));
template <>
inline constexpr auto asn1::schema<saip::PinCodesChoice> = choice(0, alternative("pinconfig", 0xA0),
                                                                  alternative("filePath", 0x81));
template <>
inline constexpr auto asn1::schema<saip::PinCodes> =
    extensible(0xA2, &saip::PinCodes::unknown, field("pin-Header", &saip::PinCodes::header, 0xA0),
               field("pinCodes", &saip::PinCodes::pinCodes, 0xA1));

template <>
inline constexpr auto asn1::schema<saip::PukConfiguration> = extensible(
    0x30, &saip::PukConfiguration::unknown,
    field("keyReference", &saip::PukConfiguration::keyReference, 0x80),
    field("pukValue", &saip::PukConfiguration::pukValue, 0x81),
    field("maxNumOfAttemps-retryNumLeft", &saip::PukConfiguration::maxNumOfAttempsRetryNumLeft, 0x82));
template <>
inline constexpr auto asn1::schema<saip::PukCodes> =
    extensible(0xA3, &saip::PukCodes::unknown, field("puk-Header", &saip::PukCodes::header, 0xA0),
               field("pukCodes", &saip::PukCodes::pukCodes, 0xA1).range(1, 16));

template <>
inline constexpr auto asn1::schema<saip::MappingParameter> =
    extensible(0x30, &saip::MappingParameter::unknown,
               field("mappingOptions", &saip::MappingParameter::mappingOptions, 0x80),
               field("mappingSource", &saip::MappingParameter::mappingSource, 0x81).range(5, 16));
template <>
inline constexpr auto asn1::schema<saip::AlgoParameter> =
    extensible(0x30, &saip::AlgoParameter::unknown,
               field("algorithmID", &saip::AlgoParameter::algorithmID, 0x80).range(1, 3),
               field("algorithmOptions", &saip::AlgoParameter::algorithmOptions, 0x81),
               field("key", &saip::AlgoParameter::key, 0x82), field("opc", &saip::AlgoParameter::opc, 0x83),
               field("rotationConstants", &saip::AlgoParameter::rotationConstants, 0x84),
               field("xoringConstants", &saip::AlgoParameter::xoringConstants, 0x85),
               field("authCounterMax", &saip::AlgoParameter::authCounterMax, 0x86),
               field("numberOfKeccak", &saip::AlgoParameter::numberOfKeccak, 0x87));
template <>
inline constexpr auto asn1::schema<saip::AlgoConfiguration> = choice(0, alternative("mappingParameter", 0xA0),
                                                                     alternative("algoParameter", 0xA1));
template <>
inline constexpr auto asn1::schema<saip::AkaParameter> =
    extensible(0xA4, &saip::AkaParameter::unknown, field("aka-header", &saip::AkaParameter::header, 0xA0),
               field("algoConfiguration", &saip::AkaParameter::algoConfiguration, 0xA1),
               field("sqnOptions", &saip::AkaParameter::sqnOptions, 0x82),
               field("sqnDelta", &saip::AkaParameter::sqnDelta, 0x83),
               field("sqnAgeLimit", &saip::AkaParameter::sqnAgeLimit, 0x84),
               field("sqnInit", &saip::AkaParameter::sqnInit, 0xA5));

template <>
inline constexpr auto asn1::schema<saip::CdmaParameter> = extensible(
    0xA5, &saip::CdmaParameter::unknown, field("cdma-header", &saip::CdmaParameter::header, 0xA0),
    field("authenticationKey", &saip::CdmaParameter::authenticationKey, 0x81),
    field("ssd", &saip::CdmaParameter::ssd, 0x82).range(16, 16),
    field("hrpdAccessAuthenticationData", &saip::CdmaParameter::hrpdAccessAuthenticationData, 0x83)
        .range(2, 32),
    field("simpleIPAuthenticationData", &saip::CdmaParameter::simpleIPAuthenticationData, 0x84).range(3, 483),
    field("mobileIPAuthenticationData", &saip::CdmaParameter::mobileIPAuthenticationData, 0x85)
        .range(5, 957));

template <>
inline constexpr auto asn1::schema<saip::NonStandard> = extensible(
    0xA9, &saip::NonStandard::unknown, field("nonStandard-header", &saip::NonStandard::header, 0xA0),
    field("issuerID", &saip::NonStandard::issuerID, 0x81),
    field("content", &saip::NonStandard::content, 0x82));
template <>
inline constexpr auto asn1::schema<saip::End> = extensible(0xAA, &saip::End::unknown,
                                                           field("end-header", &saip::End::header, 0xA0));

template <>
inline constexpr auto asn1::schema<saip::PeStatus> =
    extensible(0x30, &saip::PeStatus::unknown, field("status", &saip::PeStatus::status, 0x80),
               field("identification", &saip::PeStatus::identification, 0x81),
               field("additional-information", &saip::PeStatus::additionalInformation, 0x82),
               field("offset", &saip::PeStatus::offset, 0x83));
template <>
inline constexpr auto asn1::schema<saip::EuiccResponse> =
    extensible(0x30, &saip::EuiccResponse::unknown, field("peStatus", &saip::EuiccResponse::peStatus, 0xA0),
               field("profileInstallationAborted", &saip::EuiccResponse::profileInstallationAborted, 0x81),
               field("statusMessage", &saip::EuiccResponse::statusMessage, 0x82).range(2, 64));

Result<saip::ServicesList> asn1::Codec<saip::ServicesList>::parse(View v) {
  saip::ServicesList out;
  Reader in(v);
  int last = -1;
  while (!in.at_end()) {
    Tlv x = TRY(in.next());
    int n = x.tag >= 0x80 && x.tag <= 0x9E       ? static_cast<int>(x.tag - 0x80)
            : x.tag >= 0x9F1F && x.tag <= 0x9F7F ? static_cast<int>(x.tag - 0x9F00)
                                                 : -1;
    if (n <= last || !x.value.empty())
      return Error{ErrorKind::invalid, "not a list of services, ascending, each NULL"};
    out.services.push_back(static_cast<saip::Service>(n));
    last = n;
  }
  return out;
}
Bytes asn1::Codec<saip::ServicesList>::contents(const saip::ServicesList& v) {
  Bytes out;
  for (auto s : v.services) {
    auto n = static_cast<uint8_t>(s);
    append(out, asn1::tlv(n < 31 ? Tag{0x80} + n : Tag{0x9F00} + n, {}));
  }
  return out;
}
std::string asn1::Codec<saip::ServicesList>::show(const saip::ServicesList& v) {
  std::string out;
  for (auto s : v.services) out += (out.empty() ? "" : ", ") + name(s);
  return out;
}

Result<saip::SqnInit> asn1::Codec<saip::SqnInit>::parse(View v) {
  saip::SqnInit out{};
  Reader in(v);
  for (auto& sqn : out) {
    Tlv x = TRY(in.expect(0x04, "sqnInit"));
    sqn = TRY(octets<6>(x.value));
  }
  TRY_VOID(in.finish());
  return out;
}
Bytes asn1::Codec<saip::SqnInit>::contents(const saip::SqnInit& v) {
  Bytes out;
  for (auto& sqn : v) append(out, asn1::tlv(0x04, sqn));
  return out;
}
std::string asn1::Codec<saip::SqnInit>::show(const saip::SqnInit&) {
  return "32 sequence numbers";
}

}  // namespace sealift

ASN1_MESSAGE(sealift::saip::ProfileHeader)
ASN1_MESSAGE(sealift::saip::PinCodes)
ASN1_MESSAGE(sealift::saip::PukCodes)
ASN1_MESSAGE(sealift::saip::AkaParameter)
ASN1_MESSAGE(sealift::saip::CdmaParameter)
ASN1_MESSAGE(sealift::saip::NonStandard)
ASN1_MESSAGE(sealift::saip::End)
ASN1_MESSAGE(sealift::saip::EuiccResponse)
