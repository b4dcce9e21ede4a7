#include "pki/crl.hpp"

#include <gtest/gtest.h>

#include "pki/test_support.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {
namespace {

using testing::at;
using testing::ours;

CrlSpec spec_of(std::vector<View> serials, uint64_t number = 1) {
  CrlSpec spec;
  spec.this_update = at("2026-05-01T00:00:00Z");
  spec.next_update = at("2026-07-01T00:00:00Z");
  spec.number = number;
  for (View serial : serials) spec.revoked.push_back({to_bytes(serial), spec.this_update});
  return spec;
}
Crl crl_of(const CrlSpec& spec, Role signer = Role::ci) {
  crypto::DeterministicSigner key(ours()[signer].key.clone());
  auto made = issue_crl(spec, ours().certificate(Role::ci), key);
  check(made.has_value(), made ? "" : made.error().message.c_str());
  return *made;
}
Result<VerifiedChain, ChainFailure> verify(Role role, const TrustStore& trust,
                                           JudgeAt when = at(testing::our_time)) {
  return verify_chain(role, ours().certificate(role),
                      std::span<const Certificate>(&ours().certificate(Role::eum), 1), trust, when);
}

TEST(Crl, lists_what_is_revoked) {
  View revoked = ours().certificate(Role::dp_auth).serial_number();
  Crl crl = crl_of(spec_of({revoked, ours().certificate(Role::dp_tls).serial_number()}, 300));
  EXPECT_EQ(crl.size(), 2u);
  EXPECT_TRUE(crl.is_revoked(revoked));
  EXPECT_FALSE(crl.is_revoked(ours().certificate(Role::dp_pb).serial_number()));
  EXPECT_FALSE(crl.is_revoked({}));
  EXPECT_EQ(hex(crl.number()), "012C");
  EXPECT_EQ(crl.part(), 1u);
  EXPECT_EQ(crl.parts(), 1u);
  EXPECT_TRUE(crl.signed_by(ours().certificate(Role::ci).public_key()));
  EXPECT_TRUE(crl.issuer().same(ours().certificate(Role::ci).subject()));
  EXPECT_EQ(asn1::rfc3339(*crl.next_update()), "2026-07-01T00:00:00Z");
}

TEST(Crl, refuses_a_list_cut_off_or_changed_at_any_octet) {
  Crl crl = crl_of(spec_of({ours().certificate(Role::dp_auth).serial_number()}));
  const crypto::PublicKey& key = ours().certificate(Role::ci).public_key();
  for (size_t n = 0; n < crl.der().size(); ++n) {
    EXPECT_FALSE(Crl::parse(crl.der().first(n))) << n;
    Bytes changed = to_bytes(crl.der());
    changed[n] = static_cast<uint8_t>(changed[n] ^ 1u << n % 8);
    auto parsed = Crl::parse(changed);
    EXPECT_FALSE(parsed && parsed->signed_by(key)) << n;
  }
}

TEST(Crl, refuses_a_revoked_server_and_eum) {
  TrustStore trust;
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  ASSERT_TRUE(verify(Role::dp_auth, trust));
  ASSERT_TRUE(verify(Role::euicc, trust));  // the EUM is known from here on
  ASSERT_TRUE(trust.add_crl(crl_of(spec_of(
      {ours().certificate(Role::dp_auth).serial_number(), ours().certificate(Role::eum).serial_number()}))));
  EXPECT_EQ(verify(Role::dp_auth, trust).error().error, ChainError::revoked);
  auto euicc = verify(Role::euicc, trust);
  ASSERT_FALSE(euicc);
  EXPECT_EQ(euicc.error().error, ChainError::revoked);
  EXPECT_EQ(euicc.error().link, Link::eum);
  EXPECT_TRUE(verify(Role::dp_pb, trust));
}

TEST(Crl, is_taken_only_from_the_ci_and_never_an_older_one) {
  TrustStore trust;
  Crl first = crl_of(spec_of({}, 1));
  EXPECT_EQ(trust.add_crl(first).error().error, CrlError::unknown_key);
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  EXPECT_EQ(trust.add_crl(crl_of(spec_of({}), Role::eum)).error().error, CrlError::invalid_signature);
  EXPECT_TRUE(trust.add_crl(crl_of(spec_of({ours().certificate(Role::dp_pb).serial_number()}, 256))));
  EXPECT_EQ(trust.add_crl(crl_of(spec_of({}, 255))).error().error, CrlError::fresher_loaded);
  EXPECT_EQ(verify(Role::dp_pb, trust).error().error, ChainError::revoked);
  EXPECT_TRUE(trust.add_crl(crl_of(spec_of({}, 257))));
  EXPECT_TRUE(verify(Role::dp_pb, trust));
}

TEST(Crl, is_demanded_fresh_where_the_policy_says_so) {
  TrustStore trust(CrlPolicy::required);
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  EXPECT_EQ(verify(Role::dp_pb, trust).error().error, ChainError::revocation_unknown);
  ASSERT_TRUE(trust.add_crl(crl_of(spec_of({}))));
  EXPECT_TRUE(verify(Role::dp_pb, trust));
  EXPECT_TRUE(verify(Role::euicc, trust));
  EXPECT_EQ(verify(Role::dp_pb, trust, at("2026-07-01T00:00:01Z")).error().error,
            ChainError::revocation_unknown);
  EXPECT_TRUE(verify(Role::dp_pb, trust, no_clock));
  TrustStore lenient;
  ASSERT_TRUE(lenient.add(ours().certificate(Role::ci)));
  ASSERT_TRUE(lenient.add_crl(crl_of(spec_of({}))));
  EXPECT_TRUE(verify(Role::dp_pb, lenient, at("2026-07-01T00:00:01Z")));
}

TEST(Crl, may_come_in_parts_which_are_all_needed) {
  TrustStore trust(CrlPolicy::required);
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  CrlSpec first = spec_of({}), second = spec_of({ours().certificate(Role::dp_auth).serial_number()});
  first.parts = second.parts = 2;
  second.part = 2;
  ASSERT_TRUE(trust.add_crl(crl_of(first)));
  EXPECT_EQ(verify(Role::dp_pb, trust).error().error, ChainError::revocation_unknown);
  ASSERT_TRUE(trust.add_crl(crl_of(second)));
  EXPECT_TRUE(verify(Role::dp_pb, trust));
  EXPECT_EQ(verify(Role::dp_auth, trust).error().error, ChainError::revoked);
  crypto::DeterministicSigner key(ours()[Role::ci].key.clone());
  second.part = 3;
  EXPECT_FALSE(issue_crl(second, ours().certificate(Role::ci), key));
}

}  // namespace
}  // namespace sealift::pki
