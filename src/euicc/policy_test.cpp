// Profile Policy Rules and the Rules Authorisation Table on the card (SGP.22 2.9): who may set which rule,
// what a rule forbids, and what the LPA is told to ask the user about.
#include <gtest/gtest.h>

#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using messages::DeleteResult;
using messages::DisableResult;
using messages::EnableResult;
using messages::ErrorReason;
using messages::OperatorId;
using messages::PprFlag;
using messages::PprId;
using messages::ProfileClass;
using messages::ProfilePolicyAuthorisationRule;

constexpr const char* a = "8949000000000000017";
constexpr const char* b = "8949000000000000025";
constexpr const char* c = "8949000000000000033";

OperatorId owner(Octets<3> mccMnc, std::optional<Bytes> gid1 = {}, std::optional<Bytes> gid2 = {}) {
  return {mccMnc, std::move(gid1), std::move(gid2), {}};
}
const Octets<3> test_network{0x00, 0xF1, 0x10};   // 001-01
const Octets<3> other_network{0x62, 0xF2, 0x10};  // 262-01
const Octets<3> any_network{0xEE, 0xEE, 0xEE};

ProfilePolicyAuthorisationRule rule(messages::PprIds ids, std::vector<OperatorId> operators,
                                    bool consent = false) {
  ProfilePolicyAuthorisationRule out{std::move(ids), std::move(operators), {}, {}};
  if (consent) out.pprFlags = {PprFlag::consentRequired};
  return out;
}

/// Whether a card with this table installs a profile of this owner with these rules.
bool installs(std::vector<ProfilePolicyAuthorisationRule> table, const OperatorId& of,
              const messages::PprIds& rules) {
  World w(1, [&](Personalisation& p) { p.rules = std::move(table); });
  auto m = *asn1::decode<messages::StoreMetadataRequest>(metadata({.rules = rules}));
  m.profileOwner = of;
  w.server.metadata = asn1::encode(m);
  auto result = w.download();
  if (succeeded(result)) return true;
  EXPECT_EQ(error_of(result).errorReason, ErrorReason::pprNotAllowed);
  EXPECT_EQ(error_of(result).bppCommandId, messages::BppCommandId::storeMetadata);
  EXPECT_TRUE(w.profiles().empty());
  return false;
}

TEST(RulesAuthorisationTable, grants_each_rule_by_itself) {
  const auto mine = owner(test_network);
  EXPECT_FALSE(installs({}, mine, {PprId::ppr1}));
  EXPECT_TRUE(installs({}, mine, {})) << "no rule, nothing to ask";
  EXPECT_TRUE(installs({rule({PprId::ppr1}, {mine})}, mine, {PprId::ppr1}));
  EXPECT_FALSE(installs({rule({PprId::ppr1}, {mine})}, mine, {PprId::ppr2}));
  EXPECT_FALSE(installs({rule({PprId::ppr1}, {mine})}, mine, {PprId::ppr1, PprId::ppr2}));
  EXPECT_TRUE(
      installs({rule({PprId::ppr1}, {mine}), rule({PprId::ppr2}, {mine})}, mine, {PprId::ppr1, PprId::ppr2}))
      << "from two entries";
  EXPECT_TRUE(installs({rule({PprId::ppr1}, {mine}, true)}, mine, {PprId::ppr1}))
      << "consent is the LPA's to get";
}

TEST(RulesAuthorisationTable, matches_networks_digit_by_digit) {
  auto granted = [](Octets<3> in_table, Octets<3> in_profile) {
    return installs({rule({PprId::ppr2}, {owner(in_table)})}, owner(in_profile), {PprId::ppr2});
  };
  EXPECT_TRUE(granted(test_network, test_network));
  EXPECT_FALSE(granted(test_network, other_network));
  EXPECT_TRUE(granted(any_network, other_network));
  EXPECT_TRUE(granted({0x00, 0xE1, 0xEE}, test_network)) << "any network of country 001";
  EXPECT_FALSE(granted({0x00, 0xE1, 0xEE}, other_network));
  EXPECT_FALSE(granted({0x00, 0x01, 0x10}, test_network)) << "three digits are not two";
  EXPECT_FALSE(granted(test_network, any_network)) << "a wildcard is the table's alone";
}

TEST(RulesAuthorisationTable, matches_groups) {
  auto granted = [](std::optional<Bytes> in_table, std::optional<Bytes> in_profile) {
    return installs({rule({PprId::ppr2}, {owner(test_network, in_table, in_table)})},
                    owner(test_network, in_profile, in_profile), {PprId::ppr2});
  };
  EXPECT_TRUE(granted({}, {}));
  EXPECT_FALSE(granted({}, Bytes{1})) << "absent matches only absence";
  EXPECT_TRUE(granted(Bytes{}, Bytes{1})) << "empty matches any";
  EXPECT_TRUE(granted(Bytes{}, {}));
  EXPECT_TRUE(granted(Bytes{1, 2}, Bytes{1, 2}));
  EXPECT_FALSE(granted(Bytes{1, 2}, Bytes{1, 3}));
  EXPECT_FALSE(granted(Bytes{1}, {}));
}

