#include "store/postgres/administration.hpp"
#include "store/postgres/order_rows.hpp"

namespace sealift::store::postgres {

using access::Audit;
using access::Record;

namespace {

Record read_record(const Rows& rows, size_t row) {
  return {std::string(rows.text(row, 0)), std::string(rows.text(row, 1)), to_bytes(rows.blob(row, 2)),
          static_cast<uint64_t>(rows.integer(row, 3))};
}

Statement insert(const Record& record) {
  Statement s("INSERT INTO records (kind, name, content, version) VALUES ($1, $2, $3, 1)");
  return s.bind_text(record.kind).bind_text(record.name).bind(View(record.content));
}

Statement swap(const Record& record) {
  Statement s(
      "WITH swapped AS (UPDATE records SET content = $3, version = version + 1 WHERE kind = $1 AND name = $2 "
      "AND "
      "version = $4 RETURNING 1) "
      "SELECT sealift_must_change(count(*), 'the record has changed meanwhile') FROM swapped");
  s.bind_text(record.kind).bind_text(record.name).bind(View(record.content));
  return s.bind(static_cast<int64_t>(record.version));
}

Statement drop(const Record& record) {
  Statement s(
      "WITH gone AS (DELETE FROM records WHERE kind = $1 AND name = $2 AND version = $3 RETURNING 1) "
      "SELECT sealift_must_change(count(*), 'the record has changed meanwhile') FROM gone");
  return s.bind_text(record.kind).bind_text(record.name).bind(static_cast<int64_t>(record.version));
}

Statement count_change() {
  return Statement(
      "INSERT INTO counters (name, value) VALUES ('records', 1) "
      "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1");
}

}  // namespace

Result<std::optional<Record>> Records::find(const std::string& kind, const std::string& name) {
  Statement s("SELECT kind, name, content, version FROM records WHERE kind = $1 AND name = $2");
  const Rows rows = TRY(pool_.run(Kind::read, s.bind_text(kind).bind_text(name)));
  if (rows.size() == 0) return std::optional<Record>();
  return std::optional<Record>(read_record(rows, 0));
}

Result<std::vector<Record>> Records::list(const std::string& kind) {
  Statement s("SELECT kind, name, content, version FROM records WHERE kind = $1 ORDER BY name");
  const Rows rows = TRY(pool_.run(Kind::read, s.bind_text(kind)));
  std::vector<Record> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(read_record(rows, i));
  return out;
}

Status Records::put(const Record& record, const Audit& audit) {
  const Statement all[] = {record.version == 0 ? insert(record) : swap(record), count_change(),
                           insert_audit(audit, nullptr, nullptr)};
  auto done = pool_.run(Kind::change, all);
  if (done) return {};
  if (done.error().is_duplicate()) return Error{ErrorKind::exists, "this record is there already"};
  return Error(std::move(done.error()));
}

Status Records::remove(const Record& record, const Audit& audit) {
  const Statement all[] = {drop(record), count_change(), insert_audit(audit, nullptr, nullptr)};
  TRY(pool_.run(Kind::change, all));
  return {};
}

Result<uint64_t> Records::generation() {
  const Rows rows = TRY(pool_.run(
      Kind::read, Statement("SELECT coalesce(max(value), 0)::BIGINT FROM counters WHERE name = 'records'")));
  return static_cast<uint64_t>(rows.integer(0, 0));
}

Result<std::vector<access::AuditRow>> Records::rows(uint64_t after, size_t limit) {
  Statement s("SELECT number, at, actor, action, detail, iccid FROM audit WHERE number > $1 ORDER BY number LIMIT $2");
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
