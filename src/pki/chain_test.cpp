#include "pki/chain.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "asn1/writer.hpp"
#include "pki/test_support.hpp"

namespace sealift::pki {
namespace {

using testing::at;
using testing::ours;
using testing::read_vector;

#define VECTOR(name, file)       \
  auto name = read_vector(file); \
  if (!name) GTEST_SKIP() << "skipped: vectors not present"

// ---- certificates made by others ----

class Sgp26 : public ::testing::TestWithParam<testing::Vector> {
 protected:
  void SetUp() override {
    auto leaf = read_vector(GetParam().file);
    auto ci = read_vector(GetParam().ci);
    auto eum = read_vector(GetParam().eum);
    if (!leaf || !ci || !eum) GTEST_SKIP() << "skipped: vectors not present";
    leaf_ = *leaf;
    eum_ = *eum;
    ASSERT_TRUE(trust_.add(*ci));
  }
  Result<VerifiedChain, ChainFailure> verify(Role role, JudgeAt when) {
    View eum(eum_);
    return verify_chain(role, leaf_, std::span<const View>(&eum, 1), trust_, when);
  }
  Time inside() { return at(GetParam().inside); }
  Bytes leaf_, eum_;
  TrustStore trust_;
};

TEST_P(Sgp26, validates_in_its_own_role_within_its_validity) {
  auto chain = verify(GetParam().role, inside());
  ASSERT_TRUE(chain) << chain.error().message();
  EXPECT_EQ(chain->role(), GetParam().role);
  EXPECT_TRUE(equal(chain->leaf().der(), leaf_));
  EXPECT_TRUE(equal(chain->ci_key_id(), chain->ci().subject_key_id()));
  if (GetParam().role == Role::euicc) {
    EXPECT_EQ(chain->eid()->digits(), "89049032123451234512345678901235");
    EXPECT_TRUE(equal(chain->eum()->der(), eum_));
    EXPECT_FALSE(chain->owner());
  } else {
    EXPECT_FALSE(chain->eid());
    EXPECT_TRUE(chain->owner());
  }
}

TEST_P(Sgp26, is_refused_in_every_other_role) {
  for (const RoleRules& r : role_table()) {
    if (r.role == GetParam().role) continue;
    for (JudgeAt when : {JudgeAt(inside()), no_clock}) {
      auto chain = verify(r.role, when);
      ASSERT_FALSE(chain) << r.name;
      // whether the role or the issuer shows it first depends on who signs for the role asked
      EXPECT_TRUE(chain.error().error == ChainError::wrong_role ||
                  r.issued_by != rules(GetParam().role).issued_by)
          << r.name << ": " << chain.error().message();
    }
  }
}

TEST_P(Sgp26, is_refused_outside_its_validity) {
  Certificate leaf = *Certificate::parse(leaf_);
  auto early = verify(GetParam().role, leaf.not_before() - std::chrono::seconds(1));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().error, ChainError::not_yet_valid) << early.error().message();
  auto late = verify(GetParam().role, leaf.not_after() + std::chrono::seconds(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().error, ChainError::expired) << late.error().message();
}

TEST_P(Sgp26, is_judged_without_time_where_there_is_no_clock) {
  auto chain = verify(GetParam().role, no_clock);
  EXPECT_TRUE(chain) << chain.error().message();
}

TEST_P(Sgp26, is_refused_where_its_ci_is_not_trusted) {
  TrustStore other;
  ASSERT_TRUE(other.add(ours().certificate(Role::ci)));
  View eum(eum_);
  auto chain = verify_chain(GetParam().role, leaf_, std::span<const View>(&eum, 1), other, inside());
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().error, ChainError::unknown_ci);
  EXPECT_EQ(chain.error().link, GetParam().role == Role::euicc ? Link::eum : Link::leaf);
}

TEST_P(Sgp26, is_refused_with_any_octet_changed) {
  Bytes original = leaf_;
  for (size_t i = 0; i < original.size(); ++i) {
    leaf_ = original;
    leaf_[i] = static_cast<uint8_t>(leaf_[i] ^ 1u << i % 8);
    EXPECT_FALSE(verify(GetParam().role, inside())) << "octet " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Certificates, Sgp26, ::testing::ValuesIn(testing::sgp26()), [](const auto& param) {
  std::string file = param.param.file;
  std::string out = file.substr(file.rfind('/') + 1);
  out.resize(out.find('.'));
  return out;
});

// ---- certificates of our own, each wrong in one way ----

/// A certificate of `role` that a test may change before it is signed.
class Chain : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(trust_.add(ours().certificate(Role::ci))); }

