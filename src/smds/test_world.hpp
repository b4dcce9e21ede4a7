// For this room's tests: a PKI, an SM-DS in memory with a root SM-DS beside it, cards, and clients of both.
#pragma once

#include <map>

#include "smdp/mini_card.hpp"
#include "smds/es11.hpp"
#include "smds/es12.hpp"
#include "store/memory/events.hpp"
#include "store/memory/sessions.hpp"

namespace sealift::smds::testing {

using smdp::testing::MiniCard;

inline constexpr std::string_view kAddress = "smds.example.com";
inline const Time kStart{std::chrono::seconds(1'790'000'000)};  // 2026-09
inline const asn1::Oid kSmdp = asn1::Oid::of({2, 999, 10});
inline const asn1::Oid kOtherSmdp = asn1::Oid::of({2, 999, 11});

struct Recorder final : Observer {
  void refused(Function, Refusal r) override { refusals.push_back(r); }
  void card_refused(int code) override { card_codes.push_back(code); }
  void changed(const Event& e, std::string_view action) override {
    changes.push_back(e.eventId + " " + std::string(action));
  }
  void root_failed(const Error& e) override { root_failures.push_back(e.message); }
  void failed(Function, const Error& e) override { failures.push_back(e.message); }
  std::vector<Refusal> refusals;
  std::vector<int> card_codes;
  std::vector<std::string> changes, root_failures, failures;
};

inline Eid card_eid(int n) {
  return *Eid::with_check_digits("8904903212345123451234567890" + std::to_string(10 + n));
}

inline pki::Hierarchy make_pki(crypto::Curve curve, Random& random) {
  pki::HierarchyOptions options{.curve = curve, .deterministic = true};
  options.eid = card_eid(0);
  options.ds_hosts = {std::string(kAddress)};
  options.not_before = kStart - std::chrono::days(1);
  return std::move(pki::make_hierarchy(options, random).value());
}

/// A root SM-DS that remembers, and can be away, lose its answers, or refuse.
class FakeRoot final : public RootSmds {
 public:
  enum class Mood : uint8_t { well, away, loses_answers, refuses };
  Result<void, Failure> register_event(const messages::RegisterEventRequest& r) override {
    ++calls;
    last = r;
    if (auto failure = before()) return *failure;
    events[{r.eid, r.eventId}] = r.rspServerAddress;
    return after();
  }
  Result<void, Failure> delete_event(const messages::DeleteEventRequest& r) override {
    ++calls;
    if (auto failure = before()) return *failure;
    if (events.erase({r.eid, r.eventId}) == 0) return refusal("8.9.5", "3.9");
    return after();
  }
  Mood mood = Mood::well;
  int calls = 0;
  messages::RegisterEventRequest last;
  std::map<std::pair<Eid, std::string>, std::string> events;

 private:
  static Failure refusal(const char* subject, const char* reason) {
    return {messages::StatusCodeData{subject, reason, std::nullopt, std::nullopt},
            Error{ErrorKind::conflict, "the root refused"}};
  }
  static Failure unreached() { return {std::nullopt, Error{ErrorKind::io, "the root cannot be reached"}}; }
  std::optional<Failure> before() const {
    if (mood == Mood::away) return unreached();
    if (mood == Mood::refuses) return refusal("8.9", "4.8");
    return std::nullopt;
  }
  Result<void, Failure> after() const {
    if (mood == Mood::loses_answers) return unreached();
    return {};
  }
};

class World {
 public:
  explicit World(crypto::Curve curve = crypto::Curve::p256) : pki(make_pki(curve, random)) {
    EXPECT_TRUE(trust.add(pki.certificate(pki::Role::ci)));
    identities.push_back(
        auth::server_identity(pki::Role::ds_auth, pki.certificate(pki::Role::ds_auth).der(),
                              std::make_shared<crypto::SoftwareSigner>(pki[pki::Role::ds_auth].key), trust,
                              kStart)
            .value());
  }

  MiniCard card(int n = 0) { return card(pki[pki::Role::eum], n); }
  MiniCard card(const pki::Identity& eum, int n) {
    const pki::Identity euicc = pki::issue_euicc(eum, card_eid(n), random).value();
    return MiniCard(euicc, eum.certificate, pki.certificate(pki::Role::ci), card_eid(n), random);
  }

  static messages::RegisterEventRequest registration(const std::string& id, int eid = 0,
                                                     bool forward = false) {
    return {{"2.999.10", "register-" + id}, card_eid(eid), "smdp.example.com", id, forward};
  }
  static messages::DeleteEventRequest deletion(const std::string& id, int eid = 0) {
    return {{"2.999.10", "delete-" + id}, card_eid(eid), id};
  }
  Result<void, Refusal> add(const std::string& id, int eid = 0, bool forward = false) {
    return register_event(ports, kSmdp, registration(id, eid, forward));
  }
  Result<void, Refusal> remove(const std::string& id, int eid = 0, const asn1::Oid& owner = kSmdp) {
    return delete_event(ports, owner, deletion(id, eid));
  }

  Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate(MiniCard& card) {
    return initiate_authentication(ports, card.initiate(std::string(kAddress)));
  }
  /// What this card is told waits for it, as "eventId@address".
  Result<std::vector<std::string>, Refusal> discover(
      MiniCard& card, const std::optional<MatchingId>& eventId = std::nullopt) {
    const auto hello = TRY(initiate(card));
    const auto ok =
        TRY(authenticate_client(ports, {.transactionId = hello.transactionId,
                                        .authenticateServerResponse = card.authenticate(hello, eventId)}));
    EXPECT_EQ(ok.transactionId, hello.transactionId);
    std::vector<std::string> out;
    for (const auto& e : ok.eventEntries) out.push_back(e.eventId + "@" + e.rspServerAddress);
    return out;
  }

  SeededRandom random{7};
  ManualClock clock{kStart};
  pki::Hierarchy pki;
  pki::TrustStore trust;
  auth::Authenticator authenticator{trust};
  std::vector<auth::ServerIdentity> identities;
  store::MemoryEvents events;
  store::MemorySmdsSessions sessions{1000};
  Recorder observer;
  Settings settings{.smdsAddress = std::string(kAddress)};
  FakeRoot root;
  Ports ports{clock,    random,   authenticator, identities, events, sessions,
              observer, settings, &root,         nullptr,    {}};
};

using Told = std::vector<std::string>;

}  // namespace sealift::smds::testing
