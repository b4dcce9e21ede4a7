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

TEST(Crl, stays_with_its_ci_when_the_trusted_are_exchanged) {
  SeededRandom other(99);
  const Hierarchy theirs = std::move(*make_hierarchy(testing::our_options(), other));
  TrustStore trust;
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  ASSERT_TRUE(verify(Role::euicc, trust));  // the EUM is known from here on
  ASSERT_TRUE(trust.add_crl(crl_of(spec_of({ours().certificate(Role::eum).serial_number()}))));
  ASSERT_TRUE(trust.trust_only({theirs.certificate(Role::ci), ours().certificate(Role::ci)}));
  EXPECT_EQ(verify(Role::euicc, trust).error().error, ChainError::revoked);
  ASSERT_TRUE(trust.trust_only({theirs.certificate(Role::ci)}));
  EXPECT_EQ(verify(Role::euicc, trust).error().error, ChainError::unknown_ci) << "though its EUM was known";
  EXPECT_FALSE(trust.trust_only({ours().certificate(Role::ci), ours().certificate(Role::eum)})) << "no CI";
  EXPECT_EQ(verify(Role::euicc, trust).error().error, ChainError::unknown_ci) << "all of them or none";
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

TEST(Crl, tells_when_and_why_a_certificate_was_revoked) {
  CrlSpec spec = spec_of({});
  spec.distribution_points = {"http://ci.example.com/a.crl"};
  spec.scope = CrlScope::user_certificates;
  for (RevocationReason reason : revocation_reasons()) {
    spec.revoked.push_back({Bytes{static_cast<uint8_t>(reason), 1}, at("2026-04-01T00:00:00Z"), reason});
    spec.revoked.back().serial_number[0] |= 0x40;
    EXPECT_EQ(*revocation_reason_from_name(name(reason)), reason);
  }
  EXPECT_FALSE(revocation_reason_from_name("removeFromCRL"));
  Crl crl = crl_of(spec);
  EXPECT_EQ(crl.scope(), CrlScope::user_certificates);
  EXPECT_EQ(crl.distribution_points(), std::vector<std::string_view>{"http://ci.example.com/a.crl"});
  ASSERT_EQ(crl.size(), revocation_reasons().size());
  for (const RevokedCertificate& r : spec.revoked) {
    const Crl::Entry* entry = crl.find(r.serial_number);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->reason, r.reason);
    EXPECT_EQ(asn1::rfc3339(entry->when), "2026-04-01T00:00:00Z");
  }
}

/// A list signed by the CI with an extension that stands in the place of the cRLNumber, or an entry changed.
Result<Crl> with_octets_replaced(const Crl& crl, View from, View to) {
  Bytes tbs = to_bytes(asn1::Reader(asn1::Reader(crl.der(), "").next()->value, "").next()->whole);
  auto found = std::search(tbs.begin(), tbs.end(), from.begin(), from.end());
  check(found != tbs.end(), "the octets are there");
  std::copy(to.begin(), to.end(), found);
  crypto::DeterministicSigner key(ours()[Role::ci].key.clone());
  return Crl::parse(x509::close(tbs, *key.sign({tbs})));
}

TEST(Crl, refuses_lists_that_it_cannot_apply) {
  Crl plain = crl_of(spec_of({}));
  const Bytes number = *from_hex("0603551D14");
  // its cRLNumber turned into a deltaCRLIndicator
  EXPECT_EQ(with_octets_replaced(plain, number, *from_hex("0603551D1B")).error().kind, ErrorKind::conflict);
  struct Case {
    const char* idp;
    ErrorKind kind;
  };
  CrlSpec limited = spec_of({});
  limited.scope = CrlScope::ca_certificates;
  Crl model = crl_of(limited);
  for (const Case& c :
       {Case{"30038401FF", ErrorKind::unsupported}, Case{"30038501FF", ErrorKind::unsupported},
        Case{"3003830101", ErrorKind::unsupported}, Case{"3003860100", ErrorKind::invalid},
        Case{"3003820101", ErrorKind::invalid}}) {
    auto made = with_octets_replaced(model, *from_hex("30038201FF"), *from_hex(c.idp));
    ASSERT_FALSE(made) << c.idp;
    EXPECT_EQ(made.error().kind, c.kind) << c.idp << ": " << made.error().message;
  }
  TrustStore trust;
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  EXPECT_EQ(trust.add_crl(View(Bytes(Crl::max_size + 1))).error().error, CrlError::too_large);
  EXPECT_EQ(trust.add_crl(plain.der().first(60)).error().error, CrlError::invalid_format);
  Bytes delta = to_bytes(plain.der());
  std::copy_n(from_hex("0603551D1B")->begin(), 5,
              std::search(delta.begin(), delta.end(), number.begin(), number.end()));
  EXPECT_EQ(trust.add_crl(View(delta)).error().error, CrlError::base_missing);
  EXPECT_TRUE(trust.crls(ours().certificate(Role::ci).subject_key_id()).empty());
}

TEST(Crl, refuses_an_entry_with_a_reason_that_only_a_delta_has) {
  CrlSpec spec = spec_of({});
  spec.revoked.push_back({Bytes{0x41}, spec.this_update, RevocationReason::key_compromise});
  EXPECT_TRUE(with_octets_replaced(crl_of(spec), *from_hex("0A0101"), *from_hex("0A0104")));
  EXPECT_FALSE(with_octets_replaced(crl_of(spec), *from_hex("0A0101"), *from_hex("0A0108")));
}

