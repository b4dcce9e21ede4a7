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
  void refused(Function, Refusal r) override;
  void card_refused(int code) override;
  void changed(const Event& e, std::string_view action) override;
  void root_failed(const Error& e) override;
  void failed(Function, const Error& e) override;
  std::vector<Refusal> refusals;
  std::vector<int> card_codes;
  std::vector<std::string> changes, root_failures, failures;
};

Eid card_eid(int n);

pki::Hierarchy make_pki(crypto::Curve curve, Random& random);

/// A root SM-DS that remembers, and can be away, lose its answers, or refuse.
class FakeRoot final : public RootSmds {
 public:
  enum class Mood : uint8_t { well, away, loses_answers, refuses };
  Result<void, Failure> register_event(const messages::RegisterEventRequest& r) override;
  Result<void, Failure> delete_event(const messages::DeleteEventRequest& r) override;
  bool is_asked_now() override { return asked_now; }
  Mood mood = Mood::well;
  bool asked_now = true;
  std::string never;  ///< it refuses to delete this one
  int calls = 0;
  messages::RegisterEventRequest last;
  std::map<std::pair<Eid, std::string>, std::string> events;

 private:
  static Failure refusal(const char* subject, const char* reason);
  static Failure unreached();
  std::optional<Failure> before() const;
  Result<void, Failure> after() const;
};

class World {
 public:
  explicit World(crypto::Curve curve = crypto::Curve::p256);
  ~World();

  MiniCard card(int n = 0);
  MiniCard card(const pki::Identity& eum, int n);

  static messages::RegisterEventRequest registration(const std::string& id, int eid = 0,
                                                     bool forward = false);
  static messages::DeleteEventRequest deletion(const std::string& id, int eid = 0);
  Result<void, Refusal> add(const std::string& id, int eid = 0, bool forward = false);
  Result<void, Refusal> remove(const std::string& id, int eid = 0, const asn1::Oid& owner = kSmdp);

  Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate(MiniCard& card);
  /// What this card is told waits for it, as "eventId@address".
  Result<std::vector<std::string>, Refusal> discover(MiniCard& card,
                                                     const std::optional<MatchingId>& eventId = std::nullopt);

  SeededRandom random{7};
  ManualClock clock{kStart};
  pki::Hierarchy pki;
  pki::TrustStore trust;
  auth::Authenticator authenticator{trust};
  Identities identities;
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
