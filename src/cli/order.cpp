// sealift order: what an operator does with profiles and orders, over the administration of a running SM-DP+.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <optional>

#include "base/ids.hpp"
#include "cli/admin_client.hpp"
#include "qr/qr.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

constexpr const char* orders_path = "/admin/v1/orders";

/// A member of an answer as text; "-" where it is null.
std::string shown(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  if (!value || value->is_null()) return "-";
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_bool()) return value->get_bool() ? "yes" : "no";
  return value->is_number() ? std::to_string(value->to_number<int64_t>()) : "?";
}

bool has(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && !value->is_null();
}

void print_order(const json::object& order, Output& out) {
  static constexpr std::pair<const char*, const char*> rows[] = {
      {"ICCID", "iccid"},
      {"State", "state"},
      {"Service provider", "serviceProviderName"},
      {"Profile", "profileName"},
      {"Class", "profileClass"},
      {"Octets", "size"},
      {"For EID", "eid"},
      {"Expires", "expires"},
      {"Confirmation code", "confirmationCodeRequired"},
      {"Wrong codes", "confirmationAttempts"},
      {"Wrong codes allowed", "confirmationLimit"},
      {"Downloads", "downloadAttempts"},
      {"Installations", "installs"},
      {"Reinstallation", "reinstall"},
      {"Activation code", "activationCode"}};
  for (const auto& [title, member] : rows) {
    std::string line = title;
    line.resize(20, ' ');
    out.line(line + shown(order, member));
  }
}

// ---- create ----

struct CreateOptions {
  AdminTarget target;
  std::string profile;
  std::string iccid;
  std::string spn = "Sealift";
  std::string name = "Sealift";
  std::string profile_class = "operational";
  std::string notify, icon, owner;
  std::vector<std::string> rules;
  std::optional<std::string> eid, matching_id, confirmation_code, confirmation_code_hash, expires, reinstall;
  std::optional<uint32_t> confirmation_attempts, uses;
  bool no_rebind = false;
  bool session_keys = false;
  bool hold = false;
  bool qr = false;
};

/// The icon with its type, which its first octets tell.
Status add_icon(json::object& body, const std::string& path) {
  const std::string octets = TRY(read_file(path, 1024));
  const bool png = octets.starts_with("\x89PNG");
  if (!png && !octets.starts_with("\xFF\xD8"))
    return Error{ErrorKind::invalid, path + " is no PNG and no JPEG"};
  body["icon"] = base64(view(octets));
  body["iconType"] = png ? "png" : "jpg";
  return {};
}

/// Puts the profile in stock; gives its ICCID.
Result<std::string> import(AdminClient& admin, const CreateOptions& o) {
  const std::string file = TRY(read_file(o.profile, 4u << 20));
  json::object body{{"profile", base64(view(file))},
                    {"serviceProviderName", o.spn},
                    {"profileName", o.name},
                    {"profileClass", o.profile_class},
                    {"protection", o.session_keys ? "sessionKeys" : "randomKeys"}};
  if (!o.icon.empty()) TRY_VOID(add_icon(body, o.icon));
  if (!o.owner.empty()) body["profileOwner"] = {{"mccMnc", o.owner}};
  if (!o.rules.empty()) body["profilePolicyRules"] = json::array(o.rules.begin(), o.rules.end());
  if (!o.notify.empty()) {
    body["notificationConfigurationInfo"] = {
        {{"profileManagementOperation", {"notificationEnable", "notificationDisable", "notificationDelete"}},
         {"notificationAddress", o.notify}}};
  }
  auto stocked = admin.post("/admin/v1/profiles", body);
  if (stocked) return shown(*stocked, "iccid");
  Error error = std::move(stocked.error());
  if (error.kind == ErrorKind::exists)
    error.message += "; order a profile in stock with --iccid in the place of --profile";
  return std::move(error).within(o.profile);
}