  struct Draft {
    CertificateSpec spec;
    crypto::PrivateKey key;
  };
  /// What the hierarchy's certificate of this role says, to be said once more with a change.
  Draft draft(Role role, const Certificate* issuer = nullptr) {
    const Certificate& model = ours().certificate(role);
    const Identity& above = ours()[rules(role).issued_by == IssuedBy::eum ? Role::eum : Role::ci];
    if (!issuer) issuer = &above.certificate;
    Subject subject;
    for (const Attribute& a : model.subject().attributes())
      subject.name.attributes.emplace_back(a.type, std::string(a.value));
    subject.registered_id = model.registered_id();
    if (rules(role).tls) subject.hosts = {"smdp.example.com"};
    subject.iin = "89049032";
    CertificateSpec spec = profile(role, subject, ours()[role].key.public_key(), issuer, model.not_before(),
                                   model.not_after(), random_);
    return {std::move(spec), ours()[role].key.clone()};
  }
  static Certificate sign(const Draft& d, const crypto::PrivateKey& issuer_key) {
    crypto::DeterministicSigner signer(issuer_key.clone());
    auto made = issue(d.spec, d.key.public_key(), signer);
    check(made.has_value(), made ? "" : made.error().message.c_str());
    return *made;
  }
  static Certificate sign(Role role, const Draft& d) {
    return sign(d, ours()[rules(role).issued_by == IssuedBy::eum ? Role::eum : Role::ci].key);
  }
  Result<VerifiedChain, ChainFailure> verify(Role role, const Certificate& leaf,
                                             JudgeAt when = at(testing::our_time)) {
    return verify_chain(role, leaf, std::span<const Certificate>(&ours().certificate(Role::eum), 1), trust_,
                        when);
  }
  Result<VerifiedChain, ChainFailure> verify_below(const Certificate& eum, const Certificate& leaf,
                                                   JudgeAt when = at(testing::our_time)) {
    return verify_chain(Role::euicc, leaf, std::span<const Certificate>(&eum, 1), trust_, when);
  }
  static void expect(const Result<VerifiedChain, ChainFailure>& chain, ChainError error, Link link) {
    ASSERT_FALSE(chain);
    EXPECT_EQ(name(chain.error().error), name(error)) << chain.error().message();
    EXPECT_EQ(name(chain.error().link), name(link)) << chain.error().message();
  }
  SeededRandom random_{42};
  TrustStore trust_;
};

TEST_F(Chain, accepts_a_whole_hierarchy_of_our_own) {
  for (const RoleRules& r : role_table()) {
    auto chain = verify(r.role, ours().certificate(r.role));
    EXPECT_TRUE(chain) << r.name << ": " << chain.error().message();
    EXPECT_TRUE(verify(r.role, sign(r.role, draft(r.role))) || r.role == Role::ci) << r.name;
  }
}

TEST_F(Chain, refuses_every_other_role) {
  for (const RoleRules& held : role_table()) {
    for (const RoleRules& asked : role_table()) {
      if (held.role == asked.role) continue;
      EXPECT_FALSE(verify(asked.role, ours().certificate(held.role))) << held.name << " as " << asked.name;
    }
  }
}

TEST_F(Chain, judges_the_first_and_last_second_as_valid) {
  const Certificate& leaf = ours().certificate(Role::dp_tls);
  EXPECT_TRUE(verify(Role::dp_tls, leaf, leaf.not_before()));
  EXPECT_TRUE(verify(Role::dp_tls, leaf, leaf.not_after()));
}

TEST_F(Chain, refuses_an_expired_leaf) {
  const Certificate& leaf = ours().certificate(Role::dp_auth);
  expect(verify(Role::dp_auth, leaf, leaf.not_after() + std::chrono::seconds(1)), ChainError::expired,
         Link::leaf);
}

