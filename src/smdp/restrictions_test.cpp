// Who is not served: the operator's list, CRLs, test and production kept apart, limits for who asks in vain.
// In force for the next request, also between two steps of a session (G-REV-2).

#include "smdp/restrictions.hpp"

#include <cstdlib>
#include <functional>
#include <set>

#include "pki/issue.hpp"
#include "smdp/faulty_orders.hpp"
#include "smdp/test_world.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;
using enum Refusal;

bool long_run() {
  return std::getenv("SEALIFT_LONG") != nullptr;
}

std::optional<Refusal> checked(RestrictionKind kind, const std::string& value, const Subject& subject) {
  const auto list = Restrictions::of({{kind, value, "", "", Time{}}});
  EXPECT_TRUE(list) << value;
  return list ? list->check(subject) : std::nullopt;
}

Subject subject() {
  Subject s{.eid = *octets_from_hex<16>("89049032123451234512345678901235"),
            .eum = *from_hex("00F54172BDF98A95D65CBEB88A38A1C11D800A85"),
            .certificate = {0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01},
            .firmware = {1, 2, 3},
            .svn = {2, 5, 0},
            .tac = *octets_from_hex<4>("53926011")};
  s.imei = *octets_from_hex<8>("5392601123456709");
  return s;
}

TEST(Restrictions, know_a_manufacturer_by_a_key_identifier_of_any_length) {
  Subject s = subject();
  s.eum = Bytes(32, 0xAB);
  EXPECT_EQ(checked(RestrictionKind::eum, hex(s.eum), s), Refusal::eum_denied);
  EXPECT_EQ(checked(RestrictionKind::eum, hex(Bytes(20, 0xAB)), s), std::nullopt);
  s.eum.clear();
  EXPECT_EQ(checked(RestrictionKind::eum, "00", s), std::nullopt) << "none is not zero";
}

TEST(Restrictions, cover_what_they_name_and_nothing_beside) {
  struct Row {
    RestrictionKind kind;
    const char* value;
    std::optional<Refusal> expected;
  };
  using enum RestrictionKind;
  const Row rows[] = {
      {eum, "00F54172BDF98A95D65CBEB88A38A1C11D800A85", eum_denied},
      {eum, "f54172bdf98a95d65cbeb88a38a1c11d800a85", eum_denied},
      {eum, "01F54172BDF98A95D65CBEB88A38A1C11D800A85", std::nullopt},
      {eid, "8904903212345", euicc_denied},
      {eid, "8904903212346", std::nullopt},
      {eid, "89049032123451234512345678901235", euicc_denied},
      {eid, "89049032123451234512345678901235-89049032123451234512345678901299", euicc_denied},
      {eid, "89049032000000000000000000000000-89049032123451234512345678901235", euicc_denied},
      {eid, "89049032123451234512345678901236-89049032123451234512345678901299", std::nullopt},
      {certificate, "0200000000000001", euicc_denied},
      {certificate, "200000000000001", euicc_denied},
      {certificate, "0200000000000002", std::nullopt},
      {firmware, "1.2.3", profile_not_eligible},
      {firmware, "1.2.2", std::nullopt},
      {firmware, "<1.2.3", std::nullopt},
      {firmware, "<1.2.4", profile_not_eligible},
      {firmware, "<1.10.0", profile_not_eligible},
      {svn, "<2.5.0", std::nullopt},
      {svn, "<2.6.0", profile_not_eligible},
      {tac, "35290611", profile_not_eligible},
      {tac, "35290612", std::nullopt},
      {imei, "35290611325476", profile_not_eligible},
      {imei, "352906113254769", profile_not_eligible},
      {imei, "35290611325477", std::nullopt},
      {allowed_tac, "35290611", std::nullopt},
      {allowed_tac, "35290612", profile_not_eligible},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(checked(row.kind, row.value, subject()), row.expected) << name(row.kind) << " " << row.value;
  }
}

TEST(Restrictions, an_imei_cannot_hide_behind_another_tac) {
  Subject s = subject();
  s.tac = *octets_from_hex<4>("11111111");
  EXPECT_EQ(checked(RestrictionKind::tac, "35290611", s), profile_not_eligible);
  EXPECT_EQ(checked(RestrictionKind::allowed_tac, "11111111", s), profile_not_eligible);
}

