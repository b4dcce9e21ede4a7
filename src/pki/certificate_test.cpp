#include "pki/certificate.hpp"

#include <gtest/gtest.h>

#include "pki/test_support.hpp"

namespace sealift::pki {
namespace {

using testing::at;
using testing::read_vector;

#define VECTOR(name, file)       \
  auto name = read_vector(file); \
  if (!name) GTEST_SKIP() << "skipped: vectors not present"

TEST(Certificate, reads_the_euicc_certificate_of_sgp26) {
  VECTOR(der, "sgp26/nist/CERT_EUICC_ECDSA_NIST.der");
  auto c = Certificate::parse(*der);
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_TRUE(equal(c->der(), *der));
  EXPECT_EQ(c->subject().text(),
            "C=ES, O=RSP Test EUM, serialNumber=89049032123451234512345678901235, CN=Test eUICC");
  EXPECT_EQ(c->issuer().text(), "C=ES, O=RSP Test EUM, CN=EUM Test");
  EXPECT_EQ(hex(c->serial_number()), "020000000000000001");
  EXPECT_EQ(asn1::rfc3339(c->not_before()), "2020-04-01T09:48:58Z");
  EXPECT_EQ(asn1::rfc3339(c->not_after()), "7496-01-24T09:48:58Z");
  EXPECT_EQ(c->public_key().curve(), crypto::Curve::p256);
  EXPECT_EQ(hex(View(c->public_key().point()).first(5)), "046DB3F53A");
  EXPECT_EQ(hex(c->subject_key_id()), "A52476AF5D50AA376437CCB1DA2172EF45F484F0");
  EXPECT_EQ(hex(c->authority_key_id()), "DD3DA24D350C1CC5D0AF0965F40EC34C5EE409F1");
  EXPECT_EQ(c->extensions().key_usage->value, key_usage::digital_signature);
  EXPECT_TRUE(c->extensions().key_usage->critical);
  EXPECT_EQ(hex(c->signature()).substr(0, 8), "D72B417D");
  EXPECT_TRUE(c->extensions().unknown_critical.empty());
  EXPECT_FALSE(c->registered_id());
}

TEST(Certificate, reads_every_extension_that_sgp26_uses) {
  VECTOR(eum_der, testing::nist_eum);
  Certificate eum = *Certificate::parse(*eum_der);
  EXPECT_TRUE(eum.extensions().basic_constraints->value.ca);
  EXPECT_EQ(eum.extensions().basic_constraints->value.path_len, 0u);
  ASSERT_EQ(eum.extensions().name_constraints->value.permitted_directory_names.size(), 1u);
  EXPECT_FALSE(eum.extensions().name_constraints->value.beyond_us);
  EXPECT_EQ(eum.extensions().name_constraints->value.permitted_directory_names[0].text(),
            "O=RSP Test EUM, serialNumber=89049032");
  EXPECT_EQ(eum.registered_id()->dotted(), "2.999.5");
  VECTOR(tls_der, "sgp26/nist/CERT_S_SM_DP2_TLS.der");
  Certificate tls = *Certificate::parse(*tls_der);
  const auto& purposes = tls.extensions().extended_key_usage->value;
  EXPECT_EQ(purposes, (std::vector<asn1::Oid>{purpose::server_auth, purpose::client_auth}));
  EXPECT_EQ(tls.extensions().crl_distribution_points->value,
            (std::vector<std::string_view>{"http://ci.test.example.com/CRL-A.crl",
                                           "http://ci.test.example.com/CRL-B.crl"}));
  EXPECT_FALSE(tls.extensions().certificate_policies->critical);
  EXPECT_TRUE(tls.names_host("testsmdpplus2.example.com"));
  EXPECT_TRUE(tls.names_host("TESTsmdpplus2.example.COM"));
  EXPECT_FALSE(tls.names_host("testsmdpplus1.example.com"));
  EXPECT_FALSE(tls.names_host("example.com"));
  EXPECT_FALSE(tls.names_host(""));
}

TEST(Certificate, refuses_a_certificate_cut_off_at_any_octet) {
  for (const auto& v : testing::sgp26()) {
    VECTOR(der, v.file);
    for (size_t n = 0; n < der->size(); ++n)
      EXPECT_FALSE(Certificate::parse(View(*der).first(n))) << v.file << " at " << n;
    der->push_back(0);
    EXPECT_FALSE(Certificate::parse(*der)) << v.file;
  }
}

TEST(Certificate, never_verifies_with_any_bit_flipped) {
  VECTOR(der, "sgp26/nist/CERT_S_SM_DPauth_ECDSA_NIST.der");
  VECTOR(ci_der, testing::nist_ci);
  Certificate ci = *Certificate::parse(*ci_der);
  crypto::Verifier verifier(ci.public_key());
  ASSERT_TRUE(verifier.verify({Certificate::parse(*der)->tbs()}, Certificate::parse(*der)->signature()));
  for (size_t bit = 0; bit < der->size() * 8; ++bit) {
    Bytes changed = *der;
    changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
    auto c = Certificate::parse(changed);
    EXPECT_FALSE(c && verifier.verify({c->tbs()}, c->signature())) << "bit " << bit;
  }
}

TEST(Certificate, says_which_curve_it_does_not_take) {
  VECTOR(der, "sgp26/nist/CERT_S_SM_DPauth_ECDSA_NIST.der");
  Bytes prime256v1 = *from_hex("06082A8648CE3D030107");
  auto at_oid = std::search(der->begin(), der->end(), prime256v1.begin(), prime256v1.end());
  ASSERT_NE(at_oid, der->end());
  *(at_oid + 9) = 0x01;  // prime192v1
  auto c = Certificate::parse(*der);
  EXPECT_EQ(c.error().kind, ErrorKind::unsupported);
  EXPECT_NE(c.error().message.find("1.2.840.10045.3.1.1"), std::string::npos) << c.error().message;
  TrustStore trust;
  EXPECT_EQ(verify_chain(Role::dp_auth, *der, trust, no_clock).error().error, ChainError::wrong_curve);
}

TEST(Certificate, refuses_another_signature_algorithm_and_one_that_differs_inside) {
  Bytes with_sha256 = *from_hex("06082A8648CE3D040302");
  Bytes der = to_bytes(testing::ours().certificate(Role::dp_auth).der());
  auto inside = std::search(der.begin(), der.end(), with_sha256.begin(), with_sha256.end());
  auto outside = std::search(inside + 1, der.end(), with_sha256.begin(), with_sha256.end());
  ASSERT_NE(outside, der.end());
  *(outside + 9) = 0x03;  // ecdsa-with-SHA384
  EXPECT_EQ(Certificate::parse(der).error().kind, ErrorKind::invalid);
  *(outside + 9) = 0x02;
  EXPECT_TRUE(Certificate::parse(der));
  *(inside + 9) = 0x03;
  EXPECT_EQ(Certificate::parse(der).error().kind, ErrorKind::invalid);
}

TEST(Certificate, refuses_one_beyond_the_size_limit) {
  EXPECT_EQ(Certificate::parse(Bytes(Certificate::max_size + 1, 0x30)).error().kind, ErrorKind::limit);
}

/// An own certificate with one extension changed.
Result<Certificate> with_extension(const asn1::Oid& id, const char* value_hex) {
  const Hierarchy& h = testing::ours();
  SeededRandom random(7);
  Subject subject;
  subject.name.attributes = {{attribute::common_name, "x"}};
  const Identity& ci = h[Role::ci];
  CertificateSpec spec = profile(Role::dp_auth, subject, ci.key.public_key(), &ci.certificate,
                                 at(testing::our_time), at(testing::our_time), random);
  spec.remove(id);
  spec.extensions.push_back({id, true, *from_hex(value_hex)});
  crypto::DeterministicSigner signer(ci.key.clone());
  return issue(spec, ci.key.public_key(), signer);
}

TEST(Certificate, refuses_extensions_that_are_not_canonical) {
  struct Case {
    const char* why;
    asn1::Oid id;
    const char* value;
  };
  const Case cases[] = {
      {"keyUsage with trailing zero bits", extension::key_usage, "03020680"},
      {"keyUsage with unused bits set", extension::key_usage, "03020781"},
      {"keyUsage empty", extension::key_usage, "030100"},
      {"keyUsage cut off", extension::key_usage, "030207"},
      {"keyUsage with more behind", extension::key_usage, "030207800500"},
      {"keyUsage of four octets", extension::key_usage, "030400800101"},
      {"pathLen without cA", extension::basic_constraints, "3003020100"},
      {"pathLen negative", extension::basic_constraints, "30060101FF0201FF"},
      {"pathLen not minimal", extension::basic_constraints, "30070101FF02020000"},
      {"cA neither FF nor 00", extension::basic_constraints, "3003010101"},
      {"no policy", extension::certificate_policies, "3000"},
      {"a policy twice", extension::certificate_policies,
       "3016300906076781120102010430090607678112010201 04"},
      {"no name", extension::subject_alt_name, "3000"},
      {"a name of unknown form", extension::subject_alt_name, "30028A00"},
      {"an IP address of five octets", extension::subject_alt_name, "300787050102030405"},
      {"a registeredID without octets", extension::subject_alt_name, "30028800"},
      {"a key identifier without octets", extension::subject_key_identifier, "0400"},
      {"no purpose", extension::extended_key_usage, "3000"},
      {"no subtree", extension::name_constraints, "3002A000"},
  };
  ASSERT_TRUE(with_extension(extension::key_usage, "03020780"));
  for (const Case& c : cases) {
    std::string value(c.value);
    std::erase(value, ' ');
    EXPECT_FALSE(with_extension(c.id, value.c_str())) << c.why;
  }
}

TEST(Certificate, refuses_an_extension_that_stands_there_twice) {
  const Identity& ci = testing::ours()[Role::ci];
  SeededRandom random(7);
  Subject subject;
  CertificateSpec spec = profile(Role::dp_auth, subject, ci.key.public_key(), &ci.certificate,
                                 at(testing::our_time), at(testing::our_time), random);
  spec.extensions.push_back(spec.extensions.front());
  crypto::DeterministicSigner signer(ci.key.clone());
  auto c = issue(spec, ci.key.public_key(), signer);
  ASSERT_FALSE(c);
  EXPECT_NE(c.error().message.find("twice"), std::string::npos) << c.error().message;
}

TEST(Certificate, names_hosts_by_name_wildcard_and_address) {
  const Certificate& tls = testing::ours().certificate(Role::dp_tls);
  for (const char* host :
       {"smdp.example.com", "localhost", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "smdp.example.com."}) {
    EXPECT_TRUE(tls.names_host(host)) << host;
  }
  for (const char* host :
       {"127.0.0.2", "::2", "example.com", "x.smdp.example.com", ".", "localhost.example.com"}) {
    EXPECT_FALSE(tls.names_host(host)) << host;
  }
  auto wild =
      with_extension(extension::subject_alt_name, "300F820D2A2E6578616D706C652E636F6D");  // *.example.com
  ASSERT_TRUE(wild) << wild.error().message;
  EXPECT_TRUE(wild->names_host("a.example.com"));
  EXPECT_FALSE(wild->names_host("a.b.example.com"));
  EXPECT_FALSE(wild->names_host("example.com"));
  EXPECT_FALSE(wild->names_host(".example.com"));
  auto broad = with_extension(extension::subject_alt_name, "300782052A2E636F6D");  // *.com
  ASSERT_TRUE(broad);
  EXPECT_FALSE(broad->names_host("example.com"));
}

TEST(Certificate, keeps_its_octets_when_copied_and_moved) {
  std::optional<View> tbs;
  std::optional<Certificate> kept;
  {
    Certificate c = testing::ours().certificate(Role::euicc);
    Certificate copy = c;
    kept = std::move(c);
    tbs = copy.tbs();
  }
  EXPECT_TRUE(equal(*tbs, kept->tbs()));
  EXPECT_EQ(kept->subject().get(attribute::serial_number), testing::our_eid);
}

}  // namespace
}  // namespace sealift::pki