TEST_F(Chain, refuses_a_leaf_before_its_time) {
  Draft d = draft(Role::dp_auth);
  d.spec.not_before = at(testing::our_time) + std::chrono::seconds(1);
  expect(verify(Role::dp_auth, sign(Role::dp_auth, d)), ChainError::not_yet_valid, Link::leaf);
}

TEST_F(Chain, refuses_an_expired_eum_even_where_it_was_valid_before) {
  Draft d = draft(Role::eum);
  d.spec.not_after = at(testing::our_time);
  Certificate eum = sign(Role::eum, d);
  const Certificate& leaf = ours().certificate(Role::euicc);
  EXPECT_TRUE(verify_below(eum, leaf));
  expect(verify_below(eum, leaf, at(testing::our_time) + std::chrono::seconds(1)), ChainError::expired,
         Link::eum);
  EXPECT_TRUE(verify_below(eum, leaf, no_clock));
}

TEST_F(Chain, refuses_below_an_expired_ci) {
  const Certificate& ci = ours().certificate(Role::ci);
  expect(verify(Role::euicc, ours().certificate(Role::euicc), ci.not_after() + std::chrono::seconds(1)),
         ChainError::expired, Link::ci);
}

TEST_F(Chain, tells_expiry_of_an_eum_before_its_other_faults) {
  Draft d = draft(Role::eum);
  d.spec.not_after = d.spec.not_before;
  d.spec.remove(extension::basic_constraints);
  d.spec.remove(extension::name_constraints);
  d.spec.subject = encode_name({{{attribute::common_name, "Expired"}}});
  expect(verify_below(sign(Role::eum, d), ours().certificate(Role::euicc)), ChainError::expired, Link::eum);
}

TEST_F(Chain, refuses_a_signature_by_another_key) {
  Certificate forged = sign(draft(Role::dp_auth), ours()[Role::dp_pb].key);
  expect(verify(Role::dp_auth, forged), ChainError::bad_signature, Link::leaf);
  Certificate forged_eum = sign(draft(Role::eum), ours()[Role::dp_pb].key);
  expect(verify_below(forged_eum, ours().certificate(Role::euicc)), ChainError::bad_signature, Link::eum);
  Certificate forged_euicc = sign(draft(Role::euicc), ours()[Role::ci].key);
  expect(verify(Role::euicc, forged_euicc), ChainError::bad_signature, Link::leaf);
}

TEST_F(Chain, refuses_a_known_eum_certificate_with_a_changed_signature) {
  ASSERT_TRUE(verify(Role::euicc, ours().certificate(Role::euicc)));  // now the EUM is known
  Bytes changed = to_bytes(ours().certificate(Role::eum).der());
  changed.back() = static_cast<uint8_t>(changed.back() ^ 1);
  expect(verify_euicc(ours().certificate(Role::euicc).der(), changed, trust_, at(testing::our_time)),
         ChainError::bad_signature, Link::eum);
}

TEST_F(Chain, refuses_an_unknown_ci) {
  SeededRandom other(99);
  Hierarchy theirs = std::move(*make_hierarchy(testing::our_options(), other));
  expect(verify(Role::dp_auth, theirs.certificate(Role::dp_auth)), ChainError::unknown_ci, Link::leaf);
  expect(verify_below(theirs.certificate(Role::eum), theirs.certificate(Role::euicc)), ChainError::unknown_ci,
         Link::eum);
  expect(verify(Role::ci, theirs.certificate(Role::ci)), ChainError::unknown_ci, Link::leaf);
}

TEST_F(Chain, refuses_an_eum_without_authority_key_identifier) {
  Draft d = draft(Role::eum);
  d.spec.remove(extension::authority_key_identifier);
  expect(verify_below(sign(Role::eum, d), ours().certificate(Role::euicc)), ChainError::missing_extension,
         Link::eum);
}

TEST_F(Chain, refuses_an_euicc_without_its_eum) {
  auto chain = verify_chain(Role::euicc, ours().certificate(Role::euicc), {}, trust_, at(testing::our_time));
  expect(chain, ChainError::missing_intermediate, Link::eum);
}

