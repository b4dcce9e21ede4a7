// SGP.23 4.3.13 (ES9+.GetBoundProfilePackage), 4.3.15 (HandleNotification) and 4.3.16 (CancelSession), with
// what conformance suites leave out: see docs/conformance.md.
#include <boost/json.hpp>

#include "crypto/hash.hpp"
#include "tests/e2e/conformance.hpp"

namespace sealift::e2e::conformance {
namespace {

namespace json = boost::json;

using messages::CancelSessionReason;
using messages::ErrorReason;
using smdp::testing::card_eid;

Octets<65> otpk_of(const messages::BoundProfilePackage& bpp) {
  return bpp.initialiseSecureChannelRequest.smdpOtpk;
}

smdp::CreateOrder with_code() {
  return {.confirmationCode = SecretBytes(to_bytes("12345678"))};
}

// ---- 4.3.13.2.1, 4.3.13.2.2 ----

class Sgp23Package : public ::testing::TestWithParam<std::tuple<crypto::Curve, Protection>> {
 protected:
  crypto::Curve curve() const { return std::get<0>(GetParam()); }
  Protection protection() const { return std::get<1>(GetParam()); }
};

TEST_P(Sgp23Package, seq_01_03_opens_on_the_card_and_says_what_5_5_1_demands) {
  Server s(curve());
  MiniCard card = card_of(s.w);
  const Order order = s.w.order({}, protection());
  const auto offer = s.authenticate(card, order.matchingId);
  const auto bpp = s.get(card, *offer.output);
  ASSERT_EQ(bpp.codes, "success");
  EXPECT_EQ(bpp.members, (std::set<std::string>{"header", "transactionId", "boundProfilePackage"}));
  const auto package = asn1::decode<messages::BoundProfilePackage>(bpp->boundProfilePackage.tlv).value();
  const auto& channel = package.initialiseSecureChannelRequest;
  EXPECT_EQ(channel.remoteOpId, 1);
  EXPECT_EQ(channel.transactionId, bpp->transactionId);
  EXPECT_EQ(channel.controlRefTemplate.keyType, Octets<1>{0x88});
  EXPECT_EQ(channel.controlRefTemplate.keyLen, Octets<1>{0x10});
  EXPECT_GE(channel.controlRefTemplate.hostId.size(), 4u);
  EXPECT_LE(channel.controlRefTemplate.hostId.size(), 16u);
  EXPECT_EQ(channel.smdpOtpk[0], 0x04);
  EXPECT_EQ(package.secondSequenceOf87.has_value(), protection() == Protection::random_keys)
      << "keys are replaced where, and only where, the profile has keys of its own";
  const auto installed = card.install(bpp->boundProfilePackage.tlv, bpp->transactionId);
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(installed->metadata, order.metadata);
  EXPECT_EQ(installed->upp, smdp::testing::make_upp(order.iccid));
}

TEST_P(Sgp23Package, seq_06_carries_metadata_that_needs_two_segments) {
  Server s(curve());
  MiniCard card = card_of(s.w);
  const Iccid iccid = *Iccid::parse("8949000000000000998");
  smdp::ImportProfile import{.upp = SecretBytes(smdp::testing::make_upp(iccid)), .protection = protection()};
  import.metadata.serviceProviderName = "Sealift";
  import.metadata.profileName = "Icon";
  import.metadata.iconType = messages::IconType::png;
  import.metadata.icon = Bytes(1024, 0x89);
  ASSERT_TRUE(smdp::import_profile(s.w.ports, access::administrator("tester"), std::move(import)));
  const Order order =
      smdp::create_order(s.w.ports, access::administrator("tester"), {.iccid = iccid}).value();
  const auto package = s.download(card, order);
  EXPECT_GE(messages::split_tlvs(package.sequenceOf88).value().size(), 2u);
}
INSTANTIATE_TEST_SUITE_P(
    Kinds, Sgp23Package,
    ::testing::Combine(::testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1),
                       ::testing::Values(Protection::random_keys, Protection::session_keys)));

// ---- 4.3.13.2.4, 4.3.13.2.7: retries ----

TEST_P(Sgp23Package, retries_with_the_same_one_time_key_get_the_same_package_in_a_new_transaction) {
  Server s(curve());
  MiniCard card = card_of(s.w);
  const Order order = s.w.order({}, protection());
  const auto first = s.download(card, order);
  const TransactionId before = s.last;
  const auto second = s.download(card, order);
  EXPECT_NE(before, s.last);
  EXPECT_EQ(otpk_of(first), otpk_of(second));
  EXPECT_NE(first.initialiseSecureChannelRequest.smdpSign, second.initialiseSecureChannelRequest.smdpSign);
  EXPECT_EQ(first.sequenceOf88, second.sequenceOf88);
  EXPECT_EQ(first.sequenceOf86, second.sequenceOf86);
}

TEST_P(Sgp23Package, retries_with_another_one_time_key_are_bound_anew) {
  Server s(curve());
  MiniCard card = card_of(s.w);
  const Order order = s.w.order({}, protection());
  const auto first = s.download(card, order);
  card.forget();
  const auto second = s.download(card, order);
  EXPECT_NE(otpk_of(first), otpk_of(second));
  EXPECT_NE(first.sequenceOf88, second.sequenceOf88);
}

TEST_P(Sgp23Package, another_order_for_the_same_one_time_key_gets_another_key_of_the_server) {
  // A suite that makes a new order for each retry, and expects the key of before, asks for keys used twice.
  Server s(curve());
  MiniCard card = card_of(s.w);
  const Order one = s.w.order({}, protection()), two = s.w.order({}, protection());
  const auto key = crypto::EphemeralKey::generate(curve(), s.w.random);
  const auto bind = [&](const Order& order) {
    const auto offer = s.authenticate(card, order.matchingId);
    const auto same_key = [&](messages::PrepareDownloadResponseOk& ok) {
      messages::EuiccSigned2 mine = ok.euiccSigned2.value;
      mine.euiccOtpk = key.public_key().point();
      ok.euiccSigned2 = asn1::seal(std::move(mine));
      const Octets<67> tail = auth::signature_tlv(offer->smdpSignature2);
      ok.euiccSignature2 = card.sign({View(ok.euiccSigned2.tlv), View(tail)});
    };
    const auto bpp = s.get(card, *offer.output, {}, same_key);
    EXPECT_EQ(bpp.codes, "success");
    return asn1::decode<messages::BoundProfilePackage>(bpp->boundProfilePackage.tlv).value();
  };
  const auto first = bind(one), second = bind(two);
  EXPECT_NE(otpk_of(first), otpk_of(second));
  EXPECT_EQ(otpk_of(first), otpk_of(bind(one)));
}

TEST(Sgp23GetBoundProfilePackage, a_server_that_does_not_rebind_says_so) {
  Server s;
  s.w.settings.rebind = false;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  s.download(card, order);
  card.forget();
  const auto offer = s.authenticate(card, order.matchingId);
  EXPECT_EQ(s.get(card, *offer.output).codes, "8.2/3.7");
}

// ---- 4.3.13.2.10 ----

TEST(Sgp23GetBoundProfilePackage, errors_01_to_03_of_preparation_signature_and_transaction) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  const auto ask = [&](const TransactionId& id, messages::PrepareDownloadResponse response) {
    return s
        .ask<messages::GetBoundProfilePackageOk>(messages::GetBoundProfilePackageRequest{
            .transactionId = id, .prepareDownloadResponse = std::move(response)})
        .codes;
  };
  auto offer = s.authenticate(card, order.matchingId);
  EXPECT_EQ(
      ask(offer->transactionId, {messages::PrepareDownloadResponseError{
                                    offer->transactionId, messages::DownloadErrorCode::undefinedError}}),
      "8.1/6.1");
  offer = s.authenticate(card, order.matchingId);
  EXPECT_EQ(s.get(card, *offer.output, {}, [](auto& ok) { ok.euiccSignature2[7] ^= 1; }).codes, "8.1/6.1");
  offer = s.authenticate(card, order.matchingId);
  const auto bare = [&](messages::PrepareDownloadResponseOk& ok) {
    // What two cases of a suite do: the 64 octets of smdpSignature2 in the place of its data object.
    ok.euiccSignature2 = card.sign({View(ok.euiccSigned2.tlv), View(offer->smdpSignature2)});
  };
  EXPECT_EQ(s.get(card, *offer.output, {}, bare).codes, "8.1/6.1");
  offer = s.authenticate(card, order.matchingId);
  const auto other = *TransactionId::from_octets(Bytes(16, 0xAB));
  EXPECT_EQ(ask(other, card.prepare(*offer.output)), "8.10.1/3.9");
  const auto inside = [&](messages::PrepareDownloadResponseOk& ok) {
    messages::EuiccSigned2 mine = ok.euiccSigned2.value;
    mine.transactionId = other;
    ok.euiccSigned2 = asn1::seal(std::move(mine));
  };
  EXPECT_EQ(s.get(card, *offer.output, {}, inside).codes, "8.10.1/3.9");
}

