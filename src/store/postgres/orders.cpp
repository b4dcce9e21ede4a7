#include "store/postgres/orders.hpp"

#include "store/postgres/order_rows.hpp"

namespace sealift::store::postgres {

using smdp::Audit;
using smdp::Order;
using smdp::OrderState;

namespace {

int64_t seconds(Time at) {
  return at.time_since_epoch().count();
}

Statement insert_profile(const Iccid& iccid, const smdp::StoredProfile& p) {
  Statement s("INSERT INTO profiles (iccid, keys, content) VALUES ($1, $2, $3)");
  return s.bind(View(iccid.octets())).bind(View(p.keys)).bind(View(p.content));
}

Statement insert_heard(const smdp::NotificationKey& key, Time at) {
  Statement s("INSERT INTO notifications (eid, seq_number, at) VALUES ($1, $2, $3)");
  return s.bind(View(key.eid.octets())).bind(static_cast<int64_t>(key.seqNumber)).bind(seconds(at));
}

Statement put_package(const Iccid& iccid, View package) {
  Statement s(
      "INSERT INTO packages (iccid, package) VALUES ($1, $2) ON CONFLICT (iccid) DO UPDATE SET package = $2");
  return s.bind(View(iccid.octets())).bind(package);
}

Statement supersede(const TransactionId& id) {
  Statement s("UPDATE deliveries SET superseded = 1 WHERE transaction_id = $1");
  s.bind(id.octets());
  return s;
}

Statement put_delivery(const smdp::Delivery& d, Time at) {
  Statement s(
      "INSERT INTO deliveries (transaction_id, iccid, eid, euicc_key, at) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (transaction_id) DO UPDATE SET iccid = $2, eid = $3, euicc_key = $4, at = $5");
  s.bind(d.transactionId.octets()).bind(View(d.iccid.octets())).bind(View(d.eid.octets()));
  return s.bind(View(d.euiccKey)).bind(seconds(at));
}

Statement insert_call(const smdp::FunctionCall& call) {
  Statement s(
      "INSERT INTO calls (requester, function, identifier, digest, answer, at) VALUES ($1, $2, $3, $4, $5, "
      "$6)");
  s.bind_text(call.key.requester).bind_text(call.key.function).bind_text(call.key.identifier);
  return s.bind(View(call.digest)).bind(View(call.answer)).bind(seconds(call.at));
}

/// After the order was swapped, whose lock makes the numbers rise in the order of its changes.
Statement insert_outgoing(const smdp::Outgoing& one) {
  Statement s(
      "INSERT INTO outbox (lane, kind, iccid, tenant, destination, content, at, due) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $7)");
  s.bind(static_cast<int64_t>(lane_of(one.kind))).bind(static_cast<int64_t>(one.kind));
  s.bind(View(one.iccid.octets())).bind_text(one.tenant).bind_text(one.destination).bind(View(one.content));
  return s.bind(seconds(one.at));
}

/// Says by the constraint what was there already.
Error why_not(Failure failure) {
  if (!failure.is_duplicate()) return failure;
  if (failure.constraint == "notifications_pkey")
    return {ErrorKind::exists, "this notification was heard before"};
  if (failure.constraint == "calls_pkey") return {ErrorKind::exists, "this call was answered before"};
  if (failure.constraint == "orders_by_matching_id") return {ErrorKind::exists, "this MatchingID is in use"};
  if (failure.constraint == "orders_pkey") return {ErrorKind::exists, "this ICCID is in stock already"};
  return failure;
}

Status status_of(Answer answer) {
  if (answer) return {};
  return why_not(std::move(answer.error()));
}

}  // namespace

Status Orders::add(const Order& order, const smdp::StoredProfile& profile, const Audit& audit) {
  const Statement all[] = {insert_order(order), insert_profile(order.iccid, profile),
                           insert_audit(audit, &order.iccid, &order.state)};
  return status_of(pool_.run(Kind::change, all));
}

Status Orders::apply(const smdp::Transition& t) {
  const Order& after = t.after;
  std::vector<Statement> all;
  if (t.heard) all.push_back(insert_heard(*t.heard, t.audit.at));
  all.push_back(swap_order(after));
  if (t.package) all.push_back(put_package(after.iccid, *t.package));
  if (t.superseded) all.push_back(supersede(*t.superseded));
  if (t.delivery) all.push_back(put_delivery(*t.delivery, t.audit.at));
  if (t.call) all.push_back(insert_call(*t.call));
  for (const smdp::Outgoing& one : t.outgoing) all.push_back(insert_outgoing(one));
  all.push_back(insert_audit(t.audit, &after.iccid, &after.state));
  Answer answer = pool_.run(Kind::change, all);
  if (!answer && answer.error().constraint == "orders_by_matching_id")
    return Error{ErrorKind::conflict, "the MatchingID is in use"};
  return status_of(std::move(answer));
}

Status Orders::hear(const smdp::NotificationKey& key, const Iccid& iccid, const Audit& audit) {
  const Statement all[] = {insert_heard(key, audit.at), insert_audit(audit, &iccid, nullptr)};
  return status_of(pool_.run(Kind::change, all));
}

Status Orders::remember(const smdp::FunctionCall& call, const Audit& audit) {
  const Statement all[] = {insert_call(call), insert_audit(audit, nullptr, nullptr)};
  return status_of(pool_.run(Kind::change, all));
}

Result<std::optional<Order>> Orders::find_one(const Statement& s) {
  const Rows rows = TRY(pool_.run(Kind::read, s));
  if (rows.size() == 0) return std::optional<Order>();
  return std::optional<Order>(TRY(read_order(rows, 0)));
}

Result<std::optional<Order>> Orders::find(const Iccid& iccid) {
  return find_one(Statement(SEALIFT_ORDER_COLUMNS "WHERE iccid = $1").bind(View(iccid.octets())));
}

Result<std::optional<Order>> Orders::find(const MatchingId& id) {
  return find_one(
      Statement(SEALIFT_ORDER_COLUMNS "WHERE matching_id = $1 AND matching_id <> ''").bind(view(id.value())));
}

Result<std::optional<Order>> Orders::find_default(const Eid& eid, Time now) {
  // Those that wait before those open to be installed again (smdp::is_downloadable).
  Statement s(SEALIFT_ORDER_COLUMNS
              "WHERE eid = $1 AND matching_id = '' AND (state IN ($2, $3) OR (state IN ($4, $5) "
              "AND reinstall = $6 AND (uses = 0 OR installs < uses))) "
              "ORDER BY expires IS NOT NULL AND expires <= $7, state IN ($4, $5), number LIMIT 1");
  s.bind(View(eid.octets()));
  for (auto state :
       {OrderState::released, OrderState::downloaded, OrderState::installed, OrderState::deleted}) {
    s.bind(static_cast<int64_t>(state));
  }
  return find_one(s.bind(static_cast<int64_t>(smdp::Reinstall::same_eid)).bind(seconds(now)));
}

Result<std::optional<Order>> Orders::find_available(const std::string& tenant, const std::string& profileType,
                                                    size_t skip) {
  // The state as a literal: so the index of those in stock is used.
  static_assert(static_cast<int>(OrderState::available) == 0);
  Statement s(SEALIFT_ORDER_COLUMNS
              "WHERE state = 0 AND tenant = $1 AND profile_type = $2 ORDER BY number LIMIT 1 OFFSET $3");
  return find_one(s.bind_text(tenant).bind_text(profileType).bind(static_cast<int64_t>(skip)));
}

Result<std::vector<Order>> Orders::list(const smdp::OrderFilter& filter, const std::optional<Iccid>& after,
                                        size_t limit) {
  Statement s(SEALIFT_ORDER_COLUMNS
              "WHERE iccid > $1 AND ($2 = '' OR tenant = $2) AND ($3 = '' OR profile_type = $3) "
              "AND ($4::BIGINT < 0 OR state = $4) ORDER BY iccid LIMIT $5");
  // Every blob sorts after the empty one.
  s.bind(after ? View(after->octets()) : View()).bind_text(filter.tenant).bind_text(filter.profileType);
  s.bind(filter.state ? static_cast<int64_t>(*filter.state) : -1).bind(static_cast<int64_t>(limit));
  const Rows rows = TRY(pool_.run(Kind::read, s));
  std::vector<Order> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(TRY(read_order(rows, i)));
  return out;
}

Result<std::vector<smdp::StockCount>> Orders::stock(const std::string& tenant) {
  Statement s(
      "SELECT profile_type, state, count(*) FROM orders WHERE tenant = $1 "
      "GROUP BY profile_type, state ORDER BY profile_type, state");
  const Rows rows = TRY(pool_.run(Kind::read, s.bind_text(tenant)));
  std::vector<smdp::StockCount> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    out.push_back({std::string(rows.text(i, 0)), static_cast<OrderState>(rows.integer(i, 1)),
                   static_cast<uint64_t>(rows.integer(i, 2))});
  }
  return out;
}