TEST_F(Chain, finds_the_eum_among_several_certificates) {
  std::vector<Certificate> sent{ours().certificate(Role::ci), ours().certificate(Role::dp_auth),
                                ours().certificate(Role::eum)};
  EXPECT_TRUE(
      verify_chain(Role::euicc, ours().certificate(Role::euicc), sent, trust_, at(testing::our_time)));
  sent.pop_back();
  auto chain =
      verify_chain(Role::euicc, ours().certificate(Role::euicc), sent, trust_, at(testing::our_time));
  expect(chain, ChainError::missing_intermediate, Link::eum);
  sent.assign(9, ours().certificate(Role::eum));
  chain = verify_chain(Role::euicc, ours().certificate(Role::euicc), sent, trust_, at(testing::our_time));
  expect(chain, ChainError::path_length, Link::eum);
}

TEST_F(Chain, refuses_another_certificate_in_the_place_of_the_eum) {
  expect(verify_below(ours().certificate(Role::dp_auth), ours().certificate(Role::euicc)),
         ChainError::wrong_role, Link::eum);
  expect(verify_below(ours().certificate(Role::ci), ours().certificate(Role::euicc)),
         ChainError::missing_extension, Link::eum);
}

TEST_F(Chain, refuses_a_name_that_does_not_chain) {
  Draft d = draft(Role::dp_auth);
  d.spec.issuer = encode_name({{{attribute::common_name, "Somebody else"}}});
  expect(verify(Role::dp_auth, sign(Role::dp_auth, d)), ChainError::issuer_mismatch, Link::leaf);
}

TEST_F(Chain, refuses_an_euicc_that_names_another_eum_key) {
  Draft d = draft(Role::euicc, &ours().certificate(Role::ci));
  d.spec.issuer = to_bytes(ours().certificate(Role::eum).subject().der());
  expect(verify(Role::euicc, sign(Role::euicc, d)), ChainError::issuer_mismatch, Link::leaf);
}

TEST_F(Chain, takes_the_same_name_in_another_string_type) {
  Draft d = draft(Role::dp_auth);
  for (uint8_t& octet : d.spec.issuer) octet = octet == 0x0C ? 0x13 : octet;  // UTF8String to PrintableString
  ASSERT_FALSE(equal(d.spec.issuer, ours().certificate(Role::ci).subject().der()));
  EXPECT_TRUE(verify(Role::dp_auth, sign(Role::dp_auth, d)));
}

TEST_F(Chain, refuses_an_unknown_critical_extension) {
  for (bool critical : {true, false}) {
    Draft d = draft(Role::dp_auth);
    d.spec.extensions.push_back({asn1::Oid::of({2, 999, 77}), critical, *from_hex("0500")});
    auto chain = verify(Role::dp_auth, sign(Role::dp_auth, d));
    if (critical) {
      expect(chain, ChainError::unknown_critical_extension, Link::leaf);
    } else {
      EXPECT_TRUE(chain);
    }
  }
}

TEST_F(Chain, refuses_name_constraints_where_they_would_not_be_applied) {
  Draft d = draft(Role::dp_auth);
  d.spec.extensions.push_back(*draft(Role::eum).spec.find(extension::name_constraints));
  expect(verify(Role::dp_auth, sign(Role::dp_auth, d)), ChainError::unknown_critical_extension, Link::leaf);
}

TEST_F(Chain, refuses_missing_and_several_role_policies) {
  Draft none = draft(Role::dp_auth);
  none.spec.remove(extension::certificate_policies);
  expect(verify(Role::dp_auth, sign(Role::dp_auth, none)), ChainError::wrong_role, Link::leaf);
  Draft foreign = draft(Role::dp_auth);
  foreign.spec.find(extension::certificate_policies)->value = *from_hex("3006300406025105");
  expect(verify(Role::dp_auth, sign(Role::dp_auth, foreign)), ChainError::wrong_role, Link::leaf);
  Draft both = draft(Role::dp_auth);
  both.spec.find(extension::certificate_policies)->value = *from_hex(
      "30163009060767811201020104300906076781120102"
      "0105");
  expect(verify(Role::dp_auth, sign(Role::dp_auth, both)), ChainError::wrong_role, Link::leaf);
  Draft more = draft(Role::dp_auth);
  more.spec.find(extension::certificate_policies)->value = *from_hex(
      "3011300906076781120102010430040602"
      "5105");
  EXPECT_TRUE(verify(Role::dp_auth, sign(Role::dp_auth, more)));
}

