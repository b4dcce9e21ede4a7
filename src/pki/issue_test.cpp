#include "pki/issue.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/temporary_folder.hpp"
#include "pki/pem.hpp"
#include "pki/test_support.hpp"

namespace sealift::pki {
namespace {

using testing::ours;
namespace fs = std::filesystem;

/// A directory that goes with the test.
TEST(Hierarchy, is_the_same_for_one_seed_and_another_for_another) {
  SeededRandom same(1), other(2);
  Hierarchy again = std::move(*make_hierarchy(testing::our_options(), same));
  Hierarchy different = std::move(*make_hierarchy(testing::our_options(), other));
  for (const RoleRules& r : role_table()) {
    EXPECT_EQ(hex(again.certificate(r.role).der()), hex(ours().certificate(r.role).der())) << r.name;
    EXPECT_FALSE(different.certificate(r.role) == ours().certificate(r.role)) << r.name;
    EXPECT_EQ(again.certificate(r.role).subject().get(attribute::organizational_unit), "TEST") << r.name;
    EXPECT_EQ(again[r.role].key.public_key(), again.certificate(r.role).public_key()) << r.name;
  }
}

TEST(Hierarchy, is_not_marked_as_a_test_where_it_is_random) {
  HierarchyOptions o = testing::our_options();
  o.deterministic = false;
  SystemRandom random;
  Hierarchy h = std::move(*make_hierarchy(o, random));
  for (const RoleRules& r : role_table()) {
    EXPECT_FALSE(h.certificate(r.role).subject().get(attribute::organizational_unit)) << r.name;
  }
}

TEST(Hierarchy, gives_every_role_a_key_and_serial_number_of_its_own) {
  for (const RoleRules& a : role_table()) {
    for (const RoleRules& b : role_table()) {
      if (a.role == b.role) continue;
      EXPECT_NE(ours()[a.role].key.public_key(), ours()[b.role].key.public_key());
      EXPECT_FALSE(
          equal(ours().certificate(a.role).serial_number(), ours().certificate(b.role).serial_number()));
    }
  }
}

/// Which extensions there are, and which of them are critical.
std::vector<std::string> shape(const Certificate& c) {
  const Extensions& x = c.extensions();
  std::vector<std::string> out;
  auto note = [&](const auto& e, const char* what) {
    if (e) out.push_back(std::string(what) + (e->critical ? "!" : ""));
  };
  note(x.subject_key_identifier, "ski");
  note(x.authority_key_identifier, "aki");
  note(x.key_usage, "ku");
  note(x.basic_constraints, "bc");
  note(x.certificate_policies, "cp");
  note(x.subject_alt_name, "san");
  note(x.extended_key_usage, "eku");
  note(x.name_constraints, "nc");
  note(x.crl_distribution_points, "cdp");
  return out;
}

TEST(Hierarchy, has_the_extensions_that_sgp26_has) {
  for (const auto& v : testing::sgp26()) {
    auto der = testing::read_vector(v.file);
    if (!der) GTEST_SKIP() << "skipped: vectors not present";
    Certificate theirs = *Certificate::parse(*der);
    const Certificate& mine = ours().certificate(v.role);
    EXPECT_EQ(shape(mine), shape(theirs)) << v.file;
    EXPECT_EQ(mine.extensions().key_usage->value, theirs.extensions().key_usage->value) << v.file;
    EXPECT_EQ(mine.extensions().certificate_policies->value, theirs.extensions().certificate_policies->value)
        << v.file;
    EXPECT_EQ(mine.registered_id().has_value(), theirs.registered_id().has_value()) << v.file;
  }
}

TEST(Hierarchy, refuses_options_that_make_no_sense) {
  SeededRandom random(1);
  HierarchyOptions o = testing::our_options();
  o.iin = "89049033";
  EXPECT_EQ(make_hierarchy(o, random).error().kind, ErrorKind::invalid);
  for (const char* host :
       {"", "a b", "smdp.example.com:8443", "-a.example.com", "a..b", ".a", "a.", "https://a"}) {
    o = testing::our_options();
    o.dp_hosts = {host};
    EXPECT_EQ(make_hierarchy(o, random).error().kind, ErrorKind::invalid) << host;
  }
  o = testing::our_options();
  o.ds_hosts = {};
  EXPECT_EQ(make_hierarchy(o, random).error().kind, ErrorKind::invalid);
}

TEST(Hierarchy, issues_more_euiccs_under_its_eum) {
  SeededRandom random(3);
  TrustStore trust;
  ASSERT_TRUE(trust.add(ours().certificate(Role::ci)));
  for (const char* digits : {"890490320000000000000000000000", "890490320000000000000000000001"}) {
    Eid eid = *Eid::with_check_digits(digits);
    auto card = issue_euicc(ours()[Role::eum], eid, random, true);
    ASSERT_TRUE(card) << card.error().message;
    auto chain = verify_euicc(card->certificate.der(), ours().certificate(Role::eum).der(), trust,
                              testing::at(testing::our_time));
    ASSERT_TRUE(chain) << chain.error().message();
    EXPECT_EQ(chain->eid(), eid);
  }
}

TEST(HierarchyFiles, are_read_back_as_they_were_written) {
  const auto d = TemporaryFolder::make().value();
  std::vector<std::string> keys;
  auto keep = [&](std::string_view name, const crypto::PrivateKey&) {
    keys.emplace_back(name);
    return Status();
  };
  std::string inside = d.path() + "/deep/pki";
  auto written = write_hierarchy(inside, ours(), keep);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(keys.size(), 8u);
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(inside)) files += entry.is_regular_file();
  EXPECT_EQ(files, 16u);
  for (const RoleRules& r : role_table())
    EXPECT_TRUE(*read_certificate(inside, r.role) == ours().certificate(r.role)) << r.name;
  EXPECT_EQ(write_hierarchy(inside, ours(), keep).error().kind, ErrorKind::exists);
  EXPECT_EQ(keys.size(), 8u) << "no key is touched where a certificate is there already";
  EXPECT_EQ(read_certificate(d.path(), Role::ci).error().kind, ErrorKind::not_found);
}

TEST(HierarchyFiles, are_not_written_where_a_key_cannot_be_kept) {
  const auto d = TemporaryFolder::make().value();
  auto refuse = [](std::string_view name, const crypto::PrivateKey&) {
    return name == "dp_pb" ? Status(Error{ErrorKind::io, "disk full"}) : Status();
  };
  EXPECT_EQ(write_hierarchy(d.path(), ours(), refuse).error().kind, ErrorKind::io);
  EXPECT_TRUE(fs::is_empty(d.path()));
}

TEST(Pem, carries_certificates) {
  const Certificate& a = ours().certificate(Role::dp_auth);
  const Certificate& b = ours().certificate(Role::dp_pb);
  std::string text =
      "notes\n" + to_pem("CERTIFICATE", a.der()) + "between\r\n" + to_pem("CERTIFICATE", b.der()) + "after";
  auto both = certificates_from_file_octets(view(text));
  ASSERT_TRUE(both) << both.error().message;
  ASSERT_EQ(both->size(), 2u);
  EXPECT_TRUE((*both)[0] == a);
  EXPECT_TRUE((*both)[1] == b);
  auto der = certificates_from_file_octets(a.der());
  ASSERT_TRUE(der);
  EXPECT_TRUE(der->at(0) == a);
}

TEST(Pem, refuses_blocks_that_are_broken) {
  std::string good = to_pem("CERTIFICATE", ours().certificate(Role::ci).der());
  EXPECT_FALSE(from_pem("nothing"));
  EXPECT_FALSE(from_pem(good.substr(0, good.size() - 8)));
  EXPECT_FALSE(from_pem("-----BEGIN CERTIFICATE\n"));
  EXPECT_FALSE(from_pem("-----BEGIN A-----\n!!!!\n-----END A-----\n"));
  EXPECT_FALSE(from_pem("-----BEGIN A-----\nAAAA\n-----END B-----\n"));
  EXPECT_EQ(certificates_from_file_octets(view(to_pem("X", ours().certificate(Role::ci).der()))).error().kind,
            ErrorKind::not_found);
}

TEST(PrivateKeyFile, is_read_in_every_form_it_is_written) {
  SeededRandom random(5);
  for (crypto::Curve curve : {crypto::Curve::p256, crypto::Curve::brainpool_p256r1}) {
    crypto::PrivateKey key = crypto::PrivateKey::generate(curve, random);
    SecretBytes sec1 = private_key_to_sec1(key), pkcs8 = private_key_to_pkcs8(key),
                pem = private_key_to_pem(key);
    std::string sec1_pem = to_pem("EC PRIVATE KEY", sec1.expose());
    for (View form : {sec1.expose(), pkcs8.expose(), pem.expose(), view(sec1_pem)}) {
      auto read = private_key_from_file_octets(form);
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(read->public_key(), key.public_key());
    }
    for (size_t n = 0; n < pkcs8.size(); ++n)
      EXPECT_FALSE(private_key_from_file_octets(pkcs8.expose().first(n)));
  }
}

// A key that another program made: openssl ecparam -name prime256v1 -genkey.
TEST(PrivateKeyFile, is_read_as_openssl_writes_it) {
  constexpr std::string_view pem = R"(-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIJ2jWyNenpBoAmjrBL7GLbUuESWlmyONTI1YD1Rwy5EfoAoGCCqGSM49
AwEHoUQDQgAEQk936DRF55Swx9+zzkAw2xicvDrLKDvnHtPWSqKO54b/KgHFA4a3
OeeDDbNOL4wDGMlmtKxxOVVbZxkRcUV8cQ==
-----END EC PRIVATE KEY-----
)";
  auto key = private_key_from_file_octets(view(pem));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(hex(key->public_key().point()),
            "04424F77E83445E794B0C7DFB3CE4030DB189CBC3ACB283BE71ED3D64AA28EE786FF2A01C50386B739E7830DB34E2F8C"
            "0318C966B4AC7139555B67191171457C71");
}

TEST(PrivateKeyFile, refuses_another_public_key_and_encrypted_keys) {
  SeededRandom random(5);
  crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256, random);
  SecretBytes sec1 = private_key_to_sec1(key);
  Bytes changed = to_bytes(sec1.expose());
  changed.back() = static_cast<uint8_t>(changed.back() ^ 1);
  EXPECT_EQ(private_key_from_file_octets(changed).error().kind, ErrorKind::verification);
  EXPECT_EQ(private_key_from_file_octets(
                view("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"))
                .error()
                .kind,
            ErrorKind::unsupported);
  EXPECT_EQ(private_key_from_file_octets(view("-----BEGIN EC PRIVATE KEY-----\nProc-Type: "
                                              "4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n"))
                .error()
                .kind,
            ErrorKind::unsupported);
}

}  // namespace
}  // namespace sealift::pki
