#include "cli/stock_options.hpp"

#include <boost/json/array.hpp>

#include "base/bytes.hpp"

namespace sealift::cli {

namespace json = boost::json;

/// The icon with its type, which its first octets tell.
static Status add_icon(json::object& body, const std::string& path) {
  const std::string octets = TRY(read_file(path, 1024));
  const bool png = octets.starts_with("\x89PNG");
  if (!png && !octets.starts_with("\xFF\xD8"))
    return Error{ErrorKind::invalid, path + " is no PNG and no JPEG"};
  body["icon"] = base64(view(octets));
  body["iconType"] = png ? "png" : "jpg";
  return {};
}

void StockOptions::add(CLI::App* command) {
  command->add_option("--spn", spn, "Service provider name, shown on the phone")->capture_default_str();
  command->add_option("--name", name, "Profile name, shown on the phone")->capture_default_str();
  command->add_option("--class", profile_class, "Profile class")
      ->check(CLI::IsMember({"operational", "test", "provisioning"}))
      ->capture_default_str();
  command->add_option("--icon", icon, "Icon shown on the phone: PNG or JPEG, at most 1024 octets")
      ->type_name("FILE");
  command->add_option("--owner", owner, "Network whose profile it is: the digits of MCC and MNC")
      ->type_name("DIGITS");
  command
      ->add_option("--rule", rules,
                   "Profile policy rule: ppr1 (cannot be disabled), ppr2 (cannot be deleted)")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"ppr1", "ppr2"}));
  command->add_option("--notify", notify,
                      "Server that hears of enable, disable and delete (default: this SM-DP+)");
  command->add_option("--tenant", tenant,
                      "Operator whose profile it is (default: that of the token, or default)");
  command->add_option("--type", type, "Profile type, which ES2+.DownloadOrder may name in place of an ICCID");
  command->add_flag("--session-keys", session_keys,
                    "Protect the profile under session keys, not keys of its own");
}

Result<json::object> StockOptions::body() const {
  json::object out{{"serviceProviderName", spn},
                   {"profileName", name},
                   {"profileClass", profile_class},
                   {"protection", session_keys ? "sessionKeys" : "randomKeys"}};
  if (!tenant.empty()) out["tenant"] = tenant;
  if (!type.empty()) out["profileType"] = type;
  if (!icon.empty()) TRY_VOID(add_icon(out, icon));
  if (!owner.empty()) out["profileOwner"] = {{"mccMnc", owner}};
  if (!rules.empty()) out["profilePolicyRules"] = json::array(rules.begin(), rules.end());
  if (!notify.empty()) {
    out["notificationConfigurationInfo"] = {
        {{"profileManagementOperation", {"notificationEnable", "notificationDisable", "notificationDelete"}},
         {"notificationAddress", notify}}};
  }
  return out;
}

}  // namespace sealift::cli
