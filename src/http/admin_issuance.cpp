// The big red button, and the approvals of two people.
#include <boost/json.hpp>

#include "access/administration.hpp"
#include "asn1/time.hpp"
#include "http/admin_describe.hpp"
#include "smdp/admin.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;
using access::Permission;

const AdminSchema later_schema{
    "LaterStop",
    {{"reason", text, "for people", true}, {"by", text, "principal", true}, {"at", time, "when", true}}};
const AdminSchema issuance_schema{
    "Issuance",
    {{"stopped", boolean, "no order is released and no profile given out", true},
     {"reason", text, "for people", true},
     {"by", text, "principal who stopped it, or opened it again", true},
     {"at", time, "when"},
     {"later", object, "the last stop after that first one", false, &later_schema}}};
const AdminSchema stop_schema{"StopIssuance", {{"reason", text, "1 to 256 octets, for people", true}}};
const AdminSchema reopen_schema{"ReopenIssuance",
                                {{"approval", text, "id of the approval, once two people have given it"}}};
const AdminSchema approve_schema{"Approve",
                                 {{"id", text, "of the approval", true},
                                  {"digest", text, "of what is approved, 64 hexadecimal digits", true}}};
const AdminSchema list_schema{
    "Approvals", {{"approvals", list_of_objects, "the newest last", true, &AdminSchemas::approval}}};

json::object describe(const access::Issuance& issuance) {
  json::object out{
      {"stopped", issuance.stopped}, {"reason", issuance.reason}, {"by", issuance.by}, {"at", nullptr}};
  if (issuance.at != Time{}) out["at"] = asn1::rfc3339(issuance.at);
  out["later"] = nullptr;
  if (const auto& later = issuance.later) {
    out["later"] = {{"reason", later->reason}, {"by", later->by}, {"at", asn1::rfc3339(later->at)}};
  }
  return out;
}

Result<AdminAnswer> show(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const access::Issuance issuance = TRY(access::show_issuance(office, call.who));
  return describe(issuance);
}

Result<AdminAnswer> stop(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const std::string reason = TRY(call.body.required_text("reason"));
  const access::Issuance issuance = TRY(access::stop_issuance(office, call.who, reason));
  return describe(issuance);
}

Result<AdminAnswer> reopen(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const auto approval = TRY(call.body.text("approval"));
  const auto done = TRY(access::reopen_issuance(office, call.who, approval));
  if (done.awaits) return awaits(*done.awaits, office.clock.now());
  return describe(done.issuance);
}

Result<AdminAnswer> list(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const auto all = TRY(access::list_approvals(office, call.who));
  json::array out;
  for (const access::Approval& one : all) out.push_back(http::describe(one, office.clock.now()));
  return json::object{{"approvals", std::move(out)}};
}

Result<AdminAnswer> approve(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const std::string id = TRY(call.body.required_text("id"));
  const auto digest = TRY(octets_from<32>(call.body, "digest"));
  if (!digest) return Error{ErrorKind::invalid, "digest is missing"};
  const access::Approval approved = TRY(access::approve(office, call.who, id, *digest));
  return http::describe(approved, office.clock.now());
}

}  // namespace

std::vector<AdminRoute> admin_issuance_routes() {
  return {
      {.method = "GET",
       .path = "/admin/v1/issuance",
       .summary = "Whether issuance is stopped",
       .permission = Permission::read_status,
       .answer = &issuance_schema,
       .function = show},
      {.method = "POST",
       .path = "/admin/v1/issuance/stop",
       .summary = "Stop issuance on every node: no order is released, no profile given out",
       .permission = Permission::stop_issuance,
       .answer = &issuance_schema,
       .function = stop,
       .body = &stop_schema},
      {.method = "POST",
       .path = "/admin/v1/issuance/reopen",
       .summary = "Reopen issuance, with the approval of two people other than whoever asks",
       .permission = Permission::reopen_issuance,
       .answer = &issuance_schema,
       .function = reopen,
       .body = &reopen_schema},
      {.method = "GET",
       .path = "/admin/v1/approvals",
       .summary = "What was asked for of late, and who approved",
       .permission = Permission::read_approvals,
       .answer = &list_schema,
       .function = list},
      {.method = "POST",
       .path = "/admin/v1/approvals/approve",
       .summary = "Approve what somebody else asked for",
       .permission = Permission::approve,
       .answer = &AdminSchemas::approval,
       .function = approve,
       .body = &approve_schema},
  };
}

}  // namespace sealift::http
