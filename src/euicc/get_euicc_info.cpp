// ES10b.GetEUICCInfo (SGP.22 5.7.8): EUICCInfo1 for servers that are not yet authenticated, EUICCInfo2 in
// full.
#include "euicc/isdr.hpp"

namespace sealift::euicc {

namespace {

constexpr messages::VersionType svn{2, 6, 0};
constexpr messages::VersionType profile_version{2, 3, 1};
constexpr messages::VersionType firmware_version{0, 1, 0};
constexpr messages::VersionType protection_profile_version{1, 0, 0};
constexpr uint32_t volatile_memory = 64u << 10;

std::vector<messages::CiPKId> verification_list(const Identity& identity) {
  return {identity.ci_key_ids.begin(), identity.ci_key_ids.end()};
}
std::vector<messages::CiPKId> signing_list(const Identity& identity) {
  std::vector<messages::CiPKId> list;
  for (const auto& c : identity.credentials) list.emplace_back(c.ci_key_id);
  return list;
}

void put_number_object(Bytes& out, uint8_t tag, uint32_t n) {
  append(out, Octets<6>{tag, 4, static_cast<uint8_t>(n >> 24), static_cast<uint8_t>(n >> 16),
                        static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)});
}

/// ETSI TS 102 226 8.2.1.7.2: applications, free non-volatile and free volatile memory.
Bytes ext_card_resource(const Isdr& isdr) {
  Bytes out{0x81, 0x01, static_cast<uint8_t>(isdr.memory.profiles().size())};
  put_number_object(out, 0x82, static_cast<uint32_t>(isdr.memory.free()));
  put_number_object(out, 0x83, volatile_memory);
  return out;
}

/// Rules that no entry of the RAT allows anybody.
messages::PprIds forbidden_rules(const Identity& identity) {
  messages::PprIds forbidden;
  for (auto rule : {messages::PprId::ppr1, messages::PprId::ppr2}) {
    bool allowed = false;
    for (const auto& entry : identity.rules)
      allowed |= entry.pprIds.contains(rule) && !entry.allowedOperators.empty();
    if (!allowed) forbidden.insert(rule);
  }
  return forbidden;
}

}  // namespace

Reply get_euicc_info1(Isdr& isdr, View command) {
  DECODE(GetEuiccInfo1Request, command);
  messages::EuiccInfo1 info;
  info.svn = svn;
  info.euiccCiPKIdListForVerification = verification_list(isdr.identity());
  info.euiccCiPKIdListForSigning = signing_list(isdr.identity());
  return asn1::encode(info);
}

Reply get_euicc_info2(Isdr& isdr, View command) {
  DECODE(GetEuiccInfo2Request, command);
  return asn1::encode(euicc_info2(isdr));
}

messages::EuiccInfo2 euicc_info2(const Isdr& isdr) {
  using enum messages::RspCapabilityBit;
  messages::EuiccInfo2 info;
  info.profileVersion = profile_version;
  info.svn = svn;
  info.euiccFirmwareVer = firmware_version;
  info.extCardResource = ext_card_resource(isdr);
  info.uiccCapability = isdr.ports.profiles.capability();
  info.ts102241Version = messages::VersionType{9, 2, 0};
  info.globalplatformVersion = messages::VersionType{2, 3, 0};
  info.rspCapability = {additionalProfile, crlSupport};
  if (isdr.identity().test_profiles) info.rspCapability.insert(testProfileSupport);
  info.rspCapability.insert(deviceInfoExtensibilitySupport);
  info.rspCapability.insert(serviceSpecificDataSupport);
  if (isdr.identity().minimum_security_level) info.rspCapability.insert(mslCheckSupport);
  if (isdr.identity().test_profile_servers)
    info.rspCapability.insert(rspServerTestProfileAllowlistCheckSupport);
  info.euiccCiPKIdListForVerification = verification_list(isdr.identity());
  info.euiccCiPKIdListForSigning = signing_list(isdr.identity());
  if (auto forbidden = forbidden_rules(isdr.identity()); forbidden.any())
    info.forbiddenProfilePolicyRules = forbidden;
  info.ppVersion = protection_profile_version;
  if (auto level = isdr.identity().minimum_security_level)
    info.euiccMinimumSecurityLevel = Octets<1>{*level};
  info.sasAcreditationNumber = "Sealift virtual eUICC";
  return info;
}

}  // namespace sealift::euicc
