// Every refusal is provoked at least once, by a walk through ES9+ that goes wrong in just that way. A row of
// the table without a scenario fails.

#include "smdp/refusals.hpp"

#include <functional>
#include <map>

#include "access/administration.hpp"
#include "pki/name.hpp"
#include "smdp/faulty_orders.hpp"
#include "smdp/test_world.hpp"
#include "store/memory/records.hpp"

namespace sealift::smdp {
namespace {

using namespace testing;

Refusal none_of_it() {
  ADD_FAILURE() << "nothing was refused";
  return Refusal::server_failed;
}
template <class T>
Refusal end_of(const Result<T, Refusal>& result) {
  return result ? none_of_it() : result.error();
}

Refusal initiated(World& w, MiniCard& card, std::string address = std::string(kAddress)) {
  return end_of(initiate_authentication(w.ports, card.initiate(std::move(address))));
}

/// Authenticates with the answer changed.
Refusal authenticated(World& w, MiniCard& card, const Order& order,
                      const std::function<void(messages::AuthenticateResponseOk&)>& change) {
  const auto hello = w.initiate(card);
  auto response = card.authenticate(*hello, order.matchingId);
  change(std::get<messages::AuthenticateResponseOk>(response.alt));
  return end_of(authenticate_client(
      w.ports, {.transactionId = hello->transactionId, .authenticateServerResponse = std::move(response)}));
}
Refusal authenticated(World& w, MiniCard& card) {
  return end_of(w.authenticate(card, w.order().matchingId));
}

/// Asks for the package with the answer changed.
Refusal got(World& w, const std::function<void(messages::PrepareDownloadResponseOk&)>& change) {
  MiniCard card = w.card();
  const auto offer = w.authenticate(card, w.order().matchingId);
  auto response = card.prepare(*offer);
  change(std::get<messages::PrepareDownloadResponseOk>(response.alt));
  return end_of(get_bound_profile_package(
      w.ports, {.transactionId = offer->transactionId, .prepareDownloadResponse = std::move(response)}));
}

/// Downloads with this confirmation code as often as told, and gives the last end.
Refusal with_code(World& w, const std::optional<std::string>& code, int times) {
  MiniCard card = w.card();
  const Order order = w.order({.confirmationCode = SecretBytes(to_bytes("4711"))});
  Refusal end{};
  const auto offer = w.authenticate(card, order.matchingId);
  for (int i = 0; i < times; ++i) end = end_of(w.get(card, *offer, code));
  return end;
}

/// An EUM like that of the world, whose certificate ends after a day.
pki::Identity short_lived_eum(World& w) {
  const auto& ci = w.pki[pki::Role::ci];
  const auto& model = w.pki.certificate(pki::Role::eum);
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  crypto::SoftwareSigner signer(ci.key);
  pki::Subject subject{.name = {{{pki::attribute::organization, "Sealift EUM"}}},
                       .registered_id = model.registered_id(),
                       .iin = "89049032"};
  auto spec = pki::profile(pki::Role::eum, subject, key.public_key(), &ci.certificate,
                           kStart - std::chrono::days(1), kStart + std::chrono::days(1), w.random);
  auto certificate = pki::issue(spec, key.public_key(), signer).value();
  return {std::move(certificate), std::move(key)};
}

/// A card whose certificate ends after a day, under the long-lived EUM.
MiniCard short_lived_card(World& w) {
  const auto& eum = w.pki[pki::Role::eum];
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  crypto::SoftwareSigner signer(eum.key);
  pki::Subject subject{.name = {{{pki::attribute::organization, "Sealift EUM"},
                                 {pki::attribute::serial_number, card_eid(5).digits()},
                                 {pki::attribute::common_name, "eUICC"}}}};
  auto spec = pki::profile(pki::Role::euicc, subject, key.public_key(), &eum.certificate,
                           kStart - std::chrono::days(1), kStart + std::chrono::days(1), w.random);
  auto certificate = pki::issue(spec, key.public_key(), signer).value();
  const pki::Identity euicc{std::move(certificate), std::move(key)};
  return MiniCard(euicc, eum.certificate, w.pki.certificate(pki::Role::ci), card_eid(5), w.random);
}

const std::map<Refusal, std::function<Refusal(World&)>>& scenarios() {
  using enum Refusal;
  static const std::map<Refusal, std::function<Refusal(World&)>> all{
      {smdp_address_not_ours,
       [](World& w) {
         MiniCard card = w.card();
         return initiated(w, card, "smdp.example.com.evil.example");
       }},
      {svn_not_supported,
       [](World& w) {
         MiniCard card = w.card();
         card.info1.svn = {3, 0, 0};
         EXPECT_EQ(initiated(w, card), svn_not_supported) << "too high";
         card.info1.svn = {1, 255, 255};
         return initiated(w, card);
       }},
      {no_common_ci_for_signing,
       [](World& w) {
         MiniCard card = w.card();
         card.info1.euiccCiPKIdListForSigning = {Octets<20>{1}, Octets<20>{2}};
         return initiated(w, card);
       }},
      {no_certificate_for_euicc,
       [](World& w) {
         MiniCard card = w.card();
         card.info1.euiccCiPKIdListForVerification = {Octets<20>{1}};
         return initiated(w, card);
       }},
      {transaction_unknown,
       [](World& w) {
         const auto id = *TransactionId::from_octets(Bytes(16, 1));
         EXPECT_EQ(end_of(w.cancel(id, {messages::CancelSessionResponseError::undefinedError})),
                   transaction_unknown);
         MiniCard card = w.card();
         const auto offer = w.authenticate(card, w.order().matchingId);
         EXPECT_EQ(
             end_of(w.cancel(offer->transactionId, card.cancel(id, messages::CancelSessionReason::timeout))),
             transaction_unknown)
             << "the signed transactionId is another one";
         EXPECT_EQ(got(w, [&](auto& ok) { ok.euiccSigned2.value.transactionId = id; }), transaction_unknown);
         const auto signs_another = [&](auto& ok) {
           ok.euiccSigned1.value.transactionId = id;
           ok.euiccSigned1 = asn1::seal(std::move(ok.euiccSigned1.value));
           ok.euiccSignature1 = card.sign({View(ok.euiccSigned1.tlv)});
         };
         EXPECT_EQ(authenticated(w, card, w.order(), signs_another), transaction_unknown);
         return end_of(authenticate_client(w.ports, {.transactionId = id}));
       }},
      {eum_certificate_invalid,
       [](World& w) {
         MiniCard card = w.card();
         card.eum_certificate.back() ^= 1;
         return authenticated(w, card);
       }},
      {eum_certificate_expired,
       [](World& w) {
         MiniCard card = w.card(short_lived_eum(w), 3);
         w.clock.advance(std::chrono::days(2));
         return authenticated(w, card);
       }},
      {euicc_certificate_invalid,
       [](World& w) {
         MiniCard card = w.card();
         card.certificate.back() ^= 1;
         return authenticated(w, card);
       }},
      {euicc_certificate_expired,
       [](World& w) {
         MiniCard card = short_lived_card(w);
         EXPECT_TRUE(w.authenticate(card, w.order().matchingId));
         w.clock.advance(std::chrono::days(2));
         return authenticated(w, card);
       }},
      {eum_denied,
       [](World& w) {
         MiniCard card = w.card();
         const auto eum = pki::Certificate::parse(card.eum_certificate);
         EXPECT_TRUE(w.restrict_to(RestrictionKind::eum, hex(eum->subject_key_id())));
         return authenticated(w, card);
       }},
      {euicc_denied,
       [](World& w) {
         MiniCard card = w.card();
         EXPECT_TRUE(w.restrict_to(RestrictionKind::eid, card.eid.digits()));
         return authenticated(w, card);
       }},
      {ci_unknown,
       [](World& w) {
         // A card of another CI that claims to know ours.
         SeededRandom other_seed(99);
         const pki::Hierarchy other = make_pki(crypto::Curve::p256, other_seed);
         MiniCard card = w.card();
         card.certificate = to_bytes(other.certificate(pki::Role::euicc).der());
         card.eum_certificate = to_bytes(other.certificate(pki::Role::eum).der());
         return authenticated(w, card);
       }},
      {euicc_not_authenticated,
       [](World& w) {
         MiniCard card = w.card();
         const Order order = w.order();
         EXPECT_EQ(authenticated(w, card, order, [](auto& ok) { ok.euiccSigned1.tlv.back() ^= 1; }),
                   euicc_not_authenticated);
         const auto resigned = [&](auto&& edit) {
           return authenticated(w, card, order, [&](auto& ok) {
             edit(ok.euiccSigned1.value);
             ok.euiccSigned1 = asn1::seal(std::move(ok.euiccSigned1.value));
             ok.euiccSignature1 = card.sign({View(ok.euiccSigned1.tlv)});
           });
         };
         EXPECT_EQ(resigned([](auto& said) { said.serverChallenge[0] ^= 1; }), euicc_not_authenticated);
         EXPECT_EQ(resigned([](auto& said) { said.serverAddress = "other.example.com"; }),
                   euicc_not_authenticated);
         return authenticated(w, card, order, [](auto& ok) { ok.euiccSignature1[3] ^= 1; });
       }},
      {client_reported_error,
       [](World& w) {
         MiniCard card = w.card();
         const auto hello = w.initiate(card);
         return end_of(authenticate_client(
             w.ports, {.transactionId = hello->transactionId,
                       .authenticateServerResponse = {messages::AuthenticateResponseError{
                           .transactionId = hello->transactionId,
                           .authenticateErrorCode = messages::AuthenticateErrorCode::invalidCertificate}}}));
       }},
      {matching_id_unknown,
       [](World& w) {
         MiniCard card = w.card();
         const Order order = w.order();
         return end_of(w.authenticate(card, *MatchingId::parse(order.matchingId->value() + "0")));
       }},
      {eid_not_expected,
       [](World& w) {
         MiniCard card = w.card(1);
         const Order order = w.order({.eid = card_eid(2)});
         EXPECT_EQ(end_of(w.authenticate(card, std::nullopt)), eid_not_expected) << "no default order";
         EXPECT_EQ(end_of(w.authenticate(card, MatchingId())), eid_not_expected) << "no default order";
         return end_of(w.authenticate(card, order.matchingId));
       }},
      {profile_not_released,
       [](World& w) {
         MiniCard card = w.card();
         const Order order = w.order();
         const auto bpp = w.download(card, order);
         handle_notification(w.ports, card.success(bpp->transactionId, order.iccid));
         return end_of(w.authenticate(card, order.matchingId));
       }},
      {order_expired,
       [](World& w) {
         MiniCard card = w.card();
         const Order order = w.order({.expires = kStart + std::chrono::seconds(60)});
         const auto offer = w.authenticate(card, order.matchingId);
         w.clock.advance(std::chrono::seconds(60));
         EXPECT_EQ(end_of(w.get(card, *offer)), order_expired);
         return end_of(w.authenticate(card, order.matchingId));
       }},
      {download_attempts_exceeded,
       [](World& w) {
         w.settings.max_download_attempts = 2;
         MiniCard card = w.card();
         const Order order = w.order();
         EXPECT_TRUE(w.download(card, order));
         const auto early = w.authenticate(card, order.matchingId);
         const messages::GetBoundProfilePackageRequest request{
             .transactionId = early->transactionId, .prepareDownloadResponse = card.prepare(*early)};
         EXPECT_TRUE(w.download(card, order));
         EXPECT_EQ(end_of(get_bound_profile_package(w.ports, request)), download_attempts_exceeded);
         EXPECT_EQ(end_of(w.authenticate(card, order.matchingId)), download_attempts_exceeded);
         EXPECT_EQ(w.now(order).state, OrderState::error);
         return end_of(w.authenticate(card, order.matchingId));
       }},
      {profile_not_eligible,
       [](World& w) {
         MiniCard card = w.card();
         card.info2.uiccCapability = {messages::UiccCapabilityBit::usimSupport};
         EXPECT_EQ(authenticated(w, card), profile_not_eligible) << "the profile wants Milenage";
         card = w.card();
         card.info2.profileVersion = {2, 3, 1};
         return authenticated(w, card);
       }},
      {euicc_memory_insufficient,
       [](World& w) {
         MiniCard card = w.card();
         card.info2.extCardResource = {0x81, 0x01, 0x00, 0x82, 0x02, 0x10, 0x00, 0x83, 0x01, 0x00};
         return authenticated(w, card);
       }},
      {euicc_signature_invalid,
       [](World& w) {
         EXPECT_EQ(got(w, [](auto& ok) { ok.euiccSigned2.tlv.back() ^= 1; }), euicc_signature_invalid);
         MiniCard card = w.card();
         const auto offer = w.authenticate(card, w.order().matchingId);
         auto cancel = card.cancel(offer->transactionId, messages::CancelSessionReason::timeout);
         std::get<messages::CancelSessionResponseOk>(cancel.alt).euiccCancelSessionSignature[0] ^= 1;
         EXPECT_EQ(end_of(w.cancel(offer->transactionId, cancel)), euicc_signature_invalid);
         return got(w, [](auto& ok) { ok.euiccSignature2[10] ^= 1; });
       }},
      {confirmation_code_missing, [](World& w) { return with_code(w, std::nullopt, 1); }},
      {confirmation_code_refused, [](World& w) { return with_code(w, "4712", 2); }},
      {confirmation_attempts_exceeded,
       [](World& w) {
         EXPECT_EQ(with_code(w, "4712", 3), confirmation_attempts_exceeded) << "the last of three";
         return with_code(w, "4712", 4);
       }},
      {rebinding_refused,
       [](World& w) {
         MiniCard card = w.card(1), other = w.card(2);
         const Order order = w.order();
         const auto offer = w.authenticate(other, order.matchingId);
         EXPECT_TRUE(w.download(card, order));
         return end_of(w.get(other, *offer));
       }},
      {smdp_oid_not_ours,
       [](World& w) {
         MiniCard card = w.card();
         const auto offer = w.authenticate(card, w.order().matchingId);
         return end_of(
             w.cancel(offer->transactionId,
                      card.cancel(offer->transactionId, messages::CancelSessionReason::endUserRejection,
                                  asn1::Oid::of({2, 999, 77}))));
       }},
      {request_not_supported,
       [](World& w) {
         MiniCard card = w.card();
         const auto hello = w.initiate(card);
         return end_of(authenticate_client(
             w.ports, {.transactionId = hello->transactionId,
                       .authenticateServerResponse = card.authenticate(*hello, std::nullopt),
                       .useMatchingIdForAcr = asn1::Null{}}));
       }},
      {issuance_stopped,
       [](World& w) {
         MiniCard card = w.card();
         MiniCard later = w.card(1);
         const auto offer = w.authenticate(card, w.order().matchingId);
         const Order second = w.order();
         store::MemoryRecords records;
         const auto directory = access::Directory::open(records).value();
         w.ports.directory = directory.get();
         access::Office office{w.clock, w.random, *directory};
         EXPECT_TRUE(access::stop_issuance(office, access::administrator(), "a key is lost"));
         EXPECT_EQ(end_of(w.authenticate(later, second.matchingId)), issuance_stopped)
             << "nor is a new session offered anything";
         return end_of(w.get(card, *offer));
       }},
      {server_busy,
       [](World& w) {
         store::MemorySessions full(0);
         Ports ports{w.clock,  w.random, w.authenticator, w.signers, w.store_key,
                     w.orders, full,     w.observer,      w.settings};
         return end_of(initiate_authentication(ports, w.card().initiate(std::string(kAddress))));
       }},
      {server_failed,
       [](World& w) {
         FaultyOrders faulty(w.orders);
         faulty.fail_at(0, FaultyOrders::When::before);
         Ports ports{w.clock, w.random,   w.authenticator, w.signers, w.store_key,
                     faulty,  w.sessions, w.observer,      w.settings};
         MiniCard card = w.card();
         const Order order = w.order();
         const auto hello = w.initiate(card);
         return end_of(authenticate_client(
             ports, {.transactionId = hello->transactionId,
                     .authenticateServerResponse = card.authenticate(*hello, order.matchingId)}));
       }},
  };
  return all;
}

class EveryRefusal : public ::testing::TestWithParam<RefusalRow> {};

TEST_P(EveryRefusal, is_provoked_and_told_to_the_observer) {
  const auto scenario = scenarios().find(GetParam().refusal);
  ASSERT_NE(scenario, scenarios().end()) << "no test provokes: " << GetParam().message;
  World w;
  EXPECT_EQ(scenario->second(w), GetParam().refusal);
  if (GetParam().refusal == Refusal::server_busy) return;
  EXPECT_EQ(w.observer.refusals.empty() ? none_of_it() : w.observer.refusals.back(), GetParam().refusal);
}
INSTANTIATE_TEST_SUITE_P(Table, EveryRefusal,
                         ::testing::ValuesIn(all_refusals().begin(), all_refusals().end()),
                         [](const auto& row) {
                           std::string name(row.param.message);
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

// The codes of SGP.22 5.6 in the words of SGP.23's test cases.
TEST(Refusals, have_the_codes_of_the_specification) {
  const auto code = [](Refusal r) {
    return std::string(row_of(r).subjectCode) + "/" + std::string(row_of(r).reasonCode);
  };
  EXPECT_EQ(code(Refusal::smdp_address_not_ours), "8.8.1/3.8");
  EXPECT_EQ(code(Refusal::no_common_ci_for_signing), "8.8.2/3.1");
  EXPECT_EQ(code(Refusal::svn_not_supported), "8.8.3/3.1");
  EXPECT_EQ(code(Refusal::no_certificate_for_euicc), "8.8.4/3.7");
  EXPECT_EQ(code(Refusal::transaction_unknown), "8.10.1/3.9");
  EXPECT_EQ(code(Refusal::eum_certificate_invalid), "8.1.2/6.1");
  EXPECT_EQ(code(Refusal::eum_certificate_expired), "8.1.2/6.3");
  EXPECT_EQ(code(Refusal::euicc_certificate_invalid), "8.1.3/6.1");
  EXPECT_EQ(code(Refusal::euicc_certificate_expired), "8.1.3/6.3");
  EXPECT_EQ(code(Refusal::euicc_not_authenticated), "8.1/6.1");
  EXPECT_EQ(code(Refusal::ci_unknown), "8.11.1/3.9");
  EXPECT_EQ(code(Refusal::matching_id_unknown), "8.2.6/3.8");
  EXPECT_EQ(code(Refusal::eid_not_expected), "8.1.1/3.8");
  EXPECT_EQ(code(Refusal::profile_not_released), "8.2/1.2");
  EXPECT_EQ(code(Refusal::order_expired), "8.8.5/4.10");
  EXPECT_EQ(code(Refusal::download_attempts_exceeded), "8.8.5/6.4");
  EXPECT_EQ(code(Refusal::profile_not_eligible), "8.2.5/4.3");
  EXPECT_EQ(code(Refusal::euicc_memory_insufficient), "8.1/4.8");
  EXPECT_EQ(code(Refusal::confirmation_code_missing), "8.2.7/2.2");
  EXPECT_EQ(code(Refusal::confirmation_code_refused), "8.2.7/3.8");
  EXPECT_EQ(code(Refusal::confirmation_attempts_exceeded), "8.2.7/6.4");
  EXPECT_EQ(code(Refusal::rebinding_refused), "8.2/3.7");
  EXPECT_EQ(code(Refusal::smdp_oid_not_ours), "8.8/3.10");
}

}  // namespace
}  // namespace sealift::smdp
