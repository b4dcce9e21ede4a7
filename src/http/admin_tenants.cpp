// Tenants: the operators that share this server.
#include <boost/json.hpp>

#include "access/administration.hpp"
#include "http/admin_describe.hpp"
#include "smdp/admin.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;
using access::Callback;
using access::ClientCertificate;
using access::Permission;
using access::Policies;
using access::Tenant;

const AdminSchema client_schema{"ClientCertificate",
                                {{"fingerprint", text, "SHA-256 of the certificate, hexadecimal"},
                                 {"dnsName", text, "one of its SAN dNSName"},
                                 {"registeredId", text, "one of its SAN registeredID, dotted"},
                                 {"commonName", text, "CN of its subject"},
                                 {"issuer", text, "subjectKeyIdentifier of a CA above it, hexadecimal"}}};
const AdminSchema callback_schema{
    "Callback",
    {{"address", text, "HOST or HOST:PORT", true},
     {"pathPrefix", text, "before /gsma/rsp2/es2plus/"},
     {"notifications", boolean, "the peer announced v3: ES2+.HandleNotification too"},
     {"trust", list_of_text, "CA certificates (DER, base64); none: the CIs of this site"}}};
const AdminSchema policies_schema{
    "Policies",
    {{"allowUnbound", boolean, "orders without an EID"},
     {"unboundLifetime", number, "seconds after which those expire, at most 86400"},
     {"orderLifetime", number, "seconds, of other orders that do not say; 0: no end"},
     {"reinstall", text, "of orders that do not say: never, sameEid, afterDeletion"},
     {"uses", number, "installations, with reinstall; 0: any number"},
     {"confirmationAttempts", number, "codes that may be tried, 1 to 10; 0: the server's setting"},
     {"confirmationRequired", boolean, "every order has a confirmation code"},
     {"callsPerMinute", number, "of ES2+; 0: any number"},
     {"reissuesPerDay", number, "0: any number"},
     {"coolingOff", number, "seconds between asking for a reissue and getting it"},
     {"stepUp", boolean, "a reissue takes a second factor"},
     {"stepUpKey", text, "P-256 point, 65 octets in hexadecimal: whose signature vouches for a subscriber"}}};
const AdminMember id_member{"id", text, "1 to 32 of a-z, 0-9, '.', '_' and '-'", true};
const std::vector<AdminMember> settings{
    {"name", text, "for people"},
    {"clients", list_of_objects, "its client certificates, at most 16", false, &client_schema},
    {"requesters", list_of_text, "functionRequesterIdentifiers that it may use; none: any"},
    {"callback", object, "where it hears of its orders", false, &callback_schema},
    {"policies", object, "what its orders may be", false, &policies_schema},
    {"suspended", boolean, "neither ES2+ nor downloads of its profiles"}};

std::vector<AdminMember> with_id(std::vector<AdminMember> members) {
  members.insert(members.begin(), id_member);
  return members;
}
const AdminSchema tenant_schema{"Tenant", with_id(settings)};
const AdminSchema list_schema{"Tenants", {{"tenants", list_of_objects, "by id", true, &tenant_schema}}};
const AdminSchema which{"WhichTenant", {id_member}};

// ---- what is shown ----

template <class T>
void put_hex(json::object& out, const char* name, const std::optional<T>& octets) {
  if (octets) out[name] = hex(View(*octets));
}
void put_text(json::object& out, const char* name, const std::optional<std::string>& value) {
  if (value) out[name] = *value;
}

json::object describe(const ClientCertificate& c) {
  json::object out;
  put_hex(out, "fingerprint", c.fingerprint);
  put_text(out, "dnsName", c.dnsName);
  put_text(out, "registeredId", c.registeredId);
  put_text(out, "commonName", c.commonName);
  put_hex(out, "issuer", c.issuer);
  return out;
}

json::object describe(const Callback& c) {
  json::array trust;
  for (const Bytes& one : c.trust) trust.emplace_back(base64(one));
  return {{"address", c.address},
          {"pathPrefix", c.pathPrefix},
          {"notifications", c.notifications},
          {"trust", std::move(trust)}};
}

json::object describe(const Policies& p) {
  json::object out{{"allowUnbound", p.allowUnbound},
                   {"unboundLifetime", p.unboundLifetime},
                   {"orderLifetime", p.orderLifetime},
                   {"reinstall", p.reinstall},
                   {"uses", p.uses},
                   {"confirmationAttempts", p.confirmationAttempts},
                   {"confirmationRequired", p.confirmationRequired},
                   {"callsPerMinute", p.callsPerMinute},
                   {"reissuesPerDay", p.reissuesPerDay},
                   {"coolingOff", p.coolingOff},
                   {"stepUp", p.stepUp}};
  put_hex(out, "stepUpKey", p.stepUpKey);
  return out;
}

json::object describe(const Tenant& t) {
  json::array clients, requesters;
  for (const ClientCertificate& one : t.clients) clients.push_back(describe(one));
  for (const std::string& one : t.requesters) requesters.emplace_back(one);
  json::object out{{"id", t.id},
                   {"name", t.name},
                   {"clients", std::move(clients)},
                   {"requesters", std::move(requesters)},
                   {"callback", nullptr},
                   {"policies", describe(t.policies)},
                   {"suspended", t.suspended}};
  if (t.callback) out["callback"] = describe(*t.callback);
  return out;
}

// ---- what is asked for ----

Result<ClientCertificate> client_from(const json::value& value) {
  const JsonFields fields = TRY(JsonFields::of(value, client_schema.names()));
  ClientCertificate out;
  out.fingerprint = TRY(octets_from<32>(fields, "fingerprint"));
  out.dnsName = TRY(fields.text("dnsName"));
  out.registeredId = TRY(fields.text("registeredId"));
  out.commonName = TRY(fields.text("commonName"));
  out.issuer = TRY(octets_from<20>(fields, "issuer"));
  return out;
}

