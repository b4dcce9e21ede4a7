// A hacked server is listed: the phone looks before it trusts, and so does the chip (M1-14).
#include <gtest/gtest.h>

#include "world.hpp"

namespace sealift::e2e {
namespace {

constexpr const char* uri = "http://crl.example.com/ci.crl";

WorldOptions with_crls() {
  WorldOptions o;
  o.change_pki = [](pki::HierarchyOptions& h) { h.crl_uris = {uri}; };
  return o;
}

struct Published final : download::CrlSource {
  Bytes list;
  Result<Bytes> fetch(const std::string&) override {
    if (list.empty()) return Error{ErrorKind::io, "nobody there"};
    return list;
  }
};

struct CrlOfThePhone : testing::Test {
  Result<download::Outcome, download::Failure> download(const download::ActivationCode& code,
                                                        pki::CrlPolicy policy = pki::CrlPolicy::required) {
    pki::TrustStore cis(policy);
    check(bool(cis.add(View(world.site->ci_certificate()))), "the CI is one");
    download::ServerTrust trust(cis, world.clock, &published);
    download::Options options;
    options.deviceInfo = download::default_device_info();
    options.trust = &trust;
    return phone.lpa->download(code, options);
  }
  World world{with_crls()};
  Phone phone{world, 1};
  Published published;
};

TEST_F(CrlOfThePhone, of_nobody_lets_a_download_pass) {
  published.list = world.crl({});
  EXPECT_TRUE(download(world.order(1).code));
  EXPECT_NE(phone.trace.find("LPA>card", "ES10b.LoadCRL"), nullptr) << "and the chip has the list from now on";
}

TEST_F(CrlOfThePhone, of_the_tls_certificate_ends_it_before_the_card_has_spoken) {
  published.list = world.crl({pki::Role::dp_tls});
  auto out = download(world.order(1).code);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().step, download::Step::initiate_authentication);
  EXPECT_EQ(phone.trace.find("LPA>card", "ES10b.AuthenticateServer"), nullptr);
}

TEST_F(CrlOfThePhone, of_the_authentication_certificate_ends_it_before_the_card_has_spoken) {
  published.list = world.crl({pki::Role::dp_auth});
  auto out = download(world.order(1).code);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().step, download::Step::initiate_authentication);
  EXPECT_EQ(phone.trace.find("LPA>card", "ES10b.AuthenticateServer"), nullptr);
  EXPECT_EQ(phone.profile_count(), 0u);
}

TEST_F(CrlOfThePhone, of_the_binding_certificate_ends_it_before_the_card_has_given_a_key) {
  published.list = world.crl({pki::Role::dp_pb});
  auto out = download(world.order(1).code);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().step, download::Step::authenticate_client);
  EXPECT_EQ(phone.trace.find("LPA>card", "ES10b.PrepareDownload"), nullptr);
}

TEST_F(CrlOfThePhone, that_cannot_be_known_is_a_refusal_where_the_policy_says_so) {
  auto out = download(world.order(1).code);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().error.kind, ErrorKind::verification);
  EXPECT_TRUE(download(world.order(2).code, pki::CrlPolicy::if_present));
}

TEST_F(CrlOfThePhone, is_known_to_the_chip_itself_from_the_list_that_a_phone_handed_on) {
  published.list = world.crl({});
  ASSERT_TRUE(download(world.order(1).code));
  published.list = world.crl({pki::Role::dp_auth}, 2);
  ASSERT_FALSE(download(world.order(2).code));
  // Another phone, that asks nobody: the list was handed on before that phone ended the download.
  auto out = phone.download(world.order(3).code);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().step, download::Step::authenticate_server);
  EXPECT_EQ(out.error().authenticateError, messages::AuthenticateErrorCode::invalidCertificate);
}

}  // namespace
}  // namespace sealift::e2e
