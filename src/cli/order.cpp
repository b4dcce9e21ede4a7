// sealift order: what an operator does with profiles and orders, over the administration of a running SM-DP+.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <optional>

#include "base/ids.hpp"
#include "cli/admin_show.hpp"
#include "cli/order_reissue.hpp"
#include "cli/stock_options.hpp"
#include "qr/qr.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

constexpr const char* orders_path = "/admin/v1/orders";

void print_order(const json::object& order, Output& out) {
  static constexpr Titled rows[] = {{"ICCID", "iccid"},
                                    {"State", "state"},
                                    {"Tenant", "tenant"},
                                    {"Profile type", "profileType"},
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
  print_members(order, rows, out);
}

// ---- create ----

struct CreateOptions {
  AdminTarget target;
  std::string profile;
  std::string iccid;
  StockOptions stock;
  std::optional<std::string> eid, matching_id, confirmation_code, confirmation_code_hash, expires, reinstall,
      smds;
  std::optional<uint32_t> confirmation_attempts, uses;
  bool no_rebind = false;
  bool hold = false;
  bool qr = false;
};

/// Puts the profile in stock; gives its ICCID.
Result<std::string> import(AdminClient& admin, const CreateOptions& o) {
  const std::string file = TRY(read_file(o.profile, 4u << 20));
  json::object body = TRY(o.stock.body());
  body["profile"] = base64(view(file));
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
  if (o.smds) body["smdsAddress"] = *o.smds;
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
  std::string state, tenant, type;
};

int list(const ListOptions& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  json::array all;
  std::string query = "state=" + o.state;
  if (o.state.empty()) query.clear();
  if (!o.tenant.empty()) query += (query.empty() ? "" : "&") + ("tenant=" + percent_encoded(o.tenant));
  if (!o.type.empty()) query += (query.empty() ? "" : "&") + ("profileType=" + percent_encoded(o.type));
  const Status done = each_order(*admin, query, [&](const json::object& order) {
    print_columns(order, {"iccid", "state", "activationCode", "profileName"}, out);
    if (out.json) all.push_back(order);
  });
  if (!done) return out.fail(done.error());
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

struct ReleaseOptions {
  AdminTarget target;
  std::string iccid;
};

int release(const ReleaseOptions& o, Output& out) {
  return post_and_say(o.target, "/admin/v1/orders/release", {{"iccid", o.iccid}},
                      o.iccid + " can be downloaded", out);
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
  o->stock.add(command);
  command->add_option("--eid", o->eid, "The only eUICC that may have it");
  command->add_option("--smds", o->smds, "SM-DS that is to announce it, NAME or NAME:PORT; needs --eid");
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
  command->add_flag("--qr", o->qr, "Draw the activation code as a QR code too");
  command->footer("Example:\n  sealift order create --dir site --profile usim.der --spn 'My Network' --qr");
  on_run(command, out, [o](Output& to) { return create(*o, to); });
}

void add(CLI::App& app, Output& out) {
  auto* group =
      app.add_subcommand("order", "Orders of a running SM-DP+: create, list, show, cancel, reissue");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift order list --dir site");
  add_create(group, out);
  add_order_reissue(*group, out);

  auto list_options = std::make_shared<ListOptions>();
  auto* list_command = group->add_subcommand("list", "All profiles in stock and their orders");
  list_options->target.add_options(list_command);
  list_command->add_option("--state", list_options->state, "Only those in this state")
      ->check(CLI::IsMember({"available", "allocated", "linked", "confirmed", "released", "downloaded",
                             "installed", "error", "unavailable", "deleted"}));
  list_command->add_option("--tenant", list_options->tenant, "Only this operator's");
  list_command->add_option("--type", list_options->type, "Only profiles of this type");
  list_command->footer("Example:\n  sealift order list --dir site --state released");
  on_run(list_command, out, [list_options](Output& to) { return list(*list_options, to); });

  auto show_options = std::make_shared<ShowOptions>();
  auto* show_command = group->add_subcommand("show", "One order");
  show_options->target.add_options(show_command);
  show_command->add_option("iccid", show_options->iccid, "ICCID of the profile")->required();
  show_command->add_flag("--qr", show_options->qr, "Draw the activation code as a QR code too");
  show_command->footer("Example:\n  sealift order show --dir site 8988211000000000028");
  on_run(show_command, out, [show_options](Output& to) { return show(*show_options, to); });

  auto release_options = std::make_shared<ReleaseOptions>();
  auto* release_command = group->add_subcommand("release", "Release an order that was created with --hold");
  release_options->target.add_options(release_command);
  release_command->add_option("iccid", release_options->iccid, "ICCID of the profile")->required();
  release_command->footer("Example:\n  sealift order release --dir site 8988211000000000028");
  on_run(release_command, out, [release_options](Output& to) { return release(*release_options, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