TEST(Restrictions, refuse_values_that_say_nothing) {
  using enum RestrictionKind;
  for (const auto& [kind, value] : std::initializer_list<std::pair<RestrictionKind, const char*>>{
           {eum, ""},
           {eum, "XY"},
           {eid, ""},
           {eid, "8904x"},
           {eid, "12-13"},
           {eid, "890490321234512345123456789012345"},
           {certificate, ""},
           {firmware, "1.2"},
           {firmware, "1.2.256"},
           {firmware, "1.2.3.4"},
           {svn, "2.3.0"},
           {tac, "1234567"},
           {tac, "123456789"},
           {imei, "123"},
           {allowed_tac, "abcdefgh"}}) {
    EXPECT_EQ(Restrictions::of({{kind, value, "", "", Time{}}}).error().kind, ErrorKind::invalid)
        << name(kind) << " " << value;
  }
}

TEST(Restrictions, hold_and_end_with_an_audit_row_each) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  ASSERT_TRUE(
      restrict(w.ports, access::administrator("alice"), RestrictionKind::eid, card.eid.digits(), "stolen"));
  EXPECT_EQ(restrict(w.ports, access::administrator("alice"), RestrictionKind::eid, card.eid.digits(), "")
                .error()
                .kind,
            ErrorKind::exists);
  EXPECT_EQ(restrict(w.ports, access::administrator("alice"), RestrictionKind::tac, "12", "").error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(w.authenticate(card, order.matchingId).error(), euicc_denied);
  EXPECT_EQ(w.now(order), order);
  ASSERT_EQ(list_restrictions(w.ports, access::administrator())->size(), 1u);
  EXPECT_EQ(list_restrictions(w.ports, access::administrator())->front().actor, "alice");
  ASSERT_TRUE(unrestrict(w.ports, access::administrator("alice"), RestrictionKind::eid, card.eid.digits()));
  EXPECT_EQ(unrestrict(w.ports, access::administrator("alice"), RestrictionKind::eid, card.eid.digits())
                .error()
                .kind,
            ErrorKind::not_found);
  EXPECT_EQ(restrict(w.ports, access::administrator("alice"), RestrictionKind::eum, "01", "two\nlines")
                .error()
                .kind,
            ErrorKind::invalid);
  const auto rows = w.kept_restrictions.audit();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].action + " " + rows[0].detail, "restrict eid " + card.eid.digits() + ": stolen");
  EXPECT_EQ(rows[1].action + " " + rows[1].detail, "unrestrict eid " + card.eid.digits());
  EXPECT_TRUE(w.download(card, order));
}

/// G-REV-2, by the operator's list: each kind, between AuthenticateClient and GetBoundProfilePackage.
TEST(Revocation, by_the_list_holds_between_two_steps) {
  World w;
  MiniCard card = w.card();
  card.info2.euiccFirmwareVer = {1, 0, 0};
  const auto certificate = *pki::Certificate::parse(card.certificate);
  const auto eum = *pki::Certificate::parse(card.eum_certificate);
  struct Row {
    RestrictionKind kind;
    std::string value;
    Refusal expected;
  };
  const Row rows[] = {
      {RestrictionKind::eum, hex(eum.subject_key_id()), eum_denied},
      {RestrictionKind::eid, card.eid.digits().substr(0, 20), euicc_denied},
      {RestrictionKind::certificate, hex(certificate.serial_number()), euicc_denied},
      {RestrictionKind::firmware, "<1.0.1", profile_not_eligible},
      {RestrictionKind::svn, "<2.6.0", profile_not_eligible},
      {RestrictionKind::allowed_tac, "12345678", profile_not_eligible},
  };
  for (const Row& row : rows) {
    const Order order = w.order();
    const auto offer = w.authenticate(card, order.matchingId);
    ASSERT_TRUE(offer);
    ASSERT_TRUE(w.restrict_to(row.kind, row.value));
    EXPECT_EQ(w.get(card, *offer).error(), row.expected) << name(row.kind);
    EXPECT_EQ(w.now(order), order);
    ASSERT_TRUE(w.restrictions->remove(row.kind, row.value, "tester", w.clock.now()));
  }
}

