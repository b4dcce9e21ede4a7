// What a server says of itself to monitors, without a token: nothing in it is an identifier.
//
//   GET /health, /healthz   200 {"status":"ok"} while the server takes requests
//   GET /readyz             200 where it can do its work, 503 and what is wrong where it can not
//   GET /metrics            figures, for Prometheus (docs/reference/metrics.md)
#pragma once

#include "http/metrics.hpp"

namespace sealift::http {

/// On every listener.
void add_health_route(Router& router);

/// What was looked at, with what is wrong; an empty text where nothing is. Warnings do not count.
struct Readiness {
  std::vector<std::pair<std::string, std::string>> checks, warnings;
};

/// The functions are called on workers and may block; what they borrow outlives every server that uses the
/// router.
void add_monitor_routes(Router& router, std::function<Readiness()> readiness,
                        std::function<void(MetricsPage&)> figures);

}  // namespace sealift::http
