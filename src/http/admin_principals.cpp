// Principals: who may use this administration, and as what.
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
using access::Principal;

const AdminMember name_member{"name", text, "1 to 32 of a-z, 0-9, '.', '_' and '-'; used once", true};
const AdminMember approval_member{"approval", text, "id of the approval, where one was asked for"};
const AdminMember certificate_member{"certificate", text, "SHA-256 of its client certificate, hexadecimal"};
const AdminMember expires_member{"expires", time, "until when it may do anything"};

const AdminSchema principal_schema{
    "Principal",
    {name_member,
     {"roles", list_of_text, "operator-admin, tenant-admin, support, auditor, approver", true},
     {"tenant", text, "the only one it sees; empty: all", true},
     {"hasToken", boolean, "it shows who it is by a token", true},
     certificate_member,
     expires_member,
     {"disabled", boolean, "it may do nothing", true},
     {"token", text, "64 hexadecimal digits; of a new principal alone, and never shown again"}}};
const AdminSchema add_schema{
    "AddPrincipal",
    {name_member,
     {"roles", list_of_text, "operator-admin, tenant-admin, support; auditor or approver alone", true},
     {"tenant", text, "the only one it sees; default: all"},
     certificate_member,
     expires_member,
     approval_member}};
const AdminSchema change_schema{"ChangePrincipal",
                                {name_member,
                                 {"disabled", boolean, "it may do nothing"},
                                 certificate_member,
                                 expires_member,
                                 approval_member}};
const AdminSchema renew_schema{"RenewToken", {name_member, approval_member}};
const AdminSchema list_schema{"Principals",
                              {{"principals", list_of_objects, "by name", true, &principal_schema}}};
const AdminSchema self_schema{"Self",
                              {name_member,
                               {"roles", list_of_text, "what it is here", true},
                               {"tenant", text, "the only one it sees; empty: all", true}}};

json::array roles_of(const Principal& p) {
  json::array out;
  for (access::Role one : p.roles) out.emplace_back(access::name(one));
  return out;
}

json::object describe(const Principal& p) {
  json::object out{{"name", p.name},
                   {"roles", roles_of(p)},
                   {"tenant", p.tenant},
                   {"hasToken", p.token.has_value()},
                   {"disabled", p.disabled}};
  out["certificate"] = text_or_null(p.certificate, [](const Octets<32>& digest) { return hex(digest); });
  out["expires"] = text_or_null(p.expires, [](Time at) { return asn1::rfc3339(at); });
  return out;
}

AdminAnswer with_token(const access::NewPrincipal& made, Time now) {
  if (made.awaits) return awaits(*made.awaits, now);
  json::object out = describe(*made.principal);
  out["token"] = hex(made.token.expose());
  return out;
}

Result<std::vector<access::Role>> roles_from(const JsonFields& body) {
  std::vector<access::Role> out;
  const json::array* named = TRY(body.array("roles"));
  if (!named) return Error{ErrorKind::invalid, "roles is missing"};
  for (const json::value& one : *named) {
    out.push_back(TRY(access::role(one.is_string() ? std::string_view(one.get_string()) : "")));
  }
  return out;
}

Result<AdminAnswer> add(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  Principal principal{.name = TRY(call.body.required_text("name")), .roles = TRY(roles_from(call.body))};
  principal.tenant = TRY(call.body.text("tenant")).value_or("");
  principal.certificate = TRY(octets_from<32>(call.body, "certificate"));
  principal.expires = TRY(future_from(call.body, "expires", office.clock.now()));
  const auto approval = TRY(call.body.text("approval"));
  const auto made = TRY(access::add_principal(office, call.who, std::move(principal), approval));
  return with_token(made, office.clock.now());
}

Result<AdminAnswer> renew(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const std::string name = TRY(call.body.required_text("name"));
  const auto approval = TRY(call.body.text("approval"));
  const auto made = TRY(access::renew_token(office, call.who, name, approval));
  return with_token(made, office.clock.now());
}

Result<AdminAnswer> change(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const std::string name = TRY(call.body.required_text("name"));
  access::PrincipalChange change;
  change.disabled = TRY(call.body.boolean("disabled"));
  change.certificate = TRY(octets_from<32>(call.body, "certificate"));
  change.expires = TRY(future_from(call.body, "expires", office.clock.now()));
  const auto approval = TRY(call.body.text("approval"));
  const auto done = TRY(access::change_principal(office, call.who, name, change, approval));
  if (done.awaits) return awaits(*done.awaits, office.clock.now());
  return describe(*done.principal);
}

Result<AdminAnswer> list(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const auto all = TRY(access::list_principals(office, call.who));
  json::array out;
  for (const Principal& one : all) out.push_back(describe(one));
  return json::object{{"principals", std::move(out)}};
}

Result<AdminAnswer> self(const AdminCall& call) {
  return json::object{{"name", call.who.name}, {"roles", roles_of(call.who)}, {"tenant", call.who.tenant}};
}

}  // namespace

std::vector<AdminRoute> admin_principal_routes() {
  return {
      {.method = "GET",
       .path = "/admin/v1/self",
       .summary = "Who the bearer of this token is",
       .permission = Permission::read_status,
       .answer = &self_schema,
       .function = self},
      {.method = "GET",
       .path = "/admin/v1/principals",
       .summary = "Everybody who may use this administration",
       .permission = Permission::read_principals,
       .answer = &list_schema,
       .function = list},
      {.method = "POST",
       .path = "/admin/v1/principals",
       .summary = "Add a principal; an approver takes the approval of two others",
       .permission = Permission::change_principals,
       .answer = &principal_schema,
       .function = add,
       .body = &add_schema,
       .status = 201},
      {.method = "POST",
       .path = "/admin/v1/principals/change",
       .summary = "Disable or enable a principal, or change its certificate or end",
       .permission = Permission::change_principals,
       .answer = &principal_schema,
       .function = change,
       .body = &change_schema},
      {.method = "POST",
       .path = "/admin/v1/principals/token",
       .summary = "A new token in place of the old one",
       .permission = Permission::change_principals,
       .answer = &principal_schema,
       .function = renew,
       .body = &renew_schema},
  };
}

}  // namespace sealift::http