TEST_F(Chain, refuses_wrong_key_usage) {
  struct Case {
    Role role;
    const char* value;
  };
  for (const Case& c :
       {Case{Role::dp_auth, "03020204"}, Case{Role::dp_auth, "03020284"}, Case{Role::dp_auth, "03020308"},
        Case{Role::euicc, "03020186"}, Case{Role::eum, "03020780"}, Case{Role::dp_tls, "03020308"}}) {
    Draft d = draft(c.role);
    d.spec.find(extension::key_usage)->value = *from_hex(c.value);
    auto chain = verify(c.role, sign(c.role, d));
    expect(chain, ChainError::wrong_key_usage, Link::leaf);
  }
  Draft none = draft(Role::dp_pb);
  none.spec.remove(extension::key_usage);
  expect(verify(Role::dp_pb, sign(Role::dp_pb, none)), ChainError::wrong_key_usage, Link::leaf);
}

TEST_F(Chain, holds_extended_key_usage_to_tls_and_its_purpose) {
  Draft none = draft(Role::dp_tls);
  none.spec.remove(extension::extended_key_usage);
  expect(verify(Role::dp_tls, sign(Role::dp_tls, none)), ChainError::wrong_key_usage, Link::leaf);
  Draft client_only = draft(Role::dp_tls);
  client_only.spec.find(extension::extended_key_usage)->value = *from_hex("300A06082B06010505070302");
  expect(verify(Role::dp_tls, sign(Role::dp_tls, client_only)), ChainError::wrong_key_usage, Link::leaf);
  Draft elsewhere = draft(Role::dp_auth);
  elsewhere.spec.extensions.push_back(*draft(Role::dp_tls).spec.find(extension::extended_key_usage));
  expect(verify(Role::dp_auth, sign(Role::dp_auth, elsewhere)), ChainError::wrong_key_usage, Link::leaf);
}

TEST_F(Chain, refuses_an_eum_that_is_no_ca) {
  Draft none = draft(Role::eum);
  none.spec.remove(extension::basic_constraints);
  expect(verify_below(sign(Role::eum, none), ours().certificate(Role::euicc)), ChainError::not_a_ca,
         Link::eum);
  Draft no = draft(Role::eum);
  no.spec.find(extension::basic_constraints)->value = *from_hex("3000");
  expect(verify(Role::eum, sign(Role::eum, no)), ChainError::not_a_ca, Link::leaf);
}

TEST_F(Chain, refuses_a_wrong_path_length) {
  for (const char* value : {"30030101FF", "30060101FF020101"}) {
    Draft d = draft(Role::eum);
    d.spec.find(extension::basic_constraints)->value = *from_hex(value);
    expect(verify_below(sign(Role::eum, d), ours().certificate(Role::euicc)), ChainError::path_length,
           Link::eum);
  }
  Draft leaf = draft(Role::dp_auth);
  leaf.spec.extensions.push_back({extension::basic_constraints, true, *from_hex("30030101FF")});
  expect(verify(Role::dp_auth, sign(Role::dp_auth, leaf)), ChainError::path_length, Link::leaf);
}

TEST_F(Chain, refuses_an_euicc_below_a_ci_whose_path_length_is_zero) {
  Draft ci = draft(Role::ci);
  ci.spec.remove(extension::authority_key_identifier);
  ci.spec.find(extension::basic_constraints)->value = *from_hex("30060101FF020100");
  TrustStore tight;
  ASSERT_TRUE(tight.add(sign(ci, ours()[Role::ci].key)));
  EXPECT_TRUE(verify_chain(Role::dp_auth, ours().certificate(Role::dp_auth).der(), tight, no_clock));
  auto chain = verify_euicc(ours().certificate(Role::euicc).der(), ours().certificate(Role::eum).der(), tight,
                            no_clock);
  expect(chain, ChainError::path_length, Link::ci);
}

