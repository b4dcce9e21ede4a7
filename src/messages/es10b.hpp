// ES10b, LPAd to eUICC: profile download and notifications (SGP.22 v2.6 5.7.5 to 5.7.14). Values that own
// their octets; see common.hpp.
#pragma once

#include "messages/es8.hpp"

namespace sealift::messages {

// ---- 5.7.7 GetEUICCChallenge

struct GetEuiccChallengeRequest {
  asn1::Unknown unknown;
};
struct GetEuiccChallengeResponse {
  Challenge euiccChallenge{};
  asn1::Unknown unknown;
};

// ---- 5.7.8 GetEUICCInfo

struct GetEuiccInfo1Request {
  asn1::Unknown unknown;
};
/// BF20: what may be told to a server before it is authenticated.
struct EuiccInfo1 {
  VersionType svn{};
  std::vector<CiPKId> euiccCiPKIdListForVerification;  ///< in order of priority
  std::vector<CiPKId> euiccCiPKIdListForSigning;       ///< in order of priority
  asn1::Unknown unknown;
};

/// Bits of UICCCapability (TCA Interoperable Profile Package 3.3.1).
enum class UiccCapabilityBit : uint8_t {
  contactlessSupport = 0,
  usimSupport = 1,
  isimSupport = 2,
  csimSupport = 3,
  akaMilenage = 4,
  akaCave = 5,
  akaTuak128 = 6,
  akaTuak256 = 7,
  usimTestAlgorithm = 8,
  rfu2 = 9,
  gbaAuthenUsim = 10,
  gbaAuthenISim = 11,
  mbmsAuthenUsim = 12,
  eapClient = 13,
  javacard = 14,
  multos = 15,
  multipleUsimSupport = 16,
  multipleIsimSupport = 17,
  multipleCsimSupport = 18,
  berTlvFileSupport = 19,
  dfLinkSupport = 20,
  catTp = 21,
  getIdentity = 22,
  profileAX25519 = 23,
  profileBP256 = 24,
  suciCalculatorApi = 25,
  dnsResolution = 26,
  scp11ac = 27,
  scp11cAuthorizationMechanism = 28,
  s16Mode = 29,
  eaka = 30,
  iotMinimal = 31,
};
using UiccCapability = NamedBits<UiccCapabilityBit>;

enum class RspCapabilityBit : uint8_t {
  additionalProfile = 0,
  crlSupport = 1,
  rpmSupport = 2,
  testProfileSupport = 3,
  deviceInfoExtensibilitySupport = 4,
  serviceSpecificDataSupport = 5,
  osUpdateSupport = 19,
  iotSpecificMetadataSupport = 26,
  mslCheckSupport = 27,
  rspServerTestProfileAllowlistCheckSupport = 28,
};
using RspCapability = NamedBits<RspCapabilityBit>;

enum class EuiccCategory : uint8_t { other = 0, basicEuicc = 1, mediumEuicc = 2, contactlessEuicc = 3 };

enum class TrePropertyBit : uint8_t { isDiscrete = 0, isIntegrated = 1, usesRemoteMemory = 2 };
using TreProperties = NamedBits<TrePropertyBit>;

struct CertificationDataObject {
  std::string platformLabel;
  std::string discoveryBaseURL;
  asn1::Unknown unknown;
};

struct GetEuiccInfo2Request {
  asn1::Unknown unknown;
};
/// BF22.
struct EuiccInfo2 {
  VersionType profileVersion{};
  VersionType svn{};
  VersionType euiccFirmwareVer{};
  Bytes extCardResource;  ///< TS 102 226: 81 applications, 82 free non-volatile, 83 free volatile memory
  UiccCapability uiccCapability;
  std::optional<VersionType> ts102241Version;
  std::optional<VersionType> globalplatformVersion;
  RspCapability rspCapability;
  std::vector<CiPKId> euiccCiPKIdListForVerification;
  std::vector<CiPKId> euiccCiPKIdListForSigning;
  std::optional<EuiccCategory> euiccCategory;
  std::optional<PprIds> forbiddenProfilePolicyRules;
  VersionType ppVersion{};
  std::string sasAcreditationNumber;  ///< at most 64 octets; the specification's spelling
  std::optional<CertificationDataObject> certificationDataObject;
  std::optional<TreProperties> treProperties;
  std::optional<std::string> treProductReference;
  std::optional<std::vector<VersionType>> additionalEuiccProfilePackageVersions;
  std::optional<uint32_t> lpaMode;  ///< not used in v2, as the next three
  std::optional<std::vector<CiPKId>> euiccCiPKIdListForSigningV3;
  std::optional<Bytes> additionalEuiccInfo;
  std::optional<VersionType> highestSvn;
  std::optional<Bytes> iotSpecificInfo;  ///< content of [20], defined in SGP.32
  std::optional<Octets<1>> euiccMinimumSecurityLevel;
  asn1::Unknown unknown;
};

// ---- 5.7.13 AuthenticateServer

/// The server's signed half of the common mutual authentication.
struct ServerSigned1 {
  TransactionId transactionId;
  Challenge euiccChallenge{};
  std::string serverAddress;
  Challenge serverChallenge{};
  asn1::Unknown unknown;
};

struct DeviceAdditionalFeatureSupport {
  std::optional<VersionType> naiSupport;
  std::optional<asn1::Oid> groupOfDeviceManufacturerOid;
  asn1::Unknown unknown;
};
/// The highest release the device fully supports of each system; absent where it does not have it.
struct DeviceCapabilities {
  std::optional<VersionType> gsmSupportedRelease;
  std::optional<VersionType> utranSupportedRelease;
  std::optional<VersionType> cdma2000onexSupportedRelease;
  std::optional<VersionType> cdma2000hrpdSupportedRelease;
  std::optional<VersionType> cdma2000ehrpdSupportedRelease;
  std::optional<VersionType> eutranEpcSupportedRelease;
  std::optional<VersionType> contactlessSupportedRelease;
  std::optional<VersionType> rspCrlSupportedVersion;
  std::optional<VersionType> nrEpcSupportedRelease;
  std::optional<VersionType> nr5gcSupportedRelease;
  std::optional<VersionType> eutran5gcSupportedRelease;
  std::optional<VersionType> lpaSvn;
  std::optional<asn1::BitString> catSupportedClasses;
  std::optional<uint32_t> euiccFormFactorType;
  std::optional<DeviceAdditionalFeatureSupport> deviceAdditionalFeatureSupport;
  asn1::Unknown unknown;
};
struct DeviceInfo {
  Octets<4> tac{};
  DeviceCapabilities deviceCapabilities;
  std::optional<Octets<8>> imei;
  asn1::Unknown unknown;
};
struct CtxParamsForCommonAuthentication {
  std::optional<MatchingId> matchingId;
  DeviceInfo deviceInfo;
  asn1::Unknown unknown;
};
/// A CHOICE that has one alternative in v2.
using CtxParams1 = CtxParamsForCommonAuthentication;

/// ES10b.AuthenticateServer, BF38.
struct AuthenticateServerRequest {
  asn1::Signed<ServerSigned1> serverSigned1;
  SignatureOctets serverSignature1{};
  SubjectKeyIdentifier euiccCiPKIdToBeUsed;
  CertificateOctets serverCertificate;
  CtxParams1 ctxParams1;
  asn1::Unknown unknown;
};

/// The eUICC's signed half.
struct EuiccSigned1 {
  TransactionId transactionId;
  std::string serverAddress;
  Challenge serverChallenge{};
  EuiccInfo2 euiccInfo2;
  CtxParams1 ctxParams1;
  asn1::Unknown unknown;
};
struct AuthenticateResponseOk {
  asn1::Signed<EuiccSigned1> euiccSigned1;
  SignatureOctets euiccSignature1{};
  CertificateOctets euiccCertificate;
  CertificateOctets eumCertificate;
  asn1::Unknown unknown;
};
enum class AuthenticateErrorCode : uint8_t {
  invalidCertificate = 1,
  invalidSignature = 2,
  unsupportedCurve = 3,
  noSessionContext = 4,
  invalidOid = 5,
  euiccChallengeMismatch = 6,
  ciPKUnknown = 7,
  undefinedError = 127,
};
struct AuthenticateResponseError {
  TransactionId transactionId;
  AuthenticateErrorCode authenticateErrorCode{};
  asn1::Unknown unknown;
};
struct AuthenticateServerResponse {
  std::variant<AuthenticateResponseOk, AuthenticateResponseError> alt;
};

// ---- 5.7.5 PrepareDownload

struct SmdpSigned2 {
  TransactionId transactionId;
  bool ccRequiredFlag = false;
  std::optional<PointOctets> bppEuiccOtpk;
  asn1::Unknown unknown;
};
/// ES10b.PrepareDownload, BF21. smdpSignature2 covers smdpSigned2 and the TLV of euiccSignature1.
struct PrepareDownloadRequest {
  asn1::Signed<SmdpSigned2> smdpSigned2;
  SignatureOctets smdpSignature2{};
  std::optional<Octets<32>> hashCc;
  CertificateOctets smdpCertificate;
  asn1::Unknown unknown;
};

struct EuiccSigned2 {
  TransactionId transactionId;
  PointOctets euiccOtpk{};
  std::optional<Bytes>
      hashCc;  ///< 32 octets; cards are about that send an empty one where no code is asked for
  asn1::Unknown unknown;
};
/// euiccSignature2 covers euiccSigned2 and the TLV of smdpSignature2.
struct PrepareDownloadResponseOk {
  asn1::Signed<EuiccSigned2> euiccSigned2;
  SignatureOctets euiccSignature2{};
  asn1::Unknown unknown;
};
enum class DownloadErrorCode : uint8_t {
  invalidCertificate = 1,
  invalidSignature = 2,
  unsupportedCurve = 3,
  noSessionContext = 4,
  invalidTransactionId = 5,
  undefinedError = 127,
};
struct PrepareDownloadResponseError {
  TransactionId transactionId;
  DownloadErrorCode downloadErrorCode{};
  asn1::Unknown unknown;
};
struct PrepareDownloadResponse {
  std::variant<PrepareDownloadResponseOk, PrepareDownloadResponseError> alt;
};

// ---- 5.7.14 CancelSession

enum class CancelSessionReason : uint8_t {
  endUserRejection = 0,
  postponed = 1,
  timeout = 2,
  pprNotAllowed = 3,
  metadataMismatch = 4,
  loadBppExecutionError = 5,
  undefinedReason = 127,
};
/// ES10b.CancelSession, BF41.
struct CancelSessionRequest {
  TransactionId transactionId;
  CancelSessionReason reason{};
  asn1::Unknown unknown;
};
struct EuiccCancelSessionSigned {
  TransactionId transactionId;
  asn1::Oid smdpOid;  ///< as in CERT.DPauth
  CancelSessionReason reason{};
  asn1::Unknown unknown;
};
struct CancelSessionResponseOk {
  asn1::Signed<EuiccCancelSessionSigned> euiccCancelSessionSigned;
  SignatureOctets euiccCancelSessionSignature{};
  asn1::Unknown unknown;
};
enum class CancelSessionResponseError : uint8_t { invalidTransactionId = 5, undefinedError = 127 };
struct CancelSessionResponse {
  std::variant<CancelSessionResponseOk, CancelSessionResponseError> alt;
};

// ---- 5.7.9 ListNotification, 5.7.10 RetrieveNotificationsList, 5.7.11 RemoveNotificationFromList

/// ES10b.ListNotification, BF28. Absent: all.
struct ListNotificationRequest {
  std::optional<NotificationEvent> profileManagementOperation;
  asn1::Unknown unknown;
};
enum class ListNotificationsResultError : uint8_t { undefinedError = 127 };
struct ListNotificationResponse {
  std::variant<std::vector<NotificationMetadata>, ListNotificationsResultError> alt;
};

/// ES10b.RetrieveNotificationsList, BF2B. No criterion: all.
struct RetrieveNotificationsListRequest {
  /// seqNumber (80) or profileManagementOperation (81).
  struct SearchCriteria {
    std::variant<uint64_t, NotificationEvent> alt;
  };
  std::optional<SearchCriteria> searchCriteria;
  asn1::Unknown unknown;
};
/// A notification about enabling, disabling or deleting.
struct OtherSignedNotification {
  asn1::Signed<NotificationMetadata> tbsOtherNotification;
  SignatureOctets euiccNotificationSignature{};
  CertificateOctets euiccCertificate;
  CertificateOctets eumCertificate;
  asn1::Unknown unknown;
};
/// BF37 or 30, without a tag of its own.
struct PendingNotification {
  std::variant<ProfileInstallationResult, OtherSignedNotification> alt;
};
enum class NotificationsListResultError : uint8_t { noResultAvailable = 1, undefinedError = 127 };
struct RetrieveNotificationsListResponse {
  std::variant<std::vector<PendingNotification>, NotificationsListResultError> alt;
};

/// ES10b.RemoveNotificationFromList, BF30.
struct NotificationSentRequest {
  uint64_t seqNumber = 0;
  asn1::Unknown unknown;
};
enum class DeleteNotificationStatus : uint8_t { ok = 0, nothingToDelete = 1, undefinedError = 127 };
struct NotificationSentResponse {
  DeleteNotificationStatus deleteNotificationStatus{};
  asn1::Unknown unknown;
};

// ---- 5.7.12 LoadCRL

/// ES10b.LoadCRL, BF35. AUTOMATIC TAGS put A0 in the place of the CertificateList's own 30: `crl` is what
/// stands within. See certificate_list.
struct LoadCrlRequest {
  Bytes crl;
  asn1::Unknown unknown;
};
/// The CertificateList of a LoadCRL with its own tag again, as pki reads it.
Bytes certificate_list(const LoadCrlRequest& request);
struct LoadCrlResponseOk {
  std::optional<std::vector<uint32_t>> missingParts;  ///< partialCrlNumbers; absent where the list is whole
  asn1::Unknown unknown;
};
enum class LoadCrlResponseError : uint8_t {
  invalidSignature = 1,
  invalidCRLFormat = 2,
  notEnoughMemorySpace = 3,
  verificationKeyNotFound = 4,
  fresherCrlAlreadyLoaded = 5,
  baseCrlMissing = 6,
  undefinedError = 127,
};
struct LoadCrlResponse {
  std::variant<LoadCrlResponseOk, LoadCrlResponseError> alt;
};

// ---- 5.7.22 GetRAT

enum class PprFlag : uint8_t { consentRequired = 0 };
/// One rule of the Rules Authorisation Table (2.9.2). MCC/MNC nibble E matches any digit; an empty GID
/// matches any, an absent one only absence.
struct ProfilePolicyAuthorisationRule {
  PprIds pprIds;
  std::vector<OperatorId> allowedOperators;
  NamedBits<PprFlag> pprFlags;
  asn1::Unknown unknown;
};
struct GetRatRequest {
  asn1::Unknown unknown;
};
struct GetRatResponse {
  std::vector<ProfilePolicyAuthorisationRule> rat;
  asn1::Unknown unknown;
};

}  // namespace sealift::messages
