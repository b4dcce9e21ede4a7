#include "pki/lint.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "pki/broken.hpp"
#include "pki/test_support.hpp"

namespace sealift::pki {
namespace {

using testing::at;
using testing::ours;

/// "rule rule ...", those of this severity or worse.
std::string rules_of(const Findings& findings, Severity worst = Severity::note) {
  std::string out;
  for (const Finding& f : findings) {
    EXPECT_FALSE(f.clause.empty()) << f.rule;
    EXPECT_FALSE(f.text.empty()) << f.rule;
    if (f.severity <= worst) out += (out.empty() ? "" : " ") + f.rule;
  }
  return out;
}

TEST(Lint, finds_nothing_in_what_we_issue) {
  for (const RoleRules& r : role_table()) {
    const Certificate& c = ours().certificate(r.role);
    LintOptions o;
    o.when = at(testing::our_time);
    if (r.issued_by != IssuedBy::itself)
      o.issuer = &ours().certificate(r.issued_by == IssuedBy::ci ? Role::ci : Role::eum);
    EXPECT_EQ(rules_of(lint_certificate(c.der(), o)), "") << r.name;
    o.role = r.role == Role::dp_auth ? Role::dp_pb : Role::dp_auth;
    EXPECT_NE(rules_of(lint_certificate(c.der(), o), Severity::error), "") << r.name;
  }
}

TEST(Lint, finds_every_fault_of_the_broken_certificates) {
  SeededRandom random(4);
  const Time now = at(testing::our_time);
  auto variants = make_broken(ours(), now, random);
  ASSERT_TRUE(variants);
  // a fault only in the eye of another certificate, or of the host that is asked for
  const std::set<std::string> elsewhere{"dp_pb.other_owner", "dp_tls.other_host", "ds_tls.other_host",
                                        "eum.other_range"};
  size_t found = 0;
  for (const BrokenVariant& v : *variants) {
    LintOptions o;
    o.role = v.role;
    o.when = now;
    o.issuer = &ours().certificate(v.role == Role::euicc ? Role::eum : Role::ci);
    const std::string errors = rules_of(lint_certificate(v.certificate, o), Severity::error);
    const bool good = v.name.ends_with(".good") || elsewhere.contains(v.name);
    if (v.name == "eum.other_subject_key_id") {
      EXPECT_EQ(rules_of(lint_certificate(v.certificate, o)), "subject_key_id.not_of_the_key");
      continue;
    }
    EXPECT_EQ(errors.empty(), good) << v.name << ": " << errors;
    found += !errors.empty();
  }
  EXPECT_GT(found, 170u);
}

TEST(Lint, finds_what_peers_forgive) {
  struct Case {
    const char* rule;
    void (*spoil)(CertificateSpec&);
  };
  const Case cases[] = {
      {"key_usage.not_critical", [](CertificateSpec& s) { s.find(extension::key_usage)->critical = false; }},
      {"policies.not_critical",
       [](CertificateSpec& s) { s.find(extension::certificate_policies)->critical = false; }},
      {"authority_key_id.critical",
       [](CertificateSpec& s) { s.find(extension::authority_key_identifier)->critical = true; }},
      {"subject_key_id.missing", [](CertificateSpec& s) { s.remove(extension::subject_key_identifier); }},
      {"subject_key_id.not_of_the_key",
       [](CertificateSpec& s) { s.find(extension::subject_key_identifier)->value = *from_hex("0401AA"); }},
      {"distribution_points.missing",
       [](CertificateSpec& s) { s.remove(extension::crl_distribution_points); }},
      {"distribution_points.scheme",
       [](CertificateSpec& s) {
         s.find(extension::crl_distribution_points)->value = *from_hex("300A3008A006A0048602783A");
       }},
      {"alternative_name.several_owners",
       [](CertificateSpec& s) {
         s.find(extension::subject_alt_name)->value = *from_hex("300A880388370A880388370B");
       }},
      {"key_usage.more",
       [](CertificateSpec& s) { s.find(extension::key_usage)->value = *from_hex("03020388"); }},
      {"subject.no_common_name",
       [](CertificateSpec& s) {
         s.subject = encode_name({{{attribute::organization, "O"}}});
       }},
  };
  const Certificate& model = ours().certificate(Role::dp_auth);
  for (const Case& c : cases) {
    SeededRandom random(1);
    CertificateSpec spec =
        profile(Role::dp_auth, subject_of(model), model.public_key(), &ours().certificate(Role::ci),
                model.not_before(), model.not_after(), random);
    c.spoil(spec);
    crypto::DeterministicSigner signer(ours()[Role::ci].key.clone());
    auto made = issue(spec, model.public_key(), signer);
    ASSERT_TRUE(made) << c.rule << made.error().message;
    EXPECT_EQ(rules_of(lint_certificate(made->der())), c.rule);
  }
}

TEST(Lint, names_the_form_of_what_it_cannot_read) {
  EXPECT_EQ(rules_of(lint_certificate(*from_hex("3003020100"))), "certificate.malformed");
  EXPECT_EQ(rules_of(lint_crl(*from_hex("3003020100"))), "crl.malformed");
}

TEST(Lint, finds_what_is_wrong_with_a_crl) {
  CrlSpec spec;
  spec.this_update = at("2026-05-01T00:00:00Z");
  spec.next_update = at("2026-07-01T00:00:00Z");
  spec.revoked = {{Bytes{0x41}, spec.this_update, RevocationReason::key_compromise}};
  auto lint = [&](Role issuer, Role signer, JudgeAt when = no_clock) {
    crypto::DeterministicSigner key(ours()[signer].key.clone());
    auto made = issue_crl(spec, ours().certificate(issuer), key);
    check(made.has_value(), "a CRL can be made");
    return rules_of(lint_crl(made->der(), {{}, &ours().certificate(Role::ci), when}));
  };
  EXPECT_EQ(lint(Role::ci, Role::ci, at(testing::our_time)), "");
  EXPECT_EQ(lint(Role::ci, Role::ci, at("2026-07-01T00:00:01Z")), "crl.stale");
  EXPECT_EQ(lint(Role::ci, Role::ci, at("2026-04-01T00:00:01Z")), "crl.not_yet");
  EXPECT_EQ(lint(Role::ci, Role::eum), "crl.signature");
  EXPECT_EQ(lint(Role::eum, Role::eum), "crl.signature crl.issuer_name crl.issuer_key_id");
  spec.revoked.push_back({Bytes{0x41}, at("2026-06-01T00:00:00Z"), RevocationReason::unspecified});
  EXPECT_EQ(lint(Role::ci, Role::ci), "crl.revoked_later crl.listed_twice");
}

// ---- certificates made by others ----

TEST(LintSgp26, is_clean_down_to_the_notes) {
  size_t files = 0;
  for (const testing::Vector& v : testing::sgp26()) {
    auto der = testing::read_vector(v.file);
    auto ci = testing::read_vector(v.ci), eum = testing::read_vector(v.eum);
    if (!der || !ci || !eum) GTEST_SKIP() << "skipped: vectors not present";
    Certificate issuer = *Certificate::parse(v.role == Role::euicc ? *eum : *ci);
    LintOptions o;
    o.role = v.role;
    o.issuer = &issuer;
    o.when = at(v.inside);
    EXPECT_EQ(rules_of(lint_certificate(*der, o)), "") << v.file;
    ++files;
  }
  EXPECT_EQ(files, 18u);
}

TEST(LintSgp26, table_holds_every_file_of_the_vectors) {
  namespace fs = std::filesystem;
  std::set<std::string> there, listed;
  for (const testing::Vector& v : testing::sgp26()) listed.insert(v.file);
  for (const char* folder : {"sgp26/nist", "sgp26/brainpool"}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(testing::vectors() + "/" + folder, none))
      there.insert(std::string(folder) + "/" + entry.path().filename().string());
  }
  if (there.empty()) GTEST_SKIP() << "skipped: vectors not present";
  EXPECT_EQ(there, listed);
  EXPECT_EQ(there.size(), 18u);
}

}  // namespace
}  // namespace sealift::pki