/// A list of the world's CI with the EUM of its cards on it.
Bytes crl_with_eum(World& w, bool revoked) {
  pki::CrlSpec spec{.this_update = w.clock.now(),
                    .next_update = w.clock.now() + std::chrono::hours(24 * 7),
                    .number = revoked ? 2u : 1u};
  if (revoked) {
    spec.revoked.push_back({to_bytes(w.pki.certificate(pki::Role::eum).serial_number()), w.clock.now()});
  }
  crypto::SoftwareSigner signer(w.pki[pki::Role::ci].key);
  const auto crl = pki::issue_crl(spec, w.pki.certificate(pki::Role::ci), signer);
  EXPECT_TRUE(crl) << crl.error().message;
  return to_bytes(crl->der());
}

TEST(Revocation, of_an_eum_by_crl_holds_between_two_steps) {
  const int runs = long_run() ? 1000 : 20;
  for (int i = 0; i < runs; ++i) {
    World w;
    MiniCard card = w.card();
    const Order order = w.order();
    ASSERT_TRUE(w.trust.add_crl(crl_with_eum(w, false)));
    const auto offer = w.authenticate(card, order.matchingId);
    ASSERT_TRUE(offer);
    w.clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(w.trust.add_crl(crl_with_eum(w, true)));
    EXPECT_EQ(w.get(card, *offer).error(), eum_certificate_invalid);
    EXPECT_EQ(w.now(order), order);
    EXPECT_EQ(w.authenticate(card, order.matchingId).error(), eum_certificate_invalid);
  }
}

TEST(Revocation, a_stale_crl_stops_everybody_where_one_is_required) {
  World w;
  w.trust = pki::TrustStore(pki::CrlPolicy::required);
  ASSERT_TRUE(w.trust.add(w.pki.certificate(pki::Role::ci)));
  MiniCard card = w.card();
  const Order order = w.order();
  EXPECT_EQ(w.authenticate(card, order.matchingId).error(), eum_certificate_invalid) << "none is there";
  ASSERT_TRUE(w.trust.add_crl(crl_with_eum(w, false)));
  const auto offer = w.authenticate(card, order.matchingId);
  ASSERT_TRUE(offer);
  w.clock.advance(std::chrono::seconds(200));
  ASSERT_TRUE(w.authenticate(card, order.matchingId));
  w.clock.advance(std::chrono::hours(24 * 8));
  EXPECT_EQ(w.authenticate(card, order.matchingId).error(), eum_certificate_invalid) << "it is out of date";
}

// G-TST-1, the server's side.
TEST(TestEuiccs, get_test_profiles_alone_and_no_others_do_where_the_two_are_kept_apart) {
  for (const bool test_euicc : {false, true}) {
    for (const bool test_profile : {false, true}) {
      World w;
      if (test_euicc) w.settings.test_cis = {w.signers[0].dpAuth.ciPKId};
      if (!test_euicc) w.settings.test_cis = {crypto::KeyIdentifier{1, 2, 3}};
      MiniCard card = w.card();
      card.info2.rspCapability.insert(messages::RspCapabilityBit::testProfileSupport);
      Order order = w.order();
      if (test_profile) {
        auto metadata = *asn1::decode<messages::StoreMetadataRequest>(order.metadata);
        metadata.profileClass = messages::ProfileClass::test;
        order.metadata = asn1::encode(metadata);
        ASSERT_TRUE(w.orders.apply({.after = order}));
      }
      const auto offer = w.authenticate(card, order.matchingId);
      EXPECT_EQ(offer.has_value(), test_euicc == test_profile);
      if (!offer) {
        EXPECT_EQ(offer.error(), profile_not_eligible);
      }
    }
  }
}