Result<std::vector<std::string>> texts_from(const json::array& list, const char* name) {
  std::vector<std::string> out;
  for (const json::value& one : list) {
    if (!one.is_string()) return Error{ErrorKind::invalid, std::string(name) + " must be a list of texts"};
    out.emplace_back(one.get_string());
  }
  return out;
}

Result<Callback> callback_from(const json::value& value) {
  const JsonFields fields = TRY(JsonFields::of(value, callback_schema.names()));
  Callback out;
  out.address = TRY(fields.required_text("address"));
  out.pathPrefix = TRY(fields.text("pathPrefix")).value_or("");
  out.notifications = TRY(fields.boolean("notifications")).value_or(false);
  if (const json::array* trust = TRY(fields.array("trust"))) {
    const auto texts = TRY(texts_from(*trust, "trust"));
    for (const std::string& one : texts) out.trust.push_back(TRY(from_base64(one)));
  }
  return out;
}

/// Only what is there changes.
Status policies_from(const json::value& value, Policies& p) {
  const JsonFields fields = TRY(JsonFields::of(value, policies_schema.names()));
  const std::pair<const char*, bool*> flags[] = {{"allowUnbound", &p.allowUnbound},
                                                 {"confirmationRequired", &p.confirmationRequired},
                                                 {"stepUp", &p.stepUp}};
  for (const auto& [name, flag] : flags) *flag = TRY(fields.boolean(name)).value_or(*flag);
  const std::pair<const char*, uint32_t*> numbers[] = {{"unboundLifetime", &p.unboundLifetime},
                                                       {"orderLifetime", &p.orderLifetime},
                                                       {"uses", &p.uses},
                                                       {"confirmationAttempts", &p.confirmationAttempts},
                                                       {"callsPerMinute", &p.callsPerMinute},
                                                       {"reissuesPerDay", &p.reissuesPerDay},
                                                       {"coolingOff", &p.coolingOff}};
  for (const auto& [name, number] : numbers)
    *number = TRY(fields.number(name, 0, UINT32_MAX)).value_or(*number);
  p.reinstall = TRY(fields.text("reinstall")).value_or(p.reinstall);
  const auto key = TRY(octets_from<65>(fields, "stepUpKey"));
  if (key) p.stepUpKey = key;
  return {};
}

Status settings_from(const JsonFields& body, Tenant& t) {
  t.name = TRY(body.text("name")).value_or(t.name);
  if (const json::array* clients = TRY(body.array("clients"))) {
    t.clients.clear();
    for (const json::value& one : *clients) t.clients.push_back(TRY(client_from(one)));
  }
  if (const json::array* requesters = TRY(body.array("requesters"))) {
    t.requesters = TRY(texts_from(*requesters, "requesters"));
  }
  if (const json::value* callback = body.value("callback")) t.callback = TRY(callback_from(*callback));
  if (const json::value* policies = body.value("policies")) TRY_VOID(policies_from(*policies, t.policies));
  t.suspended = TRY(body.boolean("suspended")).value_or(t.suspended);
  return {};
}

Result<AdminAnswer> add(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  Tenant tenant{.id = TRY(call.body.required_text("id"))};
  tenant.name = tenant.id;
  TRY_VOID(settings_from(call.body, tenant));
  return describe(TRY(access::add_tenant(office, call.who, tenant)));
}

Result<AdminAnswer> change(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const std::string id = TRY(call.body.required_text("id"));
  const auto apply = [&](Tenant& tenant) { return settings_from(call.body, tenant); };
  return describe(TRY(access::change_tenant(office, call.who, id, apply)));
}

Result<AdminAnswer> remove(const AdminCall& call) {
  const std::string id = TRY(call.body.required_text("id"));
  TRY_VOID(smdp::remove_tenant(call.ports, call.who, id));
  return json::object{{"id", id}};
}

Result<AdminAnswer> list(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  const auto all = TRY(access::list_tenants(office, call.who));
  json::array out;
  for (const Tenant& one : all) out.push_back(describe(one));
  return json::object{{"tenants", std::move(out)}};
}

Result<AdminAnswer> show(const AdminCall& call) {
  access::Office office = TRY(smdp::office_of(call.ports));
  return describe(TRY(access::show_tenant(office, call.who, call.last)));
}

}  // namespace

std::vector<AdminRoute> admin_tenant_routes() {
  return {
      {.method = "GET",
       .path = "/admin/v1/tenants",
       .summary = "The tenants that the principal sees",
       .permission = Permission::read_tenants,
       .answer = &list_schema,
       .function = list},
      {.method = "GET",
       .path = "/admin/v1/tenants/{id}",
       .summary = "One tenant",
       .permission = Permission::read_tenants,
       .answer = &tenant_schema,
       .function = show},
      {.method = "POST",
       .path = "/admin/v1/tenants",
       .summary = "Add a tenant",
       .permission = Permission::change_tenants,
       .answer = &tenant_schema,
       .function = add,
       .body = &tenant_schema,
       .status = 201},
      {.method = "POST",
       .path = "/admin/v1/tenants/change",
       .summary = "Change a tenant: what the body has, the rest stays",
       .permission = Permission::change_tenants,
       .answer = &tenant_schema,
       .function = change,
       .body = &tenant_schema},
      {.method = "POST",
       .path = "/admin/v1/tenants/remove",
       .summary = "Remove a tenant that has no profiles",
       .permission = Permission::change_tenants,
       .answer = &which,
       .function = remove,
       .body = &which},
  };
}

}  // namespace sealift::http
