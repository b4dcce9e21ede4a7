// sealift lpa discover: what waits for the card at an SM-DS, fetched or listed; and sealift lpa activate,
// which needs no input at all: the SM-DS and the default SM-DP+ that the card names are asked
// (SGP.22 3.6.2, 4.1).
#include <boost/json/array.hpp>

#include "cli/lpa_commands.hpp"
#include "messages/names.hpp"

namespace sealift::cli {

namespace json = boost::json;
using download::Discovery;
using download::Waiting;

namespace {

struct DiscoverOptions : DeviceOptions {
  std::string smds;
  bool list = false;
  bool enable = false;
  std::optional<std::string> confirmation_code;
};

json::object describe(const Waiting& w) {
  return {{"server", w.code.smdpAddress},
          {"eventId", w.code.acToken.value()},
          {"via", json::array(w.via.begin(), w.via.end())}};
}

/// What came of the run, said at its end.
struct Report {
  json::array installed, failed, lost;
  std::optional<Error> last;  // of what failed

  void fail(const std::string& server, const Error& why, Output& out) {
    out.line(server + ": " + printable(why.message));
    failed.push_back(json::object{{"server", server}, {"kind", name(why.kind)}, {"message", why.message}});
    last = why;
  }
};

download::Options options_of(Device& device, const std::optional<std::string>& code) {
  return {download::default_device_info(), code, nullptr, device.trust()};
}

/// One profile, from its consent to the card; then it may be enabled.
void fetch(const DiscoverOptions& o, const download::ActivationCode& code, const download::Options& options,
           Device& device, Report& report, Output& out) {
  auto done = device.lpa().download(code, options);
  device.progress().finish();
  if (!done) return report.fail(code.smdpAddress, done.error().error, out);
  const auto& m = done->metadata;
  const std::string iccid = m.iccid.digits();
  out.line("Installed '" + printable(m.profileName) + "' of " + printable(m.serviceProviderName) +
           ", ICCID " + iccid);
  const bool first = report.installed.empty();
  report.installed.push_back(json::object{{"iccid", iccid},
                                          {"profileName", m.profileName},
                                          {"serviceProviderName", m.serviceProviderName},
                                          {"server", code.smdpAddress}});
  if (!o.enable || !first) return;
  Status enabled = device.lpa().enable(iccid);
  if (!enabled)
    return report.fail(code.smdpAddress, std::move(enabled.error()).within("installed, and not enabled"),
                       out);
  out.line("Enabled.");
  (void)device.lpa().deliver_notifications();  // what stays is told by `lpa notifications`
}

/// The events of the SM-DS, followed to SM-DP+s; those who lead nowhere are told.
Result<Discovery> look(const DiscoverOptions& o, const std::string& smds, const download::Options& options,
                       Device& device, Report& report, Output& out) {
  auto found = device.lpa().discover(smds, options);
  device.progress().finish();
  if (!found) return Error(found.error());
  for (const download::Lost& lost : found->lost) {
    out.line("An event leads to " + printable(lost.server) +
             ", where it ends: " + printable(lost.error.message));
    report.lost.push_back(json::object{{"server", lost.server}, {"message", lost.error.message}});
  }
  for (const Waiting& w : found->waiting) {
    if (o.list) out.line(w.code.smdpAddress + "  " + printable(w.code.acToken.value()));
  }
  return std::move(*found);
}

Result<std::string> root_of(const DiscoverOptions& o, lpa::Lpa& lpa) {
  if (!o.smds.empty()) return o.smds;
  lpa::CardInfo info = TRY(lpa.info());
  if (info.addresses.rootDsAddress.empty()) {
    return Error{ErrorKind::not_found, "the card names no root SM-DS: give one with --smds"};
  }
  return info.addresses.rootDsAddress;
}

Result<std::optional<std::string>> confirmation_code(const DiscoverOptions& o) {
  if (!o.confirmation_code) return std::optional<std::string>();
  auto secret = read_secret(*o.confirmation_code);
  if (!secret) return std::move(secret.error()).within("--confirmation-code");
  return std::optional(std::move(*secret));
}

int finish(Report& report, json::array events, Device& device, Output& out) {
  const size_t waiting = tell_waiting(device.lpa(), out);
  const bool ok = report.failed.empty() && report.lost.empty();
  out.object({{"ok", ok},
              {"events", std::move(events)},
              {"installed", std::move(report.installed)},
              {"failed", std::move(report.failed)},
              {"lost", std::move(report.lost)},
              {"notificationsWaiting", waiting}});
  return ok ? exit_ok : exit_failed;
}

int discover(const DiscoverOptions& o, Output& out) {
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  auto code = confirmation_code(o);
  if (!code) return out.fail(code.error());
  auto root = root_of(o, (*device)->lpa());
  if (!root) return out.fail(root.error());
  const download::Options options = options_of(**device, *code);
  Report report;
  auto found = look(o, *root, options, **device, report, out);
  if (!found) return out.fail(std::move(found.error()).within("the SM-DS " + *root));
  json::array events;
  for (const Waiting& w : found->waiting) {
    events.push_back(describe(w));
    if (!o.list) fetch(o, w.code, options, **device, report, out);
  }
  if (found->waiting.empty() && found->lost.empty()) out.line("Nothing waits at " + *root + ".");
  return finish(report, std::move(events), **device, out);
}

/// The default SM-DP+, asked by EID.
void ask_default(const DiscoverOptions& o, const std::string& address, const download::Options& options,
                 Device& device, Report& report, Output& out) {
  auto code = download::ActivationCode::parse("1$" + address + "$");
  if (!code)
    return report.fail(address, std::move(code.error()).within("the card's default SM-DP+ address"), out);
  fetch(o, *code, options, device, report, out);
}

/// The SM-DS first, then the default SM-DP+ where that gave nothing (SGP.22 3.6.2).
int activate(const DiscoverOptions& o, Output& out) {
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  auto code = confirmation_code(o);
  if (!code) return out.fail(code.error());
  auto info = (*device)->lpa().info();
  if (!info) return out.fail(info.error());
  const download::Options options = options_of(**device, *code);
  const std::string root = info->addresses.rootDsAddress,
                    smdp = info->addresses.defaultDpAddress.value_or("");
  if (root.empty() && smdp.empty()) {
    return out.fail(Error{ErrorKind::not_found,
                          "the card names neither an SM-DS nor a default SM-DP+: give an activation code"});
  }
  Report report;
  json::array events;
  if (!root.empty()) {
    auto found = look(o, root, options, **device, report, out);
    if (!found) out.line("The SM-DS " + root + " could not be asked: " + printable(found.error().message));
    for (const Waiting& w : found ? found->waiting : std::vector<Waiting>()) {
      events.push_back(describe(w));
      fetch(o, w.code, options, **device, report, out);
    }
    if (!found && smdp.empty()) return out.fail(found.error());
  }
  if (report.installed.empty() && !smdp.empty()) ask_default(o, smdp, options, **device, report, out);
  if (report.installed.empty() && report.failed.empty()) out.line("Nothing waits for this card.");
  return finish(report, std::move(events), **device, out);
}

void add_fetching(CLI::App* cmd, DiscoverOptions& o) {
  add_card_options(cmd, o);
  add_server_options(cmd, o, true);
  cmd->add_option("--confirmation-code", o.confirmation_code,
                  "What the operator handed over: @FILE, or - for standard input; asked for where absent")
      ->type_name("@FILE|-");
  cmd->add_flag("--enable", o.enable, "Enable the first profile once it is installed");
  add_yes(cmd, o);
}

}  // namespace

void add_lpa_discover(CLI::App& app, Output& out) {
  auto o = std::make_shared<DiscoverOptions>();
  auto* cmd = app.add_subcommand("discover", "Ask the SM-DS what waits for this card, and download it");
  cmd->add_option("--smds", o->smds, "SM-DS to ask (default: the root SM-DS that the card names)")
      ->type_name("HOST[:PORT]");
  cmd->add_flag("--list", o->list, "List what waits, and download nothing");
  add_fetching(cmd, *o);
  cmd->footer(
      "Example:  sealift lpa discover --card card.bin --ci site/pki/ci.pem --list\n"
      "Exit codes: 0 all that waits is installed (or listed), 1 something failed, 2 the command line is "
      "wrong");
  on_run(cmd, out, [o](Output& output) { return discover(*o, output); });

  auto all = std::make_shared<DiscoverOptions>();
  auto* no_input = app.add_subcommand(
      "activate", "No code at hand: ask the SM-DS and the default SM-DP+ that the card names");
  add_fetching(no_input, *all);
  no_input->footer(
      "The SM-DS comes first; the default SM-DP+ is asked where that gave no profile.\n"
      "Example:  sealift lpa activate --card card.bin --ci site/pki/ci.pem --enable");
  on_run(no_input, out, [all](Output& output) { return activate(*all, output); });
}

}  // namespace sealift::cli
