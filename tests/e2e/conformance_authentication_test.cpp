// SGP.23 4.3.12 (ES9+.InitiateAuthentication) and 4.3.14 (AuthenticateClient).
#include "crypto/hash.hpp"
#include "pki/name.hpp"
#include "tests/e2e/conformance.hpp"

namespace sealift::e2e::conformance {
namespace {

using messages::InitiateAuthenticationOkEs9;
using smdp::testing::card_eid;
using smdp::testing::kStart;

// ---- 4.3.12 ----

TEST(Sgp23InitiateAuthentication, seq_01_answers_with_exactly_the_members_of_the_specification) {
  Server s;
  MiniCard card = card_of(s.w);
  const auto hello = s.initiate(card);
  ASSERT_EQ(hello.codes, "success");
  EXPECT_EQ(hello.members,
            (std::set<std::string>{"header", "transactionId", "serverSigned1", "serverSignature1",
                                   "euiccCiPKIdToBeUsed", "serverCertificate"}));
  EXPECT_EQ(hello->serverSigned1.value.serverAddress, s.w.settings.smdpAddress);
  EXPECT_EQ(hello->serverSigned1.value.transactionId, hello->transactionId);
}

TEST(Sgp23InitiateAuthentication, seq_02_never_says_the_same_transaction_or_challenge_twice) {
  Server s;
  MiniCard card = card_of(s.w);
  std::set<std::string> said;
  for (int i = 0; i < 50; ++i) {
    const auto hello = s.initiate(card);
    said.insert(hello->transactionId.hex_digits());
    said.insert(hex(hello->serverSigned1.value.serverChallenge));
  }
  EXPECT_EQ(said.size(), 100u);
}

TEST(Sgp23InitiateAuthentication, seq_03_refuses_another_servers_address) {
  Server s;
  MiniCard card = card_of(s.w);
  EXPECT_EQ(s.ask<InitiateAuthenticationOkEs9>(card.initiate("testsmdpplus2.example.com")).codes,
            "8.8.1/3.8");
}

TEST(Sgp23InitiateAuthentication, seq_04_looks_at_the_list_for_signing_before_that_for_verification) {
  Server s;
  MiniCard card = card_of(s.w);
  card.info1.euiccCiPKIdListForSigning = {Octets<20>{0xFF, 0xFF}, Octets<20>{0xFF, 0xFE}};
  card.info1.euiccCiPKIdListForVerification = card.info1.euiccCiPKIdListForSigning;
  EXPECT_EQ(s.initiate(card).codes, "8.8.2/3.1");
}

TEST(Sgp23InitiateAuthentication, seq_05_refuses_versions_outside_its_range) {
  Server s;
  MiniCard card = card_of(s.w);
  for (messages::VersionType svn : {messages::VersionType{1, 0, 0}, {3, 0, 0}}) {
    card.info1.svn = svn;
    EXPECT_EQ(s.initiate(card).codes, "8.8.3/3.1") << int{svn[0]};
  }
}

TEST(Sgp23InitiateAuthentication, seq_06_refuses_a_card_that_can_verify_none_of_its_certificates) {
  Server s;
  MiniCard card = card_of(s.w);
  card.info1.euiccCiPKIdListForVerification = {Octets<20>{0xC0, 0xBC}};
  EXPECT_EQ(s.initiate(card).codes, "8.8.4/3.7");
}

TEST(Sgp23InitiateAuthentication, seq_07_to_09_serve_every_version_of_the_second_generation) {
  Server s;
  MiniCard card = card_of(s.w);
  for (messages::VersionType svn : {messages::VersionType{2, 0, 0}, {2, 2, 1}, {2, 2, 2}, {2, 3, 0}}) {
    card.info1.svn = svn;
    EXPECT_EQ(s.initiate(card).codes, "success") << int{svn[1]} << "." << int{svn[2]};
  }
}

// ---- 4.3.14.2.1 ----

TEST(Sgp23AuthenticateClient, seq_01_answers_with_exactly_the_members_of_the_specification) {
  Server s;
  MiniCard card = card_of(s.w);
  const auto offer = s.authenticate(card, s.w.order().matchingId);
  ASSERT_EQ(offer.codes, "success");
  EXPECT_EQ(offer.members, (std::set<std::string>{"header", "transactionId", "profileMetadata", "smdpSigned2",
                                                  "smdpSignature2", "smdpCertificate"}));
  EXPECT_FALSE(offer->smdpSigned2.value.ccRequiredFlag);
  EXPECT_FALSE(offer->smdpSigned2.value.bppEuiccOtpk);
}

TEST(Sgp23AuthenticateClient, seq_02_09_12_announce_that_a_code_is_asked_for) {
  Server s;
  MiniCard card = card_of(s.w);
  for (std::optional<Eid> eid : {std::optional<Eid>(), std::optional(card.eid)}) {
    const Order order = s.w.order({.eid = eid, .confirmationCode = SecretBytes(to_bytes("12345678"))});
    EXPECT_TRUE(s.authenticate(card, order.matchingId)->smdpSigned2.value.ccRequiredFlag);
  }
}

TEST(Sgp23AuthenticateClient, seq_03_serves_a_card_whose_first_matching_id_was_wrong) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  EXPECT_EQ(s.authenticate(card, MatchingId::parse("WRONG-MATCHING-ID-12345").value()).codes, "8.2.6/3.8");
  EXPECT_EQ(s.authenticate(card, order.matchingId).codes, "success");
}

TEST(Sgp23AuthenticateClient,
     seq_05_and_14_to_18_find_the_default_order_without_a_matching_id_and_with_an_empty_one) {
  Server s;
  MiniCard card = card_of(s.w);
  s.w.order({.eid = card.eid, .matchingId = MatchingId()});
  EXPECT_EQ(s.authenticate(card, std::nullopt).codes, "success");
  EXPECT_EQ(s.authenticate(card, MatchingId()).codes, "success");
}

TEST(Sgp23AuthenticateClient, seq_19_to_21_pass_over_what_later_versions_add) {
  Server s;
  MiniCard card = card_of(s.w);
  card.info2.unknown.tlvs = *from_hex("9F7F020102");
  const Order order = s.w.order();
  const auto later_device = [&](messages::AuthenticateResponseOk& ok) {
    messages::EuiccSigned1 mine = ok.euiccSigned1.value;
    mine.ctxParams1.deviceInfo.unknown.tlvs = *from_hex("9F7E0101");
    ok.euiccSigned1 = asn1::seal(std::move(mine));
    ok.euiccSignature1 = card.sign({View(ok.euiccSigned1.tlv)});
  };
  EXPECT_EQ(s.authenticate(card, order.matchingId, later_device).codes, "success");
}

TEST(Sgp23AuthenticateClient, does_not_stumble_over_card_resources_that_it_cannot_read) {
  Server s;
  MiniCard card = card_of(s.w);
  for (const char* resources : {"", "41", "414243", "8203", "82"}) {
    card.info2.extCardResource = *from_hex(resources);
    EXPECT_EQ(s.authenticate(card, s.w.order().matchingId).codes, "success") << resources;
  }
}

// ---- 4.3.14.2.2: certificates ----

struct Faulty {
  const char* what;
  std::function<void(pki::CertificateSpec&)> change;
  bool self_signed;
  const char* codes;
};

/// A certificate like the model with other contents, by the issuer or by its own key.
pki::Identity remade(World& w, pki::Role role, const Faulty& f) {
  const pki::Identity& issuer = w.pki[role == pki::Role::eum ? pki::Role::ci : pki::Role::eum];
  const pki::Certificate& model = w.pki.certificate(role);
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  auto spec = pki::profile(role, pki::subject_of(model), key.public_key(), &issuer.certificate,
                           kStart - std::chrono::days(1), kStart + std::chrono::days(30), w.random);
  spec.subject = to_bytes(model.subject().der());
  f.change(spec);
  crypto::SoftwareSigner signer(f.self_signed ? key : issuer.key);
  auto certificate = pki::issue(spec, key.public_key(), signer).value();
  return {std::move(certificate), std::move(key)};
}

void expire(pki::CertificateSpec& spec) {
  spec.not_before = Time{std::chrono::seconds(1'400'000'000)};
  spec.not_after = Time{std::chrono::seconds(1'430'000'000)};  // 2015
}

TEST(Sgp23AuthenticateClient, errors_01_02_07_of_the_eum_certificate_in_the_order_of_their_checks) {
  Server s;
  const Bytes policy_of_another =
      pki::profile(pki::Role::dp_auth, {.hosts = {}}, s.w.pki[pki::Role::eum].key.public_key(), nullptr,
                   kStart, kStart, s.w.random)
          .find(pki::extension::certificate_policies)
          ->value;
  const auto wrong_role = [&](pki::CertificateSpec& spec) {
    spec.find(pki::extension::certificate_policies)->value = policy_of_another;
    spec.remove(pki::extension::basic_constraints);
    spec.remove(pki::extension::name_constraints);
  };
  const Faulty all[] = {
      {"signed by itself, says no issuer, wrong role",
       [&](auto& spec) {
         wrong_role(spec);
         spec.remove(pki::extension::authority_key_identifier);
       },
       true, "8.1.2/6.1"},
      {"expired, and of another role without constraints: the time comes first",
       [&](auto& spec) {
         wrong_role(spec);
         expire(spec);
       },
       false, "8.1.2/6.3"},
      {"below an unknown CI, whatever else is wrong",
       [&](auto& spec) {
         wrong_role(spec);
         auto* aki = spec.find(pki::extension::authority_key_identifier);
         aki->value.back() ^= 1;
       },
       true, "8.11.1/3.9"},
  };
  for (const Faulty& f : all) {
    const pki::Identity eum = remade(s.w, pki::Role::eum, f);
    MiniCard card = card_of(s.w);
    card.eum_certificate = to_bytes(eum.certificate.der());
    EXPECT_EQ(s.authenticate(card, s.w.order().matchingId).codes, f.codes) << f.what;
  }
}

TEST(Sgp23AuthenticateClient, errors_03_04_of_the_euicc_certificate) {
  Server s;
  const Faulty all[] = {
      {"signed by itself, says no issuer",
       [](auto& spec) { spec.remove(pki::extension::authority_key_identifier); }, true, "8.1.3/6.1"},
      {"expired", expire, false, "8.1.3/6.3"},
  };
  for (const Faulty& f : all) {
    const pki::Identity euicc = remade(s.w, pki::Role::euicc, f);
    MiniCard card(euicc, s.w.pki.certificate(pki::Role::eum), s.w.pki.certificate(pki::Role::ci), card_eid(0),
                  s.w.random);
    EXPECT_EQ(s.authenticate(card, s.w.order().matchingId).codes, f.codes) << f.what;
  }
}

TEST(Sgp23AuthenticateClient,
     serves_a_card_whose_certificate_has_a_long_serial_number_and_ends_in_the_year_7496) {
  Server s;
  const Faulty odd{"",
                   [](pki::CertificateSpec& spec) {
                     spec.serial_number = *from_hex("0200000000000000FF");
                     spec.not_after = Time{std::chrono::seconds(174'378'000'000)};
                   },
                   false, "success"};
  const pki::Identity euicc = remade(s.w, pki::Role::euicc, odd);
  MiniCard card(euicc, s.w.pki.certificate(pki::Role::eum), s.w.pki.certificate(pki::Role::ci), card_eid(0),
                s.w.random);
  EXPECT_EQ(s.authenticate(card, s.w.order().matchingId).codes, "success");
}

// ---- 4.3.14.2.2: signatures and transactions ----

TEST(Sgp23AuthenticateClient, errors_05_06_of_the_signature_and_of_the_challenge_it_covers) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  EXPECT_EQ(s.authenticate(card, order.matchingId, [](auto& ok) { ok.euiccSignature1[5] ^= 1; }).codes,
            "8.1/6.1");
  const auto other_challenge = [&](messages::AuthenticateResponseOk& ok) {
    messages::EuiccSigned1 mine = ok.euiccSigned1.value;
    mine.serverChallenge[0] ^= 1;
    ok.euiccSigned1 = asn1::seal(std::move(mine));
    ok.euiccSignature1 = card.sign({View(ok.euiccSigned1.tlv)});
  };
  EXPECT_EQ(s.authenticate(card, order.matchingId, other_challenge).codes, "8.1/6.1");
}

TEST(Sgp23AuthenticateClient, errors_09_10_of_the_transaction_outside_and_inside) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  const auto other = *TransactionId::from_octets(Bytes(16, 0xAB));
  const auto hello = s.initiate(card);
  messages::AuthenticateClientRequest request{
      .transactionId = other,
      .authenticateServerResponse = card.authenticate(*hello.output, order.matchingId)};
  EXPECT_EQ(s.ask<messages::AuthenticateClientOk>(request).codes, "8.10.1/3.9");
  const auto inside = [&](messages::AuthenticateResponseOk& ok) {
    messages::EuiccSigned1 mine = ok.euiccSigned1.value;
    mine.transactionId = other;
    ok.euiccSigned1 = asn1::seal(std::move(mine));
    ok.euiccSignature1 = card.sign({View(ok.euiccSigned1.tlv)});
  };
  EXPECT_EQ(s.authenticate(card, order.matchingId, inside).codes, "8.10.1/3.9");
}

// ---- 4.3.14.2.2: orders ----

TEST(Sgp23AuthenticateClient, errors_08_and_11_to_21_of_the_order) {
  Server s;
  MiniCard card = card_of(s.w), stranger = card_of(s.w, 9);
  const auto code_of = [&](smdp::CreateOrder how) {
    return s.authenticate(card, s.w.order(std::move(how)).matchingId).codes;
  };
  EXPECT_EQ(code_of({.release = false}), "8.2/1.2") << "08: not released";
  EXPECT_EQ(code_of({.confirmationCode = SecretBytes(to_bytes("1")), .release = false}), "8.2/1.2")
      << "its state comes before its code";
  for (const char* unknown : {"INVALID-MATCHING-ID-12345", "EVENT_INVALID_12345", "wrong"}) {
    EXPECT_EQ(s.authenticate(card, MatchingId::parse(unknown).value()).codes, "8.2.6/3.8")
        << "11 to 13, 21: " << unknown;
  }
  EXPECT_EQ(s.authenticate(stranger, std::nullopt).codes, "8.1.1/3.8") << "14: nothing waits for this EID";
  EXPECT_EQ(code_of({.eid = card_eid(7)}), "8.1.1/3.8") << "19, 20: another eUICC's";
  const Order brief = s.w.order({.expires = s.w.clock.now() + std::chrono::hours(1)});
  s.w.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(s.authenticate(card, brief.matchingId).codes, "8.8.5/4.10") << "16: expired";
  s.w.settings.max_download_attempts = 2;
  const Order tried = s.w.order();
  for (int i = 0; i < 2; ++i) s.download(card, tried);
  EXPECT_EQ(s.authenticate(card, tried.matchingId).codes, "8.8.5/6.4") << "17: tried too often";
  EXPECT_EQ(s.authenticate(card, tried.matchingId).codes, "8.8.5/6.4") << "and it stays so";
}

TEST(Sgp23AuthenticateClient, error_15_offers_no_profile_whose_policy_rules_the_card_forbids) {
  Server s;
  MiniCard card = card_of(s.w);
  card.info2.forbiddenProfilePolicyRules = messages::PprIds{messages::PprId::ppr1};
  const Iccid iccid = *Iccid::parse("8949000000000000999");
  smdp::ImportProfile import{.upp = SecretBytes(smdp::testing::make_upp(iccid))};
  import.metadata.serviceProviderName = "Sealift";
  import.metadata.profileName = "Kept";
  import.metadata.profileOwner.emplace().mccMnc = {0x00, 0xF1, 0x10};
  import.metadata.profilePolicyRules = messages::PprIds{messages::PprId::ppr1};
  ASSERT_TRUE(smdp::import_profile(s.w.ports, access::administrator("tester"), std::move(import)));
  const Order order =
      smdp::create_order(s.w.ports, access::administrator("tester"), {.iccid = iccid}).value();
  EXPECT_EQ(s.authenticate(card, order.matchingId).codes, "8.2.5/4.3");
  card.info2.forbiddenProfilePolicyRules.reset();
  EXPECT_EQ(s.authenticate(card, order.matchingId).codes, "success");
}

TEST(Sgp23AuthenticateClient, serves_several_open_sessions_of_one_card) {
  Server s;
  MiniCard card = card_of(s.w);
  const Order order = s.w.order();
  const auto first = s.authenticate(card, order.matchingId);
  MiniCard again = card_of(s.w);
  const auto second = s.authenticate(again, order.matchingId);
  EXPECT_EQ(second.codes, "success");
  EXPECT_EQ(s.get(again, *second.output).codes, "success");
  EXPECT_EQ(s.get(card, *first.output).codes, "success") << "the older one is open still";
}

}  // namespace
}  // namespace sealift::e2e::conformance
