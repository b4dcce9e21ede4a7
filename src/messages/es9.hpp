// ES9+, LPA to SM-DP+: the functions of a profile download (SGP.22 v2.6 5.6, ASN.1 binding 6.6). es9_json.hpp
// has the JSON binding. Values that own their octets; see common.hpp.
#pragma once

#include "messages/es10b.hpp"

namespace sealift::messages {

// ---- 5.6.1 InitiateAuthentication, BF39

struct InitiateAuthenticationRequest {
  Challenge euiccChallenge{};
  std::string smdpAddress;
  EuiccInfo1 euiccInfo1;
  asn1::Unknown unknown;
};
struct InitiateAuthenticationOkEs9 {
  TransactionId transactionId;
  asn1::Signed<ServerSigned1> serverSigned1;
  SignatureOctets serverSignature1{};
  SubjectKeyIdentifier euiccCiPKIdToBeUsed;
  CertificateOctets serverCertificate;
  asn1::Unknown unknown;
};
enum class InitiateAuthenticationError : uint8_t {
  invalidDpAddress = 1,
  euiccVersionNotSupportedByDp = 2,
  ciPKIdNotSupported = 3,
};
struct InitiateAuthenticationResponse {
  std::variant<InitiateAuthenticationOkEs9, InitiateAuthenticationError> alt;
};

// ---- 5.6.3 AuthenticateClient, BF3B

struct AuthenticateClientRequest {
  TransactionId transactionId;
  AuthenticateServerResponse authenticateServerResponse;
  std::optional<asn1::Null> useMatchingIdForAcr;
  asn1::Unknown unknown;
};
struct AuthenticateClientOk {
  TransactionId transactionId;
  asn1::Signed<StoreMetadataRequest> profileMetaData;
  asn1::Signed<SmdpSigned2> smdpSigned2;
  SignatureOctets smdpSignature2{};
  CertificateOctets smdpCertificate;
  asn1::Unknown unknown;
};
enum class AuthenticateClientError : uint8_t {
  eumCertificateInvalid = 1,
  eumCertificateExpired = 2,
  euiccCertificateInvalid = 3,
  euiccCertificateExpired = 4,
  euiccSignatureInvalid = 5,
  matchingIdRefused = 6,
  eidMismatch = 7,
  noEligibleProfile = 8,
  ciPKUnknown = 9,
  invalidTransactionId = 10,
  insufficientMemory = 11,
  downloadOrderExpired = 18,
  undefinedError = 127,
};
/// The answer to a request with useMatchingIdForAcr (v2.7): metadata alone, whose
/// serviceSpecificDataNotStoredInEuicc carries an ActivationCodeRetrievalInfo.
struct AuthenticateClientOkAcr {
  TransactionId transactionId;
  asn1::Signed<StoreMetadataRequest> profileMetaData;
  asn1::Unknown unknown;
};
struct AuthenticateClientResponseEs9 {
  std::variant<AuthenticateClientOk, AuthenticateClientError, AuthenticateClientOkAcr> alt;
};

/// Activation Code Retrieval, the vendorSpecificData of activation_code_retrieval_info: a code, whether codes
/// can be had, or the minutes after which to ask again.
struct ActivationCodeRetrievalInfo {
  std::variant<std::string, bool, uint32_t> alt;
};
/// 2.23.146.1.3.1.1
asn1::Oid activation_code_retrieval_info();

// ---- 5.6.2 GetBoundProfilePackage, BF3A

struct GetBoundProfilePackageRequest {
  TransactionId transactionId;
  PrepareDownloadResponse prepareDownloadResponse;
  asn1::Unknown unknown;
};
/// boundProfilePackage is the complete BF36: it is opened by BoundProfilePackage's decode where need be.
struct GetBoundProfilePackageOk {
  TransactionId transactionId;
  asn1::Any boundProfilePackage;
  asn1::Unknown unknown;
};
enum class GetBoundProfilePackageError : uint8_t {
  euiccSignatureInvalid = 1,
  confirmationCodeMissing = 2,
  confirmationCodeRefused = 3,
  confirmationCodeRetriesExceeded = 4,
  bppRebindingRefused = 5,
  downloadOrderExpired = 6,
  invalidTransactionId = 95,
  undefinedError = 127,
};
struct GetBoundProfilePackageResponse {
  std::variant<GetBoundProfilePackageOk, GetBoundProfilePackageError> alt;
};

// ---- 5.6.4 HandleNotification, BF3D

struct HandleNotification {
  PendingNotification pendingNotification;
  asn1::Unknown unknown;
};

// ---- 5.6.5 CancelSession, BF41

struct CancelSessionRequestEs9 {
  TransactionId transactionId;
  CancelSessionResponse cancelSessionResponse;
  asn1::Unknown unknown;
};
struct CancelSessionOk {
  asn1::Unknown unknown;
};
enum class CancelSessionError : uint8_t {
  invalidTransactionId = 1,
  euiccSignatureInvalid = 2,
  undefinedError = 127
};
struct CancelSessionResponseEs9 {
  std::variant<CancelSessionOk, CancelSessionError> alt;
};

}  // namespace sealift::messages
