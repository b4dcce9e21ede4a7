// ES10c.GetProfilesInfo (SGP.22 5.7.15).
#include <algorithm>

#include "euicc/isdr.hpp"
#include "messages/es10c.hpp"

namespace sealift::euicc {

namespace {

using messages::ProfileInfo;

/// The fields that a request without tagList gets.
constexpr asn1::Tag default_tags[] = {0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95};

/// Concatenated tags of one or two octets; empty where the list is cut off.
Result<std::vector<asn1::Tag>> tags_of(View list) {
  std::vector<asn1::Tag> tags;
  for (size_t i = 0; i < list.size(); ++i) {
    asn1::Tag tag = list[i];
    if ((tag & 0x1F) == 0x1F) {
      if (++i == list.size()) return Error{ErrorKind::truncated, "tagList"};
      tag = tag << 8 | list[i];
    }
    tags.push_back(tag);
  }
  return tags;
}

bool matches(const messages::ProfileInfoListRequest::SearchCriteria& criteria, const ProfileRecord& record,
             const messages::StoreMetadataRequest& metadata) {
  if (const auto* aid = std::get_if<Aid>(&criteria.alt)) return record.isdp_aid == *aid;
  if (const auto* iccid = std::get_if<Iccid>(&criteria.alt)) return metadata.iccid == *iccid;
  return metadata.profileClass.value == std::get<messages::ProfileClass>(criteria.alt);
}

/// Metadata objects of the phone makers (Android: BF76) that were asked for by their tag.
Bytes wanted_unknown(View unknown, const std::vector<asn1::Tag>& tags) {
  Bytes out;
  asn1::Reader in(unknown, "metadata");
  while (!in.at_end()) {
    auto tlv = in.next();
    if (!tlv) break;
    if (std::find(tags.begin(), tags.end(), tlv->tag) != tags.end()) append(out, tlv->whole);
  }
  return out;
}

ProfileInfo info_of(const ProfileRecord& record, messages::StoreMetadataRequest metadata, bool enabled,
                    const std::vector<asn1::Tag>& tags) {
  auto wanted = [&](asn1::Tag tag) { return std::find(tags.begin(), tags.end(), tag) != tags.end(); };
  using messages::ProfileState;
  ProfileInfo info;
  if (wanted(0x5A)) info.iccid = metadata.iccid;
  if (wanted(0x4F)) info.isdpAid = record.isdp_aid;
  if (wanted(0x9F70)) info.profileState = enabled ? ProfileState::enabled : ProfileState::disabled;
  if (wanted(0x90) && !record.nickname.empty()) info.profileNickname = record.nickname;
  if (wanted(0x91)) info.serviceProviderName = metadata.serviceProviderName;
  if (wanted(0x92)) info.profileName = metadata.profileName;
  if (wanted(0x93)) info.iconType = metadata.iconType;
  if (wanted(0x94)) info.icon = metadata.icon;
  if (wanted(0x95)) info.profileClass = metadata.profileClass.value;
  if (wanted(0xB6)) info.notificationConfigurationInfo = metadata.notificationConfigurationInfo;
  if (wanted(0xB7)) info.profileOwner = metadata.profileOwner;
  if (wanted(0xB8)) info.dpProprietaryData = record.dp_proprietary_data();
  if (wanted(0x99)) info.profilePolicyRules = metadata.profilePolicyRules;
  if (wanted(0xBF22)) info.serviceSpecificDataStoredInEuicc = metadata.serviceSpecificDataStoredInEuicc;
  info.unknown.tlvs = wanted_unknown(metadata.unknown.tlvs, tags);
  return info;
}

}  // namespace

Reply get_profiles_info(Isdr& isdr, View command) {
  auto request = DECODE(ProfileInfoListRequest, command);
  messages::ProfileInfoListResponse response;
  std::vector<asn1::Tag> tags(std::begin(default_tags), std::end(default_tags));
  if (request.tagList) {
    auto asked = tags_of(*request.tagList);
    if (!asked) {
      response.alt = messages::ProfileInfoListError::incorrectInputValues;
      return asn1::encode(response);
    }
    tags = std::move(*asked);
  }
  std::vector<ProfileInfo> list;
  auto enabled = isdr.memory.enabled();
  for (const auto& record : isdr.memory.profiles()) {
    auto metadata = record.parsed_metadata();
    if (!metadata) return sw::technical_problem;
    if (request.searchCriteria && !matches(*request.searchCriteria, record, *metadata)) continue;
    list.push_back(info_of(record, std::move(*metadata), enabled == record.isdp_aid, tags));
  }
  response.alt = std::move(list);
  return asn1::encode(response);
}

}  // namespace sealift::euicc
