#include "auth/server.hpp"

#include <gtest/gtest.h>

#include "pki/issue.hpp"
#include "pki/test_support.hpp"

namespace sealift::auth {
namespace {

using pki::testing::at;
using pki::testing::read_vector;

crypto::KeyIdentifier id(uint8_t n) {
  return {n};
}

/// A PKI of our own with a few CIs to choose from.
class Choice : public ::testing::Test {
 protected:
  Choice() {
    for (uint64_t seed : {1, 2, 3}) {
      SeededRandom random(seed);
      pki::HierarchyOptions options{.deterministic = true,
                                    .eid = *Eid::with_check_digits("890490321234512345123456789012")};
      options.not_before = at("2026-01-01T00:00:00Z");
      const pki::Hierarchy h = pki::make_hierarchy(options, random).value();
      EXPECT_TRUE(trust_.add(h.certificate(pki::Role::ci)));
      ci_.push_back(*octets<20>(h.certificate(pki::Role::ci).subject_key_id()));
    }
  }
  pki::TrustStore trust_;
  std::vector<crypto::KeyIdentifier> ci_;
};

TEST_F(Choice, follows_the_priority_of_the_euicc) {
  const messages::EuiccInfo1 info{.euiccCiPKIdListForVerification = {ci_[0], ci_[1], ci_[2]},
                                  .euiccCiPKIdListForSigning = {ci_[2], ci_[1], ci_[0]}};
  const auto choice = choose_ci(info, trust_, ci_);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->euiccCiPKIdToBeUsed, ci_[2]);
  EXPECT_EQ(choice->identity, 2u);
}

TEST_F(Choice, prefers_a_key_that_serves_both_ways) {
  const messages::EuiccInfo1 info{.euiccCiPKIdListForVerification = {ci_[1]},
                                  .euiccCiPKIdListForSigning = {id(9), ci_[2], ci_[1]}};
  const auto choice = choose_ci(info, trust_, ci_);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->euiccCiPKIdToBeUsed, ci_[1]);
  EXPECT_EQ(choice->identity, 1u);
}

TEST_F(Choice, mixes_two_keys_where_none_serves_both_ways) {
  const messages::EuiccInfo1 info{.euiccCiPKIdListForVerification = {ci_[1]},
                                  .euiccCiPKIdListForSigning = {ci_[2]}};
  const auto choice = choose_ci(info, trust_, ci_);
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->euiccCiPKIdToBeUsed, ci_[2]);
  EXPECT_EQ(choice->identity, 1u);
}

TEST_F(Choice, passes_over_key_identifiers_of_another_length) {
  messages::CiPKId odd;
  odd.octets = {0xFF, 0xFE};
  messages::EuiccInfo1 info{.euiccCiPKIdListForVerification = {odd, ci_[1]},
                            .euiccCiPKIdListForSigning = {odd, ci_[1]}};
  EXPECT_EQ(choose_ci(info, trust_, ci_)->euiccCiPKIdToBeUsed, ci_[1]);
  info.euiccCiPKIdListForSigning = {odd};
  EXPECT_EQ(choose_ci(info, trust_, ci_).error(), CiChoiceFailure::no_ci_for_signing);
}

TEST_F(Choice, tells_which_half_is_missing) {
  const messages::EuiccInfo1 no_signing{.euiccCiPKIdListForVerification = {ci_[0]},
                                        .euiccCiPKIdListForSigning = {id(9)}};
  EXPECT_EQ(choose_ci(no_signing, trust_, ci_).error(), CiChoiceFailure::no_ci_for_signing);
  const messages::EuiccInfo1 no_verification{.euiccCiPKIdListForVerification = {id(9)},
                                             .euiccCiPKIdListForSigning = {ci_[0]}};
  EXPECT_EQ(choose_ci(no_verification, trust_, ci_).error(), CiChoiceFailure::no_certificate);
  EXPECT_EQ(choose_ci({}, trust_, ci_).error(), CiChoiceFailure::no_ci_for_signing);
}

