#include "store/sqlite/orders.hpp"

#include "store/sqlite/audit.hpp"

namespace sealift::store {

using smdp::Audit;
using smdp::Order;
using smdp::OrderState;

namespace {

// One column list, read by read_order in this order.
#define ORDER_COLUMNS                                                                                        \
  "SELECT iccid, state, matching_id, eid, confirmation, confirmation_attempts, download_attempts, expires, " \
  "protection, needs_major, needs_minor, needs_size, needs_services, metadata, euicc_otpk, delivered, "      \
  "version, eid_ordered, confirmation_limit, rebind, reinstall, uses, installs, last_event, tenant, "        \
  "profile_type, smds_address FROM orders "

template <class T>
Result<std::optional<T>> optional_octets(const Query& q, int column) {
  if (q.is_null(column)) return std::optional<T>();
  if constexpr (requires(View v) { T::from_octets(v); }) {
    return std::optional<T>(TRY(T::from_octets(q.blob(column))));
  } else {
    return std::optional<T>(TRY(octets<std::tuple_size_v<T>>(q.blob(column))));
  }
}

Result<Order> read_order(const Query& q) {
  Order o;
  o.iccid = TRY(Iccid::from_octets(q.blob(0)));
  o.state = static_cast<OrderState>(q.integer(1));
  if (!q.is_null(2)) o.matchingId = TRY(MatchingId::parse(q.text(2)));
  o.eid = TRY(optional_octets<Eid>(q, 3));
  o.confirmation = TRY(optional_octets<Octets<32>>(q, 4));
  o.confirmation_attempts = static_cast<uint32_t>(q.integer(5));
  o.download_attempts = static_cast<uint32_t>(q.integer(6));
  if (!q.is_null(7)) o.expires = Time(std::chrono::seconds(q.integer(7)));
  o.protection = static_cast<smdp::Protection>(q.integer(8));
  o.needs = {static_cast<uint8_t>(q.integer(9)), static_cast<uint8_t>(q.integer(10)),
             static_cast<uint32_t>(q.integer(11)), static_cast<uint64_t>(q.integer(12))};
  o.metadata = to_bytes(q.blob(13));
  o.euiccOtpk = to_bytes(q.blob(14));
  o.delivered = TRY(optional_octets<TransactionId>(q, 15));
  o.version = static_cast<uint64_t>(q.integer(16));
  o.eid_ordered = q.integer(17) != 0;
  o.confirmation_limit = static_cast<uint32_t>(q.integer(18));
  o.rebind = q.integer(19) != 0;
  o.reinstall = static_cast<smdp::Reinstall>(q.integer(20));
  o.uses = static_cast<uint32_t>(q.integer(21));
  o.installs = static_cast<uint32_t>(q.integer(22));
  if (!q.is_null(23)) o.last_event = static_cast<uint64_t>(q.integer(23));
  o.tenant = q.text(24);
  o.profileType = q.text(25);
  if (!q.is_null(26)) o.smdsAddress = std::string(q.text(26));
  return o;
}

Result<std::optional<Order>> read_one(Query& q) {
  const bool row = TRY(q.step());
  if (!row) return std::optional<Order>();
  return std::optional<Order>(TRY(read_order(q)));
}

/// Binds what a change may set, in the order of both statements below.
void bind_changeable(Query& q, const Order& o) {
  q.bind(static_cast<int64_t>(o.state));
  o.matchingId ? q.bind_text(o.matchingId->value()) : q.bind_null();
  o.eid ? q.bind(View(o.eid->octets())) : q.bind_null();
  q.bind_optional(o.confirmation).bind(o.confirmation_attempts).bind(o.download_attempts);
  o.expires ? q.bind(o.expires->time_since_epoch().count()) : q.bind_null();
  q.bind(static_cast<int64_t>(o.protection)).bind(o.needs.major).bind(o.needs.minor).bind(o.needs.size);
  q.bind(static_cast<int64_t>(o.needs.services)).bind(View(o.metadata)).bind(View(o.euiccOtpk));
  o.delivered ? q.bind(o.delivered->octets()) : q.bind_null();
  q.bind(o.eid_ordered ? 1 : 0).bind(o.confirmation_limit).bind(o.rebind ? 1 : 0);
  q.bind(static_cast<int64_t>(o.reinstall)).bind(o.uses).bind(o.installs);
  o.last_event ? q.bind(static_cast<int64_t>(*o.last_event)) : q.bind_null();
  q.bind_text(o.tenant).bind_text(o.profileType);
  o.smdsAddress ? q.bind_text(*o.smdsAddress) : q.bind_null();
}

Status insert_order(Database& db, const Order& o) {
  Query q = TRY(db.query(
      "INSERT INTO orders (state, matching_id, eid, confirmation, confirmation_attempts, "
      "download_attempts, expires, protection, needs_major, needs_minor, needs_size, needs_services, "
      "metadata, euicc_otpk, delivered, eid_ordered, confirmation_limit, rebind, reinstall, uses, installs, "
      "last_event, tenant, profile_type, smds_address, version, iccid) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  bind_changeable(q, o);
  q.bind(static_cast<int64_t>(o.version)).bind(View(o.iccid.octets()));
  return q.run();
}

Status insert_profile(Database& db, const Iccid& iccid, const smdp::StoredProfile& p) {
  Query q = TRY(db.query("INSERT INTO profiles (iccid, keys, content) VALUES (?, ?, ?)"));
  return q.bind(View(iccid.octets())).bind(View(p.keys)).bind(View(p.content)).run();
}

Status swapped(Database& db, Query& q) {
  Status done = q.run();
  // The one constraint that can fail here is that of the MatchingID.
  if (!done && done.error().kind == ErrorKind::exists)
    return Error{ErrorKind::conflict, "the MatchingID is in use"};
  TRY_VOID(std::move(done));
  if (db.changes() == 1) return {};
  return Error{ErrorKind::conflict, "the order has changed meanwhile"};
}

/// The compare and swap: one statement, so that it is atomic whoever else writes.
Status swap_order(Database& db, const Order& o) {
  Query q = TRY(db.query(
      "UPDATE orders SET state = ?, matching_id = ?, eid = ?, confirmation = ?, "
      "confirmation_attempts = ?, download_attempts = ?, expires = ?, protection = ?, needs_major = ?, "
      "needs_minor = ?, needs_size = ?, needs_services = ?, metadata = ?, euicc_otpk = ?, delivered = ?, "
      "eid_ordered = ?, confirmation_limit = ?, rebind = ?, reinstall = ?, uses = ?, installs = ?, "
      "last_event = ?, tenant = ?, profile_type = ?, smds_address = ?, version = version + 1 WHERE version = "
      "? AND iccid = ?"));
  bind_changeable(q, o);
  q.bind(static_cast<int64_t>(o.version)).bind(View(o.iccid.octets()));
  return swapped(db, q);
}

/// The same where the order keeps its terms: a column that is set is taken out of its indexes and put back,
/// whether it changes or not.
Status swap_moved(Database& db, const Order& o) {
  Query q = TRY(db.query(
      "UPDATE orders SET state = ?, eid = ?, confirmation_attempts = ?, download_attempts = ?, "
      "euicc_otpk = ?, delivered = ?, installs = ?, last_event = ?, version = version + 1 WHERE version = ? "
      "AND iccid = ?"));
  q.bind(static_cast<int64_t>(o.state));
  o.eid ? q.bind(View(o.eid->octets())) : q.bind_null();
  q.bind(o.confirmation_attempts).bind(o.download_attempts).bind(View(o.euiccOtpk));
  o.delivered ? q.bind(o.delivered->octets()) : q.bind_null();
  q.bind(o.installs);
  o.last_event ? q.bind(static_cast<int64_t>(*o.last_event)) : q.bind_null();
  q.bind(static_cast<int64_t>(o.version)).bind(View(o.iccid.octets()));
  return swapped(db, q);
}

Status insert_heard(Database& db, const smdp::NotificationKey& key, Time at) {
  Query q = TRY(db.query("INSERT INTO notifications (eid, seq_number, at) VALUES (?, ?, ?)"));
  q.bind(View(key.eid.octets())).bind(static_cast<int64_t>(key.seqNumber));
  return q.bind(at.time_since_epoch().count()).run();
}

Status put_package(Database& db, const Iccid& iccid, View package) {
  Query q = TRY(db.query("INSERT OR REPLACE INTO packages (iccid, package) VALUES (?, ?)"));
  return q.bind(View(iccid.octets())).bind(package).run();
}

Status supersede(Database& db, const TransactionId& id) {
  Query q = TRY(db.query("UPDATE deliveries SET superseded = 1 WHERE transaction_id = ?"));
  return q.bind(id.octets()).run();
}

Status put_delivery(Database& db, const smdp::Delivery& d, Time at) {
  Query q =
      TRY(db.query("INSERT OR REPLACE INTO deliveries (transaction_id, iccid, eid, euicc_key, at) VALUES (?, "
                   "?, ?, ?, ?)"));
  q.bind(d.transactionId.octets())
      .bind(View(d.iccid.octets()))
      .bind(View(d.eid.octets()))
      .bind(View(d.euiccKey))
      .bind(at.time_since_epoch().count());
  return q.run();
}

Status insert_call(Database& db, const smdp::FunctionCall& call) {
  Query q = TRY(db.query(
      "INSERT INTO calls (requester, function, identifier, digest, answer, at) VALUES (?, ?, ?, ?, ?, ?)"));
  q.bind_text(call.key.requester).bind_text(call.key.function).bind_text(call.key.identifier);
  q.bind(View(call.digest)).bind(View(call.answer)).bind(call.at.time_since_epoch().count());
  Status done = q.run();
  if (!done && done.error().kind == ErrorKind::exists)
    return Error{ErrorKind::exists, "this call was answered before"};
  return done;
}

Status insert_outgoing(Database& db, const smdp::Outgoing& one) {
  Query q =
      TRY(db.query("INSERT INTO outbox (lane, addressee, kind, iccid, tenant, destination, content, at, due) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  const smdp::Addressee whose = addressee_of(one);
  q.bind(static_cast<int64_t>(whose.lane)).bind_text(whose.name).bind(static_cast<int64_t>(one.kind));
  q.bind(View(one.iccid.octets())).bind_text(one.tenant).bind_text(one.destination).bind(View(one.content));
  return q.bind(one.at.time_since_epoch().count()).bind(one.at.time_since_epoch().count()).run();
}

}  // namespace

Status SqliteOrders::add(const Order& order, const smdp::StoredProfile& profile, const Audit& audit) {
  return writer_.write([&](Database& db) -> Status {
    TRY_VOID(insert_order(db, order));
    TRY_VOID(insert_profile(db, order.iccid, profile));
    return insert_audit(db, audit, &order.iccid, &order.state);
  });
}

Status SqliteOrders::apply(const smdp::Transition& t) {
  return writer_.write([&](Database& db) -> Status {
    if (t.heard) TRY_VOID(insert_heard(db, *t.heard, t.audit.at));
    TRY_VOID(t.keeps_terms ? swap_moved(db, t.after) : swap_order(db, t.after));
    if (t.package) TRY_VOID(put_package(db, t.after.iccid, *t.package));
    if (t.superseded) TRY_VOID(supersede(db, *t.superseded));
    if (t.delivery) TRY_VOID(put_delivery(db, *t.delivery, t.audit.at));
    if (t.call) TRY_VOID(insert_call(db, *t.call));
    for (const smdp::Outgoing& one : t.outgoing) TRY_VOID(insert_outgoing(db, one));
    return insert_audit(db, t.audit, &t.after.iccid, &t.after.state);
  });
}

Status SqliteOrders::hear(const smdp::NotificationKey& key, const Iccid& iccid, const Audit& audit) {
  return writer_.write([&](Database& db) -> Status {
    TRY_VOID(insert_heard(db, key, audit.at));
    return insert_audit(db, audit, &iccid, nullptr);
  });
}

Result<std::optional<Order>> SqliteOrders::find(const Iccid& iccid) {
  return readers_.read([&](Database& db) -> Result<std::optional<Order>> {
    Query q = TRY(db.query(ORDER_COLUMNS "WHERE iccid = ?"));
    q.bind(View(iccid.octets()));
    return read_one(q);
  });
}

Result<std::optional<Order>> SqliteOrders::find(const MatchingId& id) {
  return readers_.read([&](Database& db) -> Result<std::optional<Order>> {
    Query q = TRY(db.query(ORDER_COLUMNS "WHERE matching_id = ? AND matching_id <> ''"));
    q.bind_text(id.value());
    return read_one(q);
  });
}

Result<std::optional<Order>> SqliteOrders::find_default(const Eid& eid, Time now) {
  return readers_.read([&](Database& db) -> Result<std::optional<Order>> {
    // Those that wait before those open to be installed again (smdp::is_downloadable).
    Query q =
        TRY(db.query(ORDER_COLUMNS
                     "WHERE eid = ?1 AND matching_id = '' AND (state IN (?2, ?3) OR (state IN (?4, ?5) "
                     "AND reinstall = ?6 AND (uses = 0 OR installs < uses))) "
                     "ORDER BY expires IS NOT NULL AND expires <= ?7, state IN (?4, ?5), number LIMIT 1"));
    q.bind(View(eid.octets()));
    for (auto state :
         {OrderState::released, OrderState::downloaded, OrderState::installed, OrderState::deleted}) {
      q.bind(static_cast<int64_t>(state));
    }
    q.bind(static_cast<int64_t>(smdp::Reinstall::same_eid)).bind(now.time_since_epoch().count());
    return read_one(q);
  });
}

Result<std::optional<Order>> SqliteOrders::find_available(const std::string& tenant,
                                                          const std::string& profileType, size_t skip) {
  return readers_.read([&](Database& db) -> Result<std::optional<Order>> {
    // The state as a literal: so the index of those in stock is used.
    static_assert(static_cast<int>(OrderState::available) == 0);
    Query q =
        TRY(db.query(ORDER_COLUMNS
                     "WHERE state = 0 AND tenant = ? AND profile_type = ? ORDER BY number LIMIT 1 OFFSET ?"));
    q.bind_text(tenant).bind_text(profileType).bind(static_cast<int64_t>(skip));
    return read_one(q);
  });
}

Result<std::vector<Order>> SqliteOrders::list(const smdp::OrderFilter& filter,
                                              const std::optional<Iccid>& after, size_t limit) {
  return readers_.read([&](Database& db) -> Result<std::vector<Order>> {
    Query q = TRY(db.query(ORDER_COLUMNS
                           "WHERE iccid > ?1 AND (?2 = '' OR tenant = ?2) AND (?3 = '' OR profile_type = ?3) "
                           "AND (?4 IS NULL OR state = ?4) ORDER BY iccid LIMIT ?5"));
    // Every blob sorts after the empty one.
    q.bind(after ? View(after->octets()) : View()).bind_text(filter.tenant).bind_text(filter.profileType);
    filter.state ? q.bind(static_cast<int64_t>(*filter.state)) : q.bind_null();
    q.bind(static_cast<int64_t>(limit));
    std::vector<Order> out;
    while (TRY(q.step())) out.push_back(TRY(read_order(q)));
    return out;
  });
}

Result<std::vector<smdp::StockCount>> SqliteOrders::stock(const std::string& tenant) {
  return readers_.read([&](Database& db) -> Result<std::vector<smdp::StockCount>> {
    Query q =
        TRY(db.query("SELECT profile_type, state, count(*) FROM orders WHERE tenant = ? "
                     "GROUP BY profile_type, state ORDER BY profile_type, state"));
    q.bind_text(tenant);
    std::vector<smdp::StockCount> out;
    while (TRY(q.step())) {
      out.push_back({std::string(q.text(0)), static_cast<OrderState>(q.integer(1)),
                     static_cast<uint64_t>(q.integer(2))});
    }
    return out;
  });
}

Result<smdp::StoredProfile> SqliteOrders::profile(const Iccid& iccid) {
  return readers_.read([&](Database& db) -> Result<smdp::StoredProfile> {
    Query q = TRY(db.query("SELECT content, keys FROM profiles WHERE iccid = ?"));
    q.bind(View(iccid.octets()));
    const bool row = TRY(q.step());
    if (!row) return Error{ErrorKind::not_found, "no profile with this ICCID is in stock"};
    return smdp::StoredProfile{to_bytes(q.blob(0)), to_bytes(q.blob(1))};
  });
}

Result<Bytes> SqliteOrders::package(const Iccid& iccid) {
  return readers_.read([&](Database& db) -> Result<Bytes> {
    Query q = TRY(db.query("SELECT package FROM packages WHERE iccid = ?"));
    q.bind(View(iccid.octets()));
    const bool row = TRY(q.step());
    if (!row) return Error{ErrorKind::not_found, "this profile is not bound"};
    return to_bytes(q.blob(0));
  });
}

Result<std::optional<smdp::Delivery>> SqliteOrders::delivery(const TransactionId& id) {
  return readers_.read([&](Database& db) -> Result<std::optional<smdp::Delivery>> {
    Query q =
        TRY(db.query("SELECT iccid, eid, euicc_key, superseded FROM deliveries WHERE transaction_id = ?"));
    q.bind(id.octets());
    const bool row = TRY(q.step());
    if (!row) return std::optional<smdp::Delivery>();
    return std::optional<smdp::Delivery>(smdp::Delivery{id, TRY(Iccid::from_octets(q.blob(0))),
                                                        TRY(Eid::from_octets(q.blob(1))), to_bytes(q.blob(2)),
                                                        q.integer(3) != 0});
  });
}

Result<std::vector<smdp::FunctionCall>> SqliteOrders::calls(const smdp::CallKey& key,
                                                            const Octets<32>& digest) {
  return readers_.read([&](Database& db) -> Result<std::vector<smdp::FunctionCall>> {
    Query q =
        TRY(db.query("SELECT digest, answer, at FROM calls WHERE requester = ?1 AND function = ?2 AND "
                     "identifier = ?3 AND digest = ?4 UNION ALL SELECT * FROM (SELECT digest, answer, at FROM "
                     "calls WHERE requester = ?1 AND function = ?2 AND identifier = ?3 AND digest <> ?4 "
                     "LIMIT 1)"));
    q.bind_text(key.requester).bind_text(key.function).bind_text(key.identifier).bind(View(digest));
    std::vector<smdp::FunctionCall> out;
    while (TRY(q.step())) {
      out.push_back(
          {key, TRY(octets<32>(q.blob(0))), to_bytes(q.blob(1)), Time(std::chrono::seconds(q.integer(2)))});
    }
    return out;
  });
}

Status SqliteOrders::remember(const smdp::FunctionCall& call, const Audit& audit) {
  return writer_.write([&](Database& db) -> Status {
    TRY_VOID(insert_call(db, call));
    return insert_audit(db, audit, nullptr, nullptr);
  });
}

namespace {

/// As many as the writer may be held up by.
constexpr int64_t kPruneAtOnce = 500;

struct Old {
  std::vector<Bytes> deliveries;
  std::vector<std::pair<Bytes, int64_t>> notifications;
  std::vector<std::pair<smdp::CallKey, Bytes>> calls;
  size_t size() const { return deliveries.size() + notifications.size() + calls.size(); }
};

// Found by readers, whom nobody waits for: none of the tables is worth an index on its time.
Result<Old> find_old(Database& db, Time before) {
  Old old;
  Query d =
      TRY(db.query("SELECT transaction_id FROM deliveries d WHERE at < ? AND NOT EXISTS (SELECT 1 FROM "
                   "orders o WHERE o.iccid = d.iccid AND o.state = ? AND o.delivered = d.transaction_id) "
                   "LIMIT ?"));
  d.bind(before.time_since_epoch().count())
      .bind(static_cast<int64_t>(OrderState::downloaded))
      .bind(kPruneAtOnce);
  while (TRY(d.step())) old.deliveries.push_back(to_bytes(d.blob(0)));
  Query n = TRY(db.query("SELECT eid, seq_number FROM notifications WHERE at < ? LIMIT ?"));
  n.bind(before.time_since_epoch().count()).bind(kPruneAtOnce);
  while (TRY(n.step())) old.notifications.emplace_back(to_bytes(n.blob(0)), n.integer(1));
  Query c = TRY(db.query("SELECT requester, function, identifier, digest FROM calls WHERE at < ? LIMIT ?"));
  c.bind(before.time_since_epoch().count()).bind(kPruneAtOnce);
  while (TRY(c.step())) {
    old.calls.emplace_back(
        smdp::CallKey{std::string(c.text(0)), std::string(c.text(1)), std::string(c.text(2))},
        to_bytes(c.blob(3)));
  }
  return old;
}

Status delete_old(Database& db, const Old& old) {
  for (const Bytes& id : old.deliveries) {
    Query q = TRY(db.query("DELETE FROM deliveries WHERE transaction_id = ?"));
    TRY_VOID(q.bind(View(id)).run());
  }
  for (const auto& [eid, number] : old.notifications) {
    Query q = TRY(db.query("DELETE FROM notifications WHERE eid = ? AND seq_number = ?"));
    TRY_VOID(q.bind(View(eid)).bind(number).run());
  }
  for (const auto& [key, digest] : old.calls) {
    Query q = TRY(
        db.query("DELETE FROM calls WHERE requester = ? AND function = ? AND identifier = ? AND digest = ?"));
    q.bind_text(key.requester).bind_text(key.function).bind_text(key.identifier).bind(View(digest));
    TRY_VOID(q.run());
  }
  return {};
}

}  // namespace

Result<std::vector<Order>> SqliteOrders::expired(Time now, Time given_out, size_t limit) {
  return readers_.read([&](Database& db) -> Result<std::vector<Order>> {
    // The states as literals: so the index of those that can expire is used.
    static_assert(static_cast<int>(OrderState::confirmed) == 3 &&
                  static_cast<int>(OrderState::released) == 4 &&
                  static_cast<int>(OrderState::downloaded) == 5);
    Query q = TRY(db.query(ORDER_COLUMNS
                           "WHERE state >= 3 AND state <= 5 AND expires <= ? AND (state <> 5 OR expires <= ?) "
                           "ORDER BY expires, number LIMIT ?"));
    q.bind(now.time_since_epoch().count()).bind(given_out.time_since_epoch().count());
    q.bind(static_cast<int64_t>(limit));
    std::vector<Order> out;
    while (TRY(q.step())) out.push_back(TRY(read_order(q)));
    return out;
  });
}

Result<size_t> SqliteOrders::prune(Time before) {
  const Old old = TRY(readers_.read([&](Database& db) { return find_old(db, before); }));
  if (old.size() > 0) TRY_VOID(writer_.write([&](Database& db) { return delete_old(db, old); }));
  return old.size();
}

}  // namespace sealift::store
