#include "http/routes_health.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace sealift::http {

namespace json = boost::json;

void add_health_route(Router& router) {
  for (const char* path : {"/health", "/healthz"}) {
    router.add("GET", path, [](const Request&) {
      return Response{200, "application/json", "{\"status\":\"ok\"}", {}};
    });
  }
}

static json::object described(const std::vector<std::pair<std::string, std::string>>& checks) {
  json::object out;
  for (const auto& [name, problem] : checks) out[name] = problem.empty() ? "ok" : problem;
  return out;
}

void add_monitor_routes(Router& router, std::function<Readiness()> readiness,
                        std::function<void(MetricsPage&)> figures) {
  router.add("GET", "/readyz", [readiness = std::move(readiness)](const Request&) {
    const Readiness now = readiness();
    const bool ready =
        std::ranges::all_of(now.checks, [](const auto& check) { return check.second.empty(); });
    const json::object out{
        {"ready", ready}, {"checks", described(now.checks)}, {"warnings", described(now.warnings)}};
    return Response{ready ? 200u : 503u,
                    "application/json",
                    json::serialize(out) + "\n",
                    {{"Cache-Control", "no-store"}}};
  });
  router.add("GET", "/metrics", [figures = std::move(figures)](const Request&) {
    MetricsPage page;
    figures(page);
    return Response{
        200, "text/plain; version=0.0.4; charset=utf-8", page.text(), {{"Cache-Control", "no-store"}}};
  });
}

}  // namespace sealift::http
