#include "http/routes_admin_smdp.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <memory>

#include "asn1/time.hpp"
#include "http/admin_json.hpp"
#include "http/admin_profile_metadata.hpp"
#include "messages/names.hpp"
#include "smdp/admin.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;

constexpr size_t default_page = 100;
constexpr size_t largest_page = 1000;

// ---- the answers ----

Response answer(unsigned status, const json::object& body) {
  return {status, "application/json", json::serialize(body) + "\n", {{"Cache-Control", "no-store"}}};
}

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
    case ErrorKind::truncated:
      return 400;
    case ErrorKind::permission:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::exists:
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::limit:
      return 413;
    case ErrorKind::verification:
    case ErrorKind::unsupported:
      return 422;
    case ErrorKind::io:
    case ErrorKind::timeout:
      return 503;
    case ErrorKind::internal:
      break;
  }
  return 500;
}

Response refusal(const Error& error, unsigned status) {
  return answer(status, {{"error", {{"kind", name(error.kind)}, {"message", error.message}}}});
}

Response answer(unsigned status, Result<json::object> body) {
  return body ? answer(status, *body) : refusal(body.error(), status_of(body.error().kind));
}

template <class T, class ToText>
json::value text_or_null(const std::optional<T>& value, ToText to_text) {
  return value ? json::value(to_text(*value)) : json::value(nullptr);
}

/// An order as people and programs see it; what is unknown or not set is null.
Result<json::object> describe(const smdp::Ports& ports, const smdp::Order& order) {
  auto metadata = TRY(asn1::decode<messages::StoreMetadataRequest>(order.metadata));
  json::object out{{"iccid", order.iccid.digits()},
                   {"state", smdp::name(order.state)},
                   {"serviceProviderName", metadata.serviceProviderName},
                   {"profileName", metadata.profileName},
                   {"profileClass", messages::to_name(metadata.profileClass)},
                   {"size", order.needs.size}};
  out["matchingId"] = text_or_null(order.matchingId, [](const MatchingId& id) { return id.value(); });
  out["eid"] = text_or_null(order.eid, [](const Eid& eid) { return eid.digits(); });
  out["expires"] = text_or_null(order.expires, [](Time at) { return asn1::rfc3339(at); });
  out["confirmationCodeRequired"] = order.confirmation.has_value();
  out["confirmationAttempts"] = order.confirmation_attempts;
  out["confirmationLimit"] = order.confirmation_limit;
  out["downloadAttempts"] = order.download_attempts;
  out["rebind"] = order.rebind;
  out["reinstall"] = smdp::name(order.reinstall);
  out["uses"] = order.uses;
  out["installs"] = order.installs;
  out["activationCode"] =
      order.matchingId ? json::value(TRY(smdp::activation_code(ports, order))) : json::value(nullptr);
  return out;
}

// ---- the requests ----

Result<smdp::Protection> protection_from(const std::optional<std::string>& text) {
  if (!text || *text == "randomKeys") return smdp::Protection::random_keys;
  if (*text == "sessionKeys") return smdp::Protection::session_keys;
  return Error{ErrorKind::invalid, "protection: it is randomKeys or sessionKeys"};
}

Result<json::object> import(smdp::Ports& ports, const Request& request) {
  JsonFields fields = TRY(JsonFields::parse(
      request.body, {"profile", "protection", "serviceProviderName", "profileName", "profileClass", "icon",
                     "iconType", "profileOwner", "profilePolicyRules", "notificationConfigurationInfo"}));
  smdp::ImportProfile import;
  auto upp = from_base64(TRY(fields.required_text("profile")));
  if (!upp) return std::move(upp.error()).within("profile");
  import.upp = SecretBytes(std::move(*upp));
  import.metadata = TRY(profile_metadata_from(fields, ports.settings.smdpAddress));
  const auto protection = TRY(fields.text("protection"));
  import.protection = TRY(protection_from(protection));
  auto stocked = smdp::import_profile(ports, local_admin, std::move(import));
  if (!stocked && stocked.error().kind == ErrorKind::exists) {
    return Error{ErrorKind::exists, "a profile with this ICCID is in stock already"};
  }
  return describe(ports, TRY(std::move(stocked)));
}

