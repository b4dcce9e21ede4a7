#include "store/sqlite/outbox.hpp"

#include <limits>

#include "store/sqlite/audit.hpp"

namespace sealift::store {

namespace {

#define QUEUED "number, kind, iccid, tenant, destination, content, at, attempts"

// Along outbox_by_addressee, so that what others wait for costs nothing here.
constexpr const char* kDue =
    "SELECT " QUEUED
    " FROM outbox o "
    "WHERE lane = ? AND addressee = ? AND due > ? AND due <= ? "
    "AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.iccid = o.iccid AND p.lane = o.lane AND p.addressee = "
    "o.addressee AND p.number < o.number) "
    "ORDER BY due, number LIMIT ?";

// The addressee after another one; and when its first row is due, and its last. One look into the index each.
constexpr const char* kNextAddressee =
    "SELECT lane, addressee FROM outbox WHERE (lane, addressee) > (?, ?) ORDER BY lane, addressee LIMIT 1";
constexpr const char* kFirstAndLast =
    "SELECT (SELECT min(due) FROM outbox WHERE lane = ?1 AND addressee = ?2), "
    "(SELECT max(due) FROM outbox WHERE lane = ?1 AND addressee = ?2)";

/// Of columns QUEUED.
Result<smdp::Queued> read_queued(const Query& q) {
  smdp::Queued row{.number = static_cast<uint64_t>(q.integer(0))};
  row.what = {.kind = static_cast<smdp::OutgoingKind>(q.integer(1)),
              .iccid = TRY(Iccid::from_octets(q.blob(2))),
              .tenant = std::string(q.text(3)),
              .destination = std::string(q.text(4)),
              .content = to_bytes(q.blob(5)),
              .at = Time(std::chrono::seconds(q.integer(6)))};
  row.attempts = static_cast<uint32_t>(q.integer(7));
  return row;
}

/// And then when it was refused, and why.
Result<smdp::RefusedRow> read_refused(const Query& q) {
  return smdp::RefusedRow{TRY(read_queued(q)), Time(std::chrono::seconds(q.integer(8))),
                          std::string(q.text(9))};
}

/// Rows due after `after`, up to `until`.
Status find_between(Database& db, const smdp::Addressee& whose, int64_t after, int64_t until, size_t limit,
                    std::vector<smdp::Queued>& out) {
  Query q = TRY(db.query(kDue));
  q.bind(static_cast<int64_t>(whose.lane)).bind_text(whose.name);
  q.bind(after).bind(until).bind(static_cast<int64_t>(limit - out.size()));
  while (TRY(q.step())) {
    out.push_back(TRY(read_queued(q)));
  }
  return {};
}

int64_t seconds_of(Time time) {
  return time.time_since_epoch().count();
}

Result<std::vector<smdp::Queued>> find_due(Database& db, const smdp::Addressee& whose, Time now,
                                           size_t limit) {
  constexpr int64_t never = std::numeric_limits<int64_t>::max();
  std::vector<smdp::Queued> out;
  TRY_VOID(find_between(db, whose, -1, seconds_of(now), limit, out));
  if (out.size() < limit) {
    TRY_VOID(find_between(db, whose, seconds_of(now + smdp::outbox_horizon), never, limit, out));
  }
  return out;
}

Result<bool> has_due(Database& db, const smdp::Addressee& whose, Time now) {
  Query q = TRY(db.query(kFirstAndLast));
  q.bind(static_cast<int64_t>(whose.lane)).bind_text(whose.name);
  TRY(q.step());
  return q.integer(0) <= seconds_of(now) || q.integer(1) > seconds_of(now + smdp::outbox_horizon);
}

}  // namespace

Result<std::vector<smdp::Addressee>> SqliteOutbox::addressees(Time now) {
  return readers_.read([&](Database& db) -> Result<std::vector<smdp::Addressee>> {
    std::vector<smdp::Addressee> out;
    int64_t lane = -1;
    smdp::Addressee whose;
    for (;;) {
      Query q = TRY(db.query(kNextAddressee));
      const bool more = TRY(q.bind(lane).bind_text(whose.name).step());
      if (!more) return out;
      lane = q.integer(0);
      whose = {static_cast<smdp::Lane>(lane), std::string(q.text(1))};
      const bool due = TRY(has_due(db, whose, now));
      if (due) out.push_back(whose);
    }
  });
}

Result<std::vector<smdp::Queued>> SqliteOutbox::claim(const smdp::Addressee& whose, Time now,
                                                      std::chrono::seconds lease, size_t limit) {
  // Looked for by a reader first: mostly there is nothing, and then nobody's commit is held up.
  auto out = TRY(readers_.read([&](Database& db) { return find_due(db, whose, now, limit); }));
  if (out.empty()) return out;
  const auto take = [&](Database& db) -> Status {
    out = TRY(find_due(db, whose, now, limit));
    for (const smdp::Queued& row : out) {
      Query q = TRY(db.query("UPDATE outbox SET due = ? WHERE number = ?"));
      q.bind(seconds_of(now + lease)).bind(static_cast<int64_t>(row.number));
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
    return q.bind(seconds_of(due)).bind(static_cast<int64_t>(number)).run();
  });
}

Status SqliteOutbox::refused(uint64_t number, Time now, Time due, std::string_view why) {
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(db.query(
        "UPDATE outbox SET due = ?, attempts = attempts + 1, refused = ?, why = ? WHERE number = ?"));
    q.bind(seconds_of(due)).bind(seconds_of(now)).bind_text(why);
    return q.bind(static_cast<int64_t>(number)).run();
  });
}

