// A card below several CIs, of both curves: what it announces, and with which key it answers (SGP.22 2.4.2,
// 5.7.13).
#include <gtest/gtest.h>

#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using crypto::Curve;
using pki::Role;

pki::Hierarchy hierarchy_on(Curve curve, uint64_t seed) {
  SeededRandom random(seed);
  pki::HierarchyOptions options{.curve = curve, .deterministic = true, .eid = test_eid()};
  options.not_before = Time(std::chrono::seconds(1700000000));
  return std::move(*pki::make_hierarchy(options, random));
}

Bytes ci_of(const pki::Hierarchy& pki) {
  return to_bytes(pki.certificate(Role::ci).der());
}
Octets<20> key_of(const pki::Hierarchy& pki) {
  return *octets<20>(pki.certificate(Role::ci).subject_key_id());
}

/// A card whose first CI is on P-256, whose second on brainpool; a third one it trusts without a key below
/// it.
struct TwoCis {
  pki::Hierarchy brainpool = hierarchy_on(Curve::brainpool_p256r1, 11);
  pki::Hierarchy trusted_only = hierarchy_on(Curve::p256, 12);
  World w{1, [&](Personalisation& p) {
            auto second = personalisation(brainpool, test_eid());
            p.credentials.push_back(std::move(second.credentials[0]));
            p.ci_certificates.push_back(ci_of(brainpool));
            p.ci_certificates.push_back(ci_of(trusted_only));
          }};

  Server server_of(const pki::Hierarchy& pki) {
    Server server(pki, w.random);
    server.eid = test_eid();
    server.metadata = w.server.metadata;
    return server;
  }
  messages::AuthenticateServerResponse authenticate(Server& server, const pki::Hierarchy& key_below) {
    auto given = w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{});
    auto request = server.authenticate(given.euiccChallenge);
    request.euiccCiPKIdToBeUsed = key_of(key_below);
    return w.phone.command<messages::AuthenticateServerResponse>(request);
  }
};

TEST(SeveralCis, are_announced_in_their_order) {
  TwoCis t;
  auto info = t.w.phone.command<messages::EuiccInfo1>(messages::GetEuiccInfo1Request{});
  std::vector<messages::CiPKId> signing{key_of(t.w.hierarchy), key_of(t.brainpool)};
  EXPECT_EQ(info.euiccCiPKIdListForSigning, signing);
  auto verification = signing;
  verification.emplace_back(key_of(t.trusted_only));
  EXPECT_EQ(info.euiccCiPKIdListForVerification, verification);
  auto info2 = t.w.phone.command<messages::EuiccInfo2>(messages::GetEuiccInfo2Request{});
  EXPECT_EQ(info2.euiccCiPKIdListForSigning, signing);
  EXPECT_EQ(info2.euiccCiPKIdListForVerification, verification);
}

TEST(SeveralCis, sign_with_the_key_below_the_one_that_is_to_be_used) {
  TwoCis t;
  for (const pki::Hierarchy* wanted : {&t.w.hierarchy, &t.brainpool}) {
    for (const pki::Hierarchy* servers : {&t.w.hierarchy, &t.brainpool, &t.trusted_only}) {
      Server server = t.server_of(*servers);
      auto response = t.authenticate(server, *wanted);
      const auto* ok = std::get_if<messages::AuthenticateResponseOk>(&response.alt);
      ASSERT_TRUE(ok) << "the server's CI and the card's need not be the same";
      EXPECT_TRUE(equal(ok->euiccCertificate.tlv, wanted->certificate(Role::euicc).der()));
      EXPECT_TRUE(equal(ok->eumCertificate.tlv, wanted->certificate(Role::eum).der()));
      EXPECT_TRUE(crypto::verify(wanted->certificate(Role::euicc).public_key(), {ok->euiccSigned1.tlv},
                                 ok->euiccSignature1));
    }
  }
  Server server = t.server_of(t.w.hierarchy);
  auto response = t.authenticate(server, t.trusted_only);
  EXPECT_EQ(std::get<messages::AuthenticateResponseError>(response.alt).authenticateErrorCode,
            messages::AuthenticateErrorCode::ciPKUnknown)
      << "the card has no key below it";
}

TEST(SeveralCis, install_profiles_of_servers_below_each_and_remember_with_which_key) {
  TwoCis t;
  const char* iccid = "8949000000000000017";
  for (const pki::Hierarchy* pki : {&t.w.hierarchy, &t.brainpool}) {
    MetadataOptions options{.iccid = iccid};
    options.notifications = {{{messages::NotificationEventBit::notificationDelete}, "n.example.com"}};
    Server server = t.server_of(*pki);
    server.metadata = metadata(options);
    auto authenticated = t.authenticate(server, *pki);
    auto prepared = t.w.phone.command<messages::PrepareDownloadResponse>(
        server.prepare(std::get<messages::AuthenticateResponseOk>(authenticated.alt)));
    auto result = t.w.phone.load(
        asn1::encode(server.bind(std::get<messages::PrepareDownloadResponseOk>(prepared.alt))));
    ASSERT_TRUE(succeeded(result));
    const auto& key = pki->certificate(Role::euicc).public_key();
    EXPECT_TRUE(crypto::verify(key, {result->profileInstallationResultData.tlv}, result->euiccSignPIR));
    t.w.restart();
    ASSERT_EQ(t.w.remove(iccid), messages::DeleteResult::ok);
    auto list = t.w.phone.command<messages::RetrieveNotificationsListResponse>(
        messages::RetrieveNotificationsListRequest{});
    const auto& last = std::get<messages::OtherSignedNotification>(std::get<0>(list.alt).back().alt);
    EXPECT_TRUE(crypto::verify(key, {last.tbsOtherNotification.tlv}, last.euiccNotificationSignature));
    EXPECT_TRUE(equal(last.euiccCertificate.tlv, pki->certificate(Role::euicc).der()));
  }
}

TEST(SeveralCis, do_not_let_one_server_bind_below_another_ci) {
  TwoCis t;
  Server first = t.server_of(t.w.hierarchy), second = t.server_of(t.trusted_only);
  auto authenticated = t.authenticate(first, t.w.hierarchy);
  auto response = t.w.phone.command<messages::PrepareDownloadResponse>(
      second.prepare(std::get<messages::AuthenticateResponseOk>(authenticated.alt)));
  EXPECT_EQ(std::get<messages::PrepareDownloadResponseError>(response.alt).downloadErrorCode,
            messages::DownloadErrorCode::invalidCertificate)
      << "the same OID, the same role, another CI";
}

}  // namespace
}  // namespace sealift::euicc
