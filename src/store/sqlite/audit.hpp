// The audit row of a change, written in its transaction. Part of store/sqlite; nothing else includes this.
#pragma once

#include "smdp/order.hpp"
#include "store/sqlite/database.hpp"

namespace sealift::store {

/// `iccid` and `state` are null where the change is of no order, or moved none; the row then has its own
/// ICCID, if any.
Status insert_audit(Database& db, const access::Audit& audit, const Iccid* iccid,
                    const smdp::OrderState* state);

}  // namespace sealift::store