Result<smdp::StoredProfile> Orders::profile(const Iccid& iccid) {
  Statement s("SELECT content, keys FROM profiles WHERE iccid = $1");
  const Rows rows = TRY(pool_.run(Kind::read, s.bind(View(iccid.octets()))));
  if (rows.size() == 0) return Error{ErrorKind::not_found, "no profile with this ICCID is in stock"};
  return smdp::StoredProfile{to_bytes(rows.blob(0, 0)), to_bytes(rows.blob(0, 1))};
}

Result<Bytes> Orders::package(const Iccid& iccid) {
  Statement s("SELECT package FROM packages WHERE iccid = $1");
  const Rows rows = TRY(pool_.run(Kind::read, s.bind(View(iccid.octets()))));
  if (rows.size() == 0) return Error{ErrorKind::not_found, "this profile is not bound"};
  return to_bytes(rows.blob(0, 0));
}

Result<std::optional<smdp::Delivery>> Orders::delivery(const TransactionId& id) {
  Statement s("SELECT iccid, eid, euicc_key, superseded FROM deliveries WHERE transaction_id = $1");
  const Rows rows = TRY(pool_.run(Kind::read, s.bind(id.octets())));
  if (rows.size() == 0) return std::optional<smdp::Delivery>();
  return std::optional<smdp::Delivery>(smdp::Delivery{id, TRY(Iccid::from_octets(rows.blob(0, 0))),
                                                      TRY(Eid::from_octets(rows.blob(0, 1))),
                                                      to_bytes(rows.blob(0, 2)), rows.integer(0, 3) != 0});
}

