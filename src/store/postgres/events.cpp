#include "store/postgres/events.hpp"

#include "store/postgres/open.hpp"

namespace sealift::store {

using postgres::Kind;
using postgres::Rows;
using postgres::Statement;
using smds::Event;
using smds::EventState;

namespace {

#define SEALIFT_EVENT_COLUMNS                                                                           \
  "SELECT number, eid, event_id, rsp_server_address, owner, registered_by_call, state, root_event_id, " \
  "root_told, registered, expires, deleted_by_call, changed FROM events "

int64_t seconds(Time t) {
  return t.time_since_epoch().count();
}
Time time_of(int64_t s) {
  return Time(std::chrono::seconds(s));
}

Result<Event> event_in(const Rows& rows, size_t row) {
  const int64_t state = rows.integer(row, 6);
  if (state < 0 || state > static_cast<int64_t>(EventState::deleted)) {
    return Error{ErrorKind::invalid,
                 "the store holds an event in a state that there is not: restore it from a backup"};
  }
  Event e;
  e.number = static_cast<uint64_t>(rows.integer(row, 0));
  e.eid = TRY(Eid::from_octets(rows.blob(row, 1)));
  e.eventId = rows.text(row, 2);
  e.rspServerAddress = rows.text(row, 3);
  e.owner = TRY(asn1::Oid::parse(rows.text(row, 4)));
  e.registered_by_call = rows.text(row, 5);
  e.state = static_cast<EventState>(state);
  e.rootEventId = rows.text(row, 7);
  e.root_told = rows.integer(row, 8) != 0;
  e.registered = time_of(rows.integer(row, 9));
  e.expires = time_of(rows.integer(row, 10));
  e.deleted_by_call = rows.text(row, 11);
  e.changed = time_of(rows.integer(row, 12));
  return e;
}

/// `owner` is the event's, as text, and outlives the statement.
Statement insert(const Event& e, const std::string& owner) {
  Statement s(
      "INSERT INTO events (eid, event_id, rsp_server_address, owner, registered_by_call, state, "
      "root_event_id, "
      "root_told, registered, expires, deleted_by_call, changed) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING number");
  s.bind(View(e.eid.octets())).bind_text(e.eventId).bind_text(e.rspServerAddress).bind_text(owner);
  s.bind_text(e.registered_by_call).bind(static_cast<int64_t>(e.state)).bind_text(e.rootEventId);
  s.bind(e.root_told ? 1 : 0).bind(seconds(e.registered)).bind(seconds(e.expires));
  return s.bind_text(e.deleted_by_call).bind(seconds(e.changed));
}

/// How many events of an owner are not over, and how many are: kept beside them, since counting a million
/// takes its time. The lock of its row makes the changes of one owner wait for each other.
Statement count(const std::string& owner, int64_t more, int64_t more_deleted) {
  Statement s(
      "INSERT INTO owners (owner, events, deleted) VALUES ($1, $2, $3) "
      "ON CONFLICT (owner) DO UPDATE SET events = owners.events + excluded.events, "
      "deleted = owners.deleted + excluded.deleted");
  return s.bind_text(owner).bind(more).bind(more_deleted);
}

/// With the event that was inserted.
Statement check_limits(const Event& e, const std::string& owner, const smds::EventLimits& limits) {
  Statement s(
      "SELECT sealift_must_hold((SELECT count(*) FROM events WHERE eid = $1 AND state <> 2) <= $2, "
      "'this eUICC has too many events'), "
      "sealift_must_hold((SELECT count(*) FROM events WHERE eid = $1 AND state <> 2 AND owner = $3) <= $4, "
      "'this SM-DP+ has too many events for this eUICC'), "
      "sealift_must_hold((SELECT events FROM owners WHERE owner = $3) <= $5, 'this SM-DP+ has too many "
      "events'), "
      "sealift_must_hold((SELECT deleted FROM owners WHERE owner = $3) < $6, "
      "'this SM-DP+ has deleted too many events of late')");
  s.bind(View(e.eid.octets())).bind(static_cast<int64_t>(limits.for_eid.get())).bind_text(owner);
  s.bind(static_cast<int64_t>(limits.for_eid_of_owner())).bind(static_cast<int64_t>(limits.of_owner.get()));
  return s.bind(static_cast<int64_t>(limits.deleted_of_owner()));
}

/// Of the event that this transaction inserted where `number` is 0.
Statement insert_audit(const smds::Audit& a, uint64_t number) {
  Statement s(
      "INSERT INTO audit (at, actor, action, event) VALUES ($1, $2, $3, "
      "CASE WHEN $4::BIGINT = 0 THEN currval('events_number_seq') ELSE $4::BIGINT END)");
  return s.bind(seconds(a.at)).bind_text(a.actor).bind_text(a.action).bind(static_cast<int64_t>(number));
}

Statement swap(const Event& e, EventState from) {
  Statement s(
      "WITH swapped AS (UPDATE events SET state = $1, root_event_id = $2, root_told = $3, registered = $4, "
      "expires = "
      "$5, deleted_by_call = $6, changed = $7 WHERE number = $8 AND state = $9 RETURNING 1) "
      "SELECT sealift_must_change(count(*), 'the event is in another state') FROM swapped");
  s.bind(static_cast<int64_t>(e.state)).bind_text(e.rootEventId).bind(e.root_told ? 1 : 0);
  s.bind(seconds(e.registered))
      .bind(seconds(e.expires))
      .bind_text(e.deleted_by_call)
      .bind(seconds(e.changed));
  return s.bind(static_cast<int64_t>(e.number)).bind(static_cast<int64_t>(from));
}

class Opened final : public PostgresEvents {
 public:
  explicit Opened(std::unique_ptr<postgres::Pool> pool) : pool_(std::move(pool)) {}

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
  bool reachable() const override { return pool_->reachable(); }
  Figures figures() const override {
    const auto f = pool_->figures();
    return {f.changes, f.lost};
  }