Result<Iccid> iccid_from(std::string_view text) {
  auto iccid = Iccid::parse(text);
  if (!iccid) return std::move(iccid.error()).within("iccid");
  return iccid;
}

Result<json::object> order(smdp::Ports& ports, const Request& request) {
  JsonFields fields = TRY(JsonFields::parse(
      request.body, {"iccid", "eid", "matchingId", "confirmationCode", "expires", "confirmationAttempts",
                     "rebind", "reinstall", "uses", "confirmationCodeHash", "release"}));
  smdp::CreateOrder order;
  const std::string iccid = TRY(fields.required_text("iccid"));
  order.iccid = TRY(iccid_from(iccid));
  if (auto text = TRY(fields.text("eid"))) {
    auto eid = Eid::parse(*text);
    if (!eid) return std::move(eid.error()).within("eid");
    order.eid = *eid;
  }
  if (auto text = TRY(fields.text("matchingId"))) order.matchingId = TRY(MatchingId::parse(*text));
  if (auto text = TRY(fields.text("confirmationCode"))) order.confirmationCode = SecretBytes(to_bytes(*text));
  if (auto text = TRY(fields.text("confirmationCodeHash"))) {
    auto hash = octets_from_hex<32>(*text);
    if (!hash) return std::move(hash.error()).within("confirmationCodeHash");
    order.confirmationCodeHash = *hash;
  }
  if (auto text = TRY(fields.text("expires"))) {
    auto at = asn1::parse_rfc3339(*text);
    if (!at) return std::move(at.error()).within("expires");
    if (*at <= ports.clock.now())
      return Error{ErrorKind::invalid, "expires: " + *text + " has passed already"};
    order.expires = *at;
  }
  if (auto n = TRY(fields.number("confirmationAttempts", 1, 10))) order.confirmationAttempts = *n;
  if (auto wanted = TRY(fields.boolean("rebind"))) order.rebind = *wanted;
  if (auto text = TRY(fields.text("reinstall"))) order.reinstall = TRY(smdp::reinstall_policy(*text));
  if (auto n = TRY(fields.number("uses", 0, 1000))) order.uses = *n;
  if (auto wanted = TRY(fields.boolean("release"))) order.release = *wanted;
  return describe(ports, TRY(smdp::create_order(ports, local_admin, order)));
}

json::object describe(const smdp::Restriction& one) {
  return {{"kind", smdp::name(one.kind)},
          {"value", one.value},
          {"reason", one.reason},
          {"by", one.actor},
          {"at", asn1::rfc3339(one.at)}};
}

Result<json::object> add_restriction(smdp::Ports& ports, const Request& request) {
  JsonFields fields = TRY(JsonFields::parse(request.body, {"kind", "value", "reason"}));
  const std::string named = TRY(fields.required_text("kind"));
  const auto kind = TRY(smdp::restriction_kind(named));
  const std::string value = TRY(fields.required_text("value"));
  const auto reason = TRY(fields.text("reason"));
  TRY_VOID(smdp::restrict(ports, local_admin, kind, value, reason.value_or("")));
  return json::object{{"kind", smdp::name(kind)}, {"value", value}};
}

Result<json::object> remove_restriction(smdp::Ports& ports, const Request& request) {
  JsonFields fields = TRY(JsonFields::parse(request.body, {"kind", "value"}));
  const std::string named = TRY(fields.required_text("kind"));
  const auto kind = TRY(smdp::restriction_kind(named));
  const std::string value = TRY(fields.required_text("value"));
  TRY_VOID(smdp::unrestrict(ports, local_admin, kind, value));
  return json::object{{"kind", smdp::name(kind)}, {"value", value}};
}

