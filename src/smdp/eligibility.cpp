#include "smdp/eligibility.hpp"

#include <algorithm>
#include <array>

namespace sealift::smdp {
namespace {

using messages::EuiccInfo2;
using Bit = messages::UiccCapabilityBit;

// Position n: the capability that answers to the n-th service of SAIP ServicesList.
constexpr std::array kCapabilityOfService{
    Bit::contactlessSupport,
    Bit::usimSupport,
    Bit::isimSupport,
    Bit::csimSupport,
    Bit::akaMilenage,
    Bit::akaTuak128,
    Bit::akaCave,
    Bit::gbaAuthenUsim,
    Bit::gbaAuthenISim,
    Bit::mbmsAuthenUsim,
    Bit::eapClient,
    Bit::javacard,
    Bit::multos,
    Bit::multipleUsimSupport,
    Bit::multipleIsimSupport,
    Bit::multipleCsimSupport,
    Bit::akaTuak256,
    Bit::usimTestAlgorithm,
    Bit::berTlvFileSupport,
    Bit::dfLinkSupport,
    Bit::catTp,
    Bit::getIdentity,
    Bit::profileAX25519,
    Bit::profileBP256,
    Bit::suciCalculatorApi,
    Bit::dnsResolution,
    Bit::scp11ac,
    Bit::scp11cAuthorizationMechanism,
    Bit::s16Mode,
    Bit::eaka,
};

bool reads_version(const EuiccInfo2& euicc, const ProfileNeeds& needs) {
  const auto covers = [&](const messages::VersionType& v) {
    return std::pair(v[0], v[1]) >= std::pair(needs.major, needs.minor);
  };
  if (covers(euicc.profileVersion)) return true;
  const auto& more = euicc.additionalEuiccProfilePackageVersions;
  return more && std::any_of(more->begin(), more->end(), covers);
}

bool has_services(const EuiccInfo2& euicc, uint64_t services) {
  for (size_t n = 0; n < 64; ++n) {
    if ((services >> n & 1) == 0) continue;
    // A service that this table does not have cannot be promised on the eUICC's behalf.
    if (n >= kCapabilityOfService.size() || !euicc.uiccCapability.contains(kCapabilityOfService[n]))
      return false;
  }
  return true;
}

bool allows_rules(const EuiccInfo2& euicc, const messages::StoreMetadataRequest& metadata) {
  if (!metadata.profilePolicyRules || !euicc.forbiddenProfilePolicyRules) return true;
  using messages::PprId;
  for (PprId rule : {PprId::pprUpdateControl, PprId::ppr1, PprId::ppr2}) {
    if (metadata.profilePolicyRules->contains(rule) && euicc.forbiddenProfilePolicyRules->contains(rule))
      return false;
  }
  return true;
}

/// Octets of free non-volatile memory: tag 82 of the extended card resources (TS 102 226 8.2.1.7.2), none
/// where the eUICC does not say.
std::optional<uint64_t> free_memory(View resources) {
  asn1::Reader reader(resources, "extCardResource");
  while (!reader.at_end()) {
    const auto tlv = reader.next();
    if (!tlv) return std::nullopt;
    if (tlv->tag != 0x82 || tlv->value.size() > 8) continue;
    uint64_t octets = 0;
    for (uint8_t b : tlv->value) octets = octets << 8 | b;
    return octets;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> eligibility(const ProfileNeeds& needs, const messages::StoreMetadataRequest& metadata,
                                   const EuiccInfo2& euicc) {
  const bool test_profile = metadata.profileClass.value == messages::ProfileClass::test;
  const bool runs_tests = euicc.rspCapability.contains(messages::RspCapabilityBit::testProfileSupport);
  if (!reads_version(euicc, needs) || !has_services(euicc, needs.services) || (test_profile && !runs_tests) ||
      !allows_rules(euicc, metadata)) {
    return Refusal::profile_not_eligible;
  }
  const std::optional<uint64_t> memory = free_memory(euicc.extCardResource);
  if (memory && *memory < needs.size) return Refusal::euicc_memory_insufficient;
  return std::nullopt;
}

}  // namespace sealift::smdp
