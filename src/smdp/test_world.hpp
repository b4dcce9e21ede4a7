// For this room's tests: a PKI, an SM-DP+ in memory, cards, and a client that walks through ES9+.
#pragma once

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
  void decided(const Decision& d) override;
  void refused(Function, const TransactionId*, Refusal r) override;
  void moved(const Order& o, OrderState) override;
  void ended(const Order& o, Refusal why) override;
  void card_refused(Function, const TransactionId&, int code) override;
  void notification_ignored(std::string_view why) override;
  void failed(Function, const Error& e) override;
  std::mutex mutex;
  std::vector<Decision> decisions;
  std::vector<Refusal> refusals;
  std::vector<OrderState> states;
  std::vector<std::pair<Iccid, Refusal>> endings;
  std::vector<int> card_codes;
  std::vector<std::string> ignored, failures;
};

Eid card_eid(int n);

pki::Hierarchy make_pki(crypto::Curve curve, Random& random);

/// A profile of `octets` or a little more: header, padding elements, end.
Bytes make_upp(const Iccid& iccid, size_t octets = 15'000);

class World {
 public:
  explicit World(crypto::Curve curve = crypto::Curve::p256);
  ~World();

  auth::ServerIdentity identity(pki::Role role);
  MiniCard card(int n = 0);
  MiniCard card(const pki::Identity& eum, int n);

  /// Imports a profile and releases it.
  Order order(CreateOrder how = {}, Protection protection = Protection::random_keys);
  Status restrict_to(RestrictionKind kind, std::string value);
  Order now(const Order& o);

  Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate(MiniCard& card);
  Result<messages::AuthenticateClientOk, Refusal> authenticate(MiniCard& card,
                                                               const std::optional<MatchingId>& mid);
  Result<messages::GetBoundProfilePackageOk, Refusal> get(
      MiniCard& card, const messages::AuthenticateClientOk& offer,
      const std::optional<std::string>& code = std::nullopt);
  Result<messages::GetBoundProfilePackageOk, Refusal> download(
      MiniCard& card, const Order& o, const std::optional<std::string>& code = std::nullopt);
  Result<void, Refusal> cancel(const TransactionId& id, messages::CancelSessionResponse response);

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
