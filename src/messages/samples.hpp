// For this room's tests: a message of each kind with all its fields, made by hand, as DER.
#pragma once

#include "messages/es10a.hpp"
#include "messages/es10c.hpp"
#include "messages/es6.hpp"
#include "messages/isdr.hpp"
#include "messages/remote_profile_provisioning.hpp"

namespace sealift::messages::samples {

inline TransactionId transaction_id() {
  return TransactionId::parse("00112233445566778899AABBCCDDEEFF").value();
}
inline Iccid iccid() {
  return Iccid::parse("8944000000000000013").value();
}
inline Eid eid() {
  return Eid::parse("89049032123451234512345678901235").value();
}
inline Aid aid() {
  return Aid::from_octets(from_hex("A0000005591010FFFFFFFF8900001000").value()).value();
}
inline asn1::Oid oid() {
  return asn1::Oid::of({2, 999, 10});
}
template <size_t N>
Octets<N> filled(uint8_t with) {
  Octets<N> out;
  out.fill(with);
  return out;
}
inline SignatureOctets signature() {
  return filled<64>(0x5A);
}
inline CertificateOctets certificate(uint8_t serial) {
  return {Bytes{0x30, 0x03, 0x02, 0x01, serial}};
}
/// What a later version may put at the end of an extensible sequence.
inline asn1::Unknown later_field() {
  return {Bytes{0x9F, 0x7C, 0x01, 0x07}};
}

inline NotificationConfigurationInformation notification_configuration() {
  return {{NotificationEventBit::notificationEnable, NotificationEventBit::notificationDelete},
          "smdp.example.com",
          {}};
}
inline OperatorId operator_id() {
  return {{0x62, 0xF2, 0x20}, Bytes{0xFF, 0xFF}, Bytes{}, {}};
}

inline StoreMetadataRequest store_metadata() {
  StoreMetadataRequest m;
  m.iccid = iccid();
  m.serviceProviderName = "Op\xC3\xA9rateur";
  m.profileName = "Sample";
  m.iconType = IconType::png;
  m.icon = Bytes{1, 2, 3};
  m.profileClass.encoded = true;
  m.notificationConfigurationInfo = std::vector{notification_configuration()};
  m.profileOwner = operator_id();
  m.profilePolicyRules = PprIds{PprId::ppr1};
  m.serviceSpecificDataStoredInEuicc = VendorSpecificExtension{{oid(), Bytes{0x04, 0x01, 0x00}, {}}};
  m.serviceSpecificDataNotStoredInEuicc = VendorSpecificExtension{
      {activation_code_retrieval_info(), asn1::encode(ActivationCodeRetrievalInfo{"1$smdp.example.com$K2"}), {}}};
  m.ecallIndication = true;
  m.fallbackAllowed = false;
  m.iotSpecificMetadata = Bytes{0x80, 0x00};
  m.unknown = later_field();
  return m;
}

inline InitialiseSecureChannelRequest initialise_secure_channel() {
  InitialiseSecureChannelRequest m;
  m.transactionId = transaction_id();
  m.controlRefTemplate.hostId = Bytes{1, 2, 3};
  m.smdpOtpk = filled<65>(4);
  m.smdpSign = signature();
  return m;
}
inline BoundProfilePackage bound_profile_package() {
  BoundProfilePackage m;
  m.initialiseSecureChannelRequest = initialise_secure_channel();
  m.firstSequenceOf87 = Bytes{0x87, 0x02, 1, 2};
  m.sequenceOf88 = Bytes{0x88, 0x01, 1, 0x88, 0x01, 2};
  m.secondSequenceOf87 = Bytes{0x87, 0x01, 9};
  m.sequenceOf86 = Bytes{0x86, 0x01, 1, 0x86, 0x01, 2};
  return m;
}

inline NotificationMetadata notification_metadata() {
  return {300, {NotificationEventBit::notificationInstall}, "smdp.example.com", iccid(), {}};
}
inline ProfileInstallationResult installation_result(bool success) {
  ProfileInstallationResultData data;
  data.transactionId = transaction_id();
  data.notificationMetadata = notification_metadata();
  data.smdpOid = oid();
  if (success) {
    data.finalResult.alt = SuccessResult{aid(), from_hex("3007A005300380010A").value(), {}};
  } else {
    data.finalResult.alt =
        ErrorResult{BppCommandId::loadProfileElements, ErrorReason::scp03tSecurityError, Bytes{1}, {}};
  }
  return {asn1::seal(std::move(data)), signature(), {}};
}
inline OtherSignedNotification other_notification() {
  return {asn1::seal(notification_metadata()), signature(), certificate(1), certificate(2), {}};
}

inline EuiccInfo1 euicc_info1() {
  return {{2, 6, 0}, {filled<20>(1), filled<20>(2)}, {filled<20>(2)}, later_field()};
}
inline EuiccInfo2 euicc_info2() {
  EuiccInfo2 m;
  m.profileVersion = {3, 3, 1};
  m.svn = {2, 6, 0};
  m.euiccFirmwareVer = {1, 0, 0};
  m.extCardResource = from_hex("8101008204000668A083022247").value();
  m.uiccCapability = {UiccCapabilityBit::usimSupport, UiccCapabilityBit::akaMilenage,
                      UiccCapabilityBit::suciCalculatorApi};
  m.ts102241Version = VersionType{15, 1, 0};
  m.globalplatformVersion = VersionType{2, 3, 0};
  m.rspCapability = {RspCapabilityBit::additionalProfile, RspCapabilityBit::testProfileSupport};
  m.euiccCiPKIdListForVerification = {filled<20>(1)};
  m.euiccCiPKIdListForSigning = {filled<20>(1)};
  m.euiccCategory = EuiccCategory::mediumEuicc;
  m.forbiddenProfilePolicyRules = PprIds{PprId::ppr2};
  m.ppVersion = {1, 0, 0};
  m.sasAcreditationNumber = "TEST-1";
  m.certificationDataObject = CertificationDataObject{"label", "https://dloa.example.com", {}};
  m.treProperties = TreProperties{TrePropertyBit::isDiscrete};
  m.treProductReference = "reference";
  m.additionalEuiccProfilePackageVersions = std::vector<VersionType>{{2, 3, 1}};
  m.lpaMode = 0;
  m.euiccCiPKIdListForSigningV3 = std::vector<CiPKId>{filled<20>(3)};
  m.additionalEuiccInfo = Bytes{1};
  m.highestSvn = VersionType{3, 1, 0};
  m.iotSpecificInfo = Bytes{};
  m.euiccMinimumSecurityLevel = Octets<1>{3};
  m.unknown = later_field();
  return m;
}

inline CtxParams1 ctx_params1() {
  CtxParams1 m;
  m.matchingId = MatchingId::parse("K2-ABC").value();
  m.deviceInfo.tac = {0x35, 0x29, 0x06, 0x11};
  DeviceCapabilities& device = m.deviceInfo.deviceCapabilities;
  device.gsmSupportedRelease = VersionType{15, 0, 0};
  device.utranSupportedRelease = VersionType{15, 0, 0};
  device.cdma2000onexSupportedRelease = VersionType{1, 0, 0};
  device.cdma2000hrpdSupportedRelease = VersionType{1, 0, 0};
  device.cdma2000ehrpdSupportedRelease = VersionType{1, 0, 0};
  device.eutranEpcSupportedRelease = VersionType{15, 0, 0};
  device.contactlessSupportedRelease = VersionType{9, 0, 0};
  device.rspCrlSupportedVersion = VersionType{2, 6, 0};
  device.nrEpcSupportedRelease = VersionType{15, 0, 0};
  device.nr5gcSupportedRelease = VersionType{15, 0, 0};
  device.eutran5gcSupportedRelease = VersionType{15, 0, 0};
  device.lpaSvn = VersionType{2, 6, 0};
  device.catSupportedClasses = asn1::BitString::of({0, 4});
  device.euiccFormFactorType = 1;
  device.deviceAdditionalFeatureSupport = DeviceAdditionalFeatureSupport{VersionType{1, 0, 0}, oid(), {}};
  m.deviceInfo.imei = Octets<8>{0x53, 0x92, 0x60, 0x11, 0x12, 0x34, 0x56, 0xF7};
  return m;
}
inline ServerSigned1 server_signed1() {
  return {transaction_id(), filled<16>(1), "smdp.example.com", filled<16>(2), later_field()};
}
inline AuthenticateServerRequest authenticate_server_request() {
  return {asn1::seal(server_signed1()), signature(), filled<20>(1), certificate(1), ctx_params1(), {}};
}
inline AuthenticateServerResponse authenticate_server_response() {
  EuiccSigned1 inner{transaction_id(), "smdp.example.com", filled<16>(2),
                     euicc_info2(),    ctx_params1(),      later_field()};
  return {
      AuthenticateResponseOk{asn1::seal(std::move(inner)), signature(), certificate(1), certificate(2), {}}};
}
inline AuthenticateServerResponse authenticate_server_error() {
  return {AuthenticateResponseError{transaction_id(), AuthenticateErrorCode::ciPKUnknown, {}}};
}
inline SmdpSigned2 smdp_signed2() {
  return {transaction_id(), true, filled<65>(4), {}};
}
inline PrepareDownloadRequest prepare_download_request() {
  return {asn1::seal(smdp_signed2()), signature(), filled<32>(7), certificate(3), {}};
}
inline PrepareDownloadResponse prepare_download_response() {
  return {PrepareDownloadResponseOk{
      asn1::seal(EuiccSigned2{transaction_id(), filled<65>(4), to_bytes(filled<32>(7)), {}}),
      signature(),
      {}}};
}
inline PrepareDownloadResponse prepare_download_error() {
  return {PrepareDownloadResponseError{transaction_id(), DownloadErrorCode::invalidSignature, {}}};
}
inline CancelSessionResponse cancel_session_response() {
  EuiccCancelSessionSigned inner{transaction_id(), oid(), CancelSessionReason::postponed, {}};
  return {CancelSessionResponseOk{asn1::seal(std::move(inner)), signature(), {}}};
}

inline ProfileInfo profile_info() {
  ProfileInfo m;
  m.iccid = iccid();
  m.isdpAid = aid();
  m.profileState = ProfileState::enabled;
  m.profileNickname = "nick";
  m.serviceProviderName = "provider";
  m.profileName = "name";
  m.iconType = IconType::jpg;
  m.icon = Bytes{1, 2};
  m.profileClass = ProfileClass::operational;
  m.notificationConfigurationInfo = std::vector{notification_configuration()};
  m.profileOwner = operator_id();
  m.dpProprietaryData = DpProprietaryData{oid(), {}};
  m.profilePolicyRules = PprIds{};
  m.serviceSpecificDataStoredInEuicc = VendorSpecificExtension{{oid(), Bytes{0x05, 0x00}, {}}};
  m.ecallIndication = true;
  m.fallbackAttribute = true;
  m.fallbackAllowed = true;
  m.iotSpecificProfileInfo = Bytes{};
  m.unknown = later_field();
  return m;
}

/// Calls f(name, message) with each.
template <class F>
void each_es8(F f) {
  f("InitialiseSecureChannelRequest", initialise_secure_channel());
  f("ConfigureIsdpRequest", ConfigureIsdpRequest{DpProprietaryData{oid(), later_field()}, {}});
  f("ConfigureIsdpRequest, empty", ConfigureIsdpRequest{});
  f("StoreMetadataRequest", store_metadata());
  f("ReplaceSessionKeysRequest", ReplaceSessionKeysRequest{});
  f("BoundProfilePackage", bound_profile_package());
  f("ProfileInstallationResult", installation_result(true));
  f("ProfileInstallationResult, error", installation_result(false));
}
template <class F>
void each_es6(F f) {
  UpdateMetadataRequest m;
  m.serviceProviderName = "provider";
  m.profileName = "name";
  m.iconType = IconType::jpg;
  m.icon = Bytes{1};
  m.profilePolicyRules = PprIds{PprId::ppr2};
  m.serviceSpecificDataStoredInEuicc = VendorSpecificExtension{{oid(), Bytes{}, {}}};
  m.reserved103 = true;
  f("UpdateMetadataRequest", m);
  f("UpdateMetadataRequest, empty", UpdateMetadataRequest{});
}
template <class F>
void each_isdr(F f) {
  using Support = NamedBits<LpaeSupportBit>;
  f("IsdrProprietaryApplicationTemplate",
    IsdrProprietaryApplicationTemplate{{2, 6, 0}, Support{LpaeSupportBit::lpaeUsingCat}, later_field()});
  f("LpaeActivationRequest", LpaeActivationRequest{{LpaeOptionBit::activateScwsBasedLpae}, {}});
  f("LpaeActivationResponse", LpaeActivationResponse{LpaeActivationResult::notSupported, {}});
}
template <class F>
void each_es10a(F f) {
  f("EuiccConfiguredAddressesRequest", EuiccConfiguredAddressesRequest{});
  f("EuiccConfiguredAddressesResponse",
    EuiccConfiguredAddressesResponse{"smdp.example.com", "smds.example.com", {}});
  f("SetDefaultDpAddressRequest", SetDefaultDpAddressRequest{"smdp.example.com", {}});
  f("SetDefaultDpAddressResponse",
    SetDefaultDpAddressResponse{SetDefaultDpAddressResult::undefinedError, {}});
}
template <class F>
void each_es10b(F f) {
  f("GetEuiccChallengeRequest", GetEuiccChallengeRequest{});
  f("GetEuiccChallengeResponse", GetEuiccChallengeResponse{filled<16>(1), {}});
  f("GetEuiccInfo1Request", GetEuiccInfo1Request{});
  f("EuiccInfo1", euicc_info1());
  f("GetEuiccInfo2Request", GetEuiccInfo2Request{});
  f("EuiccInfo2", euicc_info2());
  f("AuthenticateServerRequest", authenticate_server_request());
  f("AuthenticateServerResponse", authenticate_server_response());
  f("AuthenticateServerResponse, error", authenticate_server_error());
  f("PrepareDownloadRequest", prepare_download_request());
  f("PrepareDownloadResponse", prepare_download_response());
  f("PrepareDownloadResponse, error", prepare_download_error());
  f("CancelSessionRequest", CancelSessionRequest{transaction_id(), CancelSessionReason::timeout, {}});
  f("CancelSessionResponse", cancel_session_response());
  f("CancelSessionResponse, error", CancelSessionResponse{CancelSessionResponseError::invalidTransactionId});
  f("ListNotificationRequest",
    ListNotificationRequest{NotificationEvent{NotificationEventBit::notificationEnable}, {}});
  f("ListNotificationResponse",
    ListNotificationResponse{std::vector{notification_metadata(), notification_metadata()}});
  f("ListNotificationResponse, error",
    ListNotificationResponse{ListNotificationsResultError::undefinedError});
  using Criteria = RetrieveNotificationsListRequest::SearchCriteria;
  f("RetrieveNotificationsListRequest", RetrieveNotificationsListRequest{Criteria{uint64_t{7}}, {}});
  f("RetrieveNotificationsListRequest, by event",
    RetrieveNotificationsListRequest{Criteria{NotificationEvent{NotificationEventBit::notificationDelete}},
                                     {}});
  f("RetrieveNotificationsListResponse",
    RetrieveNotificationsListResponse{std::vector{PendingNotification{installation_result(true)},
                                                  PendingNotification{installation_result(false)},
                                                  PendingNotification{other_notification()}}});
  f("RetrieveNotificationsListResponse, error",
    RetrieveNotificationsListResponse{NotificationsListResultError::undefinedError});
  f("NotificationSentRequest", NotificationSentRequest{300, {}});
  f("NotificationSentResponse", NotificationSentResponse{DeleteNotificationStatus::nothingToDelete, {}});
  f("LoadCrlRequest", LoadCrlRequest{Bytes{0x30, 0x00, 0x30, 0x00, 0x03, 0x00}, {}});
  f("LoadCrlResponse", LoadCrlResponse{LoadCrlResponseOk{}});
  f("LoadCrlResponse, in parts", LoadCrlResponse{LoadCrlResponseOk{std::vector<uint32_t>{2, 300}, {}}});
  f("LoadCrlResponse, error", LoadCrlResponse{LoadCrlResponseError::baseCrlMissing});
  f("GetRatRequest", GetRatRequest{});
  f("GetRatResponse",
    GetRatResponse{{{{PprId::ppr1, PprId::ppr2}, {operator_id()}, {PprFlag::consentRequired}, {}}}, {}});
}
template <class F>
void each_es10c(F f) {
  using Criteria = ProfileInfoListRequest::SearchCriteria;
  f("ProfileInfoListRequest",
    ProfileInfoListRequest{Criteria{ProfileClass::test}, Bytes{0x5A, 0x9F, 0x70}, Bytes{0x80}, {}});
  f("ProfileInfoListRequest, by AID", ProfileInfoListRequest{Criteria{aid()}, {}, {}, {}});
  f("ProfileInfoListRequest, by ICCID", ProfileInfoListRequest{Criteria{iccid()}, {}, {}, {}});
  f("ProfileInfoListResponse", ProfileInfoListResponse{std::vector{profile_info()}});
  f("ProfileInfoListResponse, error", ProfileInfoListResponse{ProfileInfoListError::incorrectInputValues});
  f("EnableProfileRequest", EnableProfileRequest{{iccid()}, true, {}});
  f("EnableProfileRequest, by AID", EnableProfileRequest{{aid()}, true, {}});
  f("EnableProfileResponse", EnableProfileResponse{EnableResult::catBusy, {}});
  f("DisableProfileRequest", DisableProfileRequest{{aid()}, false, {}});
  f("DisableProfileRequest, by ICCID", DisableProfileRequest{{iccid()}, true, {}});
  f("DisableProfileResponse", DisableProfileResponse{DisableResult::disallowedByPolicy, {}});
  f("DeleteProfileRequest", DeleteProfileRequest{iccid()});
  f("DeleteProfileRequest, by AID", DeleteProfileRequest{aid()});
  f("DeleteProfileResponse", DeleteProfileResponse{DeleteResult::ok, {}});
  f("EuiccMemoryResetRequest", EuiccMemoryResetRequest{{ResetOption::deleteOperationalProfiles}, {}});
  f("EuiccMemoryResetResponse", EuiccMemoryResetResponse{ResetResult::nothingToDelete, {}});
  f("GetEuiccDataRequest", GetEuiccDataRequest{});
  f("GetEuiccDataResponse", GetEuiccDataResponse{eid(), {}});
  f("SetNicknameRequest", SetNicknameRequest{iccid(), "nick", {}});
  f("SetNicknameResponse", SetNicknameResponse{SetNicknameResult::iccidNotFound, {}});
}

inline InitiateAuthenticationRequest initiate_authentication_request() {
  return {filled<16>(1), "smdp.example.com", euicc_info1(), {}};
}
inline InitiateAuthenticationOkEs9 initiate_authentication_ok() {
  return {transaction_id(), asn1::seal(server_signed1()), signature(), filled<20>(1), certificate(1), {}};
}
inline AuthenticateClientOk authenticate_client_ok() {
  return {transaction_id(),
          asn1::seal(store_metadata()),
          asn1::seal(smdp_signed2()),
          signature(),
          certificate(1),
          {}};
}
inline AuthenticateClientOkEs11 events() {
  return {transaction_id(), {{"K2-ABC", "smdp.example.com", {}}, {"", "smds.example.com", later_field()}}, {}};
}
/// Calls f(alternative, message) with each alternative of the request and response of ES9+ and ES11.
template <class F>
void each_es9_request(F f) {
  f("InitiateAuthenticationRequest", initiate_authentication_request());
  f("AuthenticateClientRequest",
    AuthenticateClientRequest{transaction_id(), authenticate_server_response(), asn1::Null{}, {}});
  f("AuthenticateClientRequest, error",
    AuthenticateClientRequest{transaction_id(), authenticate_server_error(), {}, {}});
  f("GetBoundProfilePackageRequest",
    GetBoundProfilePackageRequest{transaction_id(), prepare_download_response(), {}});
  f("GetBoundProfilePackageRequest, error",
    GetBoundProfilePackageRequest{transaction_id(), prepare_download_error(), {}});
  f("HandleNotification", HandleNotification{{installation_result(true)}, {}});
  f("HandleNotification, error", HandleNotification{{installation_result(false)}, {}});
  f("HandleNotification, other", HandleNotification{{other_notification()}, {}});
  f("CancelSessionRequestEs9", CancelSessionRequestEs9{transaction_id(), cancel_session_response(), {}});
  f("CancelSessionRequestEs9, error",
    CancelSessionRequestEs9{transaction_id(), {CancelSessionResponseError::undefinedError}, {}});
}
template <class F>
void each_es9_response(F f) {
  f("InitiateAuthenticationResponse", InitiateAuthenticationResponse{initiate_authentication_ok()});
  f("InitiateAuthenticationResponse, error",
    InitiateAuthenticationResponse{InitiateAuthenticationError::invalidDpAddress});
  f("AuthenticateClientResponseEs9", AuthenticateClientResponseEs9{authenticate_client_ok()});
  f("AuthenticateClientResponseEs9, error",
    AuthenticateClientResponseEs9{AuthenticateClientError::downloadOrderExpired});
  f("AuthenticateClientResponseEs9, ACR",
    AuthenticateClientResponseEs9{
        AuthenticateClientOkAcr{transaction_id(), asn1::seal(store_metadata()), later_field()}});
  f("GetBoundProfilePackageResponse", GetBoundProfilePackageResponse{GetBoundProfilePackageOk{
                                          transaction_id(), {asn1::encode(bound_profile_package())}, {}}});
  f("GetBoundProfilePackageResponse, error",
    GetBoundProfilePackageResponse{GetBoundProfilePackageError::bppRebindingRefused});
  f("CancelSessionResponseEs9", CancelSessionResponseEs9{CancelSessionOk{}});
  f("CancelSessionResponseEs9, error", CancelSessionResponseEs9{CancelSessionError::euiccSignatureInvalid});
  f("AuthenticateClientResponseEs11", AuthenticateClientResponseEs11{events()});
  f("AuthenticateClientResponseEs11, error",
    AuthenticateClientResponseEs11{AuthenticateClientErrorEs11::eventIdUnknown});
}
template <class F>
void each_es9(F f) {
  each_es9_request(f);
  each_es9_response(f);
  f("ActivationCodeRetrievalInfo, code", ActivationCodeRetrievalInfo{"1$smdp.example.com$K2"});
  f("ActivationCodeRetrievalInfo, available", ActivationCodeRetrievalInfo{true});
  f("ActivationCodeRetrievalInfo, later", ActivationCodeRetrievalInfo{uint32_t{15}});
  each_es9_request([&f](const std::string& name, const auto& m) {
    f(("RemoteProfileProvisioningRequest, " + name).c_str(), RemoteProfileProvisioningRequest{m});
  });
  each_es9_response([&f](const std::string& name, const auto& m) {
    f(("RemoteProfileProvisioningResponse, " + name).c_str(), RemoteProfileProvisioningResponse{m});
  });
}
/// Every kind of message there is.
template <class F>
void each(F f) {
  each_es6(f);
  each_es8(f);
  each_es9(f);
  each_isdr(f);
  each_es10a(f);
  each_es10b(f);
  each_es10c(f);
}

}  // namespace sealift::messages::samples