TEST_F(Chain, refuses_where_an_extension_of_the_role_is_missing) {
  for (Role role : {Role::eum, Role::dp_auth, Role::dp_pb, Role::dp_tls, Role::ds_auth, Role::ds_tls}) {
    Draft d = draft(role);
    d.spec.remove(extension::subject_alt_name);
    expect(verify(role, sign(role, d)), ChainError::missing_extension, Link::leaf);
  }
  Draft no_host = draft(Role::dp_tls);
  no_host.spec.find(extension::subject_alt_name)->value = *from_hex("3005880388370A");
  expect(verify(Role::dp_tls, sign(Role::dp_tls, no_host)), ChainError::missing_extension, Link::leaf);
  Draft no_key_id = draft(Role::eum);
  no_key_id.spec.remove(extension::subject_key_identifier);
  expect(verify(Role::eum, sign(Role::eum, no_key_id)), ChainError::missing_extension, Link::leaf);
  Draft no_authority = draft(Role::euicc);
  no_authority.spec.remove(extension::authority_key_identifier);
  expect(verify(Role::euicc, sign(Role::euicc, no_authority)), ChainError::missing_extension, Link::leaf);
}

// ---- the EUM's name constraints ----

class NameConstraint : public Chain {
 protected:
  Result<VerifiedChain, ChainFailure> verify_subject(
      std::vector<std::pair<asn1::Oid, std::string>> attributes) {
    Draft d = draft(Role::euicc);
    d.spec.subject = encode_name({std::move(attributes)});
    return verify(Role::euicc, sign(Role::euicc, d));
  }
  static constexpr const char* organization = "Sealift EUM";
};

TEST_F(NameConstraint, refuses_an_eid_outside_the_range_of_the_eum) {
  auto chain = verify_subject({{attribute::organization, organization},
                               {attribute::serial_number, "89049033123451234512345678901234"}});
  expect(chain, ChainError::name_constraint, Link::leaf);
}

TEST_F(NameConstraint, refuses_another_organization_or_none) {
  for (const char* other : {"Sealift EUM2", "Sealift EU", "SEALIFT EUM", ""}) {
    auto chain =
        verify_subject({{attribute::organization, other}, {attribute::serial_number, testing::our_eid}});
    expect(chain, ChainError::name_constraint, Link::leaf);
  }
  expect(verify_subject({{attribute::serial_number, testing::our_eid}}), ChainError::name_constraint,
         Link::leaf);
}

TEST_F(NameConstraint, takes_an_eid_that_does_not_begin_with_89) {
  auto chain = verify_subject({{attribute::organization, organization},
                               {attribute::serial_number, "12340000000000000000000000000000"}});
  EXPECT_TRUE(chain) << chain.error().message();
}

TEST_F(NameConstraint, gives_the_eid_whatever_its_check_digits) {
  auto chain = verify_subject({{attribute::organization, organization},
                               {attribute::serial_number, "89049032123451234512345678901299"}});
  ASSERT_TRUE(chain) << chain.error().message();
  ASSERT_TRUE(chain->eid());
  EXPECT_EQ(chain->eid()->digits(), "89049032123451234512345678901299");
}

TEST_F(NameConstraint, refuses_a_subject_without_one_eid_of_32_digits) {
  for (const char* eid : {"", "8904903212345123451234567890123", "890490321234512345123456789012355",
                          "8904903212345123451234567890123A"}) {
    auto chain = verify_subject({{attribute::organization, organization}, {attribute::serial_number, eid}});
    expect(chain, ChainError::malformed, Link::leaf);
  }
  auto twice = verify_subject({{attribute::organization, organization},
                               {attribute::serial_number, testing::our_eid},
                               {attribute::serial_number, testing::our_eid}});
  expect(twice, ChainError::malformed, Link::leaf);
}

/// A GeneralSubtree of form directoryName.
Bytes subtree(std::vector<std::pair<asn1::Oid, std::string>> attributes) {
  return asn1::tlv(0x30, asn1::tlv(0xA4, encode_name({std::move(attributes)})));
}
Bytes constraints(uint8_t tag, std::initializer_list<View> subtrees) {
  return asn1::tlv(0x30, asn1::tlv(tag, concat(subtrees)));
}

