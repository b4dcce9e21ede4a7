#include "store/sqlite/outbox.hpp"

namespace sealift::store {

namespace {

constexpr const char* kDue =
    "SELECT number, kind, iccid, tenant, destination, content, at, attempts FROM outbox o WHERE due <= ? "
    "AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.iccid = o.iccid AND p.lane = o.lane AND p.number < "
    "o.number) "
    "ORDER BY number LIMIT ?";

Result<std::vector<smdp::Queued>> find_due(Database& db, Time now, size_t limit) {
  Query q = TRY(db.query(kDue));
  q.bind(now.time_since_epoch().count()).bind(static_cast<int64_t>(limit));
  std::vector<smdp::Queued> out;
  while (TRY(q.step())) {
    smdp::Queued row{.number = static_cast<uint64_t>(q.integer(0))};
    row.what = {.kind = static_cast<smdp::OutgoingKind>(q.integer(1)),
                .iccid = TRY(Iccid::from_octets(q.blob(2))),
                .tenant = std::string(q.text(3)),
                .destination = std::string(q.text(4)),
                .content = to_bytes(q.blob(5)),
                .at = Time(std::chrono::seconds(q.integer(6)))};
    row.attempts = static_cast<uint32_t>(q.integer(7));
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

Result<std::vector<smdp::Queued>> SqliteOutbox::claim(Time now, std::chrono::seconds lease, size_t limit) {
  // Looked for by a reader first: mostly there is nothing, and then nobody's commit is held up.
  auto out = TRY(readers_.read([&](Database& db) { return find_due(db, now, limit); }));
  if (out.empty()) return out;
  const auto take = [&](Database& db) -> Status {
    out = TRY(find_due(db, now, limit));
    for (const smdp::Queued& row : out) {
      Query q = TRY(db.query("UPDATE outbox SET due = ? WHERE number = ?"));
      q.bind((now + lease).time_since_epoch().count()).bind(static_cast<int64_t>(row.number));
      TRY_VOID(q.run());
    }
    return {};
  };
  TRY_VOID(writer_.write(take));
  return out;
}

Status SqliteOutbox::delivered(uint64_t number) {
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(db.query("DELETE FROM outbox WHERE number = ?"));
    return q.bind(static_cast<int64_t>(number)).run();
  });
}

Status SqliteOutbox::postpone(uint64_t number, Time due) {
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(db.query("UPDATE outbox SET due = ?, attempts = attempts + 1 WHERE number = ?"));
    return q.bind(due.time_since_epoch().count()).bind(static_cast<int64_t>(number)).run();
  });
}

Result<smdp::OutboxFigures> SqliteOutbox::figures() {
  return readers_.read([&](Database& db) -> Result<smdp::OutboxFigures> {
    Query q = TRY(db.query("SELECT count(*), min(at) FROM outbox"));
    TRY(q.step());
    smdp::OutboxFigures out{.waiting = static_cast<uint64_t>(q.integer(0))};
    if (!q.is_null(1)) out.oldest = Time(std::chrono::seconds(q.integer(1)));
    return out;
  });
}

}  // namespace sealift::store
