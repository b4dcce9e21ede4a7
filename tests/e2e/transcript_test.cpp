// Both sides hold proof of a download: its transcript verifies offline, with nothing but the CI (M1-09).
#include <gtest/gtest.h>

#include "auth/verify_transcript.hpp"
#include "world.hpp"

namespace sealift::e2e {
namespace {

using messages::Transcript;

struct Recorded {
  World world;
  Phone phone{world, 1};

  std::optional<Transcript> download(const download::ActivationCode& code) {
    std::optional<Transcript> out;
    download::Options options{download::default_device_info(), std::nullopt, &out};
    outcome = bool(phone.lpa->download(code, options));
    return out;
  }
  pki::TrustStore trust() {
    pki::TrustStore store;
    check(bool(store.add(View(world.site->ci_certificate()))), "the CI is one");
    return store;
  }
  auth::TranscriptReport verify(const Transcript& t) { return auth::verify_transcript(t, trust(), world.clock.now()); }
  bool outcome = false;
};

TEST(Transcript, of_a_download_proves_offline_who_agreed_to_what) {
  Recorded r;
  const Product product = r.world.order(1);
  const auto transcript = r.download(product.code);
  ASSERT_TRUE(r.outcome);
  ASSERT_TRUE(transcript);
  const Bytes octets = transcript->encode();
  const auto again = must(Transcript::decode(octets));
  EXPECT_EQ(again.encode(), octets);
  const auto report = r.verify(again);
  for (const auto& s : report.signings) EXPECT_TRUE(s.verified) << s.what << ": " << s.verified.error().message;
  EXPECT_TRUE(report.holds());
  ASSERT_EQ(report.signings.size(), 6u);
  EXPECT_EQ(report.eid, World::eid(1));
  EXPECT_EQ(report.installed, product.order.iccid);
  EXPECT_EQ(report.serverAddress, host);
  EXPECT_EQ(report.server, r.world.site->ports().signers[0].dpAuth.oid);
}

TEST(Transcript, of_a_declined_download_ends_with_the_offer) {
  Recorded r;
  r.phone.user.answer = download::Answer::no;
  const auto transcript = r.download(r.world.order(1).code);
  ASSERT_TRUE(transcript);
  const auto report = r.verify(must(Transcript::decode(transcript->encode())));
  EXPECT_TRUE(report.holds());
  EXPECT_EQ(report.signings.size(), 3u);
  EXPECT_FALSE(report.installed);
}

TEST(Transcript, holds_under_no_other_ci_and_after_no_certificate_has_run_out) {
  Recorded r;
  const auto transcript = r.download(r.world.order(1).code);
  ASSERT_TRUE(transcript);
  World other({.pki_seed = 77});
  pki::TrustStore foreign;
  ASSERT_TRUE(foreign.add(View(other.site->ci_certificate())));
  EXPECT_FALSE(auth::verify_transcript(*transcript, foreign, r.world.clock.now()).holds());
  const auto late = auth::verify_transcript(*transcript, r.trust(), start + std::chrono::days(365 * 60));
  EXPECT_FALSE(late.holds());
}

TEST(Transcript, of_two_downloads_cannot_be_put_together) {
  Recorded r;
  const auto a = r.download(r.world.order(1).code);
  const auto b = r.download(r.world.order(2).code);
  ASSERT_TRUE(a && b && r.outcome);
  ASSERT_TRUE(r.verify(*b).holds());
  const std::function<void(Transcript&)> splices[] = {
      [&](Transcript& t) { t.initiateAuthenticationOk = a->initiateAuthenticationOk; },
      [&](Transcript& t) { t.authenticateResponseOk = a->authenticateResponseOk; },
      [&](Transcript& t) { t.authenticateClientOk = a->authenticateClientOk; },
      [&](Transcript& t) { t.prepareDownloadResponseOk = a->prepareDownloadResponseOk; },
      [&](Transcript& t) { t.initialiseSecureChannelRequest = a->initialiseSecureChannelRequest; },
      [&](Transcript& t) { t.profileInstallationResult = a->profileInstallationResult; },
  };
  for (const auto& splice : splices) {
    Transcript t = *b;
    splice(t);
    EXPECT_FALSE(r.verify(t).holds()) << &splice - splices;
  }
}

TEST(Transcript, with_any_octet_changed_does_not_hold) {
  Recorded r;
  const auto transcript = r.download(r.world.order(1).code);
  ASSERT_TRUE(transcript && r.outcome);
  const Bytes octets = transcript->encode();
  // What nobody signs: the metadata as offered.
  const Bytes metadata = transcript->authenticateClientOk->profileMetaData.tlv;
  const auto at = std::search(octets.begin(), octets.end(), metadata.begin(), metadata.end());
  const auto first = static_cast<size_t>(at - octets.begin()), last = first + metadata.size();
  size_t refused = 0, unsigned_octets = 0;
  for (size_t i = 0; i < octets.size(); ++i) {
    Bytes changed = octets;
    changed[i] ^= static_cast<uint8_t>(1u << (i % 8));
    const auto t = Transcript::decode(changed);
    if (i >= first && i < last) ++unsigned_octets;
    else if (!t || !r.verify(*t).holds()) ++refused;
    else ADD_FAILURE() << "octet " << i << " of " << octets.size();
  }
  EXPECT_GT(refused, 2000u);
  EXPECT_LT(unsigned_octets, 300u);
}

}  // namespace
}  // namespace sealift::e2e
