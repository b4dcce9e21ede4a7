#include <algorithm>

#include "store/postgres/administration.hpp"

namespace sealift::store::postgres {

namespace {

#define QUEUED "number, kind, iccid, tenant, destination, content, at, attempts"

Result<smdp::Queued> read_queued(const Rows& rows, size_t row) {
  smdp::Queued out{.number = static_cast<uint64_t>(rows.integer(row, 0))};
  out.what = {.kind = static_cast<smdp::OutgoingKind>(rows.integer(row, 1)),
              .iccid = TRY(Iccid::from_octets(rows.blob(row, 2))),
              .tenant = std::string(rows.text(row, 3)),
              .destination = std::string(rows.text(row, 4)),
              .content = to_bytes(rows.blob(row, 5)),
              .at = Time(std::chrono::seconds(rows.integer(row, 6)))};
  out.attempts = static_cast<uint32_t>(rows.integer(row, 7));
  return out;
}

/// And then when it was refused, and why.
Result<smdp::RefusedRow> read_refused(const Rows& rows, size_t row) {
  return smdp::RefusedRow{TRY(read_queued(rows, row)), Time(std::chrono::seconds(rows.integer(row, 8))),
                          std::string(rows.text(row, 9))};
}

int64_t seconds_of(Time time) {
  return time.time_since_epoch().count();
}

}  // namespace

Result<std::vector<smdp::Addressee>> Outbox::addressees(Time now) {
  // From one addressee to the next along outbox_by_addressee, whatever waits for each.
  Statement s(
      "WITH RECURSIVE known (lane, addressee) AS ("
      "(SELECT lane, addressee FROM outbox ORDER BY lane, addressee LIMIT 1) UNION ALL "
      "SELECT next.lane, next.addressee FROM known CROSS JOIN LATERAL (SELECT o.lane, o.addressee FROM "
      "outbox o "
      "WHERE (o.lane, o.addressee) > (known.lane, known.addressee) ORDER BY o.lane, o.addressee LIMIT 1) "
      "next) "
      "SELECT lane, addressee FROM known k WHERE "
      "EXISTS (SELECT 1 FROM outbox o WHERE o.lane = k.lane AND o.addressee = k.addressee AND o.due <= $1) "
      "OR "
      "EXISTS (SELECT 1 FROM outbox o WHERE o.lane = k.lane AND o.addressee = k.addressee AND o.due > $2) "
      "ORDER BY lane, addressee");
  s.bind(seconds_of(now)).bind(seconds_of(now + smdp::outbox_horizon));
  const Rows rows = TRY(pool_.run(Kind::read, s));
  std::vector<smdp::Addressee> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    out.push_back({static_cast<smdp::Lane>(rows.integer(i, 0)), std::string(rows.text(i, 1))});
  }
  return out;
}

Result<std::vector<smdp::Queued>> Outbox::claim(const smdp::Addressee& whose, Time now,
                                                std::chrono::seconds lease, size_t limit) {
  // A row that another node is taking at this moment is passed over.
  Statement s(
      "UPDATE outbox SET due = $2 WHERE number IN (SELECT number FROM outbox o "
      "WHERE lane = $4 AND addressee = $5 AND (due <= $1 OR due > $6) AND NOT EXISTS "
      "(SELECT 1 FROM outbox p WHERE p.iccid = o.iccid AND p.lane = o.lane AND p.addressee = o.addressee "
      "AND p.number < o.number) "
      "ORDER BY due, number LIMIT $3 FOR UPDATE SKIP LOCKED) "
      "RETURNING " QUEUED);
  s.bind(seconds_of(now)).bind(seconds_of(now + lease)).bind(static_cast<int64_t>(limit));
  s.bind(static_cast<int64_t>(whose.lane)).bind_text(whose.name);
  const Rows rows = TRY(pool_.run(Kind::change, s.bind(seconds_of(now + smdp::outbox_horizon))));
  std::vector<smdp::Queued> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(TRY(read_queued(rows, i)));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return out;
}

