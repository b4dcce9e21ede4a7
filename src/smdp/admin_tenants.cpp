#include "access/administration.hpp"
#include "smdp/admin_steps.hpp"

namespace sealift::smdp {

Status remove_tenant(Ports& ports, const Principal& who, const std::string& id) {
  access::Office office = TRY(office_of(ports));
  TRY_VOID(access::permit(who, Permission::change_tenants));
  const auto any = TRY(ports.orders.list({.tenant = id}, std::nullopt, 1));
  if (any.empty()) return access::remove_tenant(office, who, id);
  return Error{ErrorKind::conflict, "tenant " + id + " still has profiles; suspend it instead"};
}

}  // namespace sealift::smdp
