// What operators and SM-DSs refuse to be told.
#include <boost/json.hpp>

#include "asn1/time.hpp"
#include "http/admin_describe.hpp"
#include "smdp/refused_rows.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;
using access::Permission;

const AdminMember row_number{"number", number, "of the row", true};
const AdminSchema row_schema{
    "RefusedRow",
    {row_number,
     {"kind", text, "downloadProgress, notification, registerEvent or deleteEvent", true},
     {"iccid", text, "profile", true},
     {"tenant", text, "whose", true},
     {"addressee", text, "the tenant, or the address of an SM-DS", true},
     {"happened", time, "what it tells of", true},
     {"attempts", number, "that failed", true},
     {"last", time, "when it was refused last", true},
     {"problem", text, "for people", true}}};
const AdminSchema list_schema{"RefusedRows", {{"rows", list_of_objects, "by number", true, &row_schema}}};
const AdminSchema drop_schema{"DropRow", {row_number}};

std::string_view name_of(smdp::OutgoingKind kind) {
  switch (kind) {
    case smdp::OutgoingKind::download_progress: return "downloadProgress";
    case smdp::OutgoingKind::notification: return "notification";
    case smdp::OutgoingKind::register_event: return "registerEvent";
    case smdp::OutgoingKind::delete_event: return "deleteEvent";
  }
  return "";
}

json::object describe(const smdp::RefusedRow& one) {
  return {{"number", one.row.number},
          {"kind", name_of(one.row.what.kind)},
          {"iccid", one.row.what.iccid.digits()},
          {"tenant", one.row.what.tenant},
          {"addressee", smdp::addressee_of(one.row.what).name},
          {"happened", asn1::rfc3339(one.row.what.at)},
          {"attempts", one.row.attempts},
          {"last", asn1::rfc3339(one.last)},
          {"problem", one.why}};
}

Error sends_nothing() {
  return {ErrorKind::unsupported, "this server sends nothing to operators or SM-DSs"};
}

Result<AdminAnswer> list(const AdminCall& call) {
  if (!call.outbox) return sends_nothing();
  json::array out;
  for (const smdp::RefusedRow& one : TRY(smdp::list_refused(*call.outbox, call.who)))
    out.push_back(describe(one));
  return json::object{{"rows", std::move(out)}};
}

Result<AdminAnswer> drop(const AdminCall& call) {
  if (!call.outbox) return sends_nothing();
  const auto which = TRY(call.body.number("number", 1, UINT32_MAX));
  if (!which) return Error{ErrorKind::invalid, "number is missing"};
  return describe(TRY(smdp::drop_refused(call.ports, *call.outbox, call.who, *which)));
}

}  // namespace

std::vector<AdminRoute> admin_outbox_routes() {
  return {
      {.method = "GET",
       .path = "/admin/v1/outbox/refused",
       .summary = "What operators and SM-DSs did not take when it was last tried, whichever node tried",
       .permission = Permission::read_profiles,
       .answer = &list_schema,
       .function = list},
      {.method = "POST",
       .path = "/admin/v1/outbox/drop",
       .summary = "Never send a row that was tried in vain; later ones of its profile go on",
       .permission = Permission::change_orders,
       .answer = &row_schema,
       .function = drop,
       .body = &drop_schema},
  };
}

}  // namespace sealift::http
