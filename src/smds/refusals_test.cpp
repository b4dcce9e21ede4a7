// Every refusal is provoked at least once, by a walk through ES11 or ES12 that goes wrong in just that way. A
// row of the table without a scenario fails.

#include "smds/refusals.hpp"

#include <functional>

#include "smds/test_world.hpp"

namespace sealift::smds {
namespace {

using namespace testing;

template <class T>
Refusal end_of(const Result<T, Refusal>& result) {
  if (!result) return result.error();
  ADD_FAILURE() << "nothing was refused";
  return Refusal::server_failed;
}

/// Authenticates with the answer changed.
Refusal authenticated(World& w, MiniCard& card,
                      const std::function<void(messages::AuthenticateResponseOk&)>& change) {
  const auto hello = w.initiate(card);
  auto response = card.authenticate(*hello, std::nullopt);
  change(std::get<messages::AuthenticateResponseOk>(response.alt));
  return end_of(authenticate_client(
      w.ports, {.transactionId = hello->transactionId, .authenticateServerResponse = std::move(response)}));
}
/// The same, signed anew.
Refusal resigned(World& w, MiniCard& card, const std::function<void(messages::EuiccSigned1&)>& change) {
  return authenticated(w, card, [&](auto& ok) {
    change(ok.euiccSigned1.value);
    ok.euiccSigned1 = asn1::seal(std::move(ok.euiccSigned1.value));
    ok.euiccSignature1 = card.sign({View(ok.euiccSigned1.tlv)});
  });
}

/// A certificate of this role that ends after a day.
pki::Identity short_lived(World& w, pki::Role role, const pki::Identity& issuer, pki::Subject subject) {
  auto key = crypto::PrivateKey::generate(crypto::Curve::p256, w.random);
  crypto::SoftwareSigner signer(issuer.key);
  auto spec = pki::profile(role, subject, key.public_key(), &issuer.certificate,
                           kStart - std::chrono::days(1), kStart + std::chrono::days(1), w.random);
  auto certificate = pki::issue(spec, key.public_key(), signer).value();
  return {std::move(certificate), std::move(key)};
}

/// A store that fails.
class Broken final : public store::MemoryEvents {
 public:
  Result<std::optional<Event>> find(const Eid&, std::string_view) override { return away(); }
  Result<std::vector<Event>> events(const Eid&, Time, size_t) override { return away(); }

