#include "store/postgres/administration.hpp"
#include "store/postgres/order_rows.hpp"

namespace sealift::store::postgres {

using smdp::Restriction;

Result<std::vector<Restriction>> Restrictions::all() {
  const Rows rows = TRY(pool_.run(
      Kind::read, Statement("SELECT kind, value, reason, actor, at FROM restrictions ORDER BY number")));
  std::vector<Restriction> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    Restriction one{.kind = TRY(smdp::restriction_kind(rows.text(i, 0)))};
    one.value = rows.text(i, 1);
    one.reason = rows.text(i, 2);
    one.actor = rows.text(i, 3);
    one.at = Time(std::chrono::seconds(rows.integer(i, 4)));
    out.push_back(std::move(one));
  }
  return out;
}

Status Restrictions::add(const Restriction& one, const smdp::Audit& audit) {
  Statement s("INSERT INTO restrictions (kind, value, reason, actor, at) VALUES ($1, $2, $3, $4, $5)");
  s.bind_text(name(one.kind)).bind_text(one.value).bind_text(one.reason).bind_text(one.actor);
  s.bind(one.at.time_since_epoch().count());
  const Statement all[] = {s, insert_audit(audit, nullptr, nullptr)};
  auto done = pool_.run(Kind::change, all);
  if (done) return {};
  if (done.error().is_duplicate()) return Error{ErrorKind::exists, "this is on the list already"};
  return Error(std::move(done.error()));
}

Status Restrictions::remove(smdp::RestrictionKind kind, const std::string& value, const smdp::Audit& audit) {
  Statement s(
      "WITH gone AS (DELETE FROM restrictions WHERE kind = $1 AND value = $2 RETURNING 1) "
      "SELECT sealift_must_change(count(*), 'this is not on the list') FROM gone");
  const Statement all[] = {s.bind_text(name(kind)).bind_text(value), insert_audit(audit, nullptr, nullptr)};
  auto done = pool_.run(Kind::change, all);
  if (done) return {};
  if (done.error().state == "SL409") return Error{ErrorKind::not_found, "this is not on the list"};
  return Error(std::move(done.error()));
}

}  // namespace sealift::store::postgres
