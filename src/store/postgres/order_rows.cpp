#include "store/postgres/order_rows.hpp"

namespace sealift::store::postgres {

using smdp::Order;

namespace {

template <class T>
Result<std::optional<T>> optional_octets(const Rows& rows, size_t row, int column) {
  if (rows.is_null(row, column)) return std::optional<T>();
  if constexpr (requires(View v) { T::from_octets(v); }) {
    return std::optional<T>(TRY(T::from_octets(rows.blob(row, column))));
  } else {
    return std::optional<T>(TRY(octets<std::tuple_size_v<T>>(rows.blob(row, column))));
  }
}

/// $1 to $25, the same in both statements: what a change may set.
void bind_changeable(Statement& s, const Order& o) {
  s.bind(static_cast<int64_t>(o.state));
  o.matchingId ? s.bind(view(o.matchingId->value())) : s.bind_null();
  o.eid ? s.bind(View(o.eid->octets())) : s.bind_null();
  s.bind_optional(o.confirmation).bind(o.confirmation_attempts).bind(o.download_attempts);
  o.expires ? s.bind(o.expires->time_since_epoch().count()) : s.bind_null();
  s.bind(static_cast<int64_t>(o.protection)).bind(o.needs.major).bind(o.needs.minor).bind(o.needs.size);
  s.bind(static_cast<int64_t>(o.needs.services)).bind(View(o.metadata)).bind(View(o.euiccOtpk));
  o.delivered ? s.bind(o.delivered->octets()) : s.bind_null();
  s.bind(o.eid_ordered ? 1 : 0).bind(o.confirmation_limit).bind(o.rebind ? 1 : 0);
  s.bind(static_cast<int64_t>(o.reinstall)).bind(o.uses).bind(o.installs);
  o.last_event ? s.bind(static_cast<int64_t>(*o.last_event)) : s.bind_null();
  s.bind_text(o.tenant).bind_text(o.profileType);
  o.smdsAddress ? s.bind_text(*o.smdsAddress) : s.bind_null();
}

}  // namespace

Result<Order> read_order(const Rows& rows, size_t row) {
  const auto integer = [&](int column) { return rows.integer(row, column); };
  Order o;
  o.iccid = TRY(Iccid::from_octets(rows.blob(row, 0)));
  o.state = static_cast<smdp::OrderState>(integer(1));
  if (!rows.is_null(row, 2)) o.matchingId = TRY(MatchingId::parse(text(rows.blob(row, 2))));
  o.eid = TRY(optional_octets<Eid>(rows, row, 3));
  o.confirmation = TRY(optional_octets<Octets<32>>(rows, row, 4));
  o.confirmation_attempts = static_cast<uint32_t>(integer(5));
  o.download_attempts = static_cast<uint32_t>(integer(6));
  if (!rows.is_null(row, 7)) o.expires = Time(std::chrono::seconds(integer(7)));
  o.protection = static_cast<smdp::Protection>(integer(8));
  o.needs = {static_cast<uint8_t>(integer(9)), static_cast<uint8_t>(integer(10)),
             static_cast<uint32_t>(integer(11)), static_cast<uint64_t>(integer(12))};
  o.metadata = to_bytes(rows.blob(row, 13));
  o.euiccOtpk = to_bytes(rows.blob(row, 14));
  o.delivered = TRY(optional_octets<TransactionId>(rows, row, 15));
  o.version = static_cast<uint64_t>(integer(16));
  o.eid_ordered = integer(17) != 0;
  o.confirmation_limit = static_cast<uint32_t>(integer(18));
  o.rebind = integer(19) != 0;
  o.reinstall = static_cast<smdp::Reinstall>(integer(20));
  o.uses = static_cast<uint32_t>(integer(21));
  o.installs = static_cast<uint32_t>(integer(22));
  if (!rows.is_null(row, 23)) o.last_event = static_cast<uint64_t>(integer(23));
  o.tenant = rows.text(row, 24);
  o.profileType = rows.text(row, 25);
  if (!rows.is_null(row, 26)) o.smdsAddress = std::string(rows.text(row, 26));
  return o;
}

Statement insert_order(const Order& o) {
  Statement s(
      "INSERT INTO orders (state, matching_id, eid, confirmation, confirmation_attempts, download_attempts, "
      "expires, protection, needs_major, needs_minor, needs_size, needs_services, metadata, euicc_otpk, "
      "delivered, "
      "eid_ordered, confirmation_limit, rebind, reinstall, uses, installs, last_event, tenant, profile_type, "
      "smds_address, version, iccid) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
      "$15, "
      "$16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)");
  bind_changeable(s, o);
  s.bind(static_cast<int64_t>(o.version)).bind(View(o.iccid.octets()));
  return s;
}

Statement swap_order(const Order& o) {
  Statement s(
      "WITH swapped AS (UPDATE orders SET state = $1, matching_id = $2, eid = $3, confirmation = $4, "
      "confirmation_attempts = $5, download_attempts = $6, expires = $7, protection = $8, needs_major = $9, "
      "needs_minor = $10, needs_size = $11, needs_services = $12, metadata = $13, euicc_otpk = $14, "
      "delivered = $15, eid_ordered = $16, confirmation_limit = $17, rebind = $18, reinstall = $19, uses = "
      "$20, "
      "installs = $21, last_event = $22, tenant = $23, profile_type = $24, smds_address = $25, "
      "version = version + 1 WHERE version = $26 AND iccid = $27 RETURNING 1) "
      "SELECT sealift_must_change(count(*), 'the order has changed meanwhile') FROM swapped");
  bind_changeable(s, o);
  s.bind(static_cast<int64_t>(o.version)).bind(View(o.iccid.octets()));
  return s;
}

Statement insert_audit(const access::Audit& audit, const Iccid* iccid, const smdp::OrderState* state) {
  Statement s("INSERT INTO audit (at, actor, action, iccid, state, detail) VALUES ($1, $2, $3, $4, $5, $6)");
  s.bind(audit.at.time_since_epoch().count()).bind_text(audit.actor).bind_text(audit.action);
  if (!iccid && audit.iccid) iccid = &*audit.iccid;
  iccid ? s.bind(View(iccid->octets())) : s.bind_null();
  state ? s.bind(static_cast<int64_t>(*state)) : s.bind_null();
  s.bind_text(audit.detail);
  return s;
}

}  // namespace sealift::store::postgres
