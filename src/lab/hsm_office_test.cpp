#include "lab/hsm_office.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "asn1/time.hpp"
#include "base/files.hpp"
#include "base/temporary_folder.hpp"
#include "pki/chain.hpp"
#include "pki/pem.hpp"
#include "tests/hsm/test_token.hpp"

namespace sealift::lab {
namespace {

using pki::Role;
using sealift::testing::TestToken;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

const Time noon = *asn1::parse_rfc3339("2026-06-01T12:00:00Z");

TEST(HsmKeys, are_written_as_they_were_read) {
  const char* text =
      "# a comment\n\nmodule /usr/lib/softhsm/libsofthsm2.so\ntoken my token\npin-file ../pin\nsessions 8\n"
      "key dp_auth a-1\nkey dp_pb b.2\n";
  auto keys = HsmKeys::parse("folder", text);
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ((*keys)->token.token, "my token");
  EXPECT_EQ((*keys)->sessions, 8u);
  EXPECT_FALSE((*keys)->is_remote());
  EXPECT_TRUE((*keys)->has("dp_pb"));
  EXPECT_FALSE((*keys)->has("ds_auth"));
  const auto folder = TemporaryFolder::make().value();
  (*keys)->dir = folder.path();
  ASSERT_TRUE((*keys)->write());
  auto again = HsmKeys::read((*keys)->dir);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->keys, (*keys)->keys);
  EXPECT_EQ((*again)->token.pin_file, (*keys)->token.pin_file);
}

TEST(HsmKeys, say_the_line_that_is_wrong) {
  const auto why = [](const char* text) {
    auto keys = HsmKeys::parse("folder", text);
    return keys ? std::string("taken") : keys.error().message;
  };
  EXPECT_THAT(why("socket /a\nbogus 1\n"), HasSubstr("line 2"));
  EXPECT_THAT(why("socket\n"), HasSubstr("line 1"));
  EXPECT_THAT(why("socket /a\nsocket /b\n"), HasSubstr("twice"));
  EXPECT_THAT(why("socket /a\nkey dp_auth a\nkey dp_auth b\n"), HasSubstr("twice"));
  EXPECT_THAT(why("socket /a\nkey dp_auth a b\n"), HasSubstr("label"));
  EXPECT_THAT(why("socket /a\nkey dp_auth ../a\n"), HasSubstr("label"));
  EXPECT_THAT(why("key dp_auth a\n"), HasSubstr("where the HSM is"));
  EXPECT_THAT(why("module /m\ntoken t\n"), HasSubstr("where the HSM is"));
  EXPECT_THAT(why("socket /a\nmodule /m\ntoken t\npin-file p\n"), HasSubstr("where the HSM is"));
  EXPECT_THAT(why("module /m\ntoken t\npin-file p\nsessions 0\n"), HasSubstr("1 to 64"));
}

class HsmOffice : public ::testing::Test {
 protected:
  void SetUp() override {
    token_ = TestToken::get();
    if (!token_) GTEST_SKIP() << "SoftHSM is not installed (Debian package softhsm2)";
    token_->behave();
    pki::HierarchyOptions o;
    o.eid = *Eid::with_check_digits("890490320000000000000000000001");
    o.not_before = noon - std::chrono::days(2);
    hierarchy_.emplace(pki::make_hierarchy(o, random_).value());
    folder_.emplace(KeysFolder::create(dir_, *hierarchy_, random_).value());
    static int n = 0;
    options_.token = token_->real();
    options_.label = "office-" + std::to_string(++n);
  }
  /// The folder as a server finds it: its signer has the certificate's key, and a chain to the CI.
  void expect_in_order(Role role) {
    auto folder = KeysFolder::open(dir_).value();
    const pki::Certificate certificate = folder.certificate(role).value();
    auto signer = folder.signer(role);
    ASSERT_TRUE(signer) << signer.error().message;
    EXPECT_EQ((*signer)->public_key(), certificate.public_key());
    EXPECT_NE(certificate.public_key(), hierarchy_->certificate(role).public_key());
    EXPECT_FALSE(folder.keys.private_key(pki::name(role))) << "no key file is left to fall back to";
    pki::TrustStore trust;
    EXPECT_TRUE(trust.add(folder.certificate(Role::ci).value()));
    EXPECT_TRUE(pki::verify_chain(role, certificate, {}, trust, noon));
    const auto signature = (*signer)->sign({view("message")});
    ASSERT_TRUE(signature);
    EXPECT_TRUE(crypto::verify(certificate.public_key(), {view("message")}, *signature));
  }

