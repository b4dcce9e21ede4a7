// What an SM-DP+ tells others of an order that changes: its operator of progress (SGP.22 5.3.5,
// ES2+.HandleDownloadProgressInfo; HandleNotification for peers of v3), an SM-DS of events (5.9, ES12). The
// functions of this room add the rows to the Transition that they make; nothing here sends.
//
// `Progress` and `Event` are what the rows carry; an adapter makes the request of the interface of them.
#pragma once

#include "smdp/ports.hpp"

namespace sealift::smdp {

/// notificationPointId (SGP.22 5.3.5); those after `installation` are told to peers of v3 alone.
enum class Point : uint8_t {
  eligibility = 1,  ///< eligibility and retry limit check
  confirmation,     ///< confirmation failure
  download,         ///< download of the Bound Profile Package
  installation,     ///< its installation
  enabled,
  disabled,
  deleted,
};

/// Content of a row for an operator; `Outgoing` has the ICCID and the time.
struct Progress {
  Octets<16> call{};  ///< functionCallIdentifier: the same however often it is sent
  Point point{};
  std::optional<Eid> eid;
  std::string profileType;
  std::string subjectCode, reasonCode;  ///< of a failure; empty: Executed-Success
  std::optional<Bytes> resultData;      ///< ProfileInstallationResult, DER
  bool operator==(const Progress&) const = default;
};
Bytes encode(const Progress& progress);
Result<Progress> decode_progress(View content);

/// Content of a row for an SM-DS.
struct Event {
  Octets<16> call{};
  Eid eid;
  std::string eventId;           ///< the MatchingID of the order
  std::string rspServerAddress;  ///< ours
  bool operator==(const Event&) const = default;
};
Bytes encode(const Event& event);
Result<Event> decode_event(View content);

/// Codes of a failure (SGP.22 5.2.6).
struct Codes {
  std::string_view subjectCode, reasonCode;
};
inline Codes codes_of(Refusal refusal) {
  return {row_of(refusal).subjectCode, row_of(refusal).reasonCode};
}

/// What there is to tell at a point.
struct News {
  Point point{};
  std::optional<Eid> eid;
  std::optional<Codes> failure;  ///< none: it went well
  View resultData;               ///< empty: none
};

/// True where this order's operator is told of this point.
bool is_told(const Ports& ports, const Order& order, Point point);
/// Adds the row for the operator to a change, where the operator is told of it.
void tell(Ports& ports, Transition& change, const News& news);
/// Tells of what changes nothing: a request that was refused. Costs a commit, so it is for operators who are
/// told, and of one order so many in a time (Ports::notices). Not an error where the order changes meanwhile.
Status tell_alone(Ports& ports, const Order& order, const News& news, std::string_view audit);

/// True where an SM-DS is to have an event for the order: while it can be downloaded by whom it is for.
bool has_event(const Order& order);
/// Adds the row for the SM-DS where the change makes an event needed, or needless.
void tell_smds(Ports& ports, const Order& before, Transition& change);

}  // namespace sealift::smdp
