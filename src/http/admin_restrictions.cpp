// Who is not served: eUICCs, manufacturers, firmware, devices.
#include <boost/json.hpp>

#include "asn1/time.hpp"
#include "http/admin_describe.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;
using access::Permission;

const AdminMember kind{"kind", text, "eum, eid, certificate, firmware, svn, tac, imei or allowedTac", true};
const AdminMember value{"value", text, "as its kind has it", true};
const AdminSchema one_schema{
    "Restriction",
    {kind, value, {"reason", text, "for people"}, {"by", text, "principal"}, {"at", time, "since when"}}};
const AdminSchema add_schema{"AddRestriction",
                             {kind, value, {"reason", text, "for people, at most 256 octets"}}};
const AdminSchema remove_schema{"RemoveRestriction", {kind, value}};
const AdminSchema list_schema{"Restrictions",
                              {{"restrictions", list_of_objects, "the oldest first", true, &one_schema}}};

struct Named {
  smdp::RestrictionKind kind{};
  std::string value;
};
Result<Named> named_in(const JsonFields& body) {
  const std::string kind_name = TRY(body.required_text("kind"));
  return Named{TRY(smdp::restriction_kind(kind_name)), TRY(body.required_text("value"))};
}
json::object describe(const Named& named) {
  return {{"kind", smdp::name(named.kind)}, {"value", named.value}};
}

Result<AdminAnswer> add(const AdminCall& call) {
  const Named named = TRY(named_in(call.body));
  const auto reason = TRY(call.body.text("reason"));
  TRY_VOID(smdp::restrict(call.ports, call.who, named.kind, named.value, reason.value_or("")));
  return describe(named);
}

Result<AdminAnswer> remove(const AdminCall& call) {
  const Named named = TRY(named_in(call.body));
  TRY_VOID(smdp::unrestrict(call.ports, call.who, named.kind, named.value));
  return describe(named);
}

Result<AdminAnswer> list(const AdminCall& call) {
  const auto all = TRY(smdp::list_restrictions(call.ports, call.who));
  json::array out;
  for (const smdp::Restriction& one : all) {
    out.push_back({{"kind", smdp::name(one.kind)},
                   {"value", one.value},
                   {"reason", one.reason},
                   {"by", one.actor},
                   {"at", asn1::rfc3339(one.at)}});
  }
  return json::object{{"restrictions", std::move(out)}};
}

}  // namespace

std::vector<AdminRoute> admin_restriction_routes() {
  return {
      {.method = "GET",
       .path = "/admin/v1/restrictions",
       .summary = "Who is not served",
       .permission = Permission::read_restrictions,
       .answer = &list_schema,
       .function = list},
      {.method = "POST",
       .path = "/admin/v1/restrictions",
       .summary = "Serve somebody no more, from the next request on, sessions under way included",
       .permission = Permission::change_restrictions,
       .answer = &one_schema,
       .function = add,
       .body = &add_schema,
       .status = 201},
      {.method = "POST",
       .path = "/admin/v1/restrictions/remove",
       .summary = "Serve somebody again",
       .permission = Permission::change_restrictions,
       .answer = &one_schema,
       .function = remove,
       .body = &remove_schema},
  };
}

}  // namespace sealift::http
