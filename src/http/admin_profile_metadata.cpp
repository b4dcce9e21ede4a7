#include "http/admin_profile_metadata.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "messages/names.hpp"
#include "messages/rat_json.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;

struct EventName {
  std::string_view name;
  messages::NotificationEventBit bit;
};
constexpr EventName events[] = {{"notificationInstall", messages::NotificationEventBit::notificationInstall},
                                {"notificationEnable", messages::NotificationEventBit::notificationEnable},
                                {"notificationDisable", messages::NotificationEventBit::notificationDisable},
                                {"notificationDelete", messages::NotificationEventBit::notificationDelete}};

Result<messages::NotificationConfigurationInformation> notification_from(const json::value& item) {
  JsonFields fields = TRY(JsonFields::of(item, {"profileManagementOperation", "notificationAddress"}));
  messages::NotificationConfigurationInformation out;
  out.notificationAddress = TRY(fields.required_text("notificationAddress"));
  const json::array* named = TRY(fields.array("profileManagementOperation"));
  if (!named || named->empty()) {
    return Error{ErrorKind::invalid,
                 "profileManagementOperation: name at least one event, such as notificationEnable"};
  }
  for (const json::value& value : *named) {
    const auto* event =
        std::ranges::find_if(events, [&](const EventName& e) { return value == json::value(e.name); });
    if (event == std::end(events)) {
      return Error{ErrorKind::invalid,
                   "profileManagementOperation: an event is notificationInstall, "
                   "notificationEnable, notificationDisable or notificationDelete"};
    }
    out.profileManagementOperation.insert(event->bit);
  }
  return out;
}

/// Without a wish of the operator, this server hears of enable, disable and delete; of the installation it
/// does in any case (SGP.22 3.5).
Result<std::vector<messages::NotificationConfigurationInformation>> notifications_from(
    const JsonFields& fields, const std::string& smdpAddress) {
  using enum messages::NotificationEventBit;
  std::vector<messages::NotificationConfigurationInformation> out;
  const json::array* wished = TRY(fields.array("notificationConfigurationInfo"));
  if (!wished) {
    auto& ours = out.emplace_back();
    ours.profileManagementOperation = {notificationEnable, notificationDisable, notificationDelete};
    ours.notificationAddress = smdpAddress;
    return out;
  }
  for (const json::value& item : *wished) out.push_back(TRY(notification_from(item)));
  return out;
}

Result<messages::ProfileClass> profile_class_from(const std::optional<std::string>& text) {
  using enum messages::ProfileClass;
  for (auto one : {operational, test, provisioning}) {
    if (text.value_or("operational") == messages::to_name(one)) return one;
  }
  return Error{ErrorKind::invalid, "profileClass: it is operational, test or provisioning"};
}

/// The icon, with its type: png or jpg.
Status take_icon(const JsonFields& fields, messages::StoreMetadataRequest& out) {
  const auto type = TRY(fields.text("iconType"));
  const auto octets = TRY(fields.text("icon"));
  if (!type && !octets) return {};
  if (!type || !octets) return Error{ErrorKind::invalid, "icon and iconType go together"};
  if (*type != "png" && *type != "jpg") return Error{ErrorKind::invalid, "iconType: it is png or jpg"};
  auto icon = from_base64(*octets);
  if (!icon) return std::move(icon.error()).within("icon");
  out.icon = std::move(*icon);
  out.iconType = *type == "png" ? messages::IconType::png : messages::IconType::jpg;
  return {};
}

/// profileOwner { mccMnc, gid1, gid2 }: the digits of MCC and MNC, and hexadecimal.
Status take_owner(const JsonFields& fields, messages::StoreMetadataRequest& out) {
  const json::value* value = fields.value("profileOwner");
  if (!value) return {};
  JsonFields owner = TRY(JsonFields::of(*value, {"mccMnc", "gid1", "gid2"}));
  const std::string digits = TRY(owner.required_text("mccMnc"));
  const bool all_digits = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!all_digits) return Error{ErrorKind::invalid, "profileOwner: mccMnc has five or six digits"};
  messages::OperatorId& named = out.profileOwner.emplace();
  named.mccMnc = TRY(messages::network_from_digits(digits));
  for (auto [name, gid] : {std::pair("gid1", &named.gid1), std::pair("gid2", &named.gid2)}) {
    const auto text = TRY(owner.text(name));
    if (!text) continue;
    auto octets = from_hex(*text);
    if (!octets) return std::move(octets.error()).within(name);
    *gid = std::move(*octets);
  }
  return {};
}

Status take_rules(const JsonFields& fields, messages::StoreMetadataRequest& out) {
  const json::array* named = TRY(fields.array("profilePolicyRules"));
  if (!named || named->empty()) return {};
  messages::PprIds& rules = out.profilePolicyRules.emplace();
  for (const json::value& one : *named) {
    const auto rule =
        one.is_string() ? messages::policy_rule_named(std::string_view(one.get_string())) : std::nullopt;
    if (!rule) return Error{ErrorKind::invalid, "profilePolicyRules: a list of ppr1 and ppr2"};
    rules.insert(*rule);
  }
  return {};
}

}  // namespace

Result<messages::StoreMetadataRequest> profile_metadata_from(const JsonFields& fields,
                                                             const std::string& smdpAddress) {
  messages::StoreMetadataRequest out;
  out.serviceProviderName = TRY(fields.required_text("serviceProviderName"));
  out.profileName = TRY(fields.required_text("profileName"));
  const auto profile_class = TRY(fields.text("profileClass"));
  out.profileClass = TRY(profile_class_from(profile_class));
  TRY_VOID(take_icon(fields, out));
  TRY_VOID(take_owner(fields, out));
  TRY_VOID(take_rules(fields, out));
  auto notifications = TRY(notifications_from(fields, smdpAddress));
  if (!notifications.empty()) out.notificationConfigurationInfo = std::move(notifications);
  return out;
}

}  // namespace sealift::http
