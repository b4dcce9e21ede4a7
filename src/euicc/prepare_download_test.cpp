#include <gtest/gtest.h>

#include <algorithm>

#include "asn1/writer.hpp"
#include "euicc/memory.hpp"
#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;

uint8_t answer(World& w, const messages::PrepareDownloadRequest& request) {
  auto response = w.phone.command<messages::PrepareDownloadResponse>(request);
  const auto* error = std::get_if<messages::PrepareDownloadResponseError>(&response.alt);
  return error ? static_cast<uint8_t>(error->downloadErrorCode) : 0;
}

/// Of another SM-DP+ below the same CI.
pki::Certificate another_servers_certificate(World& w, pki::Role role, const crypto::PrivateKey& key) {
  pki::Subject subject;
  subject.name.attributes = {{asn1::Oid::of({2, 5, 4, 3}), "Other SM-DP+"}};
  subject.registered_id = asn1::Oid::of({2, 999, 77});
  const auto& ci = w.hierarchy[pki::Role::ci];
  auto spec = pki::profile(role, subject, key.public_key(), &ci.certificate, ci.certificate.not_before(),
                           ci.certificate.not_after(), w.random);
  crypto::SoftwareSigner signer(ci.key);
  return *pki::issue(spec, key.public_key(), signer);
}

TEST(PrepareDownload, signs_its_one_time_key_over_the_servers_signature) {
  World w;
  auto client = w.authenticate();
  auto request = w.server.prepare(client);
  auto response = w.phone.command<messages::PrepareDownloadResponse>(request);
  const auto& ok = std::get<messages::PrepareDownloadResponseOk>(response.alt);
  const auto& key = w.hierarchy.certificate(pki::Role::euicc).public_key();
  Bytes tail = asn1::tlv(0x5F37, request.smdpSignature2);
  EXPECT_TRUE(crypto::verify(key, {ok.euiccSigned2.tlv, tail}, ok.euiccSignature2));
  EXPECT_FALSE(crypto::verify(key, {ok.euiccSigned2.tlv}, ok.euiccSignature2));
  EXPECT_TRUE(crypto::PublicKey::from_point(key.curve(), ok.euiccSigned2.value.euiccOtpk));
}

TEST(PrepareDownload, wants_an_authenticated_server) {
  World w;
  auto request = w.server.prepare(w.authenticate());
  w.phone.connect();
  EXPECT_EQ(answer(w, request), 4);
}

TEST(PrepareDownload, refuses_another_transaction) {
  World w;
  auto client = w.authenticate();
  w.server.change_signed2 = [](auto& s) { s.transactionId = *TransactionId::parse("01"); };
  EXPECT_EQ(answer(w, w.server.prepare(client)), 5);
}

TEST(PrepareDownload, refuses_a_certificate_that_does_not_bind) {
  for (auto role : {pki::Role::dp_auth, pki::Role::dp_tls, pki::Role::ds_auth}) {
    World w;
    auto client = w.authenticate();
    w.server.binding_role = role;
    EXPECT_EQ(answer(w, w.server.prepare(client)), 1) << pki::name(role);
  }
}

TEST(PrepareDownload, refuses_to_bind_for_an_sm_ds) {
  World w;
  w.server.auth_role = pki::Role::ds_auth;
  EXPECT_EQ(answer(w, w.server.prepare(w.authenticate())), 1);
}

TEST(PrepareDownload, refuses_another_servers_binding_key) {
  World w;
  auto client = w.authenticate();
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  auto other = another_servers_certificate(w, pki::Role::dp_pb, key);
  auto request = w.server.prepare(client);
  request.smdpCertificate.tlv = to_bytes(other.der());
  Bytes tail = asn1::tlv(0x5F37, client.euiccSignature1);
  request.smdpSignature2 = *crypto::SoftwareSigner(key).sign({request.smdpSigned2.tlv, tail});
  EXPECT_EQ(answer(w, request), 1);
  EXPECT_EQ(w.decisions.all.back().right_server, false);
}

TEST(PrepareDownload, refuses_a_signature_that_leaves_the_cards_out) {
  World w;
  auto request = w.server.prepare(w.authenticate());
  request.smdpSignature2 = w.server.sign(pki::Role::dp_pb, {request.smdpSigned2.tlv});
  EXPECT_EQ(answer(w, request), 2);
}

TEST(PrepareDownload, wants_the_hash_of_a_confirmation_code_where_one_is_required) {
  World w;
  w.server.cc_required = true;
  EXPECT_EQ(answer(w, w.server.prepare(w.authenticate())), 127);
  auto request = w.server.prepare(w.authenticate());
  request.hashCc = Octets<32>{1, 2, 3};
  auto response = w.phone.command<messages::PrepareDownloadResponse>(request);
  EXPECT_EQ(std::get<messages::PrepareDownloadResponseOk>(response.alt).euiccSigned2.value.hashCc,
            to_bytes(*request.hashCc));
}

TEST(PrepareDownload, offers_the_same_one_time_key_to_a_server_that_bound_to_it) {
  World w;
  auto first = w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk;
  w.restart();
  w.server.bpp_otpk = first;
  EXPECT_EQ(w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk, first);
  w.server.bpp_otpk = messages::PointOctets{4};
  EXPECT_NE(w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk, first) << "not its own";
}