Result<json::object> restrictions(smdp::Ports& ports, const Request&) {
  const auto all = TRY(smdp::list_restrictions(ports));
  json::array out;
  for (const smdp::Restriction& one : all) out.push_back(describe(one));
  return json::object{{"restrictions", std::move(out)}};
}

struct Page {
  std::optional<Iccid> after;
  size_t limit = default_page;
};

Result<Page> page_from(std::string_view query) {
  Page page;
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
    const size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view key = parameter.substr(0, equals);
    const std::string_view value = parameter.substr(std::min(parameter.size(), equals + 1));
    if (key == "after") {
      page.after = TRY(iccid_from(value));
    } else if (key == "limit") {
      auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), page.limit);
      if (error != std::errc() || end != value.data() + value.size() || page.limit < 1 ||
          page.limit > largest_page) {
        return Error{ErrorKind::invalid, "limit: a number from 1 to " + std::to_string(largest_page)};
      }
    } else {
      return Error{ErrorKind::invalid, "the query knows after=ICCID and limit=NUMBER alone"};
    }
  }
  return page;
}

Result<json::object> list(smdp::Ports& ports, const Request& request) {
  const Page page = TRY(page_from(request.query));
  const auto orders = TRY(smdp::list_orders(ports, page.after, page.limit));
  json::array out;
  for (const smdp::Order& one : orders) out.push_back(TRY(describe(ports, one)));
  json::value next = nullptr;
  if (orders.size() == page.limit) next = orders.back().iccid.digits();
  return json::object{{"orders", std::move(out)}, {"next", std::move(next)}};
}

Result<json::object> show(smdp::Ports& ports, const Request& request) {
  const Iccid iccid = TRY(iccid_from(last_segment(request.path)));
  return describe(ports, TRY(smdp::show_order(ports, iccid)));
}

// ---- who may ask ----

/// True where the request shows the token. The time does not tell how much of it was right.
bool authorised(const Request& request, View token) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view shown = request.header("Authorization");
  if (!same_field_name(shown.substr(0, scheme.size()), scheme)) return false;
  auto octets = from_hex(shown.substr(scheme.size()));
  return octets && equal_constant_time(*octets, token);
}

Response not_authorised() {
  Response out =
      refusal({ErrorKind::permission, "show the administration token: Authorization: Bearer TOKEN"}, 401);
  out.headers.emplace_back("WWW-Authenticate", "Bearer");
  return out;
}

}  // namespace

void add_admin_smdp_routes(Router& router, smdp::Ports& ports, const Secret<32>& token) {
  using Function = Result<json::object> (*)(smdp::Ports&, const Request&);
  auto kept = std::make_shared<const Secret<32>>(token.clone());
  auto guarded = [&ports, kept](unsigned status, bool has_body, Function function) -> Handler {
    return [&ports, kept, status, has_body, function](const Request& request) {
      if (!authorised(request, kept->expose())) return not_authorised();
      if (has_body && !same_field_name(media_type(request.header("Content-Type")), "application/json")) {
        return refusal({ErrorKind::invalid, "the body must be JSON, with Content-Type: application/json"},
                       415);
      }
      return answer(status, function(ports, request));
    };
  };
  router.add("POST", "/admin/v1/profiles", guarded(201, true, import));
  router.add("POST", "/admin/v1/orders", guarded(201, true, order));
  router.add("GET", "/admin/v1/orders", guarded(200, false, list));
  router.add_below("GET", "/admin/v1/orders/", guarded(200, false, show));
  router.add("GET", "/admin/v1/restrictions", guarded(200, false, restrictions));
  router.add("POST", "/admin/v1/restrictions", guarded(201, true, add_restriction));
  router.add("POST", "/admin/v1/restrictions/remove", guarded(200, true, remove_restriction));
}

}  // namespace sealift::http
