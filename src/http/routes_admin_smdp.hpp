// The administration of an SM-DP+ as JSON over HTTPS: stock a profile, order it, look at orders.
//
//   POST /admin/v1/profiles         {profile, serviceProviderName, profileName, ...} -> 201 {iccid, ...}
//   POST /admin/v1/orders           {iccid, eid?, matchingId?, confirmationCode?, expires?} -> 201 an order
//   GET  /admin/v1/orders           ?after=ICCID&limit=N -> {orders, next}
//   GET  /admin/v1/orders/{iccid}   an order
//
// For a listener of its own, apart from ES9+ (docs/reference/admin-api.md has every member). Each request
// shows "Authorization: Bearer" and the token in hexadecimal. An error is {"error": {"kind", "message"}} with
// a fitting HTTP status. Handlers are thread safe and block on the order store.
#pragma once

#include "base/secret.hpp"
#include "http/router.hpp"
#include "smdp/ports.hpp"

namespace sealift::http {

/// The longest body that a listener of these routes has to take: a profile package of 4 MiB in base64.
inline constexpr size_t max_admin_body = 6 * 1024 * 1024;

/// Who holds the token of a site: the name in its audit rows.
inline constexpr const char* local_admin = "local-admin";

/// `ports` must outlive every server that uses the router. `token` is copied.
void add_admin_smdp_routes(Router& router, smdp::Ports& ports, const Secret<32>& token);

}  // namespace sealift::http
