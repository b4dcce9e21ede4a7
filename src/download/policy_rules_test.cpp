#include <gtest/gtest.h>

#include "download/download.hpp"

namespace sealift::download {
namespace {

using namespace messages;

struct Owner {
  Octets<3> mcc_mnc{0x00, 0xF1, 0x10};
  std::optional<Bytes> gid1, gid2;
};
OperatorId operator_id(const Owner& o) {
  OperatorId out;
  out.mccMnc = o.mcc_mnc;
  out.gid1 = o.gid1;
  out.gid2 = o.gid2;
  return out;
}
ProfilePolicyAuthorisationRule rule(PprIds ids, const Owner& o, bool consent = false) {
  ProfilePolicyAuthorisationRule r;
  r.pprIds = ids;
  r.allowedOperators = {operator_id(o)};
  if (consent) r.pprFlags = {PprFlag::consentRequired};
  return r;
}
StoreMetadataRequest profile(PprIds ids, const Owner& o = {}) {
  StoreMetadataRequest m;
  m.profilePolicyRules = ids;
  m.profileOwner = operator_id(o);
  return m;
}
bool allowed(const Owner& in_rule, const Owner& owner) {
  return judge_policies(profile({PprId::ppr1}, owner), {rule({PprId::ppr1}, in_rule)}).allowed;
}

TEST(PolicyRules, allow_a_profile_without_rules_whatever_the_table_says) {
  EXPECT_TRUE(judge_policies({}, {}).allowed);
  EXPECT_FALSE(judge_policies({}, {}).consentRequired);
  EXPECT_TRUE(judge_policies(profile({}), {}).allowed);
  EXPECT_TRUE(judge_policies(profile({PprId::pprUpdateControl}), {}).allowed) << "update control is no PPR";
}

TEST(PolicyRules, allow_nothing_by_an_empty_table) { EXPECT_FALSE(judge_policies(profile({PprId::ppr1}), {}).allowed); }

TEST(PolicyRules, match_the_operator_digit_by_digit) {
  EXPECT_TRUE(allowed({}, {}));
  for (size_t i = 0; i < 3; ++i) {
    for (int bit : {0x01, 0x10}) {
      Owner other;
      other.mcc_mnc[i] ^= static_cast<uint8_t>(bit);
      EXPECT_FALSE(allowed({}, other)) << i << " " << bit;
    }
  }
}

TEST(PolicyRules, take_nibble_e_for_any_digit_and_for_that_place_alone) {
  EXPECT_TRUE(allowed({.mcc_mnc = {0xEE, 0xEE, 0xEE}}, {.mcc_mnc = {0x62, 0xF2, 0x30}}));
  EXPECT_TRUE(allowed({.mcc_mnc = {0x00, 0xE1, 0x10}}, {.mcc_mnc = {0x00, 0xF1, 0x10}}));
  EXPECT_TRUE(allowed({.mcc_mnc = {0x00, 0xE1, 0x10}}, {.mcc_mnc = {0x00, 0x41, 0x10}}));
  EXPECT_FALSE(allowed({.mcc_mnc = {0x00, 0xE1, 0x10}}, {.mcc_mnc = {0x00, 0x42, 0x10}}));
  EXPECT_FALSE(allowed({.mcc_mnc = {0x00, 0xF1, 0x10}}, {.mcc_mnc = {0x00, 0xE1, 0x10}}))
      << "a wildcard in the owner's identity is none";
}

TEST(PolicyRules, match_group_identifiers_empty_for_any_and_absent_for_absent) {
  const Owner with{.gid1 = Bytes{1, 2}}, without{}, other{.gid1 = Bytes{1, 3}}, any{.gid1 = Bytes{}};
  EXPECT_TRUE(allowed(with, with));
  EXPECT_FALSE(allowed(with, other));
  EXPECT_FALSE(allowed(with, without));
  EXPECT_FALSE(allowed(without, with));
  EXPECT_TRUE(allowed(any, with));
  EXPECT_TRUE(allowed(any, without));
  const Owner both{.gid1 = Bytes{1}, .gid2 = Bytes{2}}, second_differs{.gid1 = Bytes{1}, .gid2 = Bytes{3}};
  EXPECT_TRUE(allowed(both, both));
  EXPECT_FALSE(allowed(both, second_differs));
}

TEST(PolicyRules, allow_nothing_to_a_profile_without_an_owner) {
  StoreMetadataRequest m = profile({PprId::ppr1});
  m.profileOwner.reset();
  EXPECT_FALSE(judge_policies(m, {rule({PprId::ppr1}, {.mcc_mnc = {0xEE, 0xEE, 0xEE}})}).allowed);
}

TEST(PolicyRules, need_a_rule_for_every_policy_of_the_profile) {
  const auto both = profile({PprId::ppr1, PprId::ppr2});
  EXPECT_FALSE(judge_policies(both, {rule({PprId::ppr1}, {})}).allowed);
  EXPECT_FALSE(judge_policies(both, {rule({PprId::ppr2}, {})}).allowed);
  EXPECT_TRUE(judge_policies(both, {rule({PprId::ppr1}, {}), rule({PprId::ppr2}, {})}).allowed);
  EXPECT_TRUE(judge_policies(both, {rule({PprId::ppr1, PprId::ppr2}, {})}).allowed);
}

TEST(PolicyRules, ask_for_consent_by_the_first_rule_that_matches) {
  const Owner anybody{.mcc_mnc = {0xEE, 0xEE, 0xEE}}, somebody_else{.mcc_mnc = {0x62, 0xF2, 0x30}};
  auto consent = [](std::vector<ProfilePolicyAuthorisationRule> rat) {
    return judge_policies(profile({PprId::ppr1}), rat).consentRequired;
  };
  EXPECT_TRUE(consent({rule({PprId::ppr1}, {}, true), rule({PprId::ppr1}, anybody, false)}));
  EXPECT_FALSE(consent({rule({PprId::ppr1}, {}, false), rule({PprId::ppr1}, anybody, true)}));
  EXPECT_FALSE(consent({rule({PprId::ppr1}, somebody_else, true), rule({PprId::ppr1}, anybody, false)}))
      << "a rule for another operator was taken";
  EXPECT_FALSE(consent({rule({PprId::ppr2}, {}, true), rule({PprId::ppr1}, {}, false)}))
      << "a rule for another policy was taken";
}

}  // namespace
}  // namespace sealift::download
