#include <gtest/gtest.h>

#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;
using messages::AuthenticateErrorCode;

/// The code that the card answers, 0 where it agrees; on the way asserts that a refusal tells nothing of the
/// card.
uint8_t answer(World& w, const messages::AuthenticateServerRequest& request) {
  auto octets = w.phone.script(asn1::encode(request));
  EXPECT_TRUE(octets);
  auto response = asn1::decode<messages::AuthenticateServerResponse>(*octets);
  EXPECT_TRUE(response);
  const auto* error = std::get_if<messages::AuthenticateResponseError>(&response->alt);
  if (!error) return 0;
  EXPECT_LT(octets->size(), 40u);
  EXPECT_EQ(hex(*octets).find(test_eid().digits()), std::string::npos);
  EXPECT_EQ(error->transactionId, w.server.transactionId);
  return static_cast<uint8_t>(error->authenticateErrorCode);
}

Challenge challenge(World& w) {
  return w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{})
      .euiccChallenge;
}

TEST(AuthenticateServer, proves_itself_to_a_server_that_proved_itself) {
  World w;
  auto ok = w.authenticate();
  const auto& mine = ok.euiccSigned1.value;
  EXPECT_EQ(mine.transactionId, w.server.transactionId);
  EXPECT_EQ(mine.serverAddress, w.server.address);
  EXPECT_EQ(mine.ctxParams1.matchingId->value(), "TOKEN-1");
  pki::TrustStore trust;
  ASSERT_TRUE(trust.add(w.hierarchy.certificate(pki::Role::ci)));
  auto chain = pki::verify_euicc(ok.euiccCertificate.tlv, ok.eumCertificate.tlv, trust, pki::no_clock);
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->eid(), test_eid());
  EXPECT_TRUE(crypto::verify(chain->public_key(), {ok.euiccSigned1.tlv}, ok.euiccSignature1));
}

TEST(AuthenticateServer, knows_an_sm_ds_as_well) {
  World w;
  w.server.auth_role = pki::Role::ds_auth;
  EXPECT_EQ(answer(w, w.server.authenticate(challenge(w))), 0);
}

TEST(AuthenticateServer, wants_a_challenge_outstanding) {
  World w;
  Challenge none{};
  EXPECT_EQ(answer(w, w.server.authenticate(none)), 4);
  auto c = challenge(w);
  EXPECT_EQ(answer(w, w.server.authenticate(c)), 0);
  EXPECT_EQ(answer(w, w.server.authenticate(c)), 4) << "a challenge serves once";
}

TEST(AuthenticateServer, refuses_a_ci_it_has_no_key_under) {
  World w;
  auto request = w.server.authenticate(challenge(w));
  request.euiccCiPKIdToBeUsed[0] ^= 1;
  EXPECT_EQ(answer(w, request), 7);
}

TEST(AuthenticateServer, refuses_a_server_of_another_ci) {
  World w, stranger(2);
  w.server.auth_role = pki::Role::dp_auth;
  auto request = stranger.server.authenticate(challenge(w));
  request.euiccCiPKIdToBeUsed = *octets<20>(w.hierarchy.certificate(pki::Role::ci).subject_key_id());
  EXPECT_EQ(answer(w, request), 7);
  ASSERT_FALSE(w.decisions.all.empty());
  EXPECT_EQ(w.decisions.all.back().right_server, false);
}

TEST(AuthenticateServer, refuses_certificates_of_other_roles) {
  World w;
  for (auto role : {pki::Role::dp_pb, pki::Role::dp_tls, pki::Role::ds_tls}) {
    w.server.auth_role = role;
    EXPECT_EQ(answer(w, w.server.authenticate(challenge(w))), 5) << pki::name(role);
  }
}

TEST(AuthenticateServer, refuses_a_certificate_that_was_changed) {
  World w;
  auto request = w.server.authenticate(challenge(w));
  request.serverCertificate.tlv.back() ^= 1;
  EXPECT_EQ(answer(w, request), 1);
}

TEST(AuthenticateServer, refuses_a_signature_over_other_octets) {
  World w;
  auto request = w.server.authenticate(challenge(w));
  request.serverSignature1[10] ^= 1;
  EXPECT_EQ(answer(w, request), 2);
  request = w.server.authenticate(challenge(w));
  request.serverSignature1 = w.server.sign(pki::Role::dp_pb, {request.serverSigned1.tlv});
  EXPECT_EQ(answer(w, request), 2) << "signed by the key that binds";
}

TEST(AuthenticateServer, refuses_an_answer_to_another_challenge) {
  World w;
  challenge(w);
  Challenge other{};
  EXPECT_EQ(answer(w, w.server.authenticate(other)), 6);
  EXPECT_EQ(w.decisions.all.back().right_server, true);
  EXPECT_EQ(w.decisions.all.back().right_chip, false);
}

TEST(AuthenticateServer, ends_the_session_with_a_failed_step) {
  World w;
  auto c = challenge(w);
  auto request = w.server.authenticate(c);
  auto bad = request;
  bad.serverSignature1[0] ^= 1;
  EXPECT_EQ(answer(w, bad), 2);
  EXPECT_EQ(answer(w, request), 4);
}

TEST(AuthenticateServer, forgets_the_challenge_at_reset) {
  World w;
  auto request = w.server.authenticate(challenge(w));
  w.phone.connect();
  EXPECT_EQ(answer(w, request), 4);
}

}  // namespace
}  // namespace sealift::euicc