TEST(Sgp23GetBoundProfilePackage, errors_04_05_of_the_code_leave_the_session_open_for_the_right_one) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order(with_code());
  const auto offer = s.authenticate(card, order.matchingId);
  EXPECT_EQ(s.get(card, *offer.output).codes, "8.2.7/2.2");
  EXPECT_EQ(s.get(card, *offer.output, "87654321").codes, "8.2.7/3.8");
  card.forget();
  const auto bpp = s.get(card, *offer.output, "12345678");
  EXPECT_EQ(bpp.codes, "success") << "the same transaction, the right code, another one-time key";
  EXPECT_TRUE(card.install(bpp->boundProfilePackage.tlv, bpp->transactionId));
}

TEST(Sgp23GetBoundProfilePackage, a_code_is_hashed_as_the_utf8_text_that_people_enter) {
  Server s;
  for (const char* code : {"12345678",
                           "Gr\xC3\xBC\xC3\x9F"
                           "e 4711",
                           "\xE6\x9A\x97\xE5\x8F\xB7"}) {
    MiniCard card = card_of(s.w);
    const Order plain = s.w.order({.confirmationCode = SecretBytes(to_bytes(code))});
    const Order hashed = s.w.order({.confirmationCodeHash = crypto::sha256(view(code))});
    s.download(card, plain, code);
    card.forget();
    s.download(card, hashed, code);
  }
}

