#include "store/sqlite/records.hpp"

#include "store/sqlite/audit.hpp"

namespace sealift::store {

using access::Audit;
using access::Record;

namespace {

Record read_record(const Query& q) {
  return {std::string(q.text(0)), std::string(q.text(1)), to_bytes(q.blob(2)),
          static_cast<uint64_t>(q.integer(3))};
}

Status insert(Database& db, const Record& record) {
  Query q = TRY(db.query("INSERT INTO records (kind, name, content, version) VALUES (?, ?, ?, 1)"));
  Status done = q.bind_text(record.kind).bind_text(record.name).bind(View(record.content)).run();
  if (!done && done.error().kind == ErrorKind::exists)
    return Error{ErrorKind::exists, "this record is there already"};
  return done;
}

/// What every compare and swap of a record ends with.
Status must_have_changed(Database& db) {
  if (db.changes() == 1) return {};
  return Error{ErrorKind::conflict, "the record has changed meanwhile"};
}

Status swap(Database& db, const Record& record) {
  Query q = TRY(db.query(
      "UPDATE records SET content = ?, version = version + 1 WHERE kind = ? AND name = ? AND version = ?"));
  q.bind(View(record.content)).bind_text(record.kind).bind_text(record.name);
  TRY_VOID(q.bind(static_cast<int64_t>(record.version)).run());
  return must_have_changed(db);
}

Status count_change(Database& db) {
  Query q =
      TRY(db.query("INSERT INTO counters (name, value) VALUES ('records', 1) "
                   "ON CONFLICT (name) DO UPDATE SET value = value + 1"));
  return q.run();
}

}  // namespace

Result<std::optional<Record>> SqliteRecords::find(const std::string& kind, const std::string& name) {
  return readers_.read([&](Database& db) -> Result<std::optional<Record>> {
    Query q = TRY(db.query("SELECT kind, name, content, version FROM records WHERE kind = ? AND name = ?"));
    q.bind_text(kind).bind_text(name);
    const bool row = TRY(q.step());
    if (!row) return std::optional<Record>();
    return std::optional<Record>(read_record(q));
  });
}

Result<std::vector<Record>> SqliteRecords::list(const std::string& kind) {
  return readers_.read([&](Database& db) -> Result<std::vector<Record>> {
    Query q = TRY(db.query("SELECT kind, name, content, version FROM records WHERE kind = ? ORDER BY name"));
    q.bind_text(kind);
    std::vector<Record> out;
    while (TRY(q.step())) out.push_back(read_record(q));
    return out;
  });
}

Status SqliteRecords::put(const Record& record, const Audit& audit) {
  return writer_.write([&](Database& db) -> Status {
    TRY_VOID(record.version == 0 ? insert(db, record) : swap(db, record));
    TRY_VOID(count_change(db));
    return insert_audit(db, audit, nullptr, nullptr);
  });
}

Status SqliteRecords::remove(const Record& record, const Audit& audit) {
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(db.query("DELETE FROM records WHERE kind = ? AND name = ? AND version = ?"));
    q.bind_text(record.kind).bind_text(record.name);
    TRY_VOID(q.bind(static_cast<int64_t>(record.version)).run());
    TRY_VOID(must_have_changed(db));
    TRY_VOID(count_change(db));
    return insert_audit(db, audit, nullptr, nullptr);
  });
}

Result<uint64_t> SqliteRecords::generation() {
  return readers_.read([&](Database& db) -> Result<uint64_t> {
    return static_cast<uint64_t>(
        TRY(db.integer("SELECT coalesce(max(value), 0) FROM counters WHERE name = 'records'")));
  });
}

Result<std::vector<access::AuditRow>> SqliteRecords::rows(uint64_t after, size_t limit) {
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
