// sealift tenant: the operators that share a running SM-DP+.
#include <boost/json/array.hpp>
#include <optional>
#include <set>

#include "cli/admin_show.hpp"
#include "crypto/hash.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  AdminTarget target;
  std::string id;
  std::optional<std::string> name, callback, callback_path, reinstall, step_up_key;
  std::vector<std::string> certificates, dns_names, oids, common_names, requesters, callback_trust;
  std::string issuer;
  std::optional<uint32_t> unbound_lifetime, order_lifetime, uses, confirmation_attempts, calls_per_minute,
      reissues_per_day, cooling_off;
  std::optional<bool> allow_unbound, confirmation_required, step_up, notifications;
};

/// The first certificate of a file, DER.
Result<Bytes> certificate_in(const std::string& path) {
  const std::string file = TRY(read_file(path, 1u << 20));
  auto found = pki::certificates_from_file_octets(view(file));
  if (!found) return std::move(found.error()).within(path);
  return to_bytes(found->front().der());
}

Result<json::array> clients_of(const Options& o) {
  json::array out;
  for (const std::string& path : o.certificates) {
    const Bytes der = TRY(certificate_in(path));
    out.push_back(json::object{{"fingerprint", hex(crypto::sha256(der))}});
  }
  const std::pair<const char*, const std::vector<std::string>*> named[] = {
      {"dnsName", &o.dns_names}, {"registeredId", &o.oids}, {"commonName", &o.common_names}};
  for (const auto& [member, values] : named) {
    for (const std::string& value : *values) {
      json::object one{{member, value}};
      if (!o.issuer.empty()) one["issuer"] = o.issuer;
      out.push_back(std::move(one));
    }
  }
  return out;
}

Result<json::object> callback_of(const Options& o) {
  json::object out{{"address", *o.callback}};
  if (o.callback_path) out["pathPrefix"] = *o.callback_path;
  if (o.notifications) out["notifications"] = *o.notifications;
  json::array trust;
  for (const std::string& path : o.callback_trust) {
    const Bytes der = TRY(certificate_in(path));
    trust.emplace_back(base64(der));
  }
  if (!trust.empty()) out["trust"] = std::move(trust);
  return out;
}

template <class T>
void put(json::object& out, const char* name, const std::optional<T>& value) {
  if (value) out[name] = *value;
}

json::object policies_of(const Options& o) {
  json::object out;
  put(out, "allowUnbound", o.allow_unbound);
  put(out, "unboundLifetime", o.unbound_lifetime);
  put(out, "orderLifetime", o.order_lifetime);
  put(out, "reinstall", o.reinstall);
  put(out, "uses", o.uses);
  put(out, "confirmationAttempts", o.confirmation_attempts);
  put(out, "confirmationRequired", o.confirmation_required);
  put(out, "callsPerMinute", o.calls_per_minute);
  put(out, "reissuesPerDay", o.reissues_per_day);
  put(out, "coolingOff", o.cooling_off);
  put(out, "stepUp", o.step_up);
  put(out, "stepUpKey", o.step_up_key);
  return out;
}

/// Only what was given.
Result<json::object> settings_of(const Options& o) {
  json::object out{{"id", o.id}};
  put(out, "name", o.name);
  auto clients = TRY(clients_of(o));
  if (!clients.empty()) out["clients"] = std::move(clients);
  if (!o.requesters.empty()) out["requesters"] = json::array(o.requesters.begin(), o.requesters.end());
  if (o.callback) out["callback"] = TRY(callback_of(o));
  json::object policies = policies_of(o);
  if (!policies.empty()) out["policies"] = std::move(policies);
  return out;
}

int send(const Options& o, const char* path, const char* done, Output& out) {
  auto body = settings_of(o);
  if (!body) return out.fail(body.error());
  return post_and_say(o.target, path, std::move(*body), "Tenant " + o.id + done, out);
}

void print_tenant(const json::object& tenant, Output& out) {
  static constexpr Titled rows[] = {{"Tenant", "id"},
                                    {"Name", "name"},
                                    {"Suspended", "suspended"},
                                    {"Client certificates", "clients"},
                                    {"Requesters", "requesters"},
                                    {"Callback", "callback"}};
  print_members(tenant, rows, out);
  const json::value* policies = tenant.if_contains("policies");
  if (!policies || !policies->is_object()) return;
  for (const auto& [name, value] : policies->get_object()) {
    std::string line = "  " + std::string(name);
    line.resize(24, ' ');
    out.line(line + shown(policies->get_object(), std::string(name).c_str()));
  }
}

int show(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto tenant = admin->get("/admin/v1/tenants/" + percent_encoded(o.id));
  if (!tenant) return out.fail(tenant.error());
  print_tenant(*tenant, out);
  out.object(std::move(*tenant));
  return exit_ok;
}

int list(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->get("/admin/v1/tenants");
  if (!answer) return out.fail(answer.error());
  auto all = list_in(*answer, "tenants");
  if (!all) return out.fail(all.error());
  for (const json::value& one : **all) {
    if (one.is_object()) print_columns(one.get_object(), {"id", "suspended", "name"}, out);
  }
  out.object(std::move(*answer));
  return exit_ok;
}

