// The types of SGP.22's module RSPDefinitions (v2.6 and v2.7), by name, each with the place where we have it,
// and the two vocabularies of refusals.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "asn1/shape.hpp"
#include "messages/es9_codes.hpp"
#include "messages/names.hpp"
#include "messages/samples.hpp"

namespace sealift::messages {
namespace {

/// A type of ours stands for one of the module: it does not compile where there is none.
template <class T>
constexpr const char* here() {
  static_assert(sizeof(T) > 0);
  return "messages";
}

struct Type {
  const char* name;
  const char* place;
};

const Type types[] = {
    {"OperatorId", here<OperatorId>()},
    {"PprIds", here<PprIds>()},
    {"TransactionId", here<TransactionId>()},
    {"Iccid", here<Iccid>()},
    {"VersionType", here<VersionType>()},
    {"BoundProfilePackage", here<BoundProfilePackage>()},
    {"ProfileInstallationResult", here<ProfileInstallationResult>()},
    {"ProfileInstallationResultData", here<ProfileInstallationResultData>()},
    {"EuiccSignPIR", here<SignatureOctets>()},
    {"SuccessResult", here<SuccessResult>()},
    {"ErrorResult", here<ErrorResult>()},
    {"BppCommandId", here<BppCommandId>()},
    {"ErrorReason", here<ErrorReason>()},
    {"DeviceInfo", here<DeviceInfo>()},
    {"DeviceCapabilities", here<DeviceCapabilities>()},
    {"DeviceAdditionalFeatureSupport", here<DeviceAdditionalFeatureSupport>()},
    {"CatSupportedClasses", here<asn1::BitString>()},
    {"EuiccFormFactorType", here<uint32_t>()},
    {"ActivationCodeRetrievalInfo", here<ActivationCodeRetrievalInfo>()},
    {"UpdateMetadataRequest", here<UpdateMetadataRequest>()},
    {"InitialiseSecureChannelRequest", here<InitialiseSecureChannelRequest>()},
    {"RemoteOpId", here<InitialiseSecureChannelRequest>()},
    {"ControlRefTemplate", here<ControlRefTemplate>()},
    {"ConfigureISDPRequest", here<ConfigureIsdpRequest>()},
    {"DpProprietaryData", here<DpProprietaryData>()},
    {"StoreMetadataRequest", here<StoreMetadataRequest>()},
    {"NotificationEvent", here<NotificationEvent>()},
    {"NotificationConfigurationInformation", here<NotificationConfigurationInformation>()},
    {"VendorSpecificExtension", here<VendorSpecificExtension>()},
    {"ReplaceSessionKeysRequest", here<ReplaceSessionKeysRequest>()},
    {"ISDRProprietaryApplicationTemplate", here<IsdrProprietaryApplicationTemplate>()},
    {"LpaeActivationRequest", here<LpaeActivationRequest>()},
    {"LpaeActivationResponse", here<LpaeActivationResponse>()},
    {"EuiccConfiguredAddressesRequest", here<EuiccConfiguredAddressesRequest>()},
    {"EuiccConfiguredAddressesResponse", here<EuiccConfiguredAddressesResponse>()},
    {"SetDefaultDpAddressRequest", here<SetDefaultDpAddressRequest>()},
    {"SetDefaultDpAddressResponse", here<SetDefaultDpAddressResponse>()},
    {"PrepareDownloadRequest", here<PrepareDownloadRequest>()},
    {"SmdpSigned2", here<SmdpSigned2>()},
    {"PrepareDownloadResponse", here<PrepareDownloadResponse>()},
    {"PrepareDownloadResponseOk", here<PrepareDownloadResponseOk>()},
    {"PrepareDownloadResponseError", here<PrepareDownloadResponseError>()},
    {"EUICCSigned2", here<EuiccSigned2>()},
    {"DownloadErrorCode", here<DownloadErrorCode>()},
    {"GetEuiccChallengeRequest", here<GetEuiccChallengeRequest>()},
    {"GetEuiccChallengeResponse", here<GetEuiccChallengeResponse>()},
    {"GetEuiccInfo1Request", here<GetEuiccInfo1Request>()},
    {"GetEuiccInfo2Request", here<GetEuiccInfo2Request>()},
    {"EUICCInfo1", here<EuiccInfo1>()},
    {"EUICCInfo2", here<EuiccInfo2>()},
    {"RspCapability", here<RspCapability>()},
    {"CertificationDataObject", here<CertificationDataObject>()},
    {"LpaMode", here<uint32_t>()},
    {"IoTSpecificInfo", here<Bytes>()},
    {"ListNotificationRequest", here<ListNotificationRequest>()},
    {"ListNotificationResponse", here<ListNotificationResponse>()},
    {"NotificationMetadata", here<NotificationMetadata>()},
    {"RetrieveNotificationsListRequest", here<RetrieveNotificationsListRequest>()},
    {"RetrieveNotificationsListResponse", here<RetrieveNotificationsListResponse>()},
    {"PendingNotification", here<PendingNotification>()},
    {"OtherSignedNotification", here<OtherSignedNotification>()},
    {"NotificationSentRequest", here<NotificationSentRequest>()},
    {"NotificationSentResponse", here<NotificationSentResponse>()},
    {"LoadCRLRequest", here<LoadCrlRequest>()},
    {"LoadCRLResponse", here<LoadCrlResponse>()},
    {"LoadCRLResponseOk", here<LoadCrlResponseOk>()},
    {"LoadCRLResponseError", here<LoadCrlResponseError>()},
    {"AuthenticateServerRequest", here<AuthenticateServerRequest>()},
    {"ServerSigned1", here<ServerSigned1>()},
    {"CtxParams1", here<CtxParams1>()},
    {"CtxParamsForCommonAuthentication", here<CtxParamsForCommonAuthentication>()},
    {"AuthenticateServerResponse", here<AuthenticateServerResponse>()},
    {"AuthenticateResponseOk", here<AuthenticateResponseOk>()},
    {"AuthenticateResponseError", here<AuthenticateResponseError>()},
    {"EuiccSigned1", here<EuiccSigned1>()},
    {"AuthenticateErrorCode", here<AuthenticateErrorCode>()},
    {"CancelSessionRequest", here<CancelSessionRequest>()},
    {"CancelSessionReason", here<CancelSessionReason>()},
    {"CancelSessionResponse", here<CancelSessionResponse>()},
    {"CancelSessionResponseOk", here<CancelSessionResponseOk>()},
    {"EuiccCancelSessionSigned", here<EuiccCancelSessionSigned>()},
    {"ProfileInfoListRequest", here<ProfileInfoListRequest>()},
    {"ProfileInfoListResponse", here<ProfileInfoListResponse>()},
    {"ProfileInfo", here<ProfileInfo>()},
    {"IconType", here<IconType>()},
    {"ProfileState", here<ProfileState>()},
    {"ProfileClass", here<ProfileClass>()},
    {"ProfileInfoListError", here<ProfileInfoListError>()},
    {"EnableProfileRequest", here<EnableProfileRequest>()},
    {"EnableProfileResponse", here<EnableProfileResponse>()},
    {"DisableProfileRequest", here<DisableProfileRequest>()},
    {"DisableProfileResponse", here<DisableProfileResponse>()},
    {"DeleteProfileRequest", here<DeleteProfileRequest>()},
    {"DeleteProfileResponse", here<DeleteProfileResponse>()},
    {"EuiccMemoryResetRequest", here<EuiccMemoryResetRequest>()},
    {"EuiccMemoryResetResponse", here<EuiccMemoryResetResponse>()},
    {"GetEuiccDataRequest", here<GetEuiccDataRequest>()},
    {"GetEuiccDataResponse", here<GetEuiccDataResponse>()},
    {"SetNicknameRequest", here<SetNicknameRequest>()},
    {"SetNicknameResponse", here<SetNicknameResponse>()},
    {"GetRatRequest", here<GetRatRequest>()},
    {"GetRatResponse", here<GetRatResponse>()},
    {"RulesAuthorisationTable", here<std::vector<ProfilePolicyAuthorisationRule>>()},
    {"ProfilePolicyAuthorisationRule", here<ProfilePolicyAuthorisationRule>()},
    {"RemoteProfileProvisioningRequest", here<RemoteProfileProvisioningRequest>()},
    {"RemoteProfileProvisioningResponse", here<RemoteProfileProvisioningResponse>()},
    {"InitiateAuthenticationRequest", here<InitiateAuthenticationRequest>()},
    {"InitiateAuthenticationResponse", here<InitiateAuthenticationResponse>()},
    {"InitiateAuthenticationOkEs9", here<InitiateAuthenticationOkEs9>()},
    {"AuthenticateClientRequest", here<AuthenticateClientRequest>()},
    {"AuthenticateClientResponseEs9", here<AuthenticateClientResponseEs9>()},
    {"AuthenticateClientOk", here<AuthenticateClientOk>()},
    {"AuthenticateClientOkAcr", here<AuthenticateClientOkAcr>()},
    {"GetBoundProfilePackageRequest", here<GetBoundProfilePackageRequest>()},
    {"GetBoundProfilePackageResponse", here<GetBoundProfilePackageResponse>()},
    {"GetBoundProfilePackageOk", here<GetBoundProfilePackageOk>()},
    {"HandleNotification", here<HandleNotification>()},
    {"CancelSessionRequestEs9", here<CancelSessionRequestEs9>()},
    {"CancelSessionResponseEs9", here<CancelSessionResponseEs9>()},
    {"CancelSessionOk", here<CancelSessionOk>()},
    {"AuthenticateClientResponseEs11", here<AuthenticateClientResponseEs11>()},
    {"AuthenticateClientOkEs11", here<AuthenticateClientOkEs11>()},
    {"EventEntries", here<EventEntries>()},
    {"SegmentedCrlList", "pki"},
    {"ExpirationDate", "pki"},
    {"TotalPartialCrlNumber", "pki"},
    {"PartialCrlNumber", "pki"},
    {"CertificateInfo", "in v2.5, where nothing uses it"},
};

TEST(Types, of_the_module_are_all_here) {
  std::set<std::string> names;
  for (const Type& t : types) EXPECT_TRUE(names.insert(t.name).second) << t.name << " twice";
  EXPECT_EQ(names.size(), 128u);
}

/// Every outer tag of ES6, ES8+, ES9+, ES10 and ES11.
TEST(Types, have_the_outer_tags_of_the_specification) {
  std::set<asn1::Tag> tags;
  samples::each([&]<class T>(const char*, const T&) { tags.insert(asn1::shape<T>().tag); });
  const std::set<asn1::Tag> expected{
      0,      0xA2,   0xE0,   0xBF20, 0xBF21, 0xBF22, 0xBF23, 0xBF24, 0xBF25, 0xBF26, 0xBF28, 0xBF29, 0xBF2A,
      0xBF2B, 0xBF2D, 0xBF2E, 0xBF30, 0xBF31, 0xBF32, 0xBF33, 0xBF34, 0xBF35, 0xBF36, 0xBF37, 0xBF38, 0xBF39,
      0xBF3A, 0xBF3B, 0xBF3C, 0xBF3D, 0xBF3E, 0xBF3F, 0xBF40, 0xBF41, 0xBF42, 0xBF43};
  EXPECT_EQ(tags, expected);
}

TEST(Types, put_a_tag_in_the_place_of_a_crls_own) {
  const Bytes crl = from_hex("3003020107").value();
  const Bytes der = from_hex("BF3505A003020107").value();
  EXPECT_EQ(certificate_list(asn1::decode<LoadCrlRequest>(der).value()), crl);
}

TEST(Types, tag_what_is_left_to_a_later_specification) {
  StoreMetadataRequest m;
  m.iccid = samples::iccid();
  m.ecallIndication = true;
  m.fallbackAllowed = false;
  m.iotSpecificMetadata = Bytes{};
  EXPECT_TRUE(hex(asn1::encode(m)).ends_with("91009200" "9F7B01FF" "9F670100" "BF6400")) << hex(asn1::encode(m));
  ProfileInfo info;
  info.fallbackAttribute = true;
  EXPECT_EQ(hex(asn1::encode(info)), "E3049F2601FF");
  AuthenticateClientResponseEs11 events{AuthenticateClientOkEs11{
      TransactionId::parse("01").value(), {{"E", "a", {}}}, {}}};
  EXPECT_EQ(hex(asn1::encode(events)), "BF400FA00D800101A1083006800145810161");
  EXPECT_EQ(hex(asn1::encode(RemoteProfileProvisioningResponse{
                CancelSessionResponseEs9{CancelSessionError::invalidTransactionId}})),
            "A206BF4103810101");
}

// ---- Refusals: codes in one binding, numbers in the other.

template <class E>
void expect_both_ways() {
  std::set<E> seen;
  std::set<std::string> codes;
  for (const auto& row : code_rows<E>()) {
    EXPECT_FALSE(to_name(row.error).empty());
    EXPECT_TRUE(codes.insert(std::string(row.subjectCode) + "/" + std::string(row.reasonCode)).second);
    EXPECT_EQ(error_of<E>(row.subjectCode, row.reasonCode), row.error);
    if (!seen.insert(row.error).second) continue;  // a nearest one
    ASSERT_NE(codes_of(row.error), nullptr);
    EXPECT_EQ(codes_of(row.error)->subjectCode, row.subjectCode);
    EXPECT_EQ(codes_of(row.error)->reasonCode, row.reasonCode);
  }
  // Every number that has a name has its codes, but the one that says nothing.
  for (int n = 0; n < 256; ++n) {
    const E e = static_cast<E>(n);
    if (to_name(e).empty() || to_name(e) == "undefinedError") continue;
    EXPECT_TRUE(seen.contains(e)) << to_name(e);
  }
}

TEST(Codes, of_the_two_bindings_stand_for_each_other) {
  expect_both_ways<InitiateAuthenticationError>();
  expect_both_ways<AuthenticateClientError>();
  expect_both_ways<GetBoundProfilePackageError>();
  expect_both_ways<CancelSessionError>();
  expect_both_ways<AuthenticateClientErrorEs11>();
  EXPECT_EQ(error_of<AuthenticateClientError>("8.2", "1.2"), AuthenticateClientError::undefinedError);
  EXPECT_EQ(error_of<InitiateAuthenticationError>("8.8", "5.1"), std::nullopt);
  EXPECT_EQ(codes_of(AuthenticateClientError::undefinedError), nullptr);
}

}  // namespace
}  // namespace sealift::messages
