#include "smdp/admin.hpp"

namespace sealift::smdp {
namespace {

constexpr size_t kLongestReason = 256;

Result<RestrictionList*> list_of(Ports& ports) {
  if (!ports.restrictions) return Error{ErrorKind::unsupported, "this server keeps no list of restrictions"};
  return ports.restrictions;
}

}  // namespace

Status restrict(Ports& ports, std::string_view principal, RestrictionKind kind, std::string value,
                std::string reason) {
  if (reason.size() > kLongestReason) return Error{ErrorKind::invalid, "reason: at most 256 octets"};
  RestrictionList* list = TRY(list_of(ports));
  return list->add({kind, std::move(value), std::move(reason), std::string(principal), ports.clock.now()});
}

Status unrestrict(Ports& ports, std::string_view principal, RestrictionKind kind, const std::string& value) {
  RestrictionList* list = TRY(list_of(ports));
  return list->remove(kind, value, principal, ports.clock.now());
}

Result<std::vector<Restriction>> list_restrictions(Ports& ports) {
  RestrictionList* list = TRY(list_of(ports));
  return list->all();
}

}  // namespace sealift::smdp
