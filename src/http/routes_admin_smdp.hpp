// The administration of an SM-DP+ as JSON over HTTPS: stock, orders, tenants, principals, the big red button.
// What there is stands in one table (admin_route.hpp), which /openapi.json shows; docs/reference/admin-api.md
// explains it.
//
// For a listener of its own, apart from ES9+. Each request shows "Authorization: Bearer" and a token in
// hexadecimal, or the client certificate of a principal. An error is {"error": {"kind", "message"}} with a
// fitting HTTP status. Handlers are thread safe and block on the stores.
#pragma once

#include "access/audit_log.hpp"
#include "base/secret.hpp"
#include "http/router.hpp"
#include "smdp/ports.hpp"

namespace sealift::smdp {
class Outbox;
}

namespace sealift::http {

/// The longest body that a listener of these routes has to take: a profile package of 4 MiB in base64.
inline constexpr size_t max_admin_body = 6 * 1024 * 1024;

/// `ports` must outlive every server that uses the router. `token` is that of the site's own administrator,
/// copied; further principals are those of `ports.directory`. `audit` outlives the router too; null: nobody
/// reads audit rows. `calls` is how often one principal may call, by its name, and outlives the router; more
/// is answered 429. Null: as often as it likes, which the site's own administrator may always. `outbox` is
/// what waits for operators and SM-DSs, and outlives the router; null: nothing is sent.
void add_admin_smdp_routes(Router& router, smdp::Ports& ports, const Secret<32>& token,
                           access::AuditLog* audit = nullptr, smdp::Limiter* calls = nullptr,
                           smdp::Outbox* outbox = nullptr);

}  // namespace sealift::http
