// Stock: profiles that came in and wait for an order.
#include <boost/json.hpp>

#include "http/admin_describe.hpp"
#include "http/admin_profile_metadata.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;
using access::Permission;

const AdminSchema notification{
    "NotificationConfiguration",
    {{"profileManagementOperation", list_of_text,
      "notificationInstall, notificationEnable, notificationDisable, notificationDelete", true},
     {"notificationAddress", text, "server that hears of them", true}}};

const AdminSchema owner{
    "ProfileOwner",
    {{"mccMnc", text, "5 or 6 digits", true}, {"gid1", text, "hexadecimal"}, {"gid2", text, "hexadecimal"}}};

const AdminSchema import_schema{
    "ImportProfile",
    {{"profile", text, "the package (TCA profile elements, DER, at most 4 MiB), base64", true},
     {"serviceProviderName", text, "shown on the phone, at most 32 octets", true},
     {"profileName", text, "shown on the phone, at most 64 octets", true},
     {"tenant", text, "whose it is; default: the principal's own, or default"},
     {"profileType", text, "what ES2+.DownloadOrder may name in place of an ICCID"},
     {"protection", text, "randomKeys (default) or sessionKeys"},
     {"profileClass", text, "operational (default), test or provisioning"},
     {"icon", text, "PNG or JPEG, at most 1024 octets, base64"},
     {"iconType", text, "png or jpg, with icon"},
     {"profileOwner", object, "the network whose profile it is", false, &owner},
     {"profilePolicyRules", list_of_text, "ppr1, ppr2; with profileOwner"},
     {"notificationConfigurationInfo", list_of_objects,
      "who hears of what; default: this SM-DP+ of enable, disable and delete", false, &notification}}};

const AdminSchema which{"Which", {{"iccid", text, "ICCID of the profile", true}}};

const AdminSchema stock_line{"StockLine",
                             {{"tenant", text, "whose", true},
                              {"profileType", text, "empty: none", true},
                              {"state", text, "state of the order", true},
                              {"count", number, "profiles", true}}};
const AdminSchema stock_schema{
    "Stock",
    {{"tenant", text, "whose alone; null: that of every tenant that the principal sees"},
     {"stock", list_of_objects, "by tenant, type and state", true, &stock_line}}};

Result<smdp::Protection> protection_from(const std::optional<std::string>& text) {
  if (!text || *text == "randomKeys") return smdp::Protection::random_keys;
  if (*text == "sessionKeys") return smdp::Protection::session_keys;
  return Error{ErrorKind::invalid, "protection: it is randomKeys or sessionKeys"};
}

Result<AdminAnswer> import(const AdminCall& call) {
  smdp::ImportProfile import;
  auto upp = from_base64(TRY(call.body.required_text("profile")));
  if (!upp) return std::move(upp.error()).within("profile");
  import.upp = SecretBytes(std::move(*upp));
  import.metadata = TRY(profile_metadata_from(call.body, call.ports.settings.smdpAddress));
  const auto protection = TRY(call.body.text("protection"));
  import.protection = TRY(protection_from(protection));
  import.tenant = TRY(call.body.text("tenant")).value_or("");
  import.profileType = TRY(call.body.text("profileType")).value_or("");
  const smdp::Order order = TRY(smdp::import_profile(call.ports, call.who, std::move(import)));
  return TRY(describe(call.ports, order));
}

Result<AdminAnswer> withdraw(const AdminCall& call) {
  const Iccid iccid = TRY(required_iccid(call.body));
  const smdp::Order order = TRY(smdp::withdraw_profile(call.ports, call.who, iccid));
  return TRY(describe(call.ports, order));
}

Result<AdminAnswer> count(const AdminCall& call) {
  const std::string tenant = call.parameter("tenant").value_or(call.who.tenant);
  json::array lines;
  const auto stock = TRY(smdp::count_stock(call.ports, call.who, tenant));
  for (const smdp::TenantStock& of : stock) {
    for (const smdp::StockCount& one : of.counts) {
      lines.push_back({{"tenant", of.tenant},
                       {"profileType", one.profileType},
                       {"state", smdp::name(one.state)},
                       {"count", one.count}});
    }
  }
  json::object out{{"tenant", nullptr}, {"stock", std::move(lines)}};
  if (!tenant.empty()) out["tenant"] = tenant;
  return out;
}

}  // namespace

std::vector<AdminRoute> admin_profile_routes() {
  return {
      {.method = "POST",
       .path = "/admin/v1/profiles",
       .summary = "Put a profile in stock",
       .permission = Permission::import_profiles,
       .answer = &AdminSchemas::order,
       .function = import,
       .body = &import_schema,
       .status = 201},
      {.method = "POST",
       .path = "/admin/v1/profiles/withdraw",
       .summary = "Take an available profile out of stock: nobody can order it any more",
       .permission = Permission::import_profiles,
       .answer = &AdminSchemas::order,
       .function = withdraw,
       .body = &which},
      {.method = "GET",
       .path = "/admin/v1/stock",
       .summary = "How many profiles of each type are in each state",
       .permission = Permission::read_profiles,
       .answer = &stock_schema,
       .function = count,
       .query = {{"tenant", "only of this one; default: of every tenant that the principal sees"}}},
  };
}

}  // namespace sealift::http
