// What an SM-DP+ needs of the world. Stores are made by src/store, signers by src/hsm, all put together in
// src/lab.
//
// One Ports serves every thread: each port is thread safe, or const. Nothing here outlives its maker; Ports
// only borrows.
#pragma once

#include <vector>

#include "auth/server.hpp"
#include "base/live.hpp"
#include "smdp/limiter.hpp"
#include "smdp/observer.hpp"
#include "smdp/order.hpp"
#include "smdp/restrictions.hpp"
#include "smdp/session.hpp"
#include "smdp/signers.hpp"

namespace sealift::access {
class Directory;
}

namespace sealift::crypto {
class KeyAgreement;
}

namespace sealift::smdp {

/// Which orders a list is to have; what is empty restricts nothing.
struct OrderFilter {
  std::string tenant;
  std::string profileType;
  std::optional<OrderState> state;
};

/// How many profiles of a type are in a state.
struct StockCount {
  std::string profileType;
  OrderState state{};
  uint64_t count = 0;
  bool operator==(const StockCount&) const = default;
};

/// The durable store of orders. Every Error means: nothing was changed.
class OrderStore {
 public:
  virtual ~OrderStore() = default;
  /// A new order with its profile. Error kind `exists` where the ICCID or MatchingID is taken.
  virtual Status add(const Order&, const StoredProfile&, const Audit&) = 0;
  virtual Result<std::optional<Order>> find(const Iccid&) = 0;
  /// By a MatchingID that is not empty.
  virtual Result<std::optional<Order>> find(const MatchingId&) = 0;
  /// The oldest order with an empty MatchingID that waits (released or downloaded) for this eUICC, else one
  /// that it may install again; one that has expired by `now` only where there is no other.
  virtual Result<std::optional<Order>> find_default(const Eid&, Time now) = 0;
  /// The available profile of this tenant and type that has waited longest, after the first `skip` of them:
  /// who lost one to somebody else looks at the next.
  virtual Result<std::optional<Order>> find_available(const std::string& tenant,
                                                      const std::string& profileType, size_t skip) = 0;
  /// In order of ICCID, those after `after`.
  virtual Result<std::vector<Order>> list(const OrderFilter&, const std::optional<Iccid>& after,
                                          size_t limit) = 0;
  /// By type and state; reads every order, so it is for people.
  virtual Result<std::vector<StockCount>> stock(const std::string& tenant) = 0;
  virtual Result<StoredProfile> profile(const Iccid&) = 0;
  /// The package of the last binding. Error kind `not_found` where there is none.
  virtual Result<Bytes> package(const Iccid&) = 0;
  virtual Result<std::optional<Delivery>> delivery(const TransactionId&) = 0;
  /// Compare and swap; durable when it returns. Error kind `conflict` where the order has another version
  /// than `after.version`, or its MatchingID is taken; `exists` where the notification was heard before, or
  /// the call was answered before.
  virtual Status apply(const Transition&) = 0;
  /// Remembers a notification about a profile that changes no order. Error kind `exists` where it was heard
  /// before.
  virtual Status hear(const NotificationKey&, const Iccid&, const Audit&) = 0;
  /// Of the calls with that key the one whose body has this digest, where there is one; after it one with
  /// another body, where there is any.
  virtual Result<std::vector<FunctionCall>> calls(const CallKey&, const Octets<32>& digest) = 0;
  /// Remembers a call that changed no order. Error kind `exists` where it was answered before.
  virtual Status remember(const FunctionCall&, const Audit&) = 0;
  /// Orders that their time has run out for, those first whose ran out first: confirmed and released ones
  /// with an `expires` at or before `now`, downloaded ones with one at or before `given_out`.
  virtual Result<std::vector<Order>> expired(Time now, Time given_out, size_t limit) = 0;
  /// Forgets deliveries whose result nobody waits for, notifications and calls, all from before `before`; at
  /// most some hundred at a time. Gives how many. Audit rows stay.
  virtual Result<size_t> prune(Time before) = 0;
};

/// Open sessions: in memory, capped, short-lived.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  /// Keeps a session until `until` (Clock::monotonic). Where it is full the oldest gives way: delivered ones
  /// first, then those that have not authenticated, the others last. False where there is room for none.
  virtual bool put(const TransactionId&, Session, std::chrono::milliseconds until) = 0;
  /// Takes a session out: of two callers with one transactionId, one gets it.
  virtual std::optional<Session> take(const TransactionId&, std::chrono::milliseconds now) = 0;
};

