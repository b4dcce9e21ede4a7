// Rows of the outbox that their addressee refuses: what an administrator sees of them, and how one is dropped
// that will never be taken. Nothing else ends such a row; it is sent again for ever, and later rows of its
// profile wait for it.
//
// RefusedRows is what this process was told since it started: a row that is refused is sent again within ten
// minutes, by some node. Thread safe; so many rows at most, those tried longest ago go first.
#pragma once

#include <map>
#include <mutex>

#include "smdp/admin.hpp"
#include "smdp/outbox.hpp"

namespace sealift::smdp {

struct RefusedRow {
  Queued row;
  Time last;        ///< when it was tried
  std::string why;  ///< for people
};

class RefusedRows {
 public:
  /// The outbox is borrowed.
  explicit RefusedRows(Outbox& outbox, size_t most = 1000) : outbox_(outbox), most_(most) {}

  /// What became of a row: one that is refused is kept, one that was taken is forgotten.
  void note(const Queued& row, Sent how, Time now, std::string why);
  /// Those that were refused within half an hour before `now`, by number.
  std::vector<RefusedRow> all(Time now) const;
  /// Takes the row out of the outbox, never to be sent. Errors: the outbox's.
  Status drop(uint64_t number);

 private:
  Outbox& outbox_;
  const size_t most_;
  mutable std::mutex mutex_;  // guards rows_
  std::map<uint64_t, RefusedRow> rows_;
};

/// Those of tenants that the principal sees.
Result<std::vector<RefusedRow>> list_refused(const Ports& ports, const RefusedRows& rows, const Principal& who);
/// The row is never sent; later ones of its profile are. The audit row of the order comes first. Error kinds:
/// not_found (no such row is refused here, or its order is gone), and the stores'.
Result<RefusedRow> drop_refused(Ports& ports, RefusedRows& rows, const Principal& who, uint64_t number);

}  // namespace sealift::smdp
