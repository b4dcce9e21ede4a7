// sealift lpa: the LPA of a device on the command line. Local profile management is here; lpa_download.cpp and
// lpa_notifications.cpp hold what speaks to servers.
#include <algorithm>
#include <boost/json/array.hpp>

#include "cli/lpa_commands.hpp"
#include "messages/names.hpp"

namespace sealift::cli {

namespace json = boost::json;
using messages::ProfileInfo;

namespace {

struct ProfileOptions : DeviceOptions {
  std::string profile, nickname;
};

// ---- lpa list ----

/// Columns on a terminal: characters of UTF-8, without those that add to the one before.
size_t width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

json::object describe(const ProfileInfo& p) {
  json::object out{{"iccid", p.iccid ? p.iccid->digits() : ""},
                   {"isdpAid", p.isdpAid ? hex(p.isdpAid->octets()) : ""},
                   {"state", p.profileState == messages::ProfileState::enabled ? "enabled" : "disabled"},
                   {"profileName", p.profileName.value_or("")},
                   {"serviceProviderName", p.serviceProviderName.value_or("")},
                   {"nickname", p.profileNickname.value_or("")},
                   {"class", messages::to_name(p.profileClass.value_or(messages::ProfileClass::operational))}};
  if (p.profilePolicyRules) out["rules"] = describe_rules(*p.profilePolicyRules);
  return out;
}

/// Cells padded to the widest of their column.
void print_table(const std::vector<std::vector<std::string>>& rows, Output& out) {
  std::vector<size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.line(line);
  }
}

int list(const DeviceOptions& o, Output& out) {
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  auto profiles = (*device)->lpa().profiles();
  if (!profiles) return out.fail(profiles.error());
  json::array all;
  std::vector<std::vector<std::string>> rows{{"STATE", "ICCID", "NAME", "PROVIDER", "NICKNAME", "CLASS", "RULES"}};
  for (const ProfileInfo& p : *profiles) {
    json::object row = describe(p);
    auto& cells = rows.emplace_back();
    for (const char* key : {"state", "iccid", "profileName", "serviceProviderName", "nickname", "class", "rules"}) {
      const json::value* cell = row.if_contains(key);
      cells.push_back(cell ? printable(cell->as_string()) : "");
    }
    all.push_back(std::move(row));
  }
  if (profiles->empty()) out.line("No profiles. Get one: sealift lpa download --help");
  else print_table(rows, out);
  out.object({{"profiles", std::move(all)}});
  return exit_ok;
}

// ---- lpa enable, disable, delete, nickname ----

/// After a change the servers are to hear of it: at once where one is trusted, otherwise the user is told.
int changed(const ProfileOptions& o, const char* done, Device& device, Output& out) {
  out.line(o.profile + " " + done);
  if (o.has_server()) (void)device.lpa().deliver_notifications();  // what stays is told next
  size_t waiting = tell_waiting(device.lpa(), out);
  out.object({{"profile", o.profile}, {"done", done}, {"notificationsWaiting", waiting}});
  return exit_ok;
}

int change(const ProfileOptions& o, Status (lpa::Lpa::*function)(const std::string&), const char* done, Output& out) {
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  Status status = ((*device)->lpa().*function)(o.profile);
  if (!status) return out.fail(status.error());
  return changed(o, done, **device, out);
}

int nickname(const ProfileOptions& o, Output& out) {
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  Status set = (*device)->lpa().set_nickname(o.profile, o.nickname);
  if (!set) return out.fail(set.error());
  out.line(o.nickname.empty() ? "Nickname removed." : o.profile + " is now called '" + printable(o.nickname) + "'.");
  out.object({{"profile", o.profile}, {"nickname", o.nickname}});
  return exit_ok;
}

// ---- lpa info, eid ----

std::string version(const messages::VersionType& v) {
  return std::to_string(v[0]) + "." + std::to_string(v[1]) + "." + std::to_string(v[2]);
}

json::array key_ids(const std::vector<messages::CiPKId>& ids) {
  json::array out;
  for (const auto& id : ids) out.emplace_back(hex(id.octets));
  return out;
}

int info(const DeviceOptions& o, Output& out) {
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  auto eid = (*device)->lpa().eid();
  if (!eid) return out.fail(eid.error());
  auto card = (*device)->lpa().info();
  if (!card) return out.fail(card.error());
  const messages::EuiccInfo2& i = card->euiccInfo2;
  json::object result{{"eid", eid->digits()},
                      {"svn", version(i.svn)},
                      {"profileVersion", version(i.profileVersion)},
                      {"euiccFirmwareVer", version(i.euiccFirmwareVer)},
                      {"freeNonVolatileMemory", card->free_nvm},
                      {"defaultDpAddress", card->addresses.defaultDpAddress.value_or("")},
                      {"rootDsAddress", card->addresses.rootDsAddress},
                      {"sasAcreditationNumber", i.sasAcreditationNumber},
                      {"euiccCiPKIdListForVerification", key_ids(i.euiccCiPKIdListForVerification)},
                      {"euiccCiPKIdListForSigning", key_ids(i.euiccCiPKIdListForSigning)},
                      {"forbiddenProfilePolicyRules", i.forbiddenProfilePolicyRules ? describe_rules(*i.forbiddenProfilePolicyRules) : ""}};
  for (auto [key, label] : {std::pair{"eid", "EID                 "},
                            {"svn", "SGP.22 version      "},
                            {"profileVersion", "Profile packages    "},
                            {"euiccFirmwareVer", "Firmware            "},
                            {"freeNonVolatileMemory", "Free memory, octets "},
                            {"defaultDpAddress", "Default SM-DP+      "},
                            {"rootDsAddress", "Root SM-DS          "},
                            {"sasAcreditationNumber", "SAS accreditation   "},
                            {"forbiddenProfilePolicyRules", "Rules it forbids    "}}) {
    const json::value& v = result.at(key);
    std::string text = v.is_string() ? printable(v.as_string()) : std::to_string(v.to_number<uint64_t>());
    out.line(label + (text.empty() ? "-" : text));
  }
  for (const auto& id : i.euiccCiPKIdListForVerification) out.line("Trusts CI key       " + hex(id.octets));
  for (const auto& id : i.euiccCiPKIdListForSigning) out.line("Signs under CI key  " + hex(id.octets));
  out.object(std::move(result));
  return exit_ok;
}

int eid(const DeviceOptions& o, Output& out) {
  auto device = Device::open(o, out);
  if (!device) return out.fail(device.error());
  auto digits = (*device)->lpa().eid();
  if (!digits) return out.fail(digits.error());
  out.line(digits->digits());
  out.object({{"eid", digits->digits()}});
  return exit_ok;
}

// ---- the command line ----

void add_plain(CLI::App& app, Output& out, const char* name, const char* description,
               int (*run)(const DeviceOptions&, Output&)) {
  auto o = std::make_shared<DeviceOptions>();
  auto* cmd = app.add_subcommand(name, description);
  add_card_options(cmd, *o);
  cmd->footer(std::string("Example:  sealift lpa ") + name + " --card card.bin");
  on_run(cmd, out, [o, run](Output& output) { return run(*o, output); });
}

void add_change(CLI::App& app, Output& out, const char* name, const char* description, const char* done,
                Status (lpa::Lpa::*function)(const std::string&)) {
  auto o = std::make_shared<ProfileOptions>();
  auto* cmd = app.add_subcommand(name, description);
  cmd->add_option("profile", o->profile, "ICCID, or AID of the ISD-P in hexadecimal")->required()->type_name("PROFILE");
  add_card_options(cmd, *o);
  add_server_options(cmd, *o, false);
  add_yes(cmd, *o);
  cmd->footer(std::string("With --ci the servers hear of it at once.\nExample:  sealift lpa ") + name +
              " --card card.bin 8949000000000000017");
  on_run(cmd, out, [o, function, done](Output& output) { return change(*o, function, done, output); });
}

void add_nickname(CLI::App& app, Output& out) {
  auto o = std::make_shared<ProfileOptions>();
  auto* cmd = app.add_subcommand("nickname", "Give a profile a name of your own");
  cmd->add_option("profile", o->profile, "ICCID, or AID of the ISD-P in hexadecimal")->required()->type_name("PROFILE");
  cmd->add_option("name", o->nickname, "At most 64 octets; left out, the nickname is removed")->type_name("NAME");
  add_card_options(cmd, *o);
  cmd->footer("Example:  sealift lpa nickname --card card.bin 8949000000000000017 'Work'");
  on_run(cmd, out, [o](Output& output) { return nickname(*o, output); });
}

void add_lpa(CLI::App& app, Output& out) {
  auto* cmd = app.add_subcommand("lpa", "Local Profile Assistant: download profiles onto a card and manage them");
  cmd->require_subcommand(1);
  cmd->footer("Example:  sealift lpa list --card card.bin");
  add_lpa_download(*cmd, out);
  add_lpa_discover(*cmd, out);
  add_plain(*cmd, out, "list", "List the card's profiles", list);
  add_change(*cmd, out, "enable", "Enable a profile, and with that disable the enabled one", "enabled", &lpa::Lpa::enable);
  add_change(*cmd, out, "disable", "Disable the enabled profile", "disabled", &lpa::Lpa::disable);
  add_change(*cmd, out, "delete", "Delete a disabled profile for good", "deleted", &lpa::Lpa::remove);
  add_nickname(*cmd, out);
  add_lpa_notifications(*cmd, out);
  add_plain(*cmd, out, "info", "Show what the card is and can", info);
  add_plain(*cmd, out, "eid", "Print the card's EID", eid);
  add_lpa_readers(*cmd, out);
}

}  // namespace

SEALIFT_COMMAND(add_lpa)

}  // namespace sealift::cli
