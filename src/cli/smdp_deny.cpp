#include "cli/smdp_deny.hpp"

#include <boost/json/array.hpp>

#include "cli/admin_client.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

constexpr const char* restrictions_path = "/admin/v1/restrictions";

struct DenyOptions {
  AdminTarget target;
  std::string kind, value, reason;
};

std::string member(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

int deny(const DenyOptions& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto done = admin->post(restrictions_path, {{"kind", o.kind}, {"value", o.value}, {"reason", o.reason}});
  if (!done) return out.fail(done.error());
  out.line(o.kind + " " + o.value + " is on the list, from the next request on");
  out.object(std::move(*done));
  return exit_ok;
}

int allow(const DenyOptions& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto done =
      admin->post(std::string(restrictions_path) + "/remove", {{"kind", o.kind}, {"value", o.value}});
  if (!done) return out.fail(done.error());
  out.line(o.kind + " " + o.value + " is off the list");
  out.object(std::move(*done));
  return exit_ok;
}

int denied(const DenyOptions& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto list = admin->get(restrictions_path);
  if (!list) return out.fail(list.error());
  const json::value* all = list->if_contains("restrictions");
  if (!all || !all->is_array()) {
    return out.fail({ErrorKind::invalid, "the server's answer has no restrictions in it"});
  }
  for (const json::value& one : all->get_array()) {
    if (!one.is_object()) continue;
    const json::object& r = one.get_object();
    std::string kind = member(r, "kind");
    kind.resize(12, ' ');
    out.line(kind + member(r, "value") + "  " + member(r, "at") + "  " + member(r, "reason"));
  }
  if (all->get_array().empty()) out.line("Nobody is refused.");
  out.object(std::move(*list));
  return exit_ok;
}

void add_what(CLI::App* command, DenyOptions& o) {
  o.target.add_options(command);
  command->add_option("kind", o.kind, "What the value is")
      ->required()
      ->check(CLI::IsMember(
          {"eum", "eid", "certificate", "firmware", "svn", "tac", "imei", "allowedTac"}));
  command
      ->add_option("value", o.value,
                   "eum: subjectKeyIdentifier; eid: first digits or FROM-TO; certificate: serial number of an "
                   "eUICC's; firmware: 1.2.3 or '<1.2.3'; svn: '<2.3.0'; tac, allowedTac: 8 digits; imei: 14 to "
                   "16 digits")
      ->required();
}

}  // namespace

void add_smdp_deny(CLI::App& smdp, Output& out) {
  auto o = std::make_shared<DenyOptions>();
  auto* deny_command = smdp.add_subcommand(
      "deny", "Serve these eUICCs, manufacturers, firmware or devices no more; sessions under way included");
  add_what(deny_command, *o);
  deny_command->add_option("--reason", o->reason, "For people");
  deny_command->footer("Example:\n  sealift smdp deny --dir site eid 89049032 --reason 'EUM key leaked'");
  on_run(deny_command, out, [o](Output& to) { return deny(*o, to); });

  auto* allow_command = smdp.add_subcommand("allow", "Take something off the list of `smdp deny`");
  add_what(allow_command, *o);
  allow_command->footer("Example:\n  sealift smdp allow --dir site eid 89049032");
  on_run(allow_command, out, [o](Output& to) { return allow(*o, to); });

  auto* denied_command = smdp.add_subcommand("denied", "The list of `smdp deny`");
  o->target.add_options(denied_command);
  denied_command->footer("Example:\n  sealift smdp denied --dir site");
  on_run(denied_command, out, [o](Output& to) { return denied(*o, to); });
}

}  // namespace sealift::cli