TEST(Sgp23GetBoundProfilePackage, a_hash_of_another_transaction_is_the_wrong_code) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order(with_code());
  const auto offer = s.authenticate(card, order.matchingId);
  const auto replayed = [&](messages::PrepareDownloadResponseOk& ok) {
    messages::EuiccSigned2 mine = ok.euiccSigned2.value;
    const auto inner = crypto::sha256(view("12345678"));
    mine.hashCc = to_bytes(crypto::sha256({View(inner), View(Bytes(16, 0xAB))}));
    ok.euiccSigned2 = asn1::seal(std::move(mine));
    const Octets<67> tail = auth::signature_tlv(offer->smdpSignature2);
    ok.euiccSignature2 = card.sign({View(ok.euiccSigned2.tlv), View(tail)});
  };
  EXPECT_EQ(s.get(card, *offer.output, {}, replayed).codes, "8.2.7/3.8");
}

TEST(Sgp23GetBoundProfilePackage, an_empty_hash_is_none_and_one_of_another_length_is_wrong) {
  Server s;
  MiniCard card = card_of(s.w);
  const auto hash_of = [&](const messages::AuthenticateClientOk& offer, size_t octets) {
    return [&card, &offer, octets](messages::PrepareDownloadResponseOk& ok) {
      messages::EuiccSigned2 mine = ok.euiccSigned2.value;
      mine.hashCc = Bytes(octets, 0x11);
      ok.euiccSigned2 = asn1::seal(std::move(mine));
      const Octets<67> tail = auth::signature_tlv(offer.smdpSignature2);
      ok.euiccSignature2 = card.sign({View(ok.euiccSigned2.tlv), View(tail)});
    };
  };
  const auto open = s.authenticate(card, s.w.order().matchingId);
  EXPECT_EQ(s.get(card, *open.output, {}, hash_of(*open.output, 0)).codes, "success")
      << "no code was asked for";
  const auto guarded = s.authenticate(card, s.w.order(with_code()).matchingId);
  EXPECT_EQ(s.get(card, *guarded.output, {}, hash_of(*guarded.output, 0)).codes, "8.2.7/2.2");
  EXPECT_EQ(s.get(card, *guarded.output, {}, hash_of(*guarded.output, 31)).codes, "8.2.7/3.8");
  EXPECT_EQ(s.get(card, *guarded.output, {}, hash_of(*guarded.output, 33)).codes, "1.3.1/2.1")
      << "no such field";
}

