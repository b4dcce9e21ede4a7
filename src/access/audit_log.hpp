// The audit rows as an auditor reads them: all changes of a server, in the order in which they became
// durable.
#pragma once

#include <optional>
#include <vector>

#include "access/records.hpp"
#include "base/ids.hpp"

namespace sealift::access {

struct AuditRow {
  uint64_t number = 0;  ///< rises; numbers may be left out
  Audit audit;
  std::optional<Iccid> iccid;  ///< of a change of an order
};

/// Thread safe.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  /// At most `limit` rows after number `after`.
  virtual Result<std::vector<AuditRow>> rows(uint64_t after, size_t limit) = 0;
};

/// The audit rows beside these records, where the store lets people read them; else null.
inline AuditLog* audit_log_of(RecordStore& records) {
  return dynamic_cast<AuditLog*>(&records);
}

}  // namespace sealift::access