Result<std::vector<smdp::FunctionCall>> Orders::calls(const smdp::CallKey& key, const Octets<32>& digest) {
  Statement s(
      "SELECT digest, answer, at FROM calls WHERE requester = $1 AND function = $2 AND identifier = $3 AND "
      "digest = $4 UNION ALL (SELECT digest, answer, at FROM calls WHERE requester = $1 AND function = $2 AND "
      "identifier = $3 AND digest <> $4 LIMIT 1)");
  s.bind_text(key.requester).bind_text(key.function).bind_text(key.identifier).bind(View(digest));
  const Rows rows = TRY(pool_.run(Kind::read, s));
  std::vector<smdp::FunctionCall> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    out.push_back({key, TRY(octets<32>(rows.blob(i, 0))), to_bytes(rows.blob(i, 1)),
                   Time(std::chrono::seconds(rows.integer(i, 2)))});
  }
  return out;
}

Result<std::vector<Order>> Orders::expired(Time now, Time given_out, size_t limit) {
  // The states as literals: so the index of those that can expire is used.
  static_assert(static_cast<int>(OrderState::confirmed) == 3 && static_cast<int>(OrderState::released) == 4 &&
                static_cast<int>(OrderState::downloaded) == 5);
  Statement s(SEALIFT_ORDER_COLUMNS
              "WHERE state IN (3, 4, 5) AND expires <= $1 AND (state <> 5 OR expires <= $2) "
              "ORDER BY expires, number LIMIT $3");
  s.bind(seconds(now)).bind(seconds(given_out)).bind(static_cast<int64_t>(limit));
  const Rows rows = TRY(pool_.run(Kind::read, s));
  std::vector<Order> out;
  for (size_t i = 0; i < rows.size(); ++i) out.push_back(TRY(read_order(rows, i)));
  return out;
}

/// Each node forgets what no other one is forgetting just now; as many as nobody is held up by.
Result<size_t> Orders::prune(Time before) {
  Statement deliveries(
      "DELETE FROM deliveries WHERE transaction_id IN (SELECT transaction_id FROM deliveries d WHERE at < $1 "
      "AND "
      "NOT EXISTS (SELECT 1 FROM orders o WHERE o.iccid = d.iccid AND o.state = $2 AND o.delivered = "
      "d.transaction_id) LIMIT 500 FOR UPDATE SKIP LOCKED)");
  deliveries.bind(seconds(before)).bind(static_cast<int64_t>(OrderState::downloaded));
  Statement notifications(
      "DELETE FROM notifications WHERE (eid, seq_number) IN (SELECT eid, seq_number FROM notifications "
      "WHERE at < $1 LIMIT 500 FOR UPDATE SKIP LOCKED)");
  Statement calls(
      "DELETE FROM calls WHERE (requester, function, identifier, digest) IN (SELECT requester, function, "
      "identifier, "
      "digest FROM calls WHERE at < $1 LIMIT 500 FOR UPDATE SKIP LOCKED)");
  const Statement all[] = {deliveries, notifications.bind(seconds(before)), calls.bind(seconds(before))};
  const auto done = TRY(pool_.run(Kind::change, all));
  return static_cast<size_t>(done[0].changed() + done[1].changed() + done[2].changed());
}

}  // namespace sealift::store::postgres
