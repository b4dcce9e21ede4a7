// sealift lpa notifications: what the card wants servers to know, listed, delivered, removed.
#include <boost/json/array.hpp>
#include <cstdio>

#include "cli/lpa_commands.hpp"

namespace sealift::cli {

namespace json = boost::json;
using messages::NotificationEventBit;

namespace {

struct NotificationOptions : DeviceOptions {
  bool deliver = false;
  std::optional<uint64_t> remove;
};

std::string_view event_name(const messages::NotificationEvent& event) {
  static constexpr std::pair<NotificationEventBit, std::string_view> names[] = {
      {NotificationEventBit::notificationInstall, "install"},
      {NotificationEventBit::notificationEnable, "enable"},
      {NotificationEventBit::notificationDisable, "disable"},
      {NotificationEventBit::notificationDelete, "delete"},
  };
  for (const auto& [bit, text] : names) {
    if (event.contains(bit)) return text;
  }
  return "?";
}

int list(lpa::Lpa& lpa, Output& out) {
  auto all = lpa.notifications();
  if (!all) return out.fail(all.error());
  json::array rows;
  out.line(all->empty() ? "No notifications wait." : "   NO  EVENT    ICCID                 SERVER");
  for (const messages::NotificationMetadata& n : *all) {
    char row[64];
    const std::string iccid = n.iccid ? n.iccid->digits() : "";
    std::snprintf(row, sizeof row, "%5llu  %-7s  %-20s  ", static_cast<unsigned long long>(n.seqNumber),
                  std::string(event_name(n.profileManagementOperation)).c_str(), iccid.c_str());
    out.line(row + printable(n.notificationAddress));
    rows.push_back({{"seqNumber", n.seqNumber},
                    {"event", event_name(n.profileManagementOperation)},
                    {"iccid", iccid},
                    {"notificationAddress", n.notificationAddress}});
  }
  out.object({{"notifications", std::move(rows)}});
  return exit_ok;
}

int deliver(lpa::Lpa& lpa, Output& out) {
  auto all = lpa.deliver_notifications();
  if (!all) return out.fail(all.error());
  json::array rows;
  size_t failed = 0;
  for (const download::Delivered& d : *all) {
    json::object row{{"seqNumber", d.seqNumber}, {"notificationAddress", d.notificationAddress}, {"delivered", bool(d.status)}};
    std::string line = std::to_string(d.seqNumber) + " to " + printable(d.notificationAddress) + ": ";
    if (d.status) {
      line += "delivered";
    } else {
      ++failed;
      line += printable(d.status.error().message);
      row["error"] = d.status.error().message;
    }
    out.line(line);
    rows.push_back(std::move(row));
  }
  if (all->empty()) out.line("No notifications wait.");
  if (failed) out.line(std::to_string(failed) + " stay on the card; run it again later.");
  out.object({{"ok", failed == 0}, {"notifications", std::move(rows)}});
  return failed ? exit_failed : exit_ok;
}

int run(const NotificationOptions& o, Output& out) {
  if (o.deliver && !o.has_server()) {
    return out.fail(Error{ErrorKind::invalid, "--deliver needs to know whom to trust: give the CI's certificate with --ci FILE"});
  }
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  lpa::Lpa& lpa = (*device)->lpa();
  if (o.deliver) return deliver(lpa, out);
  if (!o.remove) return list(lpa, out);
  Status removed = lpa.drop_notification(*o.remove);
  if (!removed) return out.fail(removed.error());
  out.line("Removed notification " + std::to_string(*o.remove) + "; its server will not hear of it.");
  out.object({{"seqNumber", *o.remove}});
  return exit_ok;
}

}  // namespace

size_t tell_waiting(lpa::Lpa& lpa, Output& out) {
  auto waiting = lpa.notifications();
  if (!waiting || waiting->empty()) return 0;
  out.line(std::to_string(waiting->size()) + (waiting->size() == 1 ? " notification waits" : " notifications wait") +
           " on the card: sealift lpa notifications --deliver");
  return waiting->size();
}

void add_lpa_notifications(CLI::App& app, Output& out) {
  auto o = std::make_shared<NotificationOptions>();
  auto* cmd = app.add_subcommand("notifications", "List what the card wants servers to know; deliver or remove it");
  add_card_options(cmd, *o);
  add_server_options(cmd, *o, false);
  auto* deliver_flag = cmd->add_flag("--deliver", o->deliver, "Send each to its server; what is acknowledged leaves the card");
  cmd->add_option("--remove", o->remove, "Remove this one without sending it")->type_name("NO")->excludes(deliver_flag);
  cmd->footer(
      "Example:  sealift lpa notifications --card card.bin --ci site/ci.pem --deliver\n"
      "Exit codes: 0 done, 1 some could not be delivered and stay, 2 the command line is wrong");
  on_run(cmd, out, [o](Output& output) { return run(*o, output); });
}

}  // namespace sealift::cli
