// ES10c, LPAd to eUICC: local profile management (SGP.22 v2.6 5.7.15 to 5.7.21). Values that own their
// octets; see common.hpp.
#pragma once

#include "messages/common.hpp"

namespace sealift::messages {

// ---- 5.7.15 GetProfilesInfo

/// BF2D. No criterion: all Profiles; no tagList: the default set of fields.
struct ProfileInfoListRequest {
  /// isdpAid (4F), iccid (5A) or profileClass (95).
  struct SearchCriteria {
    std::variant<Aid, Iccid, ProfileClass> alt;
  };
  std::optional<SearchCriteria> searchCriteria;
  std::optional<Bytes> tagList;  ///< concatenated tags, some of two octets
  std::optional<Bytes> iotSpecificTagList;
  asn1::Unknown unknown;
};
/// E3.
struct ProfileInfo {
  std::optional<Iccid> iccid;
  std::optional<Aid> isdpAid;
  std::optional<ProfileState> profileState;
  std::optional<std::string> profileNickname;      ///< at most 64 octets
  std::optional<std::string> serviceProviderName;  ///< at most 32 octets
  std::optional<std::string> profileName;          ///< at most 64 octets
  std::optional<IconType> iconType;
  std::optional<Bytes> icon;  ///< at most 1024 octets
  std::optional<ProfileClass> profileClass;
  std::optional<std::vector<NotificationConfigurationInformation>> notificationConfigurationInfo;
  std::optional<OperatorId> profileOwner;
  std::optional<DpProprietaryData> dpProprietaryData;
  std::optional<PprIds> profilePolicyRules;
  std::optional<VendorSpecificExtension> serviceSpecificDataStoredInEuicc;
  std::optional<bool> ecallIndication;  ///< reserved for SGP.32, as the next three
  asn1::Default<false> fallbackAttribute;
  std::optional<bool> fallbackAllowed;
  std::optional<Bytes> iotSpecificProfileInfo;  ///< content of [100]
  asn1::Unknown unknown;
};
enum class ProfileInfoListError : uint8_t { incorrectInputValues = 1, undefinedError = 127 };
struct ProfileInfoListResponse {
  std::variant<std::vector<ProfileInfo>, ProfileInfoListError> alt;
};

// ---- 5.7.16 EnableProfile, 5.7.17 DisableProfile, 5.7.18 DeleteProfile

/// BF31.
struct EnableProfileRequest {
  ProfileIdentifier profileIdentifier;
  bool refreshFlag = false;
  asn1::Unknown unknown;
};
enum class EnableResult : uint8_t {
  ok = 0,
  iccidOrAidNotFound = 1,
  profileNotInDisabledState = 2,
  disallowedByPolicy = 3,
  wrongProfileReenabling = 4,
  catBusy = 5,
  undefinedError = 127,
};
struct EnableProfileResponse {
  EnableResult enableResult{};
  asn1::Unknown unknown;
};

/// BF32.
struct DisableProfileRequest {
  ProfileIdentifier profileIdentifier;
  bool refreshFlag = false;
  asn1::Unknown unknown;
};
enum class DisableResult : uint8_t {
  ok = 0,
  iccidOrAidNotFound = 1,
  profileNotInEnabledState = 2,
  disallowedByPolicy = 3,
  catBusy = 5,
  undefinedError = 127,
};
struct DisableProfileResponse {
  DisableResult disableResult{};
  asn1::Unknown unknown;
};

/// BF33, a CHOICE with the tag around it and no A0 within.
struct DeleteProfileRequest {
  std::variant<Aid, Iccid> alt;
};
enum class DeleteResult : uint8_t {
  ok = 0,
  iccidOrAidNotFound = 1,
  profileNotInDisabledState = 2,
  disallowedByPolicy = 3,
  undefinedError = 127,
};
struct DeleteProfileResponse {
  DeleteResult deleteResult{};
  asn1::Unknown unknown;
};

// ---- 5.7.19 eUICCMemoryReset

enum class ResetOption : uint8_t {
  deleteOperationalProfiles = 0,
  deleteFieldLoadedTestProfiles = 1,
  resetDefaultSmdpAddress = 2,
};
/// BF34.
struct EuiccMemoryResetRequest {
  NamedBits<ResetOption> resetOptions;
  asn1::Unknown unknown;
};
enum class ResetResult : uint8_t { ok = 0, nothingToDelete = 1, catBusy = 5, undefinedError = 127 };
struct EuiccMemoryResetResponse {
  ResetResult resetResult{};
  asn1::Unknown unknown;
};

// ---- 5.7.20 GetEID

/// BF3E. The only tag there is to ask for is 5A.
struct GetEuiccDataRequest {
  Octets<1> tagList{0x5A};
  asn1::Unknown unknown;
};
struct GetEuiccDataResponse {
  Eid eidValue;
  asn1::Unknown unknown;
};

// ---- 5.7.21 SetNickname

/// BF29. An empty nickname removes the one that is set.
struct SetNicknameRequest {
  Iccid iccid;
  std::string profileNickname;  ///< at most 64 octets
  asn1::Unknown unknown;
};
enum class SetNicknameResult : uint8_t { ok = 0, iccidNotFound = 1, undefinedError = 127 };
struct SetNicknameResponse {
  SetNicknameResult setNicknameResult{};
  asn1::Unknown unknown;
};

}  // namespace sealift::messages