Result<json::object> release(AdminClient& admin, const CreateOptions& o, const std::string& iccid,
                             const std::string& confirmation_code) {
  json::object body{{"iccid", iccid}};
  if (o.eid) body["eid"] = *o.eid;
  if (o.matching_id) body["matchingId"] = *o.matching_id;
  if (o.confirmation_code) body["confirmationCode"] = confirmation_code;
  if (o.confirmation_code_hash) body["confirmationCodeHash"] = *o.confirmation_code_hash;
  if (o.hold) body["release"] = false;
  if (o.confirmation_attempts) body["confirmationAttempts"] = *o.confirmation_attempts;
  if (o.no_rebind) body["rebind"] = false;
  if (o.reinstall) body["reinstall"] = *o.reinstall;
  if (o.uses) body["uses"] = *o.uses;
  if (o.expires) body["expires"] = *o.expires;
  auto order = admin.post(orders_path, body);
  if (!order && !o.profile.empty()) {
    order.error().message += "; the profile is in stock, so correct it and order again with --iccid " +
                             iccid + " in the place of --profile";
  }
  return order;
}

int create(const CreateOptions& o, Output& out) {
  if (o.profile == "-" && o.confirmation_code == "-") {
    return out.fail({ErrorKind::invalid, "standard input is either the profile or the confirmation code"});
  }
  // Before anything is put in stock.
  auto code = o.confirmation_code ? read_secret(*o.confirmation_code) : Result<std::string>(std::string());
  if (!code) return out.fail(std::move(code.error()).within("--confirmation-code"));
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto iccid = o.profile.empty() ? Result<std::string>(o.iccid) : import(*admin, o);
  if (!iccid) return out.fail(iccid.error());
  auto order = release(*admin, o, *iccid, *code);
  if (!order) return out.fail(order.error());
  const std::string activation = "LPA:" + shown(*order, "activationCode");
  if (o.qr) {
    auto picture = qr::to_terminal(activation, ::isatty(1));
    if (!picture) return out.fail(picture.error());
    out.line(*picture);
  }
  out.line(activation);
  out.object(std::move(*order));
  return exit_ok;
}

// ---- list and show ----

struct ListOptions {
  AdminTarget target;
  std::string state;
};

int list(const ListOptions& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  json::array all;
  std::string after;
  for (;;) {
    auto page = admin->get(std::string(orders_path) + "?limit=500" + after);
    if (!page) return out.fail(page.error());
    const json::value* orders = page->if_contains("orders");
    if (!orders || !orders->is_array())
      return out.fail({ErrorKind::invalid, "the server's answer has no orders in it"});
    for (const json::value& one : orders->get_array()) {
      const json::object* order = one.if_object();
      if (!order || (!o.state.empty() && shown(*order, "state") != o.state)) continue;
      std::string state = shown(*order, "state");
      state.resize(12, ' ');
      out.line(shown(*order, "iccid") + "  " + state + shown(*order, "activationCode") + "  " +
               shown(*order, "profileName"));
      if (out.json) all.push_back(one);
    }
    if (!has(*page, "next")) break;
    after = "&after=" + shown(*page, "next");
  }
  out.object({{"orders", std::move(all)}});
  return exit_ok;
}

struct ShowOptions {
  AdminTarget target;
  std::string iccid;
  bool qr = false;
};

int show(const ShowOptions& o, Output& out) {
  auto iccid = Iccid::parse(o.iccid);  // before it becomes part of a path
  if (!iccid) return out.fail(iccid.error());
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto order = admin->get(std::string(orders_path) + "/" + iccid->digits());
  if (!order) return out.fail(order.error());
  print_order(*order, out);
  if (o.qr && has(*order, "activationCode")) {
    if (auto picture = qr::to_terminal("LPA:" + shown(*order, "activationCode"), ::isatty(1)))
      out.line(*picture);
  }
  out.object(std::move(*order));
  return exit_ok;
}

// ---- the command line ----

