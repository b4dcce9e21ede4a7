// An order as a row, in both directions. Part of store/postgres; nothing else includes this.
#pragma once

#include "smdp/order.hpp"
#include "store/postgres/statement.hpp"

namespace sealift::store::postgres {

// One column list, read by read_order in this order.
#define SEALIFT_ORDER_COLUMNS                                                                                \
  "SELECT iccid, state, matching_id, eid, confirmation, confirmation_attempts, download_attempts, expires, " \
  "protection, needs_major, needs_minor, needs_size, needs_services, metadata, euicc_otpk, delivered, "      \
  "version, eid_ordered, confirmation_limit, rebind, reinstall, uses, installs, last_event, tenant, "        \
  "profile_type, smds_address FROM orders "

Result<smdp::Order> read_order(const Rows& rows, size_t row);
/// All columns of an order, its `version` as given.
Statement insert_order(const smdp::Order&);
/// The compare and swap: one statement, so that it is atomic whoever else writes. Where the order is another
/// version by now its transaction fails with SQLSTATE SL409.
Statement swap_order(const smdp::Order&);
/// `iccid` and `state` are null where the change is of no order, or moved none.
Statement insert_audit(const access::Audit& audit, const Iccid* iccid, const smdp::OrderState* state);

}  // namespace sealift::store::postgres
