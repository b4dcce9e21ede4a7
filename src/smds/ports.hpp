// What an SM-DS needs of the world. Stores are made by src/store, signers by src/hsm, the way to a root SM-DS
// by src/http, all put together in src/lab.
//
// One Ports serves every thread: each port is thread safe, or const. Nothing here outlives its maker; Ports
// only borrows.
#pragma once

#include <optional>
#include <vector>

#include "auth/limiter.hpp"
#include "auth/server.hpp"
#include "base/live.hpp"
#include "messages/es12.hpp"
#include "smds/event.hpp"
#include "smds/identities.hpp"
#include "smds/refusals.hpp"

namespace sealift::smds {

/// How many events a store has.
struct EventCounts {
  uint64_t pending = 0, live = 0, deleted = 0;
  uint64_t untold = 0;  ///< deleted ones of which the root SM-DS does not know
  bool operator==(const EventCounts&) const = default;
};

/// The durable store of events. Every Error means: nothing was changed.
class EventStore {
 public:
  virtual ~EventStore() = default;
  /// A new event, pending or live; gives its number. Error kinds: exists (this eUICC has a pending or live
  /// event of this eventId), limit (by `limits`).
  virtual Result<uint64_t> add(const Event&, const EventLimits& limits, const Audit&) = 0;
  /// The pending or live event.
  virtual Result<std::optional<Event>> find(const Eid&, std::string_view eventId) = 0;
  /// An event that this call deleted.
  virtual Result<std::optional<Event>> find_deleted(const Eid&, std::string_view eventId,
                                                    std::string_view call) = 0;
  /// The live events of an eUICC that have not expired by `now`, in order of registration.
  virtual Result<std::vector<Event>> events(const Eid&, Time now, size_t most) = 0;
  /// All, those numbered above `after`, in order of registration.
  virtual Result<std::vector<Event>> list(uint64_t after, size_t most) = 0;
  /// Compare and swap by number and state. Error kind conflict where it is in another state, or gone.
  virtual Status change(const Event& after, EventState from, const Audit&) = 0;
  /// Live ones that have expired by `now`, and pending ones from before `pending_before`.
  virtual Result<std::vector<Event>> to_end(Time now, Time pending_before, size_t most) = 0;
  /// Deleted ones of which the root SM-DS does not know, those numbered above `after`, in order of
  /// registration.
  virtual Result<std::vector<Event>> untold(uint64_t after, size_t most) = 0;
  /// Forgets deleted ones from before `before`, and those of which the root was never told from before
  /// `untold_before`. Gives how many.
  virtual Result<size_t> prune(Time before, Time untold_before, size_t most) = 0;
  /// Forgets audit rows from before `before`. Gives how many.
  virtual Result<size_t> prune_audit(Time before, size_t most) = 0;
  virtual Result<EventCounts> counts() = 0;
};

/// After InitiateAuthentication: waits for AuthenticateClient, which ends it.
struct InitDone {
  Challenge serverChallenge{};
  crypto::KeyIdentifier euiccCiPKIdToBeUsed{};
};

/// Open sessions: in memory, capped, short-lived.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  /// Keeps a session until `until` (Clock::monotonic); the oldest gives way. False where there is room for
  /// none.
  virtual bool put(const TransactionId&, InitDone, std::chrono::milliseconds until) = 0;
  /// Takes a session out: of two callers with one transactionId, one gets it.
  virtual std::optional<InitDone> take(const TransactionId&, std::chrono::milliseconds now) = 0;
};

/// The root SM-DS, as an alternative SM-DS reaches it over ES15 (SGP.22 5.10).
class RootSmds {
 public:
  virtual ~RootSmds() = default;
  struct Failure {
    std::optional<messages::StatusCodeData>
        status;   ///< what it refused with; none where it could not be reached
    Error error;  ///< for people
  };
  virtual Result<void, Failure> register_event(const messages::RegisterEventRequest&) = 0;
  virtual Result<void, Failure> delete_event(const messages::DeleteEventRequest&) = 0;
  /// False while it is not even asked, since it could not be reached a moment ago: nothing need be begun
  /// then.
  virtual bool is_asked_now() { return true; }
};

enum class Function : uint8_t { initiate_authentication, authenticate_client, register_event, delete_event };

/// What an SM-DS tells of itself. Adapters turn it into log lines and metrics.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void refused(Function, Refusal) {}
  /// A card told of an error in the place of its answer; `code` is an AuthenticateErrorCode. Nobody signed
  /// it.
  virtual void card_refused(int /*code*/) {}
  /// Events handed to an eUICC.
  virtual void told(size_t /*events*/) {}
  /// After the change is durable.
  virtual void changed(const Event&, std::string_view /*action*/) {}
  /// The root SM-DS did not take what was asked; `error` says why.
  virtual void root_failed(const Error&) {}
  /// What was done beside requests, or why it could not be.
  virtual void maintained(std::string_view /*what*/, const Error* /*problem*/) {}
  /// A port failed; the peer gets server_failed, people get this.
  virtual void failed(Function, const Error&) {}
};

/// What is Live may change while requests run.
struct Settings {
  std::string smdsAddress;               ///< host, or host:port (docs/divergences.md)
  Octets<3> lowest_svn{2, 0, 0};         ///< first and last SVN of eUICCs that are served
  Octets<3> highest_svn{2, 255, 255};    ///<
  std::chrono::seconds session_ttl{60};  ///< from InitiateAuthentication to AuthenticateClient
  Live<std::chrono::seconds> event_ttl{std::chrono::hours(24 * 180)};  ///< after which an event is over
  EventLimits limits;
  std::chrono::seconds pending_ttl{600};  ///< an event that was not announced at the root by then is over
  std::chrono::seconds keep_deleted{std::chrono::hours(24)};      ///< so long a repeated DeleteEvent is known
  Live<std::chrono::seconds> keep_audit{std::chrono::hours(24 * 30)};  ///< so long audit rows are kept
  std::chrono::seconds keep_untold{std::chrono::hours(24 * 90)};  ///< so long a root that is away is tried
};

struct Ports {
  Clock& clock;
  Random& random;
  const auth::Authenticator& authenticator;  ///< the CIs trusted for eUICCs
  const Identities& identities;              ///< CERT.DSauth, one for each CI
  EventStore& events;
  SessionStore& sessions;
  Observer& observer;
  const Settings& settings;
  RootSmds* root = nullptr;             ///< null: this SM-DS is a root itself, or knows none
  auth::Limiter* by_address = nullptr;  ///< null: no address is asked to wait
  /// Address of who asks, without a port; set in a copy of the Ports, for one request. Empty: nobody's.
  std::string_view peer;
};

}  // namespace sealift::smds
