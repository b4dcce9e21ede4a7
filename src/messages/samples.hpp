// For this room's tests: a message of each kind with all its fields, made by hand, as DER.
#pragma once

#include "messages/es10a.hpp"
#include "messages/es10c.hpp"
#include "messages/es6.hpp"
#include "messages/isdr.hpp"
#include "messages/remote_profile_provisioning.hpp"

namespace sealift::messages::samples {

TransactionId transaction_id();
Iccid iccid();
Eid eid();
Aid aid();
asn1::Oid oid();
template <size_t N>
Octets<N> filled(uint8_t with) {
  Octets<N> out;
  out.fill(with);
  return out;
}
SignatureOctets signature();
CertificateOctets certificate(uint8_t serial);
/// What a later version may put at the end of an extensible sequence.
asn1::Unknown later_field();

NotificationConfigurationInformation notification_configuration();
OperatorId operator_id();

StoreMetadataRequest store_metadata();

InitialiseSecureChannelRequest initialise_secure_channel();
BoundProfilePackage bound_profile_package();

NotificationMetadata notification_metadata();
ProfileInstallationResult installation_result(bool success);
OtherSignedNotification other_notification();

EuiccInfo1 euicc_info1();
EuiccInfo2 euicc_info2();

CtxParams1 ctx_params1();
ServerSigned1 server_signed1();
AuthenticateServerRequest authenticate_server_request();
AuthenticateServerResponse authenticate_server_response();
AuthenticateServerResponse authenticate_server_error();
SmdpSigned2 smdp_signed2();
PrepareDownloadRequest prepare_download_request();
PrepareDownloadResponse prepare_download_response();
PrepareDownloadResponse prepare_download_error();
CancelSessionResponse cancel_session_response();

ProfileInfo profile_info();

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

InitiateAuthenticationRequest initiate_authentication_request();
InitiateAuthenticationOkEs9 initiate_authentication_ok();
AuthenticateClientOk authenticate_client_ok();
AuthenticateClientOkEs11 events();
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
