#include "store/sqlite/audit.hpp"

namespace sealift::store {

Status insert_audit(Database& db, const access::Audit& audit, const Iccid* iccid,
                    const smdp::OrderState* state) {
  Query q =
      TRY(db.query("INSERT INTO audit (at, actor, action, iccid, state, detail) VALUES (?, ?, ?, ?, ?, ?)"));
  q.bind(audit.at.time_since_epoch().count()).bind_text(audit.actor).bind_text(audit.action);
  if (!iccid && audit.iccid) iccid = &*audit.iccid;
  iccid ? q.bind(View(iccid->octets())) : q.bind_null();
  state ? q.bind(static_cast<int64_t>(*state)) : q.bind_null();
  return q.bind_text(audit.detail).run();
}

}  // namespace sealift::store