TEST(PrepareDownload, offers_no_other_server_the_key_that_it_has_learnt) {
  World w;
  auto first = w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk;
  w.server.bpp_otpk = first;
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  crypto::SoftwareSigner signer(key);
  auto given = w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{});
  auto authenticate = w.server.authenticate(given.euiccChallenge);
  authenticate.serverCertificate.tlv =
      to_bytes(another_servers_certificate(w, pki::Role::dp_auth, key).der());
  authenticate.serverSignature1 = *signer.sign({authenticate.serverSigned1.tlv});
  auto response = w.phone.command<messages::AuthenticateServerResponse>(authenticate);
  const auto& client = std::get<messages::AuthenticateResponseOk>(response.alt);
  auto request = w.server.prepare(client);
  request.smdpCertificate.tlv = to_bytes(another_servers_certificate(w, pki::Role::dp_pb, key).der());
  Bytes tail = asn1::tlv(0x5F37, client.euiccSignature1);
  request.smdpSignature2 = *signer.sign({request.smdpSigned2.tlv, tail});
  auto prepared = w.phone.command<messages::PrepareDownloadResponse>(request);
  EXPECT_NE(std::get<messages::PrepareDownloadResponseOk>(prepared.alt).euiccSigned2.value.euiccOtpk, first);
}

TEST(PrepareDownload, leaves_nothing_of_a_used_one_time_key_in_the_memory) {
  World w;
  auto ok = w.prepare(w.authenticate());
  MemoryNvm copy(w.nvm.content());
  auto kept = Memory::open(copy)->one_time_key();
  ASSERT_TRUE(kept);
  auto holds_it = [&] {
    View secret = kept->scalar.expose();
    const Bytes& all = w.nvm.content();
    return std::search(all.begin(), all.end(), secret.begin(), secret.end()) != all.end();
  };
  EXPECT_TRUE(holds_it());
  ASSERT_TRUE(succeeded(w.phone.load(asn1::encode(w.server.bind(ok)))));
  EXPECT_FALSE(holds_it());
}

TEST(PrepareDownload, never_offers_a_key_again_after_its_package_came_to_an_end) {
  World w;
  auto ok = w.prepare(w.authenticate());
  w.server.bpp_otpk = ok.euiccSigned2.value.euiccOtpk;
  ASSERT_TRUE(succeeded(w.phone.load(asn1::encode(w.server.bind(ok)))));
  EXPECT_NE(w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk, *w.server.bpp_otpk);
}

TEST(CancelSession, signs_the_reason_and_closes_the_session) {
  World w;
  auto client = w.authenticate();
  messages::CancelSessionRequest request;
  request.transactionId = w.server.transactionId;
  request.reason = messages::CancelSessionReason::postponed;
  auto response = w.phone.command<messages::CancelSessionResponse>(request);
  const auto& ok = std::get<messages::CancelSessionResponseOk>(response.alt);
  EXPECT_EQ(ok.euiccCancelSessionSigned.value.reason, request.reason);
  EXPECT_EQ(ok.euiccCancelSessionSigned.value.smdpOid,
            *w.hierarchy.certificate(pki::Role::dp_auth).registered_id());
  EXPECT_TRUE(crypto::verify(w.hierarchy.certificate(pki::Role::euicc).public_key(),
                             {ok.euiccCancelSessionSigned.tlv}, ok.euiccCancelSessionSignature));
  EXPECT_EQ(answer(w, w.server.prepare(client)), 4);
  response = w.phone.command<messages::CancelSessionResponse>(request);
  EXPECT_EQ(std::get<1>(response.alt), messages::CancelSessionResponseError::invalidTransactionId);
}

TEST(CancelSession, destroys_the_one_time_key_unless_the_server_may_come_back) {
  using enum messages::CancelSessionReason;
  for (auto reason : {postponed, timeout, endUserRejection, loadBppExecutionError, undefinedReason}) {
    World w;
    w.server.bpp_otpk = w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk;
    messages::CancelSessionRequest request;
    request.transactionId = w.server.transactionId;
    request.reason = reason;
    auto response = w.phone.command<messages::CancelSessionResponse>(request);
    ASSERT_TRUE(std::holds_alternative<messages::CancelSessionResponseOk>(response.alt));
    bool again = w.prepare(w.authenticate()).euiccSigned2.value.euiccOtpk == *w.server.bpp_otpk;
    EXPECT_EQ(again, reason == postponed || reason == timeout) << static_cast<int>(reason);
  }
}

TEST(CancelSession, refuses_another_transaction_and_keeps_the_session) {
  World w;
  auto client = w.authenticate();
  messages::CancelSessionRequest request;
  request.transactionId = *TransactionId::parse("77");
  auto response = w.phone.command<messages::CancelSessionResponse>(request);
  EXPECT_EQ(std::get<1>(response.alt), messages::CancelSessionResponseError::invalidTransactionId);
  EXPECT_EQ(answer(w, w.server.prepare(client)), 0);
}

}  // namespace
}  // namespace sealift::euicc
