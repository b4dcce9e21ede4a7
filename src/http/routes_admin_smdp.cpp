#include "http/routes_admin_smdp.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "access/directory.hpp"
#include "http/admin_openapi.hpp"
#include "http/tls.hpp"

namespace sealift::http {
namespace {

namespace json = boost::json;
using access::Principal;

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

// ---- who asks ----

/// The octets of the token in a request; none where it shows none.
std::optional<Secret<32>> token_in(const Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view shown = request.header("Authorization");
  if (!same_field_name(shown.substr(0, scheme.size()), scheme)) return std::nullopt;
  auto octets = from_hex(shown.substr(scheme.size()));
  if (!octets) return std::nullopt;
  auto token = Secret<32>::from(*octets);
  wipe(*octets);
  if (!token) return std::nullopt;
  return std::move(*token);
}

/// What the routes of one administration share.
struct Desk {
  smdp::Ports& ports;
  Secret<32> local;
  access::AuditLog* audit;
  smdp::Limiter* calls;
  smdp::Outbox* outbox;
};

/// Who asks.
struct Caller {
  Principal principal;
  bool local = false;  ///< shows the token of the server's own folder
};

/// Who shows a token, or, without one, the client certificate of a principal. The time does not tell how much
/// of a token was right.
std::optional<Caller> caller_of(const Request& request, const Desk& desk) {
  const auto shown = token_in(request);
  if (shown && equal_constant_time(shown->expose(), desk.local.expose())) return Caller{access::administrator(), true};
  if (!desk.ports.directory) return std::nullopt;
  const auto known = desk.ports.directory->current();
  const Time now = desk.ports.clock.now();
  const Principal* found = nullptr;
  if (shown) {
    found = access::find_by_token(known->principals, shown->expose(), now);
  } else if (request.client) {
    found = access::find_by_certificate(known->principals, request.client->fingerprint, now);
  }
  if (!found) return std::nullopt;
  return Caller{*found, false};
}

Response not_authorised() {
  Response out =
      refusal({ErrorKind::permission, "show the administration token: Authorization: Bearer TOKEN"}, 401);
  out.headers.emplace_back("WWW-Authenticate", "Bearer");
  return out;
}

bool calls_too_often(const Caller& who, const Desk& desk) {
  return desk.calls && !who.local && !desk.calls->take(who.principal.name, desk.ports.clock.monotonic());
}

Response too_often() {
  Response out = refusal({ErrorKind::limit, "too many calls of this principal: wait a second and call again"}, 429);
  out.headers.emplace_back("Retry-After", "1");
  return out;
}

// ---- one request ----

using Query = std::vector<std::pair<std::string, std::string>>;

/// %XX is the octet XX (RFC 3986 2.1).
Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto octet = octets_from_hex<1>(text.substr(i + 1, 2));
    if (!octet) return Error{ErrorKind::invalid, "the query: % goes before two hexadecimal digits"};
    out += static_cast<char>((*octet)[0]);
    i += 2;
  }
  return out;
}

Result<Query> query_from(std::string_view query, const AdminRoute& route) {
  Query out;
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), parameter.size() + 1));
    const size_t equals = std::min(parameter.find('='), parameter.size());
    std::string key(parameter.substr(0, equals));
    const auto known = [&](const AdminParameter& p) { return p.name == key; };
    if (std::ranges::none_of(route.query, known)) {
      std::string list;
      for (const AdminParameter& p : route.query) list += (list.empty() ? "" : ", ") + p.name + "=";
      return Error{ErrorKind::invalid, "the query knows " + (list.empty() ? "nothing" : list + " alone")};
    }
    out.emplace_back(std::move(key),
                     TRY(percent_decoded(parameter.substr(std::min(parameter.size(), equals + 1)))));
  }
  return out;
}

Result<AdminAnswer> run(const AdminRoute& route, const Desk& desk, const Principal& who,
                        const Request& request) {
  TRY_VOID(access::permit(who, route.permission));
  const JsonFields body = TRY(JsonFields::parse(route.body ? request.body : "{}",
                                                route.body ? route.body->names() : JsonFields::Names()));
  return route.function({desk.ports, who, body, std::string(last_segment(request.path)),
                         TRY(query_from(request.query, route)), desk.audit, desk.outbox});
}

Handler handler_of(const AdminRoute& route, std::shared_ptr<const Desk> desk) {
  return [&route, desk = std::move(desk)](const Request& request) {
    const auto who = caller_of(request, *desk);
    if (!who) return not_authorised();
    if (calls_too_often(*who, *desk)) return too_often();
    if (route.body && !same_field_name(media_type(request.header("Content-Type")), "application/json")) {
      return refusal({ErrorKind::invalid, "the body must be JSON, with Content-Type: application/json"}, 415);
    }
    const auto done = run(route, *desk, who->principal, request);
    if (!done) {
      const unsigned status = status_of(done.error().kind);
      if (status >= 500) desk->ports.observer.maintained("administration", &done.error());
      return refusal(done.error(), status);
    }
    return answer(done->status ? done->status : route.status, done->body);
  };
}

std::vector<AdminRoute> all_routes() {
  std::vector<AdminRoute> out;
  for (auto part : {admin_profile_routes, admin_order_routes, admin_reissue_routes, admin_restriction_routes,
                    admin_tenant_routes, admin_principal_routes, admin_issuance_routes, admin_audit_routes,
                    admin_outbox_routes}) {
    auto routes = part();
    std::ranges::move(routes, std::back_inserter(out));
  }
  return out;
}

}  // namespace

const std::vector<AdminRoute>& admin_smdp_routes() {
  static const std::vector<AdminRoute> routes = all_routes();
  return routes;
}

JsonFields::Names AdminSchema::names() const {
  JsonFields::Names out;
  for (const AdminMember& member : members) out.push_back(member.name);
  return out;
}

std::optional<std::string> AdminCall::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

void add_admin_smdp_routes(Router& router, smdp::Ports& ports, const Secret<32>& token,
                           access::AuditLog* audit, smdp::Limiter* calls, smdp::Outbox* outbox) {
  const auto desk = std::make_shared<const Desk>(Desk{ports, token.clone(), audit, calls, outbox});
  for (const AdminRoute& route : admin_smdp_routes()) {
    const size_t open = route.path.find('{');
    if (open == std::string::npos) {
      router.add(route.method, route.path, handler_of(route, desk));
    } else {
      router.add_below(route.method, route.path.substr(0, open), handler_of(route, desk));
    }
  }
  // For programs that have no token yet: it tells nothing that the documentation does not.
  router.add("GET", "/openapi.json",
             [document = json::serialize(admin_openapi(admin_smdp_routes()))](const Request&) {
               return Response{200, "application/json", document + "\n", {}};
             });
}

}  // namespace sealift::http
