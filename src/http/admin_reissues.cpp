// Reissues: a new activation code for a subscription that had one.
#include <boost/json.hpp>

#include "asn1/time.hpp"
#include "crypto/hash.hpp"
#include "http/admin_describe.hpp"
#include "smdp/reissue.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;
using access::Permission;

const AdminSchema step_up_schema{
    "StepUp",
    {{"issued", time, "when it was signed, at most 10 minutes ago", true},
     {"signature", text, "r and s, 64 octets in hexadecimal, by the stepUpKey", true}}};
const AdminSchema ask_schema{
    "AskReissue",
    {{"iccid", text, "the profile that the subscriber had", true},
     {"eid", text, "the new device; needed unless the tenant's policies say otherwise"},
     {"lost", boolean, "the device that has the profile is lost for good: another profile takes its place"},
     {"confirmationCode", text, "the user has to enter it; only its hash is kept"},
     {"approval", text, "id of the approval of a second person, where one was asked for"},
     {"stepUp", object, "in place of that: a signature of the tenant's own service", false,
      &step_up_schema}}};
const AdminSchema reissue_schema{
    "Reissue",
    {{"iccid", text, "the profile that the subscriber had", true},
     {"tenant", text, "whose", true},
     {"state", text, "waiting, done or cancelled", true},
     {"requester", text, "principal who asked", true},
     {"at", time, "when", true},
     {"earliest", time, "the end of the cooling-off: before, it is not completed", true},
     {"lost", boolean, "the device was declared lost", true},
     {"eid", text, "the new device"},
     {"secondFactor", text, "approval, step-up or none", true},
     {"replacement", text, "ICCID of the profile that took the place"}}};
const AdminSchema which{"WhichReissue", {{"iccid", text, "the profile that the subscriber had", true}}};
const AdminSchema list_schema{"Reissues",
                              {{"reissues", list_of_objects, "the newest last", true, &reissue_schema}}};

json::object describe(const smdp::Reissue& one) {
  json::object out{{"iccid", one.iccid.digits()},
                   {"tenant", one.tenant},
                   {"state", smdp::name(one.state)},
                   {"requester", one.requester},
                   {"at", asn1::rfc3339(one.at)},
                   {"earliest", asn1::rfc3339(one.earliest)},
                   {"lost", one.lost},
                   {"secondFactor", one.second_factor}};
  out["eid"] = text_or_null(one.eid, [](const Eid& eid) { return eid.digits(); });
  out["replacement"] = text_or_null(one.replacement, [](const Iccid& iccid) { return iccid.digits(); });
  return out;
}

Result<std::optional<smdp::StepUp>> step_up_from(const JsonFields& body) {
  const json::value* given = body.value("stepUp");
  if (!given) return std::optional<smdp::StepUp>();
  const JsonFields fields = TRY(JsonFields::of(*given, step_up_schema.names()));
  const std::string issued = TRY(fields.required_text("issued"));
  const auto signature = TRY(octets_from<64>(fields, "signature"));
  if (!signature) return Error{ErrorKind::invalid, "stepUp: signature is missing"};
  return std::optional(smdp::StepUp{TRY(asn1::parse_rfc3339(issued)), to_bytes(View(*signature))});
}

Result<AdminAnswer> ask(const AdminCall& call) {
  smdp::AskReissue request;
  request.iccid = TRY(required_iccid(call.body));
  request.eid = TRY(eid_from(call.body));
  request.lost = TRY(call.body.boolean("lost")).value_or(false);
  if (const auto code = TRY(call.body.text("confirmationCode"))) {
    if (code->empty()) return Error{ErrorKind::invalid, "confirmationCode: it is empty"};
    request.confirmation = crypto::sha256(view(*code));
  }
  request.approval = TRY(call.body.text("approval"));
  request.step_up = TRY(step_up_from(call.body));
  const auto asked = TRY(smdp::ask_reissue(call.ports, call.who, request));
  if (asked.awaits) return awaits(*asked.awaits, call.ports.clock.now());
  return describe(*asked.reissue);
}

Result<AdminAnswer> complete(const AdminCall& call) {
  const Iccid iccid = TRY(required_iccid(call.body));
  const smdp::Order order = TRY(smdp::complete_reissue(call.ports, call.who, iccid));
  return TRY(http::describe(call.ports, order));
}

Result<AdminAnswer> cancel(const AdminCall& call) {
  const Iccid iccid = TRY(required_iccid(call.body));
  const smdp::Reissue reissue = TRY(smdp::cancel_reissue(call.ports, call.who, iccid));
  return describe(reissue);
}

Result<AdminAnswer> list(const AdminCall& call) {
  const auto all = TRY(smdp::list_reissues(call.ports, call.who));
  json::array out;
  for (const smdp::Reissue& one : all) out.push_back(describe(one));
  return json::object{{"reissues", std::move(out)}};
}

}  // namespace

std::vector<AdminRoute> admin_reissue_routes() {
  return {
      {.method = "GET",
       .path = "/admin/v1/reissues",
       .summary = "Reissues of the last day, and those that wait",
       .permission = Permission::read_profiles,
       .answer = &list_schema,
       .function = list},
      {.method = "POST",
       .path = "/admin/v1/reissues",
       .summary = "Ask for a new activation code for a subscription that had one, with a second factor",
       .permission = Permission::reissue_orders,
       .answer = &reissue_schema,
       .function = ask,
       .body = &ask_schema,
       .status = 201},
      {.method = "POST",
       .path = "/admin/v1/reissues/complete",
       .summary = "After the cooling-off: the order with the new activation code",
       .permission = Permission::reissue_orders,
       .answer = &AdminSchemas::order,
       .function = complete,
       .body = &which},
      {.method = "POST",
       .path = "/admin/v1/reissues/cancel",
       .summary = "Cancel a reissue: the subscriber objected",
       .permission = Permission::reissue_orders,
       .answer = &reissue_schema,
       .function = cancel,
       .body = &which},
  };
}

}  // namespace sealift::http
