// Orders: what becomes of profiles in stock.
#include <boost/json.hpp>
#include <charconv>

#include "http/admin_describe.hpp"
#include "http/client.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using enum AdminType;
using access::Permission;

constexpr size_t default_page = 100;
constexpr size_t largest_page = 1000;

const AdminSchema create_schema{
    "CreateOrder",
    {{"iccid", text, "a profile in stock", true},
     {"eid", text, "the only eUICC that may have it"},
     {"matchingId", text, "default: 128 random bits; empty: default SM-DP+, needs eid"},
     {"confirmationCode", text, "the user has to enter it; only its hash is kept"},
     {"confirmationCodeHash", text, "its SHA-256 in hexadecimal, in its place"},
     {"expires", time, "a download has to end before; default: as the tenant's policies say"},
     {"confirmationAttempts", number, "codes that may be tried, 1 to 10"},
     {"rebind", boolean, "false: another one-time key of the same eUICC is refused"},
     {"reinstall", text, "never, sameEid, afterDeletion or perpetual"},
     {"uses", number, "installations in all, with reinstall; 0: any number"},
     {"release", boolean, "false: confirmed, and not to be downloaded yet"},
     {"smdsAddress", text, "an SM-DS that is to announce it; needs eid and a MatchingID"}}};

const AdminSchema which{"WhichOrder", {{"iccid", text, "ICCID of the profile", true}}};

const AdminSchema cancel_schema{
    "CancelOrder",
    {{"iccid", text, "ICCID of the profile", true},
     {"finalProfileStatus", text, "available (default): in stock again; or unavailable"}}};

const AdminSchema list_schema{"Orders",
                              {{"orders", list_of_objects, "in order of ICCID", true, &AdminSchemas::order},
                               {"next", text, "null at the end; else go on with after= this"}}};

Result<AdminAnswer> create(const AdminCall& call) {
  const JsonFields& body = call.body;
  smdp::CreateOrder order;
  order.iccid = TRY(required_iccid(body));
  order.eid = TRY(eid_from(body));
  if (auto text = TRY(body.text("matchingId"))) order.matchingId = TRY(MatchingId::parse(*text));
  if (auto text = TRY(body.text("confirmationCode"))) order.confirmationCode = SecretBytes(to_bytes(*text));
  order.confirmationCodeHash = TRY(octets_from<32>(body, "confirmationCodeHash"));
  order.expires = TRY(future_from(body, "expires", call.ports.clock.now()));
  if (auto n = TRY(body.number("confirmationAttempts", 1, 10))) order.confirmationAttempts = *n;
  if (auto wanted = TRY(body.boolean("rebind"))) order.rebind = *wanted;
  if (auto text = TRY(body.text("reinstall"))) order.reinstall = TRY(smdp::reinstall_policy(*text));
  if (auto n = TRY(body.number("uses", 0, 1000))) order.uses = *n;
  if (auto wanted = TRY(body.boolean("release"))) order.release = *wanted;
  if (auto text = TRY(body.text("smdsAddress"))) {
    auto address = http::HostPort::parse(*text);
    if (!address) return std::move(address.error()).within("smdsAddress");
    order.smdsAddress = *text;
  }
  const smdp::Order made = TRY(smdp::create_order(call.ports, call.who, order));
  return TRY(describe(call.ports, made));
}

Result<AdminAnswer> release(const AdminCall& call) {
  const Iccid iccid = TRY(required_iccid(call.body));
  const smdp::Order order = TRY(smdp::release_order(call.ports, call.who, iccid));
  return TRY(describe(call.ports, order));
}

Result<AdminAnswer> cancel(const AdminCall& call) {
  const Iccid iccid = TRY(required_iccid(call.body));
  const std::string wanted = TRY(call.body.text("finalProfileStatus")).value_or("available");
  if (wanted != "available" && wanted != "unavailable") {
    return Error{ErrorKind::invalid, "finalProfileStatus: it is available or unavailable"};
  }
  const smdp::Order order = TRY(smdp::cancel_order(call.ports, call.who, iccid, wanted == "available"));
  return TRY(describe(call.ports, order));
}

Result<size_t> limit_from(const AdminCall& call) {
  const auto text = call.parameter("limit");
  if (!text) return default_page;
  size_t limit = 0;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, limit);
  if (error == std::errc() && at == end && limit >= 1 && limit <= largest_page) return limit;
  return Error{ErrorKind::invalid, "limit: a number from 1 to " + std::to_string(largest_page)};
}

Result<AdminAnswer> list(const AdminCall& call) {
  smdp::OrderFilter filter;
  filter.tenant = call.parameter("tenant").value_or("");
  filter.profileType = call.parameter("profileType").value_or("");
  if (const auto state = call.parameter("state")) filter.state = TRY(smdp::order_state(*state));
  std::optional<Iccid> after;
  if (const auto text = call.parameter("after")) after = TRY(iccid_from(*text));
  const size_t limit = TRY(limit_from(call));
  const auto orders = TRY(smdp::list_orders(call.ports, call.who, filter, after, limit));
  json::array out;
  for (const smdp::Order& one : orders) out.push_back(TRY(describe(call.ports, one)));
  json::value next = nullptr;
  if (orders.size() == limit) next = orders.back().iccid.digits();
  return json::object{{"orders", std::move(out)}, {"next", std::move(next)}};
}

Result<AdminAnswer> show(const AdminCall& call) {
  const Iccid iccid = TRY(iccid_from(call.last));
  const smdp::Order order = TRY(smdp::show_order(call.ports, call.who, iccid));
  return TRY(describe(call.ports, order));
}

}  // namespace

std::vector<AdminRoute> admin_order_routes() {
  return {
      {.method = "POST",
       .path = "/admin/v1/orders",
       .summary = "Order a profile in stock, and release it",
       .permission = Permission::change_orders,
       .answer = &AdminSchemas::order,
       .function = create,
       .body = &create_schema,
       .status = 201},
      {.method = "POST",
       .path = "/admin/v1/orders/release",
       .summary = "Release a confirmed order",
       .permission = Permission::change_orders,
       .answer = &AdminSchemas::order,
       .function = release,
       .body = &which},
      {.method = "POST",
       .path = "/admin/v1/orders/cancel",
       .summary = "Cancel an order that no device has got",
       .permission = Permission::change_orders,
       .answer = &AdminSchemas::order,
       .function = cancel,
       .body = &cancel_schema},
      {.method = "GET",
       .path = "/admin/v1/orders",
       .summary = "Profiles in stock and their orders, page by page",
       .permission = Permission::read_profiles,
       .answer = &list_schema,
       .function = list,
       .query = {{"after", "ICCID after which to go on"},
                 {"limit", "1 to 1000; default 100", true},
                 {"tenant", "only its profiles"},
                 {"profileType", "only of this type"},
                 {"state", "only in this state"}}},
      {.method = "GET",
       .path = "/admin/v1/orders/{iccid}",
       .summary = "One order",
       .permission = Permission::read_profiles,
       .answer = &AdminSchemas::order,
       .function = show},
  };
}

}  // namespace sealift::http
