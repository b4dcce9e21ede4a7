#include "store/sqlite/audit_log.hpp"

namespace sealift::store {

Result<std::vector<access::AuditRow>> SqliteAuditLog::rows(uint64_t after, size_t limit) {
  return readers_.read([&](Database& db) -> Result<std::vector<access::AuditRow>> {
    Query q =
        TRY(db.query("SELECT number, at, actor, action, detail, iccid FROM audit WHERE number > ? ORDER BY "
                     "number LIMIT ?"));
    q.bind(static_cast<int64_t>(after)).bind(static_cast<int64_t>(limit));
    std::vector<access::AuditRow> out;
    while (TRY(q.step())) {
      access::AuditRow row{.number = static_cast<uint64_t>(q.integer(0))};
      row.audit = {Time(std::chrono::seconds(q.integer(1))), std::string(q.text(2)), std::string(q.text(3)),
                   std::string(q.text(4))};
      if (!q.blob(5).empty()) row.iccid = TRY(Iccid::from_octets(q.blob(5)));
      out.push_back(std::move(row));
    }
    return out;
  });
}

}  // namespace sealift::store
