#include "store/postgres/administration.hpp"

namespace sealift::store::postgres {

Result<std::vector<access::AuditRow>> AuditLog::rows(uint64_t after, size_t limit) {
  Statement s(
      "SELECT number, at, actor, action, detail, iccid FROM audit WHERE number > $1 ORDER BY number LIMIT "
      "$2");
  s.bind(static_cast<int64_t>(after)).bind(static_cast<int64_t>(limit));
  const Rows rows = TRY(pool_.run(Kind::read, s));
  std::vector<access::AuditRow> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    access::AuditRow row{.number = static_cast<uint64_t>(rows.integer(i, 0))};
    row.audit = {Time(std::chrono::seconds(rows.integer(i, 1))), std::string(rows.text(i, 2)),
                 std::string(rows.text(i, 3)), std::string(rows.text(i, 4))};
    if (!rows.blob(i, 5).empty()) row.iccid = TRY(Iccid::from_octets(rows.blob(i, 5)));
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace sealift::store::postgres
