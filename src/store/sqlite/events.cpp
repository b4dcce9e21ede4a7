#include "store/sqlite/events.hpp"

#include <map>

#include "store/sqlite/migrations.hpp"
#include "store/sqlite/readers.hpp"
#include "store/sqlite/writer.hpp"

namespace sealift::store {

using smds::Event;
using smds::EventState;

namespace {

#define EVENT_COLUMNS                                                                                       \
  "number, eid, event_id, rsp_server_address, owner, registered_by_call, state, root_event_id, root_told, " \
  "registered, expires, deleted_by_call, changed"

int64_t seconds(Time t) {
  return t.time_since_epoch().count();
}
Time time_of(int64_t s) {
  return Time(std::chrono::seconds(s));
}

Result<Event> event_in(const Query& q) {
  const int64_t state = q.integer(6);
  if (state < 0 || state > static_cast<int64_t>(EventState::deleted)) {
    return Error{ErrorKind::invalid,
                 "the store holds an event in a state that there is not: restore it from a backup"};
  }
  Event e;
  e.number = static_cast<uint64_t>(q.integer(0));
  e.eid = TRY(Eid::from_octets(q.blob(1)));
  e.eventId = q.text(2);
  e.rspServerAddress = q.text(3);
  e.owner = TRY(asn1::Oid::parse(q.text(4)));
  e.registered_by_call = q.text(5);
  e.state = static_cast<EventState>(state);
  e.rootEventId = q.text(7);
  e.root_told = q.integer(8) != 0;
  e.registered = time_of(q.integer(9));
  e.expires = time_of(q.integer(10));
  e.deleted_by_call = q.text(11);
  e.changed = time_of(q.integer(12));
  return e;
}

Result<std::vector<Event>> all_of(Query q) {
  std::vector<Event> out;
  while (TRY(q.step())) {
    Event e = TRY(event_in(q));
    out.push_back(std::move(e));
  }
  return out;
}

Result<std::optional<Event>> first_of(Query q) {
  if (!TRY(q.step())) return std::optional<Event>();
  return std::optional<Event>(TRY(event_in(q)));
}

Status insert_audit(Database& db, const smds::Audit& a, uint64_t number) {
  Query q = TRY(db.query("INSERT INTO audit (at, actor, action, event) VALUES (?, ?, ?, ?)"));
  q.bind(seconds(a.at)).bind_text(a.actor).bind_text(a.action).bind(static_cast<int64_t>(number));
  return q.run();
}

/// How many events of an owner are not over, and how many are: kept beside them, since counting a million
/// takes its time.
Status count(Database& db, const std::string& owner, int64_t more, int64_t more_deleted) {
  Query q =
      TRY(db.query("INSERT INTO owners (owner, events, deleted) VALUES (?, ?, ?) "
                   "ON CONFLICT (owner) DO UPDATE SET events = events + excluded.events, deleted = deleted + "
                   "excluded.deleted"));
  return q.bind_text(owner).bind(more).bind(more_deleted).run();
}

/// With the event that was inserted.
Status check_limits(Database& db, const Event& event, const std::string& owner,
                    const smds::EventLimits& limits) {
  const auto over = [](int64_t count, size_t limit) { return count > static_cast<int64_t>(limit); };
  Query for_eid =
      TRY(db.query("SELECT count(*), ifnull(sum(owner = ?), 0) FROM events WHERE eid = ? AND state <> 2"));
  for_eid.bind_text(owner).bind(View(event.eid.octets()));
  (void)TRY(for_eid.step());
  if (over(for_eid.integer(0), limits.for_eid))
    return Error{ErrorKind::limit, "this eUICC has too many events"};
  if (over(for_eid.integer(1), limits.for_eid_of_owner()))
    return Error{ErrorKind::limit, "this SM-DP+ has too many events for this eUICC"};
  Query of_owner = TRY(db.query("SELECT events, deleted FROM owners WHERE owner = ?"));
  of_owner.bind_text(owner);
  (void)TRY(of_owner.step());
  if (over(of_owner.integer(0), limits.of_owner))
    return Error{ErrorKind::limit, "this SM-DP+ has too many events"};
  if (of_owner.integer(1) >= static_cast<int64_t>(limits.deleted_of_owner()))
    return Error{ErrorKind::limit, "this SM-DP+ has deleted too many events of late"};
  return {};
}

/// The columns that a change may give another value.
Query& bind_changeable(Query& q, const Event& e) {
  q.bind(static_cast<int64_t>(e.state)).bind_text(e.rootEventId).bind(e.root_told ? 1 : 0);
  return q.bind(seconds(e.registered))
      .bind(seconds(e.expires))
      .bind_text(e.deleted_by_call)
      .bind(seconds(e.changed));
}

Result<uint64_t> insert(Database& db, const Event& event, const std::string& owner) {
  Query q =
      TRY(db.query("INSERT INTO events (eid, event_id, rsp_server_address, owner, registered_by_call, state, "
                   "root_event_id, "
                   "root_told, registered, expires, deleted_by_call, changed) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number"));
  q.bind(View(event.eid.octets()))
      .bind_text(event.eventId)
      .bind_text(event.rspServerAddress)
      .bind_text(owner);
  bind_changeable(q.bind_text(event.registered_by_call), event);
  auto row = q.step();
  if (!row && row.error().kind == ErrorKind::exists) {
    return Error{ErrorKind::exists, "this eUICC has an event of this eventId"};
  }
  if (!row) return std::move(row.error());
  return static_cast<uint64_t>(q.integer(0));
}

Status add_event(Database& db, const Event& event, const smds::EventLimits& limits, const smds::Audit& audit,
                 uint64_t& number) {
  const std::string owner = event.owner.dotted();
  number = TRY(insert(db, event, owner));
  TRY_VOID(count(db, owner, 1, 0));
  TRY_VOID(check_limits(db, event, owner, limits));
  return insert_audit(db, audit, number);
}

Status change_event(Database& db, const Event& after, EventState from, const smds::Audit& audit) {
  Query q = TRY(
      db.query("UPDATE events SET state = ?, root_event_id = ?, root_told = ?, registered = ?, expires = ?, "
               "deleted_by_call = ?, changed = ? WHERE number = ? AND state = ?"));
  bind_changeable(q, after).bind(static_cast<int64_t>(after.number)).bind(static_cast<int64_t>(from));
  TRY_VOID(q.run());
  if (db.changes() == 0) return Error{ErrorKind::conflict, "the event is in another state"};
  if (after.state == EventState::deleted && from != EventState::deleted) {
    TRY_VOID(count(db, after.owner.dotted(), -1, 1));
  }
  return insert_audit(db, audit, after.number);
}

Result<size_t> prune_events(Database& db, Time before, Time untold_before, size_t most) {
  std::map<std::string, int64_t> gone;
  {
    Query q = TRY(db.query(
        "DELETE FROM events WHERE number IN (SELECT number FROM events WHERE state = 2 AND changed < "
        "CASE WHEN root_event_id = '' OR root_told = 1 THEN ? ELSE ? END LIMIT ?) RETURNING owner"));
    q.bind(seconds(before)).bind(seconds(untold_before)).bind(static_cast<int64_t>(most));
    while (TRY(q.step())) ++gone[std::string(q.text(0))];
  }
  size_t total = 0;
  for (const auto& [owner, events] : gone) {
    TRY_VOID(count(db, owner, 0, -events));
    total += static_cast<size_t>(events);
  }
  return total;
}

Result<size_t> prune_audit_rows(Database& db, Time before, size_t most) {
  Query q =
      TRY(db.query("DELETE FROM audit WHERE number IN (SELECT number FROM audit WHERE at < ? LIMIT ?)"));
  TRY_VOID(q.bind(seconds(before)).bind(static_cast<int64_t>(most)).run());
  return static_cast<size_t>(db.changes());
}

class Opened final : public SqliteEvents {
 public:
  Opened(Database writing, const std::string& path, std::chrono::milliseconds patience)
      : readers_(path, patience), writer_(std::move(writing)) {}

