// An event: what waits for an eUICC, and where (SGP.22 3.6). A row of the event store; plain values.
#pragma once

#include <optional>
#include <string>

#include "asn1/oid.hpp"
#include "base/ids.hpp"
#include "base/live.hpp"
#include "base/ports.hpp"

namespace sealift::smds {

enum class EventState : uint8_t {
  pending,  ///< kept, and not yet announced at the root SM-DS as it has to be
  live,     ///< registered: the eUICC is told of it
  deleted,  ///< over; kept for a while so that a repeat is known, and until the root SM-DS knows
};
std::string_view name(EventState state);

struct Event {
  uint64_t number = 0;  ///< order of registration; the store gives it
  Eid eid;
  std::string eventId;
  std::string rspServerAddress;
  asn1::Oid owner;                 ///< of the SM-DP+ or SM-DS that registered it, by its TLS certificate
  std::string registered_by_call;  ///< functionCallIdentifier: the same again is a repeat
  EventState state = EventState::live;
  std::string rootEventId;  ///< its own eventId at the root SM-DS; empty where it is not announced there
  bool root_told = false;   ///< of a deleted one: the root SM-DS has no more of it
  Time registered{};
  Time expires{};
  std::string deleted_by_call;  ///< functionCallIdentifier; empty where nobody called
  Time changed{};               ///< when the state became what it is
  bool operator==(const Event&) const = default;
};

/// How many events there may be, before one more is refused.
struct EventLimits {
  Live<size_t> for_eid = 100;         ///< of one eUICC; an answer of ES11 holds 1,024 at most
  Live<size_t> of_owner = 1'000'000;  ///< pending and live ones
  /// Of one eUICC and one owner: no owner alone fills an eUICC's.
  size_t for_eid_of_owner() const { return (for_eid + 3) / 4; }
  /// Deleted ones that are still kept: who registers and deletes without end does not fill the store.
  size_t deleted_of_owner() const { return 2 * of_owner; }
};

/// Who did what; stored in the same transaction as the change itself.
struct Audit {
  Time at{};
  std::string actor;   ///< OID of the caller, or "smds"
  std::string action;  ///< register, announce, delete, expire, give_up
};

}  // namespace sealift::smds
