// The four ES2+ functions that an operator calls (SGP.22 5.3). One source file each.
//
// Who calls is decided before, by the client certificate (TLS); what is said in the header only tells calls
// apart. The same functionCallIdentifier with the same body gets the same answer again, octet for octet, also
// of a refusal; a call that changed something is remembered in the transaction of that change.
// Thread safe; they block on the order store, and on an SM-DS for some seconds.
#pragma once

#include "messages/es2.hpp"
#include "smdp/es2_refusals.hpp"
#include "smdp/ports.hpp"

namespace sealift::smdp {

/// Longer no order without an EID is open, whatever a policy says.
inline constexpr std::chrono::seconds max_unbound_lifetime{std::chrono::hours(24)};

/// What the orders of an operator are, where ES2+ has no field to say it.
struct OrderPolicy {
  bool allow_unbound = false;  ///< orders without an EID: whoever comes first has it
  std::chrono::seconds unbound_lifetime = max_unbound_lifetime;  ///< of those, from the release on
  std::chrono::seconds lifetime{0};                              ///< of all, from the release on; 0: no end
  bool confirmation_required = false;                            ///< every order has a confirmation code
  bool rebind = true;
  Reinstall reinstall = Reinstall::never;
  uint32_t uses = 1;  ///< installations where `reinstall` is not never; 0: any number
  std::optional<uint32_t> confirmation_attempts;  ///< none: the server's setting
};

/// The operator who calls.
struct Requester {
  std::string tenant;
  OrderPolicy policy;
  std::vector<std::string> identifiers{};  ///< functionRequesterIdentifiers that it may use; empty: any
};

enum class Es2Function : uint8_t { download_order, confirm_order, cancel_order, release_profile };
/// "downloadOrder", ...
std::string_view name(Es2Function function);

/// What ES2+ tells of itself; that an order moved is told to Ports::observer.
class Es2Observer {
 public:
  virtual ~Es2Observer() = default;
  virtual void refused(Es2Function, Es2Refusal) {}
  /// A functionCallIdentifier came again with another body: it was taken for a new call, and is odd.
  virtual void call_identifier_reused(Es2Function) {}
  /// A port failed; the peer gets server_failed, people get this.
  virtual void failed(Es2Function, const Error&) {}
};

/// The way to SM-DSs (ES12) for who has to know at once whether an event stands. Thread safe.
class EventRegistrar {
 public:
  virtual ~EventRegistrar() = default;
  enum class Outcome : uint8_t {
    registered,   ///< also where it stood there already, registered by us
    unreachable,  ///< nothing was sent: also no address of an SM-DS, or one that does not know us
    unheard,      ///< no answer came, or none that tells: it may stand there
    refused,      ///< by the SM-DS, or by the one that it announces the event to
  };
  /// ES12.RegisterEvent for this SM-DP+; ends within some seconds. `eventId` is the MatchingID.
  virtual Outcome register_event(const std::string& smdsAddress, const Eid&, const std::string& eventId) = 0;
};

/// What ES2+ needs beside the rest of an SM-DP+.
struct Es2Ports {
  Ports& smdp;
  Es2Observer& observer;
  EventRegistrar* events = nullptr;  ///< null: no SM-DS can be reached
  Outbox* outbox = nullptr;          ///< null: a promise (event_rows.hpp) stands until its time
};

struct Es2Answer {
  std::string body;  ///< JSON, as it goes out
  std::optional<Es2Refusal> refusal;
  bool repeated = false;  ///< it was given before
};

// `body` is the request as it came: what tells a repeated call from another one of the same identifier.

/// SGP.22 5.3.1. Available -> Allocated, with an EID Linked.
Es2Answer download_order(Es2Ports&, const Requester&, const messages::DownloadOrderRequest&, View body);
/// SGP.22 5.3.2. Allocated or Linked -> Confirmed, with releaseFlag Released.
Es2Answer confirm_order(Es2Ports&, const Requester&, const messages::ConfirmOrderRequest&, View body);
/// SGP.22 5.3.3. An order of which no eUICC has the profile -> Available or Unavailable.
Es2Answer cancel_order(Es2Ports&, const Requester&, const messages::CancelOrderRequest&, View body);
/// SGP.22 5.3.4. Confirmed -> Released.
Es2Answer release_profile(Es2Ports&, const Requester&, const messages::ReleaseProfileRequest&, View body);

/// The profile of an order as it was in stock: nothing of the order is left.
Order as_stocked(const Order& order);
/// True where an eUICC may have the profile, or get it yet from a package that went out: nobody else may.
bool may_be_on_a_chip(const Order& order);

}  // namespace sealift::smdp