  Result<uint64_t> add(const Event&, const smds::EventLimits&, const smds::Audit&) override;
  Result<std::optional<Event>> find(const Eid&, std::string_view eventId) override;
  Result<std::optional<Event>> find_deleted(const Eid&, std::string_view eventId,
                                            std::string_view call) override;
  Result<std::vector<Event>> events(const Eid&, Time now, size_t most) override;
  Result<std::vector<Event>> list(uint64_t after, size_t most) override;
  Status change(const Event& after, EventState from, const smds::Audit&) override;
  Result<std::vector<Event>> to_end(Time now, Time pending_before, size_t most) override;
  Result<std::vector<Event>> untold(uint64_t after, size_t most) override;
  Result<size_t> prune(Time before, Time untold_before, size_t most) override;
  Result<size_t> prune_audit(Time before, size_t most) override;
  Result<smds::EventCounts> counts() override;
  GroupFigures figures() const override { return writer_.figures(); }
  Status probe() override {
    return writer_.write([](Database& db) -> Status {
      const int64_t version = TRY(db.integer("PRAGMA user_version"));
      return db.execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
    });
  }

 private:
  Readers readers_;
  Writer writer_;
};

Result<uint64_t> Opened::add(const Event& event, const smds::EventLimits& limits, const smds::Audit& audit) {
  uint64_t number = 0;
  TRY_VOID(writer_.write([&](Database& db) { return add_event(db, event, limits, audit, number); }));
  return number;
}

Status Opened::change(const Event& after, EventState from, const smds::Audit& audit) {
  return writer_.write([&](Database& db) { return change_event(db, after, from, audit); });
}

Result<size_t> Opened::prune(Time before, Time untold_before, size_t most) {
  size_t pruned = 0;
  const Status done = writer_.write([&](Database& db) -> Status {
    pruned = TRY(prune_events(db, before, untold_before, most));
    return {};
  });
  if (!done) return Error(done.error());
  return pruned;
}

Result<size_t> Opened::prune_audit(Time before, size_t most) {
  size_t pruned = 0;
  const Status done = writer_.write([&](Database& db) -> Status {
    pruned = TRY(prune_audit_rows(db, before, most));
    return {};
  });
  if (!done) return Error(done.error());
  return pruned;
}

Result<smds::EventCounts> Opened::counts() {
  return readers_.read([](Database& db) -> Result<smds::EventCounts> {
    Query q = TRY(db.query(
        "SELECT (SELECT count(*) FROM events WHERE state = 0), (SELECT ifnull(sum(events), 0) FROM owners), "
        "(SELECT ifnull(sum(deleted), 0) FROM owners), "
        "(SELECT count(*) FROM events WHERE state = 2 AND root_told = 0 AND root_event_id <> '')"));
    (void)TRY(q.step());
    const auto at = [&](int column) { return static_cast<uint64_t>(q.integer(column)); };
    return smds::EventCounts{at(0), at(1) - at(0), at(2), at(3)};
  });
}

Result<std::optional<Event>> Opened::find(const Eid& eid, std::string_view eventId) {
  return readers_.read([&](Database& db) -> Result<std::optional<Event>> {
    Query q =
        TRY(db.query("SELECT " EVENT_COLUMNS " FROM events WHERE eid = ? AND event_id = ? AND state <> 2"));
    q.bind(View(eid.octets())).bind_text(eventId);
    return first_of(std::move(q));
  });
}

Result<std::optional<Event>> Opened::find_deleted(const Eid& eid, std::string_view eventId,
                                                  std::string_view call) {
  return readers_.read([&](Database& db) -> Result<std::optional<Event>> {
    Query q = TRY(db.query(
        "SELECT " EVENT_COLUMNS
        " FROM events WHERE eid = ? AND event_id = ? AND state = 2 AND deleted_by_call = ? LIMIT 1"));
    q.bind(View(eid.octets())).bind_text(eventId).bind_text(call);
    return first_of(std::move(q));
  });
}

Result<std::vector<Event>> Opened::events(const Eid& eid, Time now, size_t most) {
  return readers_.read([&](Database& db) -> Result<std::vector<Event>> {
    Query q = TRY(db.query("SELECT " EVENT_COLUMNS
                           " FROM events WHERE eid = ? AND state <> 2 AND state = 1 AND expires > ? "
                           "ORDER BY number LIMIT ?"));
    q.bind(View(eid.octets())).bind(seconds(now)).bind(static_cast<int64_t>(most));
    return all_of(std::move(q));
  });
}

Result<std::vector<Event>> Opened::list(uint64_t after, size_t most) {
  return readers_.read([&](Database& db) -> Result<std::vector<Event>> {
    Query q = TRY(db.query("SELECT " EVENT_COLUMNS " FROM events WHERE number > ? ORDER BY number LIMIT ?"));
    q.bind(static_cast<int64_t>(after)).bind(static_cast<int64_t>(most));
    return all_of(std::move(q));
  });
}

Result<std::vector<Event>> Opened::to_end(Time now, Time pending_before, size_t most) {
  return readers_.read([&](Database& db) -> Result<std::vector<Event>> {
    Query q = TRY(
        db.query("SELECT " EVENT_COLUMNS
                 " FROM events WHERE (state = 1 AND expires <= ?) OR (state = 0 AND changed < ?) LIMIT ?"));
    q.bind(seconds(now)).bind(seconds(pending_before)).bind(static_cast<int64_t>(most));
    return all_of(std::move(q));
  });
}

Result<std::vector<Event>> Opened::untold(uint64_t after, size_t most) {
  return readers_.read([&](Database& db) -> Result<std::vector<Event>> {
    Query q = TRY(db.query("SELECT " EVENT_COLUMNS
                           " FROM events WHERE state = 2 AND root_told = 0 AND root_event_id <> '' "
                           "AND number > ? ORDER BY number LIMIT ?"));
    q.bind(static_cast<int64_t>(after)).bind(static_cast<int64_t>(most));
    return all_of(std::move(q));
  });
}

}  // namespace

Result<std::unique_ptr<SqliteEvents>> SqliteEvents::open(const std::string& path,
                                                         std::chrono::milliseconds patience) {
  Database db = TRY(Database::open(path, Database::Mode::write, patience));
  Status migrated = migrate(db, smds_schema());
  if (!migrated) return std::move(migrated.error()).within(path);
  return std::unique_ptr<SqliteEvents>(std::make_unique<Opened>(std::move(db), path, patience));
}

}  // namespace sealift::store
