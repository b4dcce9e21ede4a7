// What an SM-DP+ has to tell others: its operators of progress (ES2+), an SM-DS of events (ES12). A row is
// written in the transaction of the change that it tells of, so that nothing is told which did not happen,
// and nothing that happened is forgotten; it goes when the peer has it. Rows of one profile and lane are told
// in their order.
//
// Plain values, and the port behind which the rows are.
#pragma once

#include <optional>
#include <string>
#include <vector>

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
  std::string destination;  ///< of an event: the SM-DS address; empty: as the tenant says when it is sent
  Bytes content;            ///< the request, encoded by whoever enqueues it
  Time at;                  ///< when it happened
  bool operator==(const Outgoing&) const = default;
};

/// A row that waits.
struct Queued {
  uint64_t number = 0;  ///< rises in the order of the changes
  Outgoing what;
  uint32_t attempts = 0;  ///< that failed
};

struct OutboxFigures {
  uint64_t waiting = 0;
  std::optional<Time> oldest;  ///< `at` of the oldest row
};

/// Every Error means: nothing was changed. Thread safe, and for several processes.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// Takes rows that are due, the first of each profile and lane alone, and makes them due again at
  /// `now + lease`, so that nobody else takes them meanwhile and none is lost with whoever took it.
  virtual Result<std::vector<Queued>> claim(Time now, std::chrono::seconds lease, size_t limit) = 0;
  /// The peer has it: the row goes. Not an error where it has gone already.
  virtual Status delivered(uint64_t number) = 0;
  /// It is tried again at `due`; counts an attempt.
  virtual Status postpone(uint64_t number, Time due) = 0;
  virtual Result<OutboxFigures> figures() = 0;
};

}  // namespace sealift::smdp