TEST_F(NameConstraint, holds_organization_and_iin_together) {
  Bytes right_name =
      subtree({{attribute::organization, organization}, {attribute::serial_number, "89049099"}});
  Bytes right_iin =
      subtree({{attribute::organization, "Another EUM"}, {attribute::serial_number, "89049032"}});
  Bytes both = subtree({{attribute::organization, organization}, {attribute::serial_number, "89049032"}});
  Bytes no_iin = subtree({{attribute::organization, organization}});
  Bytes no_name = subtree({{attribute::serial_number, "89049032"}});
  Bytes empty_iin = subtree({{attribute::organization, organization}, {attribute::serial_number, ""}});
  Bytes two_iins = subtree({{attribute::organization, organization},
                            {attribute::serial_number, "89049099"},
                            {attribute::serial_number, "8904"}});
  struct Case {
    const char* what;
    Bytes value;
    bool ok;
  };
  const Case cases[] = {
      {"apart", constraints(0xA0, {right_name, right_iin}), false},
      {"one of three", constraints(0xA0, {right_name, right_iin, both}), true},
      {"no IIN", constraints(0xA0, {no_iin}), false},
      {"no organization", constraints(0xA0, {no_name}), false},
      {"empty IIN", constraints(0xA0, {empty_iin}), false},
      {"two IINs", constraints(0xA0, {two_iins}), true},
  };
  for (const Case& c : cases) {
    Draft d = draft(Role::eum);
    d.spec.find(extension::name_constraints)->value = c.value;
    auto chain = verify_below(sign(Role::eum, d), ours().certificate(Role::euicc));
    EXPECT_EQ(chain.has_value(), c.ok) << c.what;
    if (!c.ok) expect(chain, ChainError::name_constraint, Link::leaf);
  }
}

TEST_F(NameConstraint, refuses_an_eum_whose_constraints_are_absent_or_of_another_form) {
  Draft none = draft(Role::eum);
  none.spec.remove(extension::name_constraints);
  expect(verify_below(sign(Role::eum, none), ours().certificate(Role::euicc)), ChainError::name_constraint,
         Link::eum);
  Bytes good = subtree({{attribute::organization, organization}, {attribute::serial_number, "89049032"}});
  Bytes dns = *from_hex("3003820161");
  for (const Bytes& value : {constraints(0xA1, {good}), constraints(0xA0, {good, dns})}) {
    Draft d = draft(Role::eum);
    d.spec.find(extension::name_constraints)->value = value;
    expect(verify_below(sign(Role::eum, d), ours().certificate(Role::euicc)), ChainError::name_constraint,
           Link::eum);
  }
}

// ---- curves, owners, anchors ----

TEST_F(Chain, refuses_a_key_on_another_curve_than_its_ci) {
  for (Role role : {Role::dp_auth, Role::euicc, Role::eum}) {
    Draft d = draft(role);
    d.key = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1, random_);
    expect(verify(role, sign(role, d)), ChainError::wrong_curve, Link::leaf);
  }
}

TEST_F(Chain, takes_a_tls_key_on_either_curve) {
  Draft d = draft(Role::dp_tls);
  d.key = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1, random_);
  EXPECT_TRUE(verify(Role::dp_tls, sign(Role::dp_tls, d)));
}

TEST_F(Chain, accepts_a_brainpool_hierarchy) {
  HierarchyOptions o = testing::our_options();
  o.curve = crypto::Curve::brainpool_p256r1;
  Hierarchy h = std::move(*make_hierarchy(o, random_));
  ASSERT_TRUE(trust_.add(h.certificate(Role::ci)));
  EXPECT_EQ(trust_.all().size(), 2u);
  for (const RoleRules& r : role_table()) {
    auto chain = verify_chain(r.role, h.certificate(r.role),
                              std::span<const Certificate>(&h.certificate(Role::eum), 1), trust_,
                              at(testing::our_time));
    EXPECT_TRUE(chain) << r.name << ": " << chain.error().message();
    EXPECT_EQ(h.certificate(r.role).public_key().curve(),
              r.tls ? crypto::Curve::p256 : crypto::Curve::brainpool_p256r1);
  }
}