Result<std::vector<smdp::RefusedRow>> SqliteOutbox::all_refused(const std::string& tenant, size_t limit) {
  return readers_.read([&](Database& db) -> Result<std::vector<smdp::RefusedRow>> {
    Query q = TRY(db.query("SELECT " QUEUED ", refused, why FROM outbox WHERE refused IS NOT NULL AND "
                           "(?1 = '' OR tenant = ?1) ORDER BY number LIMIT ?2"));
    q.bind_text(tenant).bind(static_cast<int64_t>(limit));
    std::vector<smdp::RefusedRow> out;
    while (TRY(q.step())) out.push_back(TRY(read_refused(q)));
    return out;
  });
}

Result<smdp::RefusedRow> SqliteOutbox::drop(uint64_t number, const std::string& tenant,
                                            const access::Audit& audit) {
  std::optional<smdp::RefusedRow> gone;
  const auto take = [&](Database& db) -> Status {
    Query q =
        TRY(db.query("DELETE FROM outbox WHERE number = ?1 AND refused IS NOT NULL AND "
                     "(?2 = '' OR tenant = ?2) RETURNING " QUEUED ", refused, why"));
    const bool found = TRY(q.bind(static_cast<int64_t>(number)).bind_text(tenant).step());
    if (!found) return Error{ErrorKind::not_found, "no such row was tried in vain"};
    gone = TRY(read_refused(q));
    TRY(q.step());
    return insert_audit(db, audit, &gone->row.what.iccid, nullptr);
  };
  TRY_VOID(writer_.write(take));
  return std::move(*gone);
}

Status SqliteOutbox::hasten(const smdp::Outgoing& what, Time now) {
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(db.query(
        "UPDATE outbox SET due = min(due, ?) WHERE iccid = ? AND lane = ? AND content = ? AND due = ?"));
    q.bind(seconds_of(now)).bind(View(what.iccid.octets())).bind(static_cast<int64_t>(lane_of(what.kind)));
    return q.bind(View(what.content)).bind(seconds_of(what.at)).run();
  });
}

Status SqliteOutbox::recall(const smdp::Outgoing& what) {
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(db.query("DELETE FROM outbox WHERE iccid = ? AND lane = ? AND content = ? AND due = ?"));
    q.bind(View(what.iccid.octets())).bind(static_cast<int64_t>(lane_of(what.kind)));
    return q.bind(View(what.content)).bind(seconds_of(what.at)).run();
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