 private:
  Result<std::vector<Event>> all_of(const Statement&);
  Result<std::optional<Event>> first_of(const Statement&);
  std::unique_ptr<postgres::Pool> pool_;
};

Result<std::vector<Event>> Opened::all_of(const Statement& s) {
  const Rows rows = TRY(pool_->run(Kind::read, s));
  std::vector<Event> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(TRY(event_in(rows, i)));
  return out;
}

Result<std::optional<Event>> Opened::first_of(const Statement& s) {
  const Rows rows = TRY(pool_->run(Kind::read, s));
  if (rows.size() == 0) return std::optional<Event>();
  return std::optional<Event>(TRY(event_in(rows, 0)));
}

Result<uint64_t> Opened::add(const Event& event, const smds::EventLimits& limits, const smds::Audit& audit) {
  const std::string owner = event.owner.dotted();
  const Statement all[] = {insert(event, owner), count(owner, 1, 0), check_limits(event, owner, limits),
                           insert_audit(audit, 0)};
  auto done = pool_->run(Kind::change, all);
  if (done) return static_cast<uint64_t>(done->front().integer(0, 0));
  if (done.error().is_duplicate()) return Error{ErrorKind::exists, "this eUICC has an event of this eventId"};
  return Error(std::move(done.error()));
}

Status Opened::change(const Event& after, EventState from, const smds::Audit& audit) {
  const std::string owner = after.owner.dotted();
  std::vector<Statement> all{swap(after, from)};
  if (after.state == EventState::deleted && from != EventState::deleted) all.push_back(count(owner, -1, 1));
  all.push_back(insert_audit(audit, after.number));
  TRY(pool_->run(Kind::change, all));
  return {};
}

Result<std::optional<Event>> Opened::find(const Eid& eid, std::string_view eventId) {
  Statement s(SEALIFT_EVENT_COLUMNS "WHERE eid = $1 AND event_id = $2 AND state <> 2");
  return first_of(s.bind(View(eid.octets())).bind_text(eventId));
}

Result<std::optional<Event>> Opened::find_deleted(const Eid& eid, std::string_view eventId,
                                                  std::string_view call) {
  Statement s(SEALIFT_EVENT_COLUMNS
              "WHERE eid = $1 AND event_id = $2 AND state = 2 AND deleted_by_call = $3 LIMIT 1");
  return first_of(s.bind(View(eid.octets())).bind_text(eventId).bind_text(call));
}

Result<std::vector<Event>> Opened::events(const Eid& eid, Time now, size_t most) {
  Statement s(SEALIFT_EVENT_COLUMNS
              "WHERE eid = $1 AND state <> 2 AND state = 1 AND expires > $2 ORDER BY number LIMIT $3");
  return all_of(s.bind(View(eid.octets())).bind(seconds(now)).bind(static_cast<int64_t>(most)));
}

Result<std::vector<Event>> Opened::list(uint64_t after, size_t most) {
  Statement s(SEALIFT_EVENT_COLUMNS "WHERE number > $1 ORDER BY number LIMIT $2");
  return all_of(s.bind(static_cast<int64_t>(after)).bind(static_cast<int64_t>(most)));
}

Result<std::vector<Event>> Opened::to_end(Time now, Time pending_before, size_t most) {
  Statement s(SEALIFT_EVENT_COLUMNS
              "WHERE (state = 1 AND expires <= $1) OR (state = 0 AND changed < $2) LIMIT $3");
  return all_of(s.bind(seconds(now)).bind(seconds(pending_before)).bind(static_cast<int64_t>(most)));
}

Result<std::vector<Event>> Opened::untold(uint64_t after, size_t most) {
  Statement s(
      SEALIFT_EVENT_COLUMNS
      "WHERE state = 2 AND root_told = 0 AND root_event_id <> '' AND number > $1 ORDER BY number LIMIT $2");
  return all_of(s.bind(static_cast<int64_t>(after)).bind(static_cast<int64_t>(most)));
}

// The rows of owners are locked in order, so that two nodes do not wait for each other.
Result<size_t> Opened::prune(Time before, Time untold_before, size_t most) {
  Statement s(
      "WITH gone AS (DELETE FROM events WHERE number IN (SELECT number FROM events WHERE state = 2 AND "
      "changed < "
      "CASE WHEN root_event_id = '' OR root_told = 1 THEN $1::BIGINT ELSE $2::BIGINT END LIMIT $3 FOR UPDATE "
      "SKIP "
      "LOCKED) RETURNING owner), "
      "per AS (SELECT owner, count(*) AS events FROM gone GROUP BY owner), "
      "locked AS (SELECT owner FROM owners WHERE owner IN (SELECT owner FROM per) ORDER BY owner FOR "
      "UPDATE), "
      "counted AS (UPDATE owners SET deleted = owners.deleted - per.events FROM per, locked "
      "WHERE owners.owner = per.owner AND locked.owner = per.owner RETURNING 1) "
      "SELECT count(*) FROM gone");
  s.bind(seconds(before)).bind(seconds(untold_before)).bind(static_cast<int64_t>(most));
  const Rows rows = TRY(pool_->run(Kind::change, s));
  return static_cast<size_t>(rows.integer(0, 0));
}

Result<size_t> Opened::prune_audit(Time before, size_t most) {
  Statement s(
      "DELETE FROM audit WHERE number IN (SELECT number FROM audit WHERE at < $1 LIMIT $2 FOR UPDATE SKIP "
      "LOCKED)");
  s.bind(seconds(before)).bind(static_cast<int64_t>(most));
  const Rows rows = TRY(pool_->run(Kind::change, s));
  return static_cast<size_t>(rows.changed());
}

Result<smds::EventCounts> Opened::counts() {
  const Statement s(
      "SELECT (SELECT count(*) FROM events WHERE state = 0), (SELECT coalesce(sum(events), 0)::BIGINT FROM "
      "owners), "
      "(SELECT coalesce(sum(deleted), 0)::BIGINT FROM owners), "
      "(SELECT count(*) FROM events WHERE state = 2 AND root_told = 0 AND root_event_id <> '')");
  const Rows rows = TRY(pool_->run(Kind::read, s));
  const auto at = [&](int column) { return static_cast<uint64_t>(rows.integer(0, column)); };
  return smds::EventCounts{at(0), at(1) - at(0), at(2), at(3)};
}

}  // namespace

Result<std::unique_ptr<PostgresEvents>> PostgresEvents::open(PostgresOptions options) {
  auto pool = TRY(postgres::open_pool(std::move(options), postgres::smds_schema()));
  return std::unique_ptr<PostgresEvents>(std::make_unique<Opened>(std::move(pool)));
}

}  // namespace sealift::store
