// What samples.hpp declares. Part of test programs alone.
#include "messages/samples.hpp"

namespace sealift::messages::samples {

TransactionId transaction_id() {
  return TransactionId::parse("00112233445566778899AABBCCDDEEFF").value();
}

Iccid iccid() {
  return Iccid::parse("8944000000000000013").value();
}

Eid eid() {
  return Eid::parse("89049032123451234512345678901235").value();
}

Aid aid() {
  return Aid::from_octets(from_hex("A0000005591010FFFFFFFF8900001000").value()).value();
}

asn1::Oid oid() {
  return asn1::Oid::of({2, 999, 10});
}

SignatureOctets signature() {
  return filled<64>(0x5A);
}

CertificateOctets certificate(uint8_t serial) {
  return {Bytes{0x30, 0x03, 0x02, 0x01, serial}};
}

asn1::Unknown later_field() {
  return {Bytes{0x9F, 0x7C, 0x01, 0x07}};
}

NotificationConfigurationInformation notification_configuration() {
  return {{NotificationEventBit::notificationEnable, NotificationEventBit::notificationDelete},
          "smdp.example.com",
          {}};
}

OperatorId operator_id() {
  return {{0x62, 0xF2, 0x20}, Bytes{0xFF, 0xFF}, Bytes{}, {}};
}

StoreMetadataRequest store_metadata() {
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
  m.serviceSpecificDataNotStoredInEuicc =
      VendorSpecificExtension{{activation_code_retrieval_info(),
                               asn1::encode(ActivationCodeRetrievalInfo{"1$smdp.example.com$K2"}),
                               {}}};
  m.ecallIndication = true;
  m.fallbackAllowed = false;
  m.iotSpecificMetadata = Bytes{0x80, 0x00};
  m.unknown = later_field();
  return m;
}

InitialiseSecureChannelRequest initialise_secure_channel() {
  InitialiseSecureChannelRequest m;
  m.transactionId = transaction_id();
  m.controlRefTemplate.hostId = Bytes{1, 2, 3};
  m.smdpOtpk = filled<65>(4);
  m.smdpSign = signature();
  return m;
}

BoundProfilePackage bound_profile_package() {
  BoundProfilePackage m;
  m.initialiseSecureChannelRequest = initialise_secure_channel();
  m.firstSequenceOf87 = Bytes{0x87, 0x02, 1, 2};
  m.sequenceOf88 = Bytes{0x88, 0x01, 1, 0x88, 0x01, 2};
  m.secondSequenceOf87 = Bytes{0x87, 0x01, 9};
  m.sequenceOf86 = Bytes{0x86, 0x01, 1, 0x86, 0x01, 2};
  return m;
}

NotificationMetadata notification_metadata() {
  return {300, {NotificationEventBit::notificationInstall}, "smdp.example.com", iccid(), {}};
}

ProfileInstallationResult installation_result(bool success) {
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

OtherSignedNotification other_notification() {
  return {asn1::seal(notification_metadata()), signature(), certificate(1), certificate(2), {}};
}

EuiccInfo1 euicc_info1() {
  return {{2, 6, 0}, {filled<20>(1), filled<20>(2)}, {filled<20>(2)}, later_field()};
}

EuiccInfo2 euicc_info2() {
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

CtxParams1 ctx_params1() {
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

ServerSigned1 server_signed1() {
  return {transaction_id(), filled<16>(1), "smdp.example.com", filled<16>(2), later_field()};
}

AuthenticateServerRequest authenticate_server_request() {
  return {asn1::seal(server_signed1()), signature(), filled<20>(1), certificate(1), ctx_params1(), {}};
}

AuthenticateServerResponse authenticate_server_response() {
  EuiccSigned1 inner{transaction_id(), "smdp.example.com", filled<16>(2),
                     euicc_info2(),    ctx_params1(),      later_field()};
  return {
      AuthenticateResponseOk{asn1::seal(std::move(inner)), signature(), certificate(1), certificate(2), {}}};
}

AuthenticateServerResponse authenticate_server_error() {
  return {AuthenticateResponseError{transaction_id(), AuthenticateErrorCode::ciPKUnknown, {}}};
}

SmdpSigned2 smdp_signed2() {
  return {transaction_id(), true, filled<65>(4), {}};
}

PrepareDownloadRequest prepare_download_request() {
  return {asn1::seal(smdp_signed2()), signature(), filled<32>(7), certificate(3), {}};
}

PrepareDownloadResponse prepare_download_response() {
  return {PrepareDownloadResponseOk{
      asn1::seal(EuiccSigned2{transaction_id(), filled<65>(4), to_bytes(filled<32>(7)), {}}),
      signature(),
      {}}};
}

PrepareDownloadResponse prepare_download_error() {
  return {PrepareDownloadResponseError{transaction_id(), DownloadErrorCode::invalidSignature, {}}};
}

CancelSessionResponse cancel_session_response() {
  EuiccCancelSessionSigned inner{transaction_id(), oid(), CancelSessionReason::postponed, {}};
  return {CancelSessionResponseOk{asn1::seal(std::move(inner)), signature(), {}}};
}

ProfileInfo profile_info() {
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

InitiateAuthenticationRequest initiate_authentication_request() {
  return {filled<16>(1), "smdp.example.com", euicc_info1(), {}};
}

InitiateAuthenticationOkEs9 initiate_authentication_ok() {
  return {transaction_id(), asn1::seal(server_signed1()), signature(), filled<20>(1), certificate(1), {}};
}

AuthenticateClientOk authenticate_client_ok() {
  return {transaction_id(),
          asn1::seal(store_metadata()),
          asn1::seal(smdp_signed2()),
          signature(),
          certificate(1),
          {}};
}

AuthenticateClientOkEs11 events() {
  return {
      transaction_id(), {{"K2-ABC", "smdp.example.com", {}}, {"", "smds.example.com", later_field()}}, {}};
}

}  // namespace sealift::messages::samples