// G-EID-1: the EID of the order differs from that of the eUICC in one digit.
TEST(EidOrders, are_for_no_eid_that_differs_in_a_digit) {
  const int runs = long_run() ? 10'000 : 200;
  World w;
  MiniCard card = w.card();
  for (int i = 0; i < runs; ++i) {
    std::string digits = card.eid.digits();
    char& digit = digits[8 + static_cast<size_t>(i) % 24];
    digit = static_cast<char>('0' + (digit - '0' + 1 + i / 24 % 9) % 10);
    Order order = w.order();
    order.eid = *Eid::from_octets(*from_hex(digits));
    ASSERT_TRUE(w.orders.apply({.after = order}));
    const Order before = w.now(order);
    ASSERT_EQ(w.authenticate(card, order.matchingId).error(), eid_not_expected);
    ASSERT_EQ(w.now(order), before);
  }
}

// M2-39: who knows an EID, and what belongs to it in public, has nothing.
TEST(EidAlone, authorises_nothing) {
  World w;
  MiniCard owner = w.card(1), thief = w.card(2);
  const Order order = w.order({.eid = owner.eid, .matchingId = MatchingId()});
  const auto as = [&](const std::function<void(MiniCard&)>& disguise) {
    MiniCard card = w.card(2);
    disguise(card);
    const auto hello = w.initiate(card);
    auto response = card.authenticate(*hello, std::nullopt);
    return authenticate_client(
        w.ports, {.transactionId = hello->transactionId, .authenticateServerResponse = std::move(response)});
  };
  EXPECT_EQ(as([](MiniCard&) {}).error(), eid_not_expected) << "with its own certificate";
  EXPECT_EQ(as([&](MiniCard& c) { c.certificate = owner.certificate; }).error(), euicc_not_authenticated)
      << "with the owner's certificate and its own key";
  SeededRandom seed(99);
  const pki::Hierarchy other_ci = make_pki(crypto::Curve::p256, seed);
  EXPECT_EQ(as([&](MiniCard& c) {
              const pki::Identity forged =
                  pki::issue_euicc(other_ci[pki::Role::eum], owner.eid, w.random).value();
              c.certificate = to_bytes(forged.certificate.der());
              c.eum_certificate = to_bytes(other_ci.certificate(pki::Role::eum).der());
            }).error(),
            ci_unknown)
      << "with a certificate for that EID of a CI of its own";
  EXPECT_EQ(as([&](MiniCard& c) {
              const pki::Identity forged =
                  pki::issue_euicc(other_ci[pki::Role::eum], owner.eid, w.random).value();
              c.certificate = to_bytes(forged.certificate.der());
            }).error(),
            euicc_certificate_invalid)
      << "with such a certificate below the true EUM";
  // A deletion in the owner's name.
  const auto bpp = w.download(owner, order);
  ASSERT_TRUE(bpp);
  handle_notification(w.ports, owner.success(bpp->transactionId, order.iccid));
  auto forged = thief.notification(messages::NotificationEventBit::notificationDelete, order.iccid);
  std::get<messages::OtherSignedNotification>(forged.pendingNotification.alt).euiccCertificate = {
      owner.certificate};
  handle_notification(w.ports, forged);
  EXPECT_EQ(w.now(order).state, OrderState::installed);
}

// G-OTK-1, the server's side.
TEST(OneTimeKeys, of_ours_never_come_twice) {
  const int packages = long_run() ? 100'000 : 300;
  World w;
  w.settings.max_download_attempts = 1'000'000;
  MiniCard card = w.card();
  const Order order = w.order();
  std::set<Bytes> seen;
  for (int i = 0; i < packages; ++i) {
    card.forget();
    const auto bpp = w.download(card, order);
    ASSERT_TRUE(bpp);
    const auto package = *asn1::decode<messages::BoundProfilePackage>(bpp->boundProfilePackage.tlv);
    ASSERT_TRUE(seen.insert(to_bytes(package.initialiseSecureChannelRequest.smdpOtpk)).second) << i;
  }
}

// ---- limits

TEST(Limits, of_an_address_bound_what_it_begins_and_does_not_finish) {
  World w;
  Limiter limiter(5, std::chrono::seconds(60));
  Ports from = w.ports;
  from.by_address = &limiter;
  from.peer = "192.0.2.1";
  MiniCard card = w.card();
  const auto begin = [&](Ports& ports) {
    return initiate_authentication(ports, card.initiate(std::string(kAddress)));
  };
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(begin(from));
  EXPECT_EQ(begin(from).error(), server_busy);
  Ports elsewhere = from;
  elsewhere.peer = "192.0.2.2";
  EXPECT_TRUE(begin(elsewhere)) << "another address is not held up";
  w.clock.advance(std::chrono::seconds(12));
  EXPECT_TRUE(begin(from)) << "a fifth of the time fills a fifth";
  EXPECT_EQ(begin(from).error(), server_busy);
}

