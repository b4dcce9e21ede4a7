#include "store/sqlite/restrictions.hpp"

#include "store/sqlite/audit.hpp"

namespace sealift::store {

using smdp::Restriction;

Result<std::vector<Restriction>> SqliteRestrictions::all() {
  return readers_.read([&](Database& db) -> Result<std::vector<Restriction>> {
    Query q = TRY(db.query("SELECT kind, value, reason, actor, at FROM restrictions ORDER BY number"));
    std::vector<Restriction> out;
    while (TRY(q.step())) {
      Restriction one{.kind = TRY(smdp::restriction_kind(q.text(0)))};
      one.value = q.text(1);
      one.reason = q.text(2);
      one.actor = q.text(3);
      one.at = Time(std::chrono::seconds(q.integer(4)));
      out.push_back(std::move(one));
    }
    return out;
  });
}

Status SqliteRestrictions::add(const Restriction& one, const smdp::Audit& audit) {
  return writer_.write([&](Database& db) -> Status {
    Query q =
        TRY(db.query("INSERT INTO restrictions (kind, value, reason, actor, at) VALUES (?, ?, ?, ?, ?)"));
    q.bind_text(name(one.kind)).bind_text(one.value).bind_text(one.reason).bind_text(one.actor);
    Status done = q.bind(one.at.time_since_epoch().count()).run();
    if (!done && done.error().kind == ErrorKind::exists) {
      return Error{ErrorKind::exists, "this is on the list already"};
    }
    TRY_VOID(std::move(done));
    return insert_audit(db, audit, nullptr, nullptr);
  });
}

Status SqliteRestrictions::remove(smdp::RestrictionKind kind, const std::string& value,
                                  const smdp::Audit& audit) {
  return writer_.write([&](Database& db) -> Status {
    Query q = TRY(db.query("DELETE FROM restrictions WHERE kind = ? AND value = ?"));
    TRY_VOID(q.bind_text(name(kind)).bind_text(value).run());
    if (db.changes() == 0) return Error{ErrorKind::not_found, "this is not on the list"};
    return insert_audit(db, audit, nullptr, nullptr);
  });
}

}  // namespace sealift::store