// ---- 4.3.16 ----

TEST(Sgp23CancelSession, takes_every_reason_before_and_after_the_package_and_ends_the_order_or_not) {
  using enum CancelSessionReason;
  for (bool delivered : {false, true}) {
    for (CancelSessionReason reason : {endUserRejection, postponed, timeout, pprNotAllowed, metadataMismatch,
                                       loadBppExecutionError, undefinedReason}) {
      Server s;
      MiniCard card = card_of(s.w);
      const Order order = s.w.order();
      const auto offer = s.authenticate(card, order.matchingId);
      if (delivered) {
        EXPECT_EQ(s.get(card, *offer.output).codes, "success");
      }
      EXPECT_EQ(s.cancel(card, offer->transactionId, reason), "success");
      EXPECT_EQ(s.cancel(card, offer->transactionId, reason), "8.10.1/3.9") << "the session is over";
      const bool may_come_back = reason == postponed || reason == timeout;
      EXPECT_EQ(s.w.now(order).state != OrderState::error, may_come_back) << static_cast<int>(reason);
      EXPECT_EQ(s.authenticate(card, order.matchingId).codes, may_come_back ? "success" : "8.2/1.2");
    }
  }
}

TEST(Sgp23CancelSession, errors_of_signature_transaction_and_server) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  const auto other = *TransactionId::from_octets(Bytes(16, 0xAB));
  const auto cancel = [&](const TransactionId& id, messages::CancelSessionResponse response) {
    return s
        .ask<messages::CancelSessionOk>(messages::CancelSessionRequestEs9{
            .transactionId = id, .cancelSessionResponse = std::move(response)})
        .codes;
  };
  auto id = s.authenticate(card, order.matchingId)->transactionId;
  EXPECT_EQ(s.cancel(card, other, CancelSessionReason::timeout), "8.10.1/3.9");
  EXPECT_EQ(cancel(id, card.cancel(other, CancelSessionReason::timeout)), "8.10.1/3.9")
      << "the signed one is another";
  id = s.authenticate(card, order.matchingId)->transactionId;
  auto bad = card.cancel(id, CancelSessionReason::timeout);
  std::get<messages::CancelSessionResponseOk>(bad.alt).euiccCancelSessionSignature[0] ^= 1;
  EXPECT_EQ(cancel(id, std::move(bad)), "8.1/6.1");
  id = s.authenticate(card, order.matchingId)->transactionId;
  EXPECT_EQ(cancel(id, card.cancel(id, CancelSessionReason::timeout, asn1::Oid::of({1, 2, 3, 4, 5}))),
            "8.8/3.10");
  EXPECT_EQ(s.w.now(order).state, OrderState::released) << "none of it ended the order";
}

// ---- 4.3.15 ----

TEST(Sgp23HandleNotification, is_answered_204_without_a_body_whatever_it_tells) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  s.download(card, order);
  const Iccid foreign = *Iccid::parse("89010000000001234568");
  const auto expect_taken = [&](const messages::HandleNotification& told) {
    const http::Response response = s.send(told);
    EXPECT_EQ(response.status, 204u);
    EXPECT_TRUE(response.body.empty());
  };
  expect_taken(card.notification(messages::NotificationEventBit::notificationEnable, foreign));
  for (unsigned reason = 1; reason <= 15; ++reason) {
    expect_taken(
        card.failure(*TransactionId::from_octets(Bytes(16, 1)), foreign, static_cast<ErrorReason>(reason)));
  }
  EXPECT_EQ(s.w.now(order).state, OrderState::downloaded) << "nothing of that was this order's";
  expect_taken(card.success(s.last, order.iccid));
  EXPECT_EQ(s.w.now(order).state, OrderState::installed);
}