void add_policies(CLI::App* command, Options& o) {
  command->add_option("--unbound", o.allow_unbound, "Orders without an EID: true or false");
  command->add_option("--unbound-lifetime", o.unbound_lifetime,
                      "Seconds after which those expire, at most 86400");
  command->add_option("--order-lifetime", o.order_lifetime,
                      "Seconds, of other orders that do not say; 0: no end");
  command->add_option("--reinstall", o.reinstall, "Of orders that do not say")
      ->check(CLI::IsMember({"never", "sameEid", "afterDeletion"}));
  command->add_option("--uses", o.uses, "Installations, with --reinstall; 0: any number");
  command->add_option("--confirmation-attempts", o.confirmation_attempts,
                      "Codes that may be tried; 0: the server's");
  command->add_option("--confirmation-required", o.confirmation_required,
                      "Every order has a code: true or false");
  command->add_option("--calls-per-minute", o.calls_per_minute, "Of ES2+; 0: any number");
  command->add_option("--reissues-per-day", o.reissues_per_day, "0: any number");
  command->add_option("--cooling-off", o.cooling_off, "Seconds between asking for a reissue and getting it");
  command->add_option("--step-up", o.step_up, "A reissue takes a second factor: true or false");
  command->add_option("--step-up-key", o.step_up_key,
                      "Whose signature is one: P-256 point, 65 octets, hexadecimal");
}

void add_settings(CLI::App* command, Options& o) {
  o.target.add_options(command);
  command->add_option("id", o.id, "1 to 32 of a-z, 0-9, '.', '_' and '-'")->required();
  command->add_option("--name", o.name, "For people");
  command
      ->add_option("--certificate", o.certificates, "File with a client certificate of its (may be repeated)")
      ->allow_extra_args(false);
  command->add_option("--client-dns", o.dns_names, "SAN dNSName of its client certificates")
      ->allow_extra_args(false);
  command->add_option("--client-oid", o.oids, "SAN registeredID of its client certificates")
      ->allow_extra_args(false);
  command->add_option("--client-cn", o.common_names, "CN of its client certificates")
      ->allow_extra_args(false);
  command->add_option("--client-issuer", o.issuer,
                      "With these: subjectKeyIdentifier of the CA above, hexadecimal");
  command
      ->add_option("--requester", o.requesters, "functionRequesterIdentifier that it may use (default: any)")
      ->allow_extra_args(false);
  auto* callback = command->add_option("--callback", o.callback, "HOST:PORT that hears of its orders (ES2+)");
  command->add_option("--callback-path", o.callback_path, "Before /gsma/rsp2/es2plus/")->needs(callback);
  command->add_option("--callback-v3", o.notifications, "It announced v3: true or false")->needs(callback);
  command->add_option("--callback-ca", o.callback_trust, "File with a CA certificate of that server")
      ->needs(callback)
      ->allow_extra_args(false);
  add_policies(command, o);
}

/// A change is of something: one option at least that says what.
void require_a_setting(CLI::App* command) {
  const std::set<std::string> no_settings{"--help", "--token", "--ci", "--client-issuer"};
  auto* what = command->add_option_group("What (one or more of)");
  for (CLI::Option* one : command->get_options()) {
    if (!one->get_positional() && !no_settings.contains(one->get_name())) what->add_option(one);
  }
  what->require_option(1, 0);
}

void add_reader(CLI::App* group, Output& out) {
  auto o = std::make_shared<Options>();
  auto* list_command = group->add_subcommand("list", "The tenants");
  o->target.add_options(list_command);
  list_command->footer("Example:\n  sealift tenant list --dir site");
  on_run(list_command, out, [o](Output& to) { return list(*o, to); });

  auto* show_command = group->add_subcommand("show", "One tenant with its policies");
  o->target.add_options(show_command);
  show_command->add_option("id", o->id, "Of the tenant")->required();
  show_command->footer("Example:\n  sealift tenant show --dir site north");
  on_run(show_command, out, [o](Output& to) { return show(*o, to); });

  const std::tuple<const char*, const char*, const char*> acts[] = {
      {"suspend", "Neither ES2+ nor downloads of its profiles, from now on", " is suspended"},
      {"resume", "Serve it again", " is served again"},
      {"remove", "Remove a tenant that has no profiles", " is removed"}};
  for (const auto& [verb, about, done] : acts) {
    auto* command = group->add_subcommand(verb, about);
    o->target.add_options(command);
    command->add_option("id", o->id, "Of the tenant")->required();
    command->footer("Example:\n  sealift tenant " + std::string(verb) + " --dir site north");
    on_run(command, out, [o, verb = std::string(verb), done = std::string(done)](Output& to) {
      json::object body{{"id", o->id}};
      if (verb != "remove") body["suspended"] = verb == "suspend";
      const char* path = verb == "remove" ? "/admin/v1/tenants/remove" : "/admin/v1/tenants/change";
      return post_and_say(o->target, path, std::move(body), "Tenant " + o->id + done, to);
    });
  }
}

void add(CLI::App& app, Output& out) {
  auto* group =
      app.add_subcommand("tenant", "Operators that share an SM-DP+: certificates, callback, policies");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift tenant list --dir site");
  auto added = std::make_shared<Options>();
  auto* add_command = group->add_subcommand("add", "Add a tenant");
  add_settings(add_command, *added);
  add_command->footer(
      "Example:\n  sealift tenant add --dir site north --name 'North Mobile' --certificate north.pem "
      "--callback es2.north.example:443 --cooling-off 86400");
  on_run(add_command, out,
         [added](Output& to) { return send(*added, "/admin/v1/tenants", " is there", to); });

  auto set = std::make_shared<Options>();
  auto* set_command = group->add_subcommand("set", "Change a tenant: what is given; the rest stays");
  add_settings(set_command, *set);
  require_a_setting(set_command);
  set_command->footer(
      "Example:\n  sealift tenant set --dir site north --unbound true --unbound-lifetime 3600");
  on_run(set_command, out,
         [set](Output& to) { return send(*set, "/admin/v1/tenants/change", " is changed", to); });
  add_reader(group, out);
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