 private:
  static Error away() { return {ErrorKind::io, "the store is away"}; }
};

using Scenario = std::function<Refusal(World&)>;

const std::map<Refusal, Scenario>& scenarios_of_es11_initiate() {
  using enum Refusal;
  static const std::map<Refusal, Scenario> all{
      {smds_address_not_ours,
       [](World& w) {
         MiniCard card = w.card();
         EXPECT_TRUE(initiate_authentication(w.ports, card.initiate("SMDS.example.com")))
             << "letters of either case";
         return end_of(initiate_authentication(w.ports, card.initiate("smds.example.com.evil.example")));
       }},
      {svn_not_supported,
       [](World& w) {
         MiniCard card = w.card();
         card.info1.svn = {3, 0, 0};
         EXPECT_EQ(end_of(w.initiate(card)), svn_not_supported) << "too high";
         card.info1.svn = {1, 255, 255};
         return end_of(w.initiate(card));
       }},
      {no_common_ci_for_signing,
       [](World& w) {
         MiniCard card = w.card();
         card.info1.euiccCiPKIdListForSigning = {Octets<20>{1}, Octets<20>{2}};
         return end_of(w.initiate(card));
       }},
      {no_certificate_for_euicc,
       [](World& w) {
         MiniCard card = w.card();
         card.info1.euiccCiPKIdListForVerification = {Octets<20>{1}};
         return end_of(w.initiate(card));
       }},
      {server_busy,
       [](World& w) {
         store::MemorySmdsSessions full(0);
         Ports ports{w.clock,  w.random, w.authenticator, w.identities,
                     w.events, full,     w.observer,      w.settings};
         return end_of(initiate_authentication(ports, w.card().initiate(std::string(kAddress))));
       }},
      {server_failed,
       [](World& w) {
         Broken broken;
         Ports ports{w.clock, w.random,   w.authenticator, w.identities,
                     broken,  w.sessions, w.observer,      w.settings};
         EXPECT_EQ(end_of(register_event(ports, kSmdp, World::registration("A"))), server_failed);
         EXPECT_EQ(end_of(delete_event(ports, kSmdp, World::deletion("A"))), server_failed);
         MiniCard card = w.card();
         const auto hello = w.initiate(card);
         const Refusal end = end_of(authenticate_client(
             ports, {.transactionId = hello->transactionId,
                     .authenticateServerResponse = card.authenticate(*hello, std::nullopt)}));
         EXPECT_EQ(w.observer.failures.size(), 3u) << "people are told what it was";
         return end;
       }},
  };
  return all;
}

const std::map<Refusal, Scenario>& scenarios_of_es11_certificates() {
  using enum Refusal;
  static const std::map<Refusal, Scenario> all{
      {eum_certificate_invalid,
       [](World& w) {
         MiniCard card = w.card();
         card.eum_certificate.back() ^= 1;
         return end_of(w.discover(card));
       }},
      {eum_certificate_expired,
       [](World& w) {
         pki::Subject subject{.name = {{{pki::attribute::organization, "Sealift EUM"}}},
                              .registered_id = w.pki.certificate(pki::Role::eum).registered_id(),
                              .iin = "89049032"};
         MiniCard card = w.card(short_lived(w, pki::Role::eum, w.pki[pki::Role::ci], subject), 3);
         EXPECT_TRUE(w.discover(card));
         w.clock.advance(std::chrono::days(2));
         return end_of(w.discover(card));
       }},
      {euicc_certificate_invalid,
       [](World& w) {
         MiniCard card = w.card();
         card.certificate.back() ^= 1;
         return end_of(w.discover(card));
       }},
      {euicc_certificate_expired,
       [](World& w) {
         const auto& eum = w.pki[pki::Role::eum];
         const auto euicc = short_lived(w, pki::Role::euicc, eum,
                                        {.name = {{{pki::attribute::organization, "Sealift EUM"},
                                                   {pki::attribute::serial_number, card_eid(5).digits()},
                                                   {pki::attribute::common_name, "eUICC"}}}});
         MiniCard card(euicc, eum.certificate, w.pki.certificate(pki::Role::ci), card_eid(5), w.random);
         EXPECT_TRUE(w.discover(card));
         w.clock.advance(std::chrono::days(2));
         return end_of(w.discover(card));
       }},
      {ci_unknown,
       [](World& w) {
         SeededRandom other_seed(99);
         const pki::Hierarchy other = make_pki(crypto::Curve::p256, other_seed);
         MiniCard card = w.card();
         card.certificate = to_bytes(other.certificate(pki::Role::euicc).der());
         card.eum_certificate = to_bytes(other.certificate(pki::Role::eum).der());
         return end_of(w.discover(card));
       }},
  };
  return all;
}

const std::map<Refusal, Scenario>& scenarios_of_es11_authenticate() {
  using enum Refusal;
  static const std::map<Refusal, Scenario> all{
      {transaction_unknown,
       [](World& w) {
         const auto id = *TransactionId::from_octets(Bytes(16, 1));
         MiniCard card = w.card();
         EXPECT_EQ(resigned(w, card, [&](auto& said) { said.transactionId = id; }), transaction_unknown);
         return end_of(authenticate_client(w.ports, {.transactionId = id}));
       }},
      {euicc_not_authenticated,
       [](World& w) {
         MiniCard card = w.card();
         EXPECT_EQ(authenticated(w, card, [](auto& ok) { ok.euiccSigned1.tlv.back() ^= 1; }),
                   euicc_not_authenticated);
         EXPECT_EQ(resigned(w, card, [](auto& said) { said.serverChallenge[0] ^= 1; }),
                   euicc_not_authenticated);
         EXPECT_EQ(resigned(w, card, [](auto& said) { said.serverAddress = "other.example.com"; }),
                   euicc_not_authenticated);
         return authenticated(w, card, [](auto& ok) { ok.euiccSignature1[3] ^= 1; });
       }},
      {client_reported_error,
       [](World& w) {
         MiniCard card = w.card();
         const auto hello = w.initiate(card);
         const Refusal end = end_of(authenticate_client(
             w.ports, {.transactionId = hello->transactionId,
                       .authenticateServerResponse = {messages::AuthenticateResponseError{
                           .transactionId = hello->transactionId,
                           .authenticateErrorCode = messages::AuthenticateErrorCode::invalidCertificate}}}));
         EXPECT_EQ(w.observer.card_codes, std::vector<int>{1});
         return end;
       }},
      {event_id_unknown,
       [](World& w) {
         MiniCard card = w.card();
         EXPECT_EQ(end_of(w.remove("A")), event_id_unknown);
         return end_of(w.discover(card, *MatchingId::parse("A")));
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
  };
  return all;
}

const std::map<Refusal, Scenario>& scenarios_of_es12() {
  using enum Refusal;
  static const std::map<Refusal, Scenario> all{
      {event_id_in_use,
       [](World& w) {
         EXPECT_TRUE(w.add("A"));
         return end_of(register_event(w.ports, kOtherSmdp, World::registration("A")));
       }},
      {too_many_events,
       [](World& w) {
         w.settings.limits.for_eid = 1;
         EXPECT_TRUE(w.add("A"));
         return end_of(w.add("B"));
       }},
      {cascade_refused,
       [](World& w) {
         w.root.mood = FakeRoot::Mood::refuses;
         return end_of(w.add("A", 0, true));
       }},
      {root_unreachable,
       [](World& w) {
         w.root.mood = FakeRoot::Mood::away;
         return end_of(w.add("A", 0, true));
       }},
  };
  return all;
}

std::map<Refusal, Scenario> scenarios() {
  std::map<Refusal, Scenario> all;
  for (const auto* some : {&scenarios_of_es11_initiate(), &scenarios_of_es11_certificates(),
                           &scenarios_of_es11_authenticate(), &scenarios_of_es12()}) {
    all.insert(some->begin(), some->end());
  }
  return all;
}

TEST(SmdsRefusals, every_row_is_provoked_and_told_to_the_observer) {
  const auto all = scenarios();
  for (const RefusalRow& row : all_refusals()) {
    const auto scenario = all.find(row.refusal);
    ASSERT_NE(scenario, all.end()) << row.message << " is provoked by no scenario";
    World w;
    EXPECT_EQ(scenario->second(w), row.refusal) << row.message;
    ASSERT_FALSE(w.observer.refusals.empty()) << row.message;
    EXPECT_EQ(w.observer.refusals.back(), row.refusal) << row.message;
  }
}

TEST(SmdsRefusals, codes_are_those_of_the_specification) {
  const auto codes = [](Refusal r) { return std::pair(row_of(r).subjectCode, row_of(r).reasonCode); };
  using Codes = std::pair<std::string_view, std::string_view>;
  EXPECT_EQ(codes(Refusal::smds_address_not_ours), Codes("8.9.1", "3.8"));
  EXPECT_EQ(codes(Refusal::no_common_ci_for_signing), Codes("8.9.2", "3.1"));
  EXPECT_EQ(codes(Refusal::svn_not_supported), Codes("8.9.3", "3.1"));
  EXPECT_EQ(codes(Refusal::no_certificate_for_euicc), Codes("8.9.4", "3.7"));
  EXPECT_EQ(codes(Refusal::event_id_in_use), Codes("8.9.5", "3.3"));
  EXPECT_EQ(codes(Refusal::event_id_unknown), Codes("8.9.5", "3.9"));
  EXPECT_EQ(codes(Refusal::cascade_refused), Codes("8.9", "4.2"));
  EXPECT_EQ(codes(Refusal::root_unreachable), Codes("8.9", "5.1"));
}

}  // namespace
}  // namespace sealift::smds