TEST_F(Chain, tells_whether_two_certificates_have_one_owner) {
  VerifiedChain auth = *verify(Role::dp_auth, ours().certificate(Role::dp_auth));
  VerifiedChain pb = *verify(Role::dp_pb, ours().certificate(Role::dp_pb));
  VerifiedChain ds = *verify(Role::ds_auth, ours().certificate(Role::ds_auth));
  VerifiedChain euicc = *verify(Role::euicc, ours().certificate(Role::euicc));
  EXPECT_TRUE(same_owner(auth, pb));
  EXPECT_FALSE(same_owner(auth, ds));
  EXPECT_FALSE(same_owner(euicc, euicc));
  EXPECT_EQ(auth.owner()->dotted(), "2.999.10");
}

TEST_F(Chain, tells_that_the_two_servers_of_sgp26_are_two) {
  VECTOR(ci, testing::nist_ci);
  VECTOR(auth, "sgp26/nist/CERT_S_SM_DPauth_ECDSA_NIST.der");
  VECTOR(pb, "sgp26/nist/CERT_S_SM_DPpb_ECDSA_NIST.der");
  VECTOR(pb2, "sgp26/nist/CERT_S_SM_DP2pb_ECDSA_NIST.der");
  ASSERT_TRUE(trust_.add(*ci));
  VerifiedChain dp_auth = *verify_chain(Role::dp_auth, *auth, trust_, no_clock);
  EXPECT_TRUE(same_owner(dp_auth, *verify_chain(Role::dp_pb, *pb, trust_, no_clock)));
  EXPECT_FALSE(same_owner(dp_auth, *verify_chain(Role::dp_pb, *pb2, trust_, no_clock)));
}

TEST(TrustStore, takes_only_certificates_that_a_ci_can_have) {
  TrustStore trust;
  EXPECT_TRUE(trust.empty());
  for (const RoleRules& r : role_table()) {
    if (r.role == Role::ci) continue;
    auto added = trust.add(ours().certificate(r.role));
    ASSERT_FALSE(added) << r.name;
    EXPECT_EQ(added.error().link, Link::ci);
    EXPECT_EQ(name(added.error().error), "bad_signature");
  }
  Bytes changed = to_bytes(ours().certificate(Role::ci).der());
  changed.back() = static_cast<uint8_t>(changed.back() ^ 1);
  EXPECT_EQ(trust.add(View(changed)).error().error, ChainError::bad_signature);
  EXPECT_EQ(trust.add(View(changed).first(20)).error().error, ChainError::malformed);
  EXPECT_TRUE(trust.empty());
  EXPECT_TRUE(trust.add(ours().certificate(Role::ci)));
  EXPECT_TRUE(trust.add(ours().certificate(Role::ci)));
  EXPECT_EQ(trust.all().size(), 1u);
  EXPECT_TRUE(trust.find(ours().certificate(Role::ci).subject_key_id()));
  EXPECT_FALSE(trust.find({}));
  EXPECT_FALSE(trust.find(*from_hex("FFFF")));
}

TEST(TrustStore, serves_many_threads_at_once) {
  TrustStore trust;
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        good += verify_euicc(ours().certificate(Role::euicc).der(), ours().certificate(Role::eum).der(),
                             trust, no_clock)
                    .has_value();
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(good, 200);
}

TEST(ChainError, has_a_name_each) {
  std::vector<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(ChainError::missing_intermediate); ++i) {
    std::string_view n = name(static_cast<ChainError>(i));
    EXPECT_FALSE(n.empty());
    EXPECT_EQ(std::find(seen.begin(), seen.end(), n), seen.end());
    seen.push_back(n);
  }
  ChainFailure failure{ChainError::expired, Link::eum, "valid until 2015-01-01T00:00:00Z"};
  EXPECT_EQ(failure.message(), "EUM certificate: expired: valid until 2015-01-01T00:00:00Z");
  Error error = failure;
  EXPECT_EQ(error.kind, ErrorKind::verification);
}

}  // namespace
}  // namespace sealift::pki