TEST(RulesAuthorisationTable, is_told_to_the_lpa_as_it_was_made) {
  std::vector<ProfilePolicyAuthorisationRule> table{
      rule({PprId::ppr1}, {owner(test_network, Bytes{}, Bytes{7})}, true),
      rule({PprId::ppr1, PprId::ppr2}, {owner(other_network), owner(any_network)})};
  World w(1, [&](Personalisation& p) { p.rules = table; });
  for (int i = 0; i < 2; ++i) {
    auto rat = w.phone.command<messages::GetRatResponse>(messages::GetRatRequest{}).rat;
    ASSERT_EQ(rat.size(), 2u);
    EXPECT_EQ(rat[0].pprIds, table[0].pprIds);
    EXPECT_TRUE(rat[0].pprFlags.contains(PprFlag::consentRequired));
    EXPECT_FALSE(rat[1].pprFlags.contains(PprFlag::consentRequired));
    EXPECT_EQ(rat[0].allowedOperators, table[0].allowedOperators);
    EXPECT_EQ(rat[1].allowedOperators, table[1].allowedOperators);
    messages::EuiccMemoryResetRequest reset;
    reset.resetOptions = {messages::ResetOption::resetDefaultSmdpAddress};
    w.phone.command<messages::EuiccMemoryResetResponse>(reset);
    w.restart();
  }
}

TEST(RulesAuthorisationTable, names_the_rules_that_nobody_may_set) {
  auto forbidden = [](std::vector<ProfilePolicyAuthorisationRule> table) {
    World w(1, [&](Personalisation& p) { p.rules = std::move(table); });
    auto info = w.phone.command<messages::EuiccInfo2>(messages::GetEuiccInfo2Request{});
    return info.forbiddenProfilePolicyRules.value_or(messages::PprIds{});
  };
  EXPECT_EQ(forbidden({}), (messages::PprIds{PprId::ppr1, PprId::ppr2}));
  EXPECT_EQ(forbidden({rule({PprId::ppr1}, {owner(any_network)})}), messages::PprIds{PprId::ppr2});
  EXPECT_FALSE(forbidden({rule({PprId::ppr1, PprId::ppr2}, {owner(test_network)})}).any());
  EXPECT_EQ(forbidden({rule({PprId::ppr1, PprId::ppr2}, {})}), (messages::PprIds{PprId::ppr1, PprId::ppr2}))
      << "an entry without operators grants nothing";
}

TEST(ProfilePolicyRules, are_not_for_test_profiles_nor_for_profiles_without_an_owner) {
  World w;
  for (auto ppr : {PprId::ppr1, PprId::ppr2, PprId::pprUpdateControl}) {
    EXPECT_EQ(error_of(w.download({.rules = {ppr}, .owner = false})).errorReason, ErrorReason::pprNotAllowed);
    EXPECT_EQ(error_of(w.download({.profile_class = ProfileClass::test, .rules = {ppr}})).errorReason,
              ErrorReason::pprNotAllowed);
  }
}

TEST(ProfilePolicyRules, ppr1_comes_first_or_not_at_all) {
  World w;
  ASSERT_TRUE(succeeded(w.download({.iccid = c, .profile_class = ProfileClass::test})));
  ASSERT_TRUE(succeeded(w.download({.iccid = a, .rules = {PprId::ppr1}}))) << "beside a Test Profile";
  EXPECT_TRUE(succeeded(w.download({.iccid = b}))) << "another may be installed after it";
  ASSERT_EQ(w.remove(a), DeleteResult::ok) << "PPR1 forbids disabling, not deleting";
  EXPECT_EQ(error_of(w.download({.iccid = a, .rules = {PprId::ppr1}})).errorReason,
            ErrorReason::pprNotAllowed)
      << "beside an operational one";
}

TEST(ProfilePolicyRules, hold_through_restart_and_by_aid_as_well) {
  World w;
  ASSERT_TRUE(succeeded(w.download({.iccid = a, .rules = {PprId::ppr1, PprId::ppr2}})));
  ASSERT_TRUE(succeeded(w.download({.iccid = b})));
  ASSERT_EQ(w.enable(a), EnableResult::ok);
  w.restart();
  for (bool refresh : {false, true}) {
    EXPECT_EQ(w.disable(a, refresh), DisableResult::disallowedByPolicy);
    EXPECT_EQ(w.enable(b, refresh), EnableResult::disallowedByPolicy);
  }
  messages::DisableProfileRequest by_aid;
  by_aid.profileIdentifier.alt = *w.profiles()[0].isdpAid;
  EXPECT_EQ(w.phone.command<messages::DisableProfileResponse>(by_aid).disableResult,
            DisableResult::disallowedByPolicy);
  messages::ProfileInfoListRequest request;
  request.tagList = Bytes{0x99};
  auto list = w.phone.command<messages::ProfileInfoListResponse>(request);
  EXPECT_EQ(std::get<0>(list.alt)[0].profilePolicyRules, (messages::PprIds{PprId::ppr1, PprId::ppr2}))
      << "and the LPA can see why";
}

}  // namespace
}  // namespace sealift::euicc
