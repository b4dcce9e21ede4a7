#include "smdp/session_codec.hpp"

#include <gtest/gtest.h>

#include "pki/test_support.hpp"

namespace sealift::smdp {
namespace {

auth::EuiccIdentity an_euicc(const std::optional<Bytes>& eum = std::nullopt) {
  SeededRandom random(1);
  const auto key = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1, random).public_key();
  const Eid eid = *Eid::with_check_digits("890490321234512345123456789012");
  return *auth::EuiccIdentity::recall(eid, concat({Bytes{1}, key.point()}), Bytes{1, 2, 3}, eum);
}

TEST(SessionCodec, gives_back_a_session_that_waits_for_an_euicc) {
  const InitDone before{.serverChallenge = {1, 2, 3}, .euiccCiPKIdToBeUsed = {4, 5}, .signers = 7};
  const auto session = decode_session(encode(before));
  ASSERT_TRUE(session) << session.error().message;
  const auto& after = std::get<InitDone>(*session);
  EXPECT_EQ(after.serverChallenge, before.serverChallenge);
  EXPECT_EQ(after.euiccCiPKIdToBeUsed, before.euiccCiPKIdToBeUsed);
  EXPECT_EQ(after.signers, 7u);
}

TEST(SessionCodec, gives_back_an_authenticated_euicc_with_all_it_is_judged_by_later) {
  const Bytes eum = to_bytes(pki::testing::ours().certificate(pki::Role::eum).der());
  ClientAuthenticated before{
      .euicc = an_euicc(eum), .iccid = *Iccid::parse("8949000000000000012"), .signers = 1};
  before.smdpSignature2[63] = 9;
  before.subject = {.eid = {1}, .eum = {2}, .certificate = {3}, .firmware = {4}, .svn = {5}, .tac = {6}};
  before.subject.imei = Octets<8>{7};
  before.order.tenant = "mno";
  before.order.matchingId = *MatchingId::parse("ORDER-1");
  const auto session = decode_session(encode(before));
  ASSERT_TRUE(session) << session.error().message;
  const auto& after = std::get<ClientAuthenticated>(*session);
  EXPECT_EQ(after.euicc, before.euicc);
  EXPECT_EQ(after.euicc.serial_number(), (Bytes{1, 2, 3}));
  ASSERT_TRUE(after.euicc.eum());
  EXPECT_TRUE(equal(after.euicc.eum()->der(), eum));
  EXPECT_EQ(after.iccid, before.iccid);
  EXPECT_EQ(after.smdpSignature2, before.smdpSignature2);
  EXPECT_EQ(after.signers, 1u);
  EXPECT_EQ(after.subject.eid, before.subject.eid);
  EXPECT_EQ(after.subject.eum, before.subject.eum);
  EXPECT_EQ(after.subject.certificate, before.subject.certificate);
  EXPECT_EQ(after.subject.firmware, before.subject.firmware);
  EXPECT_EQ(after.subject.svn, before.subject.svn);
  EXPECT_EQ(after.subject.tac, before.subject.tac);
  EXPECT_EQ(after.subject.imei, before.subject.imei);
  EXPECT_EQ(after.order.tenant, "mno");
  EXPECT_EQ(after.order.matchingId, before.order.matchingId)
      << "or an order that was made anew would be given out";
}

TEST(SessionCodec, gives_back_a_session_whose_package_went_out) {
  BppDelivered before{.euicc = an_euicc(), .iccid = *Iccid::parse("8949000000000000012"), .signers = 2};
  before.order.matchingId = *MatchingId::parse("ORDER-1");
  const auto session = decode_session(encode(before));
  ASSERT_TRUE(session) << session.error().message;
  const auto& after = std::get<BppDelivered>(*session);
  EXPECT_EQ(after.euicc, before.euicc);
  EXPECT_FALSE(after.euicc.eum());
  EXPECT_EQ(after.iccid, before.iccid);
  EXPECT_EQ(after.signers, 2u);
  EXPECT_EQ(after.order.matchingId, before.order.matchingId);
}

TEST(SessionCodec, refuses_octets_that_are_no_session) {
  Bytes octets = encode(BppDelivered{.euicc = an_euicc(), .iccid = *Iccid::parse("8949000000000000012")});
  EXPECT_FALSE(decode_session({}));
  EXPECT_FALSE(decode_session(View(octets).first(octets.size() - 1)));
  octets[0] = 0xA3;
  EXPECT_FALSE(decode_session(octets));
}

}  // namespace
}  // namespace sealift::smdp
