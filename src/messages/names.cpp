#include "messages/names.hpp"

namespace sealift::messages {

std::string_view to_name(IconType value) {
  switch (value) {
    case IconType::jpg:
      return "jpg";
    case IconType::png:
      return "png";
  }
  return {};
}
std::string_view to_name(ProfileState value) {
  switch (value) {
    case ProfileState::disabled:
      return "disabled";
    case ProfileState::enabled:
      return "enabled";
  }
  return {};
}
std::string_view to_name(ProfileClass value) {
  switch (value) {
    case ProfileClass::test:
      return "test";
    case ProfileClass::provisioning:
      return "provisioning";
    case ProfileClass::operational:
      return "operational";
  }
  return {};
}
std::string_view to_name(BppCommandId value) {
  switch (value) {
    case BppCommandId::initialiseSecureChannel:
      return "initialiseSecureChannel";
    case BppCommandId::configureISDP:
      return "configureISDP";
    case BppCommandId::storeMetadata:
      return "storeMetadata";
    case BppCommandId::storeMetadata2:
      return "storeMetadata2";
    case BppCommandId::replaceSessionKeys:
      return "replaceSessionKeys";
    case BppCommandId::loadProfileElements:
      return "loadProfileElements";
  }
  return {};
}
std::string_view to_name(ErrorReason value) {
  switch (value) {
    case ErrorReason::incorrectInputValues:
      return "incorrectInputValues";
    case ErrorReason::invalidSignature:
      return "invalidSignature";
    case ErrorReason::invalidTransactionId:
      return "invalidTransactionId";
    case ErrorReason::unsupportedCrtValues:
      return "unsupportedCrtValues";
    case ErrorReason::unsupportedRemoteOperationType:
      return "unsupportedRemoteOperationType";
    case ErrorReason::unsupportedProfileClass:
      return "unsupportedProfileClass";
    case ErrorReason::scp03tStructureError:
      return "scp03tStructureError";
    case ErrorReason::scp03tSecurityError:
      return "scp03tSecurityError";
    case ErrorReason::installFailedDueToIccidAlreadyExistsOnEuicc:
      return "installFailedDueToIccidAlreadyExistsOnEuicc";
    case ErrorReason::installFailedDueToInsufficientMemoryForProfile:
      return "installFailedDueToInsufficientMemoryForProfile";
    case ErrorReason::installFailedDueToInterruption:
      return "installFailedDueToInterruption";
    case ErrorReason::installFailedDueToPEProcessingError:
      return "installFailedDueToPEProcessingError";
    case ErrorReason::installFailedDueToDataMismatch:
      return "installFailedDueToDataMismatch";
    case ErrorReason::testProfileInstallFailedDueToInvalidNaaKey:
      return "testProfileInstallFailedDueToInvalidNaaKey";
    case ErrorReason::pprNotAllowed:
      return "pprNotAllowed";
    case ErrorReason::installFailedDueToInsufficientMinimumSecurityLevel:
      return "installFailedDueToInsufficientMinimumSecurityLevel";
    case ErrorReason::installFailedDueToServerAddressAbsentInEuiccAllowList:
      return "installFailedDueToServerAddressAbsentInEuiccAllowList";
    case ErrorReason::installFailedDueToUnknownError:
      return "installFailedDueToUnknownError";
  }
  return {};
}
std::string_view to_name(EuiccCategory value) {
  switch (value) {
    case EuiccCategory::other:
      return "other";
    case EuiccCategory::basicEuicc:
      return "basicEuicc";
    case EuiccCategory::mediumEuicc:
      return "mediumEuicc";
    case EuiccCategory::contactlessEuicc:
      return "contactlessEuicc";
  }
  return {};
}
std::string_view to_name(AuthenticateErrorCode value) {
  switch (value) {
    case AuthenticateErrorCode::invalidCertificate:
      return "invalidCertificate";
    case AuthenticateErrorCode::invalidSignature:
      return "invalidSignature";
    case AuthenticateErrorCode::unsupportedCurve:
      return "unsupportedCurve";
    case AuthenticateErrorCode::noSessionContext:
      return "noSessionContext";
    case AuthenticateErrorCode::invalidOid:
      return "invalidOid";
    case AuthenticateErrorCode::euiccChallengeMismatch:
      return "euiccChallengeMismatch";
    case AuthenticateErrorCode::ciPKUnknown:
      return "ciPKUnknown";
    case AuthenticateErrorCode::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(DownloadErrorCode value) {
  switch (value) {
    case DownloadErrorCode::invalidCertificate:
      return "invalidCertificate";
    case DownloadErrorCode::invalidSignature:
      return "invalidSignature";
    case DownloadErrorCode::unsupportedCurve:
      return "unsupportedCurve";
    case DownloadErrorCode::noSessionContext:
      return "noSessionContext";
    case DownloadErrorCode::invalidTransactionId:
      return "invalidTransactionId";
    case DownloadErrorCode::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(CancelSessionReason value) {
  switch (value) {
    case CancelSessionReason::endUserRejection:
      return "endUserRejection";
    case CancelSessionReason::postponed:
      return "postponed";
    case CancelSessionReason::timeout:
      return "timeout";
    case CancelSessionReason::pprNotAllowed:
      return "pprNotAllowed";
    case CancelSessionReason::metadataMismatch:
      return "metadataMismatch";
    case CancelSessionReason::loadBppExecutionError:
      return "loadBppExecutionError";
    case CancelSessionReason::undefinedReason:
      return "undefinedReason";
  }
  return {};
}
std::string_view to_name(CancelSessionResponseError value) {
  switch (value) {
    case CancelSessionResponseError::invalidTransactionId:
      return "invalidTransactionId";
    case CancelSessionResponseError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(LoadCrlResponseError value) {
  switch (value) {
    case LoadCrlResponseError::invalidSignature:
      return "invalidSignature";
    case LoadCrlResponseError::invalidCRLFormat:
      return "invalidCRLFormat";
    case LoadCrlResponseError::notEnoughMemorySpace:
      return "notEnoughMemorySpace";
    case LoadCrlResponseError::verificationKeyNotFound:
      return "verificationKeyNotFound";
    case LoadCrlResponseError::fresherCrlAlreadyLoaded:
      return "fresherCrlAlreadyLoaded";
    case LoadCrlResponseError::baseCrlMissing:
      return "baseCrlMissing";
    case LoadCrlResponseError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(ListNotificationsResultError value) {
  switch (value) {
    case ListNotificationsResultError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(NotificationsListResultError value) {
  switch (value) {
    case NotificationsListResultError::noResultAvailable:
      return "noResultAvailable";
    case NotificationsListResultError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(DeleteNotificationStatus value) {
  switch (value) {
    case DeleteNotificationStatus::ok:
      return "ok";
    case DeleteNotificationStatus::nothingToDelete:
      return "nothingToDelete";
    case DeleteNotificationStatus::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(ProfileInfoListError value) {
  switch (value) {
    case ProfileInfoListError::incorrectInputValues:
      return "incorrectInputValues";
    case ProfileInfoListError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(EnableResult value) {
  switch (value) {
    case EnableResult::ok:
      return "ok";
    case EnableResult::iccidOrAidNotFound:
      return "iccidOrAidNotFound";
    case EnableResult::profileNotInDisabledState:
      return "profileNotInDisabledState";
    case EnableResult::disallowedByPolicy:
      return "disallowedByPolicy";
    case EnableResult::wrongProfileReenabling:
      return "wrongProfileReenabling";
    case EnableResult::catBusy:
      return "catBusy";
    case EnableResult::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(DisableResult value) {
  switch (value) {
    case DisableResult::ok:
      return "ok";
    case DisableResult::iccidOrAidNotFound:
      return "iccidOrAidNotFound";
    case DisableResult::profileNotInEnabledState:
      return "profileNotInEnabledState";
    case DisableResult::disallowedByPolicy:
      return "disallowedByPolicy";
    case DisableResult::catBusy:
      return "catBusy";
    case DisableResult::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(DeleteResult value) {
  switch (value) {
    case DeleteResult::ok:
      return "ok";
    case DeleteResult::iccidOrAidNotFound:
      return "iccidOrAidNotFound";
    case DeleteResult::profileNotInDisabledState:
      return "profileNotInDisabledState";
    case DeleteResult::disallowedByPolicy:
      return "disallowedByPolicy";
    case DeleteResult::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(ResetResult value) {
  switch (value) {
    case ResetResult::ok:
      return "ok";
    case ResetResult::nothingToDelete:
      return "nothingToDelete";
    case ResetResult::catBusy:
      return "catBusy";
    case ResetResult::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(SetNicknameResult value) {
  switch (value) {
    case SetNicknameResult::ok:
      return "ok";
    case SetNicknameResult::iccidNotFound:
      return "iccidNotFound";
    case SetNicknameResult::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(SetDefaultDpAddressResult value) {
  switch (value) {
    case SetDefaultDpAddressResult::ok:
      return "ok";
    case SetDefaultDpAddressResult::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(InitiateAuthenticationError value) {
  switch (value) {
    case InitiateAuthenticationError::invalidDpAddress:
      return "invalidDpAddress";
    case InitiateAuthenticationError::euiccVersionNotSupportedByDp:
      return "euiccVersionNotSupportedByDp";
    case InitiateAuthenticationError::ciPKIdNotSupported:
      return "ciPKIdNotSupported";
  }
  return {};
}
std::string_view to_name(AuthenticateClientError value) {
  switch (value) {
    case AuthenticateClientError::eumCertificateInvalid:
      return "eumCertificateInvalid";
    case AuthenticateClientError::eumCertificateExpired:
      return "eumCertificateExpired";
    case AuthenticateClientError::euiccCertificateInvalid:
      return "euiccCertificateInvalid";
    case AuthenticateClientError::euiccCertificateExpired:
      return "euiccCertificateExpired";
    case AuthenticateClientError::euiccSignatureInvalid:
      return "euiccSignatureInvalid";
    case AuthenticateClientError::matchingIdRefused:
      return "matchingIdRefused";
    case AuthenticateClientError::eidMismatch:
      return "eidMismatch";
    case AuthenticateClientError::noEligibleProfile:
      return "noEligibleProfile";
    case AuthenticateClientError::ciPKUnknown:
      return "ciPKUnknown";
    case AuthenticateClientError::invalidTransactionId:
      return "invalidTransactionId";
    case AuthenticateClientError::insufficientMemory:
      return "insufficientMemory";
    case AuthenticateClientError::downloadOrderExpired:
      return "downloadOrderExpired";
    case AuthenticateClientError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(GetBoundProfilePackageError value) {
  switch (value) {
    case GetBoundProfilePackageError::euiccSignatureInvalid:
      return "euiccSignatureInvalid";
    case GetBoundProfilePackageError::confirmationCodeMissing:
      return "confirmationCodeMissing";
    case GetBoundProfilePackageError::confirmationCodeRefused:
      return "confirmationCodeRefused";
    case GetBoundProfilePackageError::confirmationCodeRetriesExceeded:
      return "confirmationCodeRetriesExceeded";
    case GetBoundProfilePackageError::bppRebindingRefused:
      return "bppRebindingRefused";
    case GetBoundProfilePackageError::downloadOrderExpired:
      return "downloadOrderExpired";
    case GetBoundProfilePackageError::invalidTransactionId:
      return "invalidTransactionId";
    case GetBoundProfilePackageError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(CancelSessionError value) {
  switch (value) {
    case CancelSessionError::invalidTransactionId:
      return "invalidTransactionId";
    case CancelSessionError::euiccSignatureInvalid:
      return "euiccSignatureInvalid";
    case CancelSessionError::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(AuthenticateClientErrorEs11 value) {
  switch (value) {
    case AuthenticateClientErrorEs11::eumCertificateInvalid:
      return "eumCertificateInvalid";
    case AuthenticateClientErrorEs11::eumCertificateExpired:
      return "eumCertificateExpired";
    case AuthenticateClientErrorEs11::euiccCertificateInvalid:
      return "euiccCertificateInvalid";
    case AuthenticateClientErrorEs11::euiccCertificateExpired:
      return "euiccCertificateExpired";
    case AuthenticateClientErrorEs11::euiccSignatureInvalid:
      return "euiccSignatureInvalid";
    case AuthenticateClientErrorEs11::eventIdUnknown:
      return "eventIdUnknown";
    case AuthenticateClientErrorEs11::invalidTransactionId:
      return "invalidTransactionId";
    case AuthenticateClientErrorEs11::undefinedError:
      return "undefinedError";
  }
  return {};
}
std::string_view to_name(LpaeActivationResult value) {
  switch (value) {
    case LpaeActivationResult::ok:
      return "ok";
    case LpaeActivationResult::notSupported:
      return "notSupported";
  }
  return {};
}

}  // namespace sealift::messages
