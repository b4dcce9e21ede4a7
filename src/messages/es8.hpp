// ES8+, SM-DP+ to eUICC: what a Bound Profile Package carries and what the eUICC answers (SGP.22 v2.6 5.5,
// 2.5). Values that own their octets; see common.hpp.
#pragma once

#include "base/secret.hpp"
#include "messages/common.hpp"

namespace sealift::messages {

/// Control Reference Template for the key agreement (GlobalPlatform 6.4.2.3, the part SGP.22 uses).
struct ControlRefTemplate {
  Octets<1> keyType{0x88};  ///< 88: AES
  Octets<1> keyLen{0x10};   ///< octets of a session key
  Bytes hostId;             ///< 1 to 16 octets
  asn1::Unknown unknown;
};

/// ES8+.InitialiseSecureChannel, BF23 (5.5.1).
struct InitialiseSecureChannelRequest {
  static constexpr uint8_t installBoundProfilePackage = 1;
  uint8_t remoteOpId = installBoundProfilePackage;
  TransactionId transactionId;
  ControlRefTemplate controlRefTemplate;
  PointOctets smdpOtpk{};
  SignatureOctets smdpSign{};
  asn1::Unknown unknown;
};
/// The octets that smdpSign covers: the request's fields without outer tag and signature, then the eUICC's
/// one-time key (5.5.1).
Bytes smdp_sign_input(const InitialiseSecureChannelRequest& request, const PointOctets& euiccOtpk);

/// ES8+.ConfigureISDP, BF24 (5.5.2).
struct ConfigureIsdpRequest {
  std::optional<DpProprietaryData> dpProprietaryData;
  asn1::Unknown unknown;
};

/// ES8+.StoreMetadata, BF25 (5.5.3); also the profileMetadata of ES9+.AuthenticateClient.
struct StoreMetadataRequest {
  Iccid iccid;
  std::string serviceProviderName;  ///< at most 32 octets
  std::string profileName;          ///< at most 64 octets
  std::optional<IconType> iconType;
  std::optional<Bytes> icon;  ///< at most 1024 octets
  asn1::Default<ProfileClass::operational> profileClass;
  std::optional<std::vector<NotificationConfigurationInformation>> notificationConfigurationInfo;
  std::optional<OperatorId> profileOwner;
  std::optional<PprIds> profilePolicyRules;
  std::optional<VendorSpecificExtension> serviceSpecificDataStoredInEuicc;
  std::optional<VendorSpecificExtension> serviceSpecificDataNotStoredInEuicc;
  std::optional<bool> ecallIndication;       ///< reserved for SGP.32, as the next two
  std::optional<bool> fallbackAllowed;
  std::optional<Bytes> iotSpecificMetadata;  ///< content of [100]
  asn1::Unknown unknown;
  bool operator==(const StoreMetadataRequest&) const = default;
};

/// ES8+.ReplaceSessionKeys, BF26 (5.5.4). Its encoding is secret as well: keep it in SecretBytes.
struct ReplaceSessionKeysRequest {
  Secret<16> initialMacChainingValue;
  Secret<16> ppkEnc;
  Secret<16> ppkCmac;
};

/// The package an SM-DP+ binds to one eUICC, BF36 (2.5.4). The members of the four lists are complete
/// protected TLVs ('87', '88', '86'); a list is kept as their concatenation. See `split_tlvs`.
struct BoundProfilePackage {
  InitialiseSecureChannelRequest initialiseSecureChannelRequest;
  Bytes firstSequenceOf87;
  Bytes sequenceOf88;
  std::optional<Bytes> secondSequenceOf87;
  Bytes sequenceOf86;
};
/// Cuts a concatenation of TLVs into views of the complete TLVs (views into `list`).
/// Errors: truncated or invalid where it is not a sequence of TLVs.
Result<std::vector<View>> split_tlvs(View list);

/// Which command of a Bound Profile Package failed.
enum class BppCommandId : uint8_t {
  initialiseSecureChannel = 0,
  configureISDP = 1,
  storeMetadata = 2,
  storeMetadata2 = 3,
  replaceSessionKeys = 4,
  loadProfileElements = 5,
};

/// Why an installation failed (2.5.6).
enum class ErrorReason : uint8_t {
  incorrectInputValues = 1,
  invalidSignature = 2,
  invalidTransactionId = 3,
  unsupportedCrtValues = 4,
  unsupportedRemoteOperationType = 5,
  unsupportedProfileClass = 6,
  scp03tStructureError = 7,
  scp03tSecurityError = 8,
  installFailedDueToIccidAlreadyExistsOnEuicc = 9,
  installFailedDueToInsufficientMemoryForProfile = 10,
  installFailedDueToInterruption = 11,
  installFailedDueToPEProcessingError = 12,
  installFailedDueToDataMismatch = 13,
  testProfileInstallFailedDueToInvalidNaaKey = 14,
  pprNotAllowed = 15,
  installFailedDueToInsufficientMinimumSecurityLevel = 31,
  installFailedDueToServerAddressAbsentInEuiccAllowList = 32,
  installFailedDueToUnknownError = 127,
};

/// What happened and which server is to be told, BF2F (2.6.21 NotificationMetadata).
struct NotificationMetadata {
  uint64_t seqNumber = 0;
  NotificationEvent profileManagementOperation;  ///< one bit set
  std::string notificationAddress;               ///< FQDN
  std::optional<Iccid> iccid;
  asn1::Unknown unknown;
};

struct SuccessResult {
  Aid aid;             ///< of the ISD-P, 5 to 16 octets
  Bytes simaResponse;  ///< one or more EUICCResponse (saip)
  asn1::Unknown unknown;
};
struct ErrorResult {
  BppCommandId bppCommandId{};
  ErrorReason errorReason{};
  std::optional<Bytes> simaResponse;
  asn1::Unknown unknown;
};

struct FinalResult {
  std::variant<SuccessResult, ErrorResult> alt;
};

/// The part of a ProfileInstallationResult that the eUICC signs, BF27.
struct ProfileInstallationResultData {
  TransactionId transactionId;
  NotificationMetadata notificationMetadata;
  asn1::Oid smdpOid;  ///< as in CERT.DPpb
  FinalResult finalResult;
  asn1::Unknown unknown;
};

/// BF37 (2.5.6).
struct ProfileInstallationResult {
  asn1::Signed<ProfileInstallationResultData> profileInstallationResultData;
  SignatureOctets euiccSignPIR{};
  asn1::Unknown unknown;
};

}  // namespace sealift::messages
