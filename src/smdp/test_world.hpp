// For this room's tests: a PKI, an SM-DP+ in memory, cards, and a client that walks through ES9+.
#pragma once

#include "saip/package.hpp"
#include "smdp/admin.hpp"
#include "smdp/es9.hpp"
#include "smdp/mini_card.hpp"
#include "store/memory/orders.hpp"
#include "store/memory/restrictions.hpp"
#include "store/memory/sessions.hpp"

namespace sealift::smdp::testing {

inline constexpr std::string_view kAddress = "smdp.example.com";
inline const Time kStart{std::chrono::seconds(1'790'000'000)};  // 2026-09

/// Keeps what it is told.
struct Recorder final : Observer {
  void decided(const Decision& d) override {
    std::lock_guard lock(mutex);
    decisions.push_back(d);
  }
  void refused(Function, const TransactionId*, Refusal r) override {
    std::lock_guard lock(mutex);
    refusals.push_back(r);
  }
  void moved(const Order& o, OrderState) override {
    std::lock_guard lock(mutex);
    states.push_back(o.state);
  }
  void ended(const Order& o, Refusal why) override {
    std::lock_guard lock(mutex);
    endings.emplace_back(o.iccid, why);
  }
  void card_refused(Function, const TransactionId&, int code) override {
    std::lock_guard lock(mutex);
    card_codes.push_back(code);
  }
  void notification_ignored(std::string_view why) override {
    std::lock_guard lock(mutex);
    ignored.emplace_back(why);
  }
  void failed(Function, const Error& e) override {
    std::lock_guard lock(mutex);
    failures.push_back(e.message);
  }
  std::mutex mutex;
  std::vector<Decision> decisions;
  std::vector<Refusal> refusals;
  std::vector<OrderState> states;
  std::vector<std::pair<Iccid, Refusal>> endings;
  std::vector<int> card_codes;
  std::vector<std::string> ignored, failures;
};

inline Eid card_eid(int n) {
  return *Eid::with_check_digits("8904903212345123451234567890" + std::to_string(10 + n));
}

inline pki::Hierarchy make_pki(crypto::Curve curve, Random& random) {
  pki::HierarchyOptions options{.curve = curve, .deterministic = true};
  options.eid = card_eid(0);
  options.dp_hosts = {std::string(kAddress)};
  options.not_before = kStart - std::chrono::days(1);
  return std::move(pki::make_hierarchy(options, random).value());
}

/// A profile of `octets` or a little more: header, padding elements, end.
inline Bytes make_upp(const Iccid& iccid, size_t octets = 15'000) {
  saip::ProfileHeader header{.majorVersion = 3, .minorVersion = 1};
  std::string digits = iccid.digits();
  digits.resize(20, 'F');
  header.iccid = *octets_from_hex<10>(digits);
  header.eUICCMandatoryServices.services = {saip::Service::usim, saip::Service::milenage};
  saip::Package package;
  package.elements.emplace_back(std::move(header));
  for (size_t n = 0; n < octets; n += 1000) {
    package.elements.emplace_back(saip::NonStandard{.issuerID = {0x29, 0x01}, .content = Bytes(990, 0x5A)});
  }
  package.elements.emplace_back(saip::End{});
  return saip::encode(package);
}

class World {
 public:
  explicit World(crypto::Curve curve = crypto::Curve::p256) : pki(make_pki(curve, random)) {
    EXPECT_TRUE(trust.add(pki.certificate(pki::Role::ci)));
    signers.push_back({identity(pki::Role::dp_auth), identity(pki::Role::dp_pb)});
  }

  auth::ServerIdentity identity(pki::Role role) {
    return auth::server_identity(role, pki.certificate(role).der(),
                                 std::make_shared<crypto::SoftwareSigner>(pki[role].key), trust, kStart)
        .value();
  }
  MiniCard card(int n = 0) { return card(pki[pki::Role::eum], n); }
  MiniCard card(const pki::Identity& eum, int n) {
    const pki::Identity euicc = pki::issue_euicc(eum, card_eid(n), random).value();
    return MiniCard(euicc, eum.certificate, pki.certificate(pki::Role::ci), card_eid(n), random);
  }

  /// Imports a profile and releases it.
  Order order(CreateOrder how = {}, Protection protection = Protection::random_keys) {
    const std::string number = std::to_string(100 + next_iccid_++);
    const Iccid iccid = *Iccid::parse("8949" + std::string(16 - number.size(), '0') + number);
    ImportProfile import{.upp = SecretBytes(make_upp(iccid)), .protection = protection};
    import.metadata.serviceProviderName = "Sealift";
    import.metadata.profileName = "Test";
    auto imported = import_profile(ports, access::administrator("tester"), std::move(import));
    EXPECT_TRUE(imported) << imported.error().message;
    how.iccid = iccid;
    auto created = create_order(ports, access::administrator("tester"), how);
    EXPECT_TRUE(created) << created.error().message;
    return created.value();
  }
  Status restrict_to(RestrictionKind kind, std::string value) {
    return restrictions->add({kind, std::move(value), "test", "tester", clock.now()});
  }
  Order now(const Order& o) { return **orders.find(o.iccid); }

  Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate(MiniCard& card) {
    return initiate_authentication(ports, card.initiate(std::string(kAddress)));
  }
  Result<messages::AuthenticateClientOk, Refusal> authenticate(MiniCard& card,
                                                               const std::optional<MatchingId>& mid) {
    const auto hello = TRY(initiate(card));
    return authenticate_client(ports, {.transactionId = hello.transactionId,
                                       .authenticateServerResponse = card.authenticate(hello, mid)});
  }
  Result<messages::GetBoundProfilePackageOk, Refusal> get(
      MiniCard& card, const messages::AuthenticateClientOk& offer,
      const std::optional<std::string>& code = std::nullopt) {
    return get_bound_profile_package(
        ports, {.transactionId = offer.transactionId, .prepareDownloadResponse = card.prepare(offer, code)});
  }
  Result<messages::GetBoundProfilePackageOk, Refusal> download(
      MiniCard& card, const Order& o, const std::optional<std::string>& code = std::nullopt) {
    const auto offer = TRY(authenticate(card, o.matchingId));
    return get(card, offer, code);
  }
  Result<void, Refusal> cancel(const TransactionId& id, messages::CancelSessionResponse response) {
    return cancel_session(ports, {.transactionId = id, .cancelSessionResponse = std::move(response)});
  }

  SeededRandom random{7};
  SystemRandom real_random;  ///< for threads: each order of calls gives other octets
  ManualClock clock{kStart};
  pki::Hierarchy pki;
  pki::TrustStore trust;
  auth::Authenticator authenticator{trust};
  SignerList signers;
  Secret<32> store_key{Octets<32>{1, 2, 3}};
  store::MemoryOrders orders;
  store::MemorySessions sessions{1000};
  Recorder observer;
  Settings settings{.smdpAddress = std::string(kAddress)};
  store::MemoryRestrictions kept_restrictions;
  std::unique_ptr<RestrictionList> restrictions = RestrictionList::open(kept_restrictions).value();
  Ports ports{clock,  random,   authenticator, signers,  store_key,
              orders, sessions, observer,      settings, restrictions.get()};

 private:
  int next_iccid_ = 0;
};

}  // namespace sealift::smdp::testing
