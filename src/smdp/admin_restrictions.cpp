#include "smdp/admin_steps.hpp"

namespace sealift::smdp {
namespace {

Result<RestrictionList*> list_of(Ports& ports) {
  if (!ports.restrictions) return Error{ErrorKind::unsupported, "this server keeps no list of restrictions"};
  return ports.restrictions;
}

}  // namespace

Status restrict(Ports& ports, const Principal& who, RestrictionKind kind, std::string value,
                std::string reason) {
  TRY_VOID(access::permit(who, Permission::change_restrictions));
  TRY_VOID(access::check_reason(reason));
  RestrictionList* list = TRY(list_of(ports));
  return list->add({kind, std::move(value), std::move(reason), who.name, ports.clock.now()});
}

Status unrestrict(Ports& ports, const Principal& who, RestrictionKind kind, const std::string& value) {
  TRY_VOID(access::permit(who, Permission::change_restrictions));
  RestrictionList* list = TRY(list_of(ports));
  return list->remove(kind, value, who.name, ports.clock.now());
}

Result<std::vector<Restriction>> list_restrictions(Ports& ports, const Principal& who) {
  TRY_VOID(access::permit(who, Permission::read_restrictions));
  RestrictionList* list = TRY(list_of(ports));
  return list->all();
}

}  // namespace sealift::smdp