TEST(Crl, covers_only_what_its_scope_and_its_distribution_point_name) {
  TrustStore trust(CrlPolicy::required);
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  CrlSpec users = spec_of({}), cas = spec_of({});
  users.scope = CrlScope::user_certificates;
  cas.scope = CrlScope::ca_certificates;
  ASSERT_TRUE(trust.add_crl(crl_of(users)));
  EXPECT_TRUE(verify(Role::dp_auth, trust));
  EXPECT_EQ(verify(Role::euicc, trust).error().error, ChainError::revocation_unknown);
  EXPECT_EQ(verify(Role::euicc, trust).error().link, Link::eum);
  ASSERT_TRUE(trust.add_crl(crl_of(cas)));
  EXPECT_TRUE(verify(Role::euicc, trust));
  EXPECT_EQ(trust.crls(ours().certificate(Role::ci).subject_key_id()).size(), 2u);

  TrustStore elsewhere(CrlPolicy::required);
  ASSERT_TRUE(elsewhere.add(ours().certificate(Role::ci)));
  CrlSpec point = spec_of({});
  point.distribution_points = {"http://ci.example.com/other.crl"};
  ASSERT_TRUE(elsewhere.add_crl(crl_of(point)));
  EXPECT_EQ(verify(Role::dp_auth, elsewhere).error().error, ChainError::revocation_unknown);
  point.distribution_points = {"http://ci.example.com/other.crl", "http://ci.example.com/a.crl"};
  ASSERT_TRUE(elsewhere.add_crl(crl_of(point)));
  EXPECT_TRUE(verify(Role::dp_auth, elsewhere));
}

TEST(Crl, that_is_not_valid_yet_or_stale_in_one_part_fails_closed) {
  TrustStore trust(CrlPolicy::required);
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  CrlSpec future = spec_of({});
  future.this_update = at(testing::our_time) + std::chrono::seconds(1);
  ASSERT_TRUE(trust.add_crl(crl_of(future)));
  EXPECT_EQ(verify(Role::dp_pb, trust).error().error, ChainError::revocation_unknown);
  TrustStore parts(CrlPolicy::required);
  ASSERT_TRUE(parts.add(ours().certificate(Role::ci)));
  CrlSpec first = spec_of({}), second = spec_of({});
  first.parts = second.parts = 2;
  second.part = 2;
  second.next_update = at(testing::our_time) - std::chrono::seconds(1);
  ASSERT_TRUE(parts.add_crl(crl_of(first)));
  ASSERT_TRUE(parts.add_crl(crl_of(second)));
  EXPECT_EQ(verify(Role::dp_pb, parts).error().error, ChainError::revocation_unknown);
}

// Security goal G-PKI-2: not one of 100,000 revoked serial numbers is taken, and none other refused.
TEST(Crl, of_a_hundred_thousand_lets_none_of_them_through) {
  CrlSpec spec = spec_of({ours().certificate(Role::dp_auth).serial_number()});
  SeededRandom random(11);
  for (int i = 0; i < 100'000; ++i) {
    Bytes serial = to_bytes(random.octets<16>());
    serial[0] = static_cast<uint8_t>((serial[0] & 0x3F) | 0x40);
    spec.revoked.push_back({std::move(serial), spec.this_update, RevocationReason::key_compromise});
  }
  Crl crl = crl_of(spec);
  EXPECT_LT(crl.der().size(), Crl::max_size);
  size_t found = 0, wrongly = 0;
  for (const RevokedCertificate& r : spec.revoked) {
    found += crl.is_revoked(r.serial_number);
    Bytes other = r.serial_number;
    other.back() ^= 1;
    wrongly += crl.is_revoked(other);
  }
  EXPECT_EQ(found, spec.revoked.size());
  EXPECT_EQ(wrongly, 0u);
  TrustStore trust(CrlPolicy::required);
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  ASSERT_TRUE(trust.add_crl(crl));
  EXPECT_EQ(verify(Role::dp_auth, trust).error().error, ChainError::revoked);
  EXPECT_TRUE(verify(Role::dp_pb, trust));
}

// M1-14: a hacked server is listed, and from then on nobody who has the list trusts it.
TEST(Crl, refuses_every_role_below_the_ci_once_it_is_listed) {
  for (Role role : {Role::eum, Role::dp_auth, Role::dp_pb, Role::dp_tls, Role::ds_auth, Role::ds_tls}) {
    for (CrlPolicy policy : {CrlPolicy::if_present, CrlPolicy::required}) {
      TrustStore trust(policy);
      ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
      ASSERT_TRUE(trust.add_crl(crl_of(spec_of({}))));
      ASSERT_TRUE(verify(role, trust)) << name(role);
      ASSERT_TRUE(trust.add_crl(crl_of(spec_of({ours().certificate(role).serial_number()}, 2))));
      for (JudgeAt when : {JudgeAt(at(testing::our_time)), no_clock, JudgeAt(at("2027-01-01T00:00:00Z"))}) {
        auto chain = verify(role, trust, when);
        ASSERT_FALSE(chain) << name(role);
        EXPECT_EQ(chain.error().error, ChainError::revoked) << chain.error().message();
      }
    }
  }
}

}  // namespace
}  // namespace sealift::pki
