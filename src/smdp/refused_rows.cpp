#include "smdp/refused_rows.hpp"

#include "smdp/admin_steps.hpp"

namespace sealift::smdp {

Result<std::vector<RefusedRow>> list_refused(Outbox& outbox, const Principal& who) {
  constexpr size_t most = 1000;
  TRY_VOID(access::permit(who, Permission::read_profiles));
  return outbox.all_refused(who.tenant, most);
}

Result<RefusedRow> drop_refused(const Ports& ports, Outbox& outbox, const Principal& who, uint64_t number) {
  TRY_VOID(access::permit(who, Permission::change_orders));
  const std::string row = "row " + std::to_string(number);
  auto dropped = outbox.drop(number, who.tenant, audit_of(ports, who, "drop_outgoing", row));
  if (!dropped && dropped.error().kind == ErrorKind::not_found)
    return Error{ErrorKind::not_found, "no " + row + " is refused; list those that are"};
  if (dropped && ports.bell) ports.bell->ring();
  return dropped;
}

}  // namespace sealift::smdp