void add_create(CLI::App* group, Output& out) {
  auto o = std::make_shared<CreateOptions>();
  auto* command = group->add_subcommand(
      "create", "Put a profile in stock, release an order for it, print its activation code");
  o->target.add_options(command);
  auto* profile =
      command->add_option("--profile", o->profile,
                          "Profile package (DER), as `sealift profile make` writes it; - for standard input");
  auto* iccid =
      command->add_option("--iccid", o->iccid, "In the place of --profile: a profile that is in stock");
  auto* which = command->add_option_group("Which profile (one of)");
  which->add_options(profile, iccid);
  which->require_option(1);
  command->add_option("--spn", o->spn, "Service provider name, shown on the phone")->capture_default_str();
  command->add_option("--name", o->name, "Profile name, shown on the phone")->capture_default_str();
  command->add_option("--class", o->profile_class, "Profile class")
      ->check(CLI::IsMember({"operational", "test", "provisioning"}))
      ->capture_default_str();
  command->add_option("--icon", o->icon, "Icon shown on the phone: PNG or JPEG, at most 1024 octets")
      ->type_name("FILE");
  command->add_option("--owner", o->owner, "Network whose profile it is: the digits of MCC and MNC")
      ->type_name("DIGITS");
  command
      ->add_option("--rule", o->rules,
                   "Profile policy rule: ppr1 (cannot be disabled), ppr2 (cannot be deleted)")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"ppr1", "ppr2"}));
  command->add_option("--notify", o->notify,
                      "Server that hears of enable, disable and delete (default: this SM-DP+)");
  command->add_option("--eid", o->eid, "The only eUICC that may have it");
  command->add_option("--matching-id", o->matching_id, "Default: 128 random bits");
  auto* code =
      command
          ->add_option("--confirmation-code", o->confirmation_code,
                       "A code that the user has to enter: @FILE, or - for the first line of standard input")
          ->type_name("@FILE|-");
  command->add_option("--confirmation-code-hash", o->confirmation_code_hash, "Its SHA-256, in its place")
      ->excludes(code)
      ->type_name("HEX");
  command
      ->add_option("--confirmation-attempts", o->confirmation_attempts,
                   "Codes that may be tried (default: 3)")
      ->check(CLI::Range(1u, 10u));
  command
      ->add_option(
          "--reinstall", o->reinstall,
          "After an installation: never again, again by the same eUICC, or again once that has reported "
          "the deletion; perpetual: again by the same eUICC whatever became of it and however often, for "
          "test beds (default: never)")
      ->check(CLI::IsMember({"never", "sameEid", "afterDeletion", "perpetual"}));
  command->add_option("--uses", o->uses, "Installations in all, with --reinstall; 0: any number (default)")
      ->check(CLI::Range(0u, 1000u));
  command->add_flag(
      "--no-rebind", o->no_rebind,
      "Refuse an eUICC that comes back with another one-time key; the same key gets the same package");
  command->add_option("--expires", o->expires, "End of the offer, such as 2027-01-31T12:00:00Z");
  command->add_flag("--hold", o->hold, "Confirm it alone: it can be downloaded once it is released");
  command->add_flag("--session-keys", o->session_keys,
                    "Protect the profile under session keys, not keys of its own");
  command->add_flag("--qr", o->qr, "Draw the activation code as a QR code too");
  command->footer("Example:\n  sealift order create --dir site --profile usim.der --spn 'My Network' --qr");
  on_run(command, out, [o](Output& to) { return create(*o, to); });
}

void add(CLI::App& app, Output& out) {
  auto* group = app.add_subcommand("order", "Orders of a running SM-DP+: create, list, show");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift order list --dir site");
  add_create(group, out);

  auto list_options = std::make_shared<ListOptions>();
  auto* list_command = group->add_subcommand("list", "All profiles in stock and their orders");
  list_options->target.add_options(list_command);
  list_command->add_option("--state", list_options->state, "Only those in this state")
      ->check(CLI::IsMember({"available", "allocated", "linked", "confirmed", "released", "downloaded",
                             "installed", "error", "unavailable", "deleted"}));
  list_command->footer("Example:\n  sealift order list --dir site --state released");
  on_run(list_command, out, [list_options](Output& to) { return list(*list_options, to); });

  auto show_options = std::make_shared<ShowOptions>();
  auto* show_command = group->add_subcommand("show", "One order");
  show_options->target.add_options(show_command);
  show_command->add_option("iccid", show_options->iccid, "ICCID of the profile")->required();
  show_command->add_flag("--qr", show_options->qr, "Draw the activation code as a QR code too");
  show_command->footer("Example:\n  sealift order show --dir site 8988211000000000028");
  on_run(show_command, out, [show_options](Output& to) { return show(*show_options, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
