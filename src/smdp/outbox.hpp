// What an SM-DP+ has to tell others: its operators of progress (ES2+), an SM-DS of events (ES12). A row is
// written in the transaction of the change that it tells of, so that nothing is told which did not happen,
// and nothing that happened is forgotten; it goes when the peer has it. Rows of one profile and addressee are
// told in their order.
//
// Plain values, and the port behind which the rows are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/audit.hpp"
#include "base/ids.hpp"
#include "base/ports.hpp"

namespace sealift::smdp {

enum class OutgoingKind : uint8_t {
  download_progress,  ///< ES2+.HandleDownloadProgressInfo
  notification,       ///< ES2+.HandleNotification, to peers of v3
  register_event,     ///< ES12.RegisterEvent
  delete_event,       ///< ES12.DeleteEvent
};

/// Rows of different lanes do not wait for each other: an SM-DS that is down holds up no operator.
enum class Lane : uint8_t { operators, events };
constexpr Lane lane_of(OutgoingKind kind) {
  return kind < OutgoingKind::register_event ? Lane::operators : Lane::events;
}

struct Outgoing {
  OutgoingKind kind{};
  Iccid iccid;
  std::string tenant;       ///< whose callback it is, or whose order the event is for
  std::string destination;  ///< of an event: the SM-DS address; else empty
  Bytes content;            ///< the request, encoded by whoever enqueues it
  Time at;                  ///< when it happened
  bool operator==(const Outgoing&) const = default;
};

/// Who is told: an operator by its tenant, an SM-DS by its address.
struct Addressee {
  Lane lane{};
  std::string name;
  auto operator<=>(const Addressee&) const = default;
};
inline Addressee addressee_of(const Outgoing& what) {
  const Lane lane = lane_of(what.kind);
  return {lane, lane == Lane::operators ? what.tenant : what.destination};
}

/// A row that waits.
struct Queued {
  uint64_t number = 0;  ///< rises in the order of the changes
  Outgoing what;
  uint32_t attempts = 0;  ///< that failed
};

/// A row that its addressee did not take when it was last tried: refused, or out of reach.
struct RefusedRow {
  Queued row;
  Time last;        ///< when that was
  std::string why;  ///< for people; octets of ASCII that print
};

/// What sending a row came to.
enum class Sent : uint8_t {
  delivered,    ///< the addressee has it
  refused,      ///< it answered, and does not take this one
  unreachable,  ///< no answer, or that of a server in trouble
};

struct OutboxFigures {
  uint64_t waiting = 0;
  std::optional<Time> oldest;  ///< `at` of the oldest row
};

/// Nothing is put off for longer than this: a row that is due later was put off by a clock that was wrong, and
/// is due.
inline constexpr std::chrono::seconds outbox_horizon{3600};

/// Every Error means: nothing was changed. Thread safe, and for several processes.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// Whom rows that are due are for, so that who is down or slow can be left out. Cheap, however much waits.
  virtual Result<std::vector<Addressee>> addressees(Time now) = 0;
  /// Takes rows of one addressee that are due, the first of each profile alone, those first that
  /// have been due for longest, and makes them due again at `now + lease`, so that nobody else takes them
  /// meanwhile and none is lost with whoever took it.
  virtual Result<std::vector<Queued>> claim(const Addressee&, Time now, std::chrono::seconds lease,
                                            size_t limit) = 0;
  /// The peer has it: the row goes. Not an error where it has gone already.
  virtual Status delivered(uint64_t number) = 0;
  /// It is tried again at `due`; counts an attempt.
  virtual Status postpone(uint64_t number, Time due) = 0;
  /// As postpone; and keeps with the row that its addressee did not take it at `now`, and why
  /// (RefusedRow::why).
  virtual Status refused(uint64_t number, Time now, Time due, std::string_view why) = 0;
  /// Rows that were not taken, by number, `limit` at most; of one tenant, or of all where that is empty.
  virtual Result<std::vector<RefusedRow>> all_refused(const std::string& tenant, size_t limit) = 0;
  /// Takes a row out that was not taken, never to be sent, and writes the audit row of that. Gives the row.
  /// Error kind `not_found` where there is no such row, or not of that tenant (empty: any).
  virtual Result<RefusedRow> drop(uint64_t number, const std::string& tenant, const access::Audit&) = 0;
  /// A row that was written to be due later is due `now`. Not an error where it has gone.
  virtual Status hasten(const Outgoing& what, Time now) = 0;
  /// A row that was written to be due later is needed no more: it goes. Not an error where it has gone, or is
  /// somebody's by now.
  virtual Status recall(const Outgoing& what) = 0;
  virtual Result<OutboxFigures> figures() = 0;
};

}  // namespace sealift::smdp