TEST(Sgp23HandleNotification, of_an_encoding_that_nobody_can_read_is_taken_and_told_of) {
  // A BIT STRING with trailing zero bits: no DER.
  Server s;
  MiniCard card = card_of(s.w);
  std::string body = messages::to_json(card.notification(messages::NotificationEventBit::notificationInstall,
                                                         *Iccid::parse("89010000000001234568")));
  const auto member = json::parse(body).at("pendingNotification").as_string();
  Bytes der = from_base64(std::string_view(member)).value();
  const Bytes good = *from_hex("81020780"), odd = *from_hex("81020680");
  auto at = std::search(der.begin(), der.end(), good.begin(), good.end());
  ASSERT_NE(at, der.end());
  std::copy(odd.begin(), odd.end(), at);
  body = json::serialize(json::object{{"pendingNotification", base64(der)}});
  EXPECT_EQ(s.post("/gsma/rsp2/es9plus/handleNotification", "application/json", body).status, 204u);
  EXPECT_EQ(s.w.observer.ignored.size(), 1u);
  const size_t inner = der.size() + 5;
  Bytes asn1{0xA2, 0x82, static_cast<uint8_t>(inner >> 8),      static_cast<uint8_t>(inner),     0xBF,
             0x3D, 0x82, static_cast<uint8_t>(der.size() >> 8), static_cast<uint8_t>(der.size())};
  append(asn1, der);
  EXPECT_EQ(s.post("/gsma/rsp2/asn1", "application/x-gsma-rsp-asn1", std::string(text(asn1))).status, 204u);
  EXPECT_EQ(s.w.observer.ignored.size(), 2u);
}

// ---- Orders of a test bed ----

TEST(PerpetualOrder, stays_to_be_downloaded_whatever_becomes_of_a_download) {
  Server s;
  s.w.settings.max_download_attempts = 2;
  MiniCard card = card_of(s.w);
  const Order order =
      s.w.order({.eid = card.eid, .matchingId = MatchingId(), .reinstall = Reinstall::perpetual});
  using enum CancelSessionReason;
  for (CancelSessionReason reason : {endUserRejection, postponed, timeout, pprNotAllowed, metadataMismatch,
                                     loadBppExecutionError, undefinedReason}) {
    const auto offer = s.authenticate(card, std::nullopt);
    ASSERT_EQ(offer.codes, "success");
    EXPECT_EQ(s.cancel(card, offer->transactionId, reason), "success");
  }
  for (unsigned reason = 1; reason <= 15; ++reason) {
    s.download(card, order);
    s.send(card.failure(s.last, order.iccid, static_cast<ErrorReason>(reason)));
    ASSERT_EQ(s.w.now(order).state, OrderState::released) << reason;
  }
  for (int abandoned = 0; abandoned < 20; ++abandoned) s.download(card, order);
  for (int installed = 0; installed < 3; ++installed) {
    s.download(card, order);
    s.send(card.success(s.last, order.iccid));
    EXPECT_EQ(s.w.now(order).state, OrderState::released);
  }
  EXPECT_EQ(s.w.now(order).installs, 3u);
}

TEST(PerpetualOrder, keeps_to_its_eid_and_to_the_rules_of_retries) {
  Server s;
  MiniCard card = card_of(s.w), other = card_of(s.w, 3);
  const Order order = s.w.order({.reinstall = Reinstall::perpetual});
  const auto first = s.download(card, order);
  EXPECT_EQ(otpk_of(first), otpk_of(s.download(card, order)));
  card.forget();
  EXPECT_NE(otpk_of(first), otpk_of(s.download(card, order)));
  EXPECT_EQ(s.authenticate(other, order.matchingId).codes, "8.1.1/3.8")
      << "two eUICCs never have one profile";
}

TEST(PerpetualOrder, does_not_run_out_of_codes) {
  Server s;
  MiniCard card = card_of(s.w);
  smdp::CreateOrder how = with_code();
  how.reinstall = Reinstall::perpetual;
  const Order order = s.w.order(std::move(how));
  for (int i = 0; i < 12; ++i) {
    const auto offer = s.authenticate(card, order.matchingId);
    EXPECT_EQ(s.get(card, *offer.output, "wrong").codes, "8.2.7/3.8");
  }
  s.download(card, order, "12345678");
}

}  // namespace
}  // namespace sealift::e2e::conformance