TEST_F(Choice, a_chain_of_another_ci_than_agreed_is_told_so_before_its_other_faults) {
  SeededRandom random(1);
  pki::HierarchyOptions options{.deterministic = true,
                                .eid = *Eid::with_check_digits("890490321234512345123456789012")};
  options.not_before = at("2026-01-01T00:00:00Z");
  const pki::Hierarchy h = pki::make_hierarchy(options, random).value();
  const Authenticator authenticator(trust_);
  const View euicc = h.certificate(pki::Role::euicc).der();
  Bytes eum = to_bytes(h.certificate(pki::Role::eum).der());
  const Time now = at("2026-06-01T00:00:00Z");
  EXPECT_TRUE(authenticator.verify_chain(euicc, eum, &ci_[0], now));
  EXPECT_EQ(authenticator.verify_chain(euicc, eum, &ci_[1], now).error(), AuthFailure::ci_unknown);
  eum.back() ^= 1;
  EXPECT_EQ(authenticator.verify_chain(euicc, eum, &ci_[0], now).error(), AuthFailure::eum_invalid);
  EXPECT_EQ(authenticator.verify_chain(euicc, eum, &ci_[1], now).error(), AuthFailure::ci_unknown);
}

struct Sgp26 {
  const char* ci;
  const char* eum;
  const char* euicc;
};
class Sgp26Chain : public ::testing::TestWithParam<Sgp26> {};

TEST_P(Sgp26Chain, gives_the_identity_of_the_test_euicc_under_its_ci_alone) {
  const auto ci = read_vector(GetParam().ci), eum = read_vector(GetParam().eum),
             euicc = read_vector(GetParam().euicc);
  if (!ci || !eum || !euicc) GTEST_SKIP() << "skipped: vectors not present";
  pki::TrustStore trust;
  ASSERT_TRUE(trust.add(View(*ci)));
  const Authenticator authenticator(trust);
  const Time inside = at("2026-11-20T00:00:00Z");
  const auto ski = *octets<20>(trust.all()[0].subject_key_id());
  const auto identity = authenticator.verify_chain(*euicc, *eum, &ski, inside);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->eid().digits(), "89049032123451234512345678901235");
  EXPECT_EQ(*EuiccIdentity::recall(identity->eid(), identity->remember()), *identity);
  const crypto::KeyIdentifier other = id(1);
  EXPECT_EQ(authenticator.verify_chain(*euicc, *eum, &other, inside).error(), AuthFailure::ci_unknown);
  EXPECT_EQ(authenticator.verify_chain(*euicc, *euicc, &ski, inside).error(), AuthFailure::ci_unknown)
      << "what was sent as the EUM's names no CI as its issuer";
  EXPECT_EQ(authenticator.verify_chain(*eum, *eum, &ski, inside).error(), AuthFailure::euicc_invalid);
}
INSTANTIATE_TEST_SUITE_P(
    Curves, Sgp26Chain,
    ::testing::Values(Sgp26{"sgp26/nist/CERT_CI_ECDSA_NIST.der", "sgp26/nist/CERT_EUM_ECDSA_NIST.der",
                            "sgp26/nist/CERT_EUICC_ECDSA_NIST.der"},
                      Sgp26{"sgp26/brainpool/CERT_CI_ECDSA_BRP.der", "sgp26/brainpool/CERT_EUM_ECDSA_BRP.der",
                            "sgp26/brainpool/CERT_EUICC_ECDSA_BRP.der"}));

TEST(EuiccIdentity, is_not_recalled_from_damaged_octets) {
  const Eid eid = *Eid::with_check_digits("890490321234512345123456789012");
  EXPECT_FALSE(EuiccIdentity::recall(eid, {}));
  EXPECT_FALSE(EuiccIdentity::recall(eid, Bytes(66, 4)));
  Bytes off_curve(66, 1);
  off_curve[0] = 0;
  off_curve[1] = 4;
  EXPECT_FALSE(EuiccIdentity::recall(eid, off_curve));
}

}  // namespace
}  // namespace sealift::auth
