#include "pki/broken.hpp"

#include <gtest/gtest.h>

#include <set>

#include "pki/test_support.hpp"

namespace sealift::pki {
namespace {

using testing::at;

class Broken : public ::testing::TestWithParam<crypto::Curve> {
 protected:
  void SetUp() override {
    HierarchyOptions o = testing::our_options();
    o.curve = GetParam();
    SeededRandom random(1);
    hierarchy_.emplace(std::move(*make_hierarchy(o, random)));
    auto made = make_broken(*hierarchy_, now_, random);
    ASSERT_TRUE(made) << made.error().message;
    variants_ = std::move(*made);
    ASSERT_TRUE(trust_.add(hierarchy_->certificate(Role::ci)));
  }
  /// As a peer would send it: an EUM's certificate with an eUICC's below it.
  Result<VerifiedChain, ChainFailure> verify(const BrokenVariant& v, JudgeAt when) {
    View own_eum = hierarchy_->certificate(Role::eum).der();
    if (v.role == Role::eum)
      return verify_euicc(hierarchy_->certificate(Role::euicc).der(), v.certificate, trust_, when);
    if (v.role == Role::euicc) return verify_euicc(v.certificate, v.eum ? *v.eum : own_eum, trust_, when);
    return verify_chain(v.role, v.certificate, trust_, when);
  }
  const Time now_ = at(testing::our_time);
  std::optional<Hierarchy> hierarchy_;
  std::vector<BrokenVariant> variants_;
  TrustStore trust_;
};

TEST_P(Broken, certificates_are_refused_each_for_its_own_fault) {
  std::set<std::string> names;
  std::set<ChainError> seen;
  for (const BrokenVariant& v : variants_) {
    EXPECT_TRUE(names.insert(v.name).second) << v.name;
    EXPECT_FALSE(v.places.empty()) << v.name;
    auto chain = verify(v, now_);
    ASSERT_EQ(chain.has_value(), !v.error.has_value()) << v.name << (chain ? "" : chain.error().message());
    if (!chain) {
      EXPECT_EQ(name(chain.error().error), name(*v.error)) << v.name << ": " << chain.error().message();
      EXPECT_EQ(name(chain.error().link), name(v.link)) << v.name << ": " << chain.error().message();
      seen.insert(*v.error);
    }
    auto timeless = verify(v, no_clock);
    EXPECT_EQ(timeless.has_value(), !v.error || v.only_with_clock)
        << v.name << (timeless ? "" : timeless.error().message());
  }
  EXPECT_EQ(variants_.size(), 186u);
  EXPECT_EQ(seen.size(), 14u)
      << "all but the two of revocation and the missing EUM, which are no certificate's";
}

TEST_P(Broken, certificates_have_a_good_one_of_each_role_beside_them) {
  size_t good = 0;
  for (const BrokenVariant& v : variants_) good += v.name.ends_with(".good");
  EXPECT_EQ(good, 7u);
}

INSTANTIATE_TEST_SUITE_P(BothCurves, Broken,
                         ::testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1),
                         [](const auto& i) { return i.param == crypto::Curve::p256 ? "p256" : "brainpool"; });

}  // namespace
}  // namespace sealift::pki