/// What an operator is told of its orders.
enum class Told : uint8_t {
  nothing,        ///< it has no callback
  progress,       ///< ES2+.HandleDownloadProgressInfo
  notifications,  ///< ES2+.HandleNotification of v3: profiles enabled, disabled and deleted as well
};

/// Which operators are told. Thread safe, and asked on request paths: no look into a store.
class CallbackList {
 public:
  virtual ~CallbackList() = default;
  virtual Told told(const std::string& tenant) const = 0;
};

/// Rung after rows for the outbox were committed, so that nobody waits for its next look. Thread safe, and
/// returns at once.
class Bell {
 public:
  virtual ~Bell() = default;
  virtual void ring() = 0;
};

struct Settings {
  std::string smdpAddress;             ///< host, or host:port (docs/divergences.md)
  Octets<3> lowest_svn{2, 0, 0};       ///< first and last SVN of eUICCs that are served
  Octets<3> highest_svn{2, 255, 255};  ///<
  Live<std::chrono::seconds> session_ttl{std::chrono::seconds(300)};  ///< idle time between two steps, once
                                                                      ///< the eUICC has authenticated
  Live<std::chrono::seconds> unauthenticated_ttl{std::chrono::seconds(60)};  ///< and before
  Live<uint32_t> max_download_attempts = 10;                                 ///< packages delivered per order
  Live<uint32_t> confirmation_attempts = 3;  ///< of an order that does not say
  Live<bool> rebind = true;                  ///< false: no order is bound anew, whatever it says
  /// CI keys of test eUICCs: these get profiles of class test alone, and no other eUICC gets them. Empty: no
  /// such separation.
  std::vector<crypto::KeyIdentifier> test_cis;
  /// MatchingIDs that an operator chooses may have any characters, not those of SGP.22 4.1.1 alone.
  Live<bool> any_matching_id = false;
  /// An eUICC that may not have a profile is told that there is none, whatever the reason (8.2.6/3.8), so
  /// that guessing a MatchingID tells nothing of used and expired ones.
  Live<bool> uniform_refusals = false;
  /// How long after its time an order that was given out waits for its result, before it ends as expired.
  std::chrono::seconds result_grace{24 * 3600};
};

struct Ports {
  Clock& clock;
  Random& random;
  const auth::Authenticator& authenticator;  ///< the CIs trusted for eUICCs
  const SignerList& signers;                 ///< one for each CI
  const Secret<32>& store_key;               ///< seals profiles at rest
  OrderStore& orders;
  SessionStore& sessions;
  Observer& observer;
  const Settings& settings;
  RestrictionList* restrictions = nullptr;  ///< null: nobody is restricted
  Limiter* by_address = nullptr;            ///< null: no address is asked to wait
  Limiter* by_eid = nullptr;                ///< null: no eUICC is asked to wait
  /// Null: one-time keys are of this process, from `random`.
  crypto::KeyAgreement* key_agreement = nullptr;
  /// Address of who asks, without a port; set in a copy of the Ports, for one request. Empty: nobody's.
  std::string_view peer{};
  /// Tenants, principals, whether issuance is stopped; null: the default tenant alone, and it is not.
  access::Directory* directory = nullptr;
  const CallbackList* callbacks = nullptr;  ///< null: no operator is told of anything
  Bell* bell = nullptr;
  Limiter* notices = nullptr;  ///< how often an operator is told of refusals, by ICCID; null: of each
};

}  // namespace sealift::smdp