Status Outbox::delivered(uint64_t number) {
  Statement s("DELETE FROM outbox WHERE number = $1");
  TRY(pool_.run(Kind::change, s.bind(static_cast<int64_t>(number))));
  return {};
}

Status Outbox::postpone(uint64_t number, Time due) {
  Statement s("UPDATE outbox SET due = $2, attempts = attempts + 1 WHERE number = $1");
  s.bind(static_cast<int64_t>(number)).bind(seconds_of(due));
  TRY(pool_.run(Kind::change, s));
  return {};
}

Status Outbox::refused(uint64_t number, Time now, Time due, std::string_view why) {
  Statement s(
      "UPDATE outbox SET due = $2, attempts = attempts + 1, refused = $3, why = $4 WHERE number = $1");
  s.bind(static_cast<int64_t>(number)).bind(seconds_of(due)).bind(seconds_of(now)).bind_text(why);
  TRY(pool_.run(Kind::change, s));
  return {};
}

Result<std::vector<smdp::RefusedRow>> Outbox::all_refused(const std::string& tenant, size_t limit) {
  Statement s("SELECT " QUEUED
              ", refused, why FROM outbox WHERE refused IS NOT NULL AND "
              "($1 = '' OR tenant = $1) ORDER BY number LIMIT $2");
  const Rows rows = TRY(pool_.run(Kind::read, s.bind_text(tenant).bind(static_cast<int64_t>(limit))));
  std::vector<smdp::RefusedRow> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(TRY(read_refused(rows, i)));
  return out;
}

Result<smdp::RefusedRow> Outbox::drop(uint64_t number, const std::string& tenant,
                                      const access::Audit& audit) {
  Statement s(
      "WITH gone AS (DELETE FROM outbox WHERE number = $1 AND refused IS NOT NULL AND "
      "($2 = '' OR tenant = $2) RETURNING " QUEUED
      ", refused, why), "
      "noted AS (INSERT INTO audit (at, actor, action, iccid, detail) "
      "SELECT $3, $4, $5, iccid, $6 FROM gone) SELECT * FROM gone");
  s.bind(static_cast<int64_t>(number)).bind_text(tenant).bind(seconds_of(audit.at)).bind_text(audit.actor);
  const Rows rows = TRY(pool_.run(Kind::change, s.bind_text(audit.action).bind_text(audit.detail)));
  if (rows.size() == 0) return Error{ErrorKind::not_found, "no such row was tried in vain"};
  return read_refused(rows, 0);
}

Status Outbox::hasten(const smdp::Outgoing& what, Time now) {
  Statement s(
      "UPDATE outbox SET due = least(due, $1) WHERE iccid = $2 AND lane = $3 AND content = $4 AND due = $5");
  s.bind(seconds_of(now)).bind(View(what.iccid.octets())).bind(static_cast<int64_t>(lane_of(what.kind)));
  TRY(pool_.run(Kind::change, s.bind(View(what.content)).bind(seconds_of(what.at))));
  return {};
}

Status Outbox::recall(const smdp::Outgoing& what) {
  Statement s("DELETE FROM outbox WHERE iccid = $1 AND lane = $2 AND content = $3 AND due = $4");
  s.bind(View(what.iccid.octets())).bind(static_cast<int64_t>(lane_of(what.kind)));
  TRY(pool_.run(Kind::change, s.bind(View(what.content)).bind(seconds_of(what.at))));
  return {};
}

Result<smdp::OutboxFigures> Outbox::figures() {
  const Rows rows = TRY(pool_.run(Kind::read, Statement("SELECT count(*), min(at) FROM outbox")));
  smdp::OutboxFigures out{.waiting = static_cast<uint64_t>(rows.integer(0, 0))};
  if (!rows.is_null(0, 1)) out.oldest = Time(std::chrono::seconds(rows.integer(0, 1)));
  return out;
}

}  // namespace sealift::store::postgres