TEST(Limits, of_an_address_cost_nothing_to_those_who_authenticate) {
  World w;
  Limiter limiter(2, std::chrono::seconds(60));
  Ports from = w.ports;
  from.by_address = &limiter;
  from.peer = "2001:db8:1:2::7";
  MiniCard card = w.card();
  const Order order = w.order();
  for (int i = 0; i < 10; ++i) {
    const auto hello = initiate_authentication(from, card.initiate(std::string(kAddress)));
    ASSERT_TRUE(hello) << i;
    ASSERT_TRUE(authenticate_client(
        from, {.transactionId = hello->transactionId,
               .authenticateServerResponse = card.authenticate(*hello, order.matchingId)}));
  }
}

TEST(Limits, of_an_euicc_that_guesses_matching_ids_hold_up_no_other) {
  World w;
  Limiter limiter(3, std::chrono::minutes(10));
  w.ports.by_eid = &limiter;
  MiniCard guesser = w.card(1), other = w.card(2);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(w.authenticate(guesser, *MatchingId::parse("GUESS-" + std::to_string(i))).error(),
              matching_id_unknown);
  }
  const Order order = w.order();
  EXPECT_EQ(w.authenticate(guesser, order.matchingId).error(), server_busy);
  EXPECT_TRUE(w.authenticate(other, order.matchingId));
  w.clock.advance(std::chrono::minutes(4));
  EXPECT_TRUE(w.authenticate(guesser, order.matchingId));
}

TEST(Limits, of_addresses_are_by_network_where_one_peer_has_it_all) {
  EXPECT_EQ(address_key("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_key("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(address_key("2001:db8:1:2::6"), "2001:db8:1:2::/64");
  EXPECT_EQ(address_key("2001:0db8:0001:0002::"), "2001:db8:1:2::/64");
  EXPECT_EQ(address_key("2001:db8::1"), "2001:db8:0:0::/64");
  EXPECT_EQ(address_key("::1"), "0:0:0:0::/64");
  EXPECT_EQ(address_key("fe80::1%eth0"), "fe80:0:0:0::/64");
  EXPECT_EQ(address_key(""), "");
}

TEST(Limits, change_while_they_hold) {
  using namespace std::chrono_literals;
  Limiter limiter(0, 60s);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.take("a", 0ms)) << "0 is no limit";
  limiter.set(1, 60s);
  EXPECT_TRUE(limiter.take("a", 0ms));
  EXPECT_FALSE(limiter.take("a", 0ms));
  limiter.set(0, 60s);
  EXPECT_TRUE(limiter.take("a", 0ms));
}

TEST(Limits, remember_no_more_keys_than_told) {
  Limiter limiter(1, std::chrono::seconds(60), 100);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(limiter.take(std::to_string(i), std::chrono::milliseconds(i)));
  }
  EXPECT_EQ(limiter.size(), 100u);
  EXPECT_FALSE(limiter.take("999", std::chrono::milliseconds(1000)));
}

// ---- faults

TEST(Cancel, that_the_store_could_not_take_may_be_said_again) {
  World w;
  MiniCard card = w.card();
  const Order order = w.order();
  const auto offer = w.authenticate(card, order.matchingId);
  const auto cancel = card.cancel(offer->transactionId, messages::CancelSessionReason::endUserRejection);
  FaultyOrders faulty(w.orders);
  faulty.fail_at(0, FaultyOrders::When::before);
  Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
              faulty,  w.sessions, w.observer,      w.settings};
  const messages::CancelSessionRequestEs9 request{.transactionId = offer->transactionId,
                                                  .cancelSessionResponse = cancel};
  EXPECT_EQ(cancel_session(ports, request).error(), server_failed);
  EXPECT_TRUE(cancel_session(ports, request));
  EXPECT_EQ(w.now(order).state, OrderState::error);
}

}  // namespace
}  // namespace sealift::smdp