  TestToken* token_ = nullptr;
  SeededRandom random_{8};
  const TemporaryFolder temporary_ = TemporaryFolder::make().value();
  const std::string dir_ = temporary_.path() + "/pki";
  std::optional<pki::Hierarchy> hierarchy_;
  std::optional<KeysFolder> folder_;
  HsmKeyOptions options_;
};

TEST_F(HsmOffice, makes_keys_in_the_token_and_certificates_for_them) {
  for (const Role role : {Role::dp_auth, Role::dp_pb, Role::ds_auth}) {
    HsmKeyOptions o = options_;
    o.role = role;
    o.label += std::string(".") + std::string(pki::name(role));
    auto done = take_key_into_hsm(*folder_, o, noon, random_);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->after.subject().text(), done->before.subject().text());
    expect_in_order(role);
  }
  EXPECT_TRUE(fs::exists(fs::path(dir_) / "dp_auth.old.der"));
}

TEST_F(HsmOffice, renews_a_certificate_for_the_same_key_and_makes_no_key_file_for_another) {
  ASSERT_TRUE(take_key_into_hsm(*folder_, options_, noon, random_));
  EXPECT_EQ(renew_certificate(*folder_, "dp_auth", {}, true, noon, random_).error().kind,
            ErrorKind::unsupported);
  auto renewed = renew_certificate(*folder_, "dp_auth", {}, false, noon, random_);
  ASSERT_TRUE(renewed && *renewed);
  expect_in_order(Role::dp_auth);
}

TEST_F(HsmOffice, asks_for_a_certificate_and_takes_in_what_comes_back) {
  const auto request = request_for_hsm_key(*folder_, options_);
  ASSERT_TRUE(request) << request.error().message;
  const fs::path csr = fs::path(dir_).parent_path() / "csr.pem";
  std::ofstream(csr) << pki::to_pem("CERTIFICATE REQUEST", *request);
  // OpenSSL reads it, and its signature holds.
  EXPECT_EQ(std::system(("openssl req -in " + csr.string() + " -verify -noout >/dev/null 2>&1").c_str()), 0);
  EXPECT_EQ(folder_->hsm, nullptr) << "the folder is as it was";

  const auto key = hsm::pkcs11::Token::open(options_.token).value()->session()->find(options_.label).value();
  const pki::Identity& ci = (*hierarchy_)[Role::ci];
  crypto::SoftwareSigner signer(ci.key);
  const auto spec =
      pki::profile(Role::dp_auth, pki::subject_of(hierarchy_->certificate(Role::dp_auth)), key,
                   &ci.certificate, noon - std::chrono::hours(1), noon + std::chrono::days(30), random_);
  const auto made = pki::issue(spec, key, signer).value();
  EXPECT_EQ(import_for_hsm_key(*folder_, hierarchy_->certificate(Role::dp_auth), options_, noon, random_)
                .error()
                .kind,
            ErrorKind::invalid)
      << "another key's";
  const Status taken = import_for_hsm_key(*folder_, made, options_, noon, random_);
  ASSERT_TRUE(taken) << taken.error().message;
  expect_in_order(Role::dp_auth);
}

TEST_F(HsmOffice, keeps_no_ci_and_no_tls_key_and_one_hsm_a_folder) {
  for (const Role role : {Role::ci, Role::eum, Role::dp_tls}) {
    HsmKeyOptions o = options_;
    o.role = role;
    EXPECT_EQ(take_key_into_hsm(*folder_, o, noon, random_).error().kind, ErrorKind::unsupported);
  }
  ASSERT_TRUE(take_key_into_hsm(*folder_, options_, noon, random_));
  HsmKeyOptions other = options_;
  other.role = Role::dp_pb;
  other.socket = "/run/elsewhere";
  EXPECT_EQ(take_key_into_hsm(*folder_, other, noon, random_).error().kind, ErrorKind::invalid);
  EXPECT_EQ(take_key_into_hsm(*folder_, options_, noon, random_).error().kind, ErrorKind::exists)
      << "the label is taken";
}

}  // namespace
}  // namespace sealift::lab
