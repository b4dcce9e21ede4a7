#include "http/router.hpp"

#include "base/result.hpp"

namespace sealift::http {
namespace {

Response plain(unsigned status, std::string text) {
  return {status, "text/plain", std::move(text) + "\n", {}};
}

bool answers(std::string_view route_method, std::string_view method) {
  return route_method == method || (route_method == "GET" && method == "HEAD");
}

}  // namespace

void Router::add(std::string method, std::string path, Handler handler, std::string required_media_type) {
  routes_[std::move(path)].push_back({std::move(method), std::move(handler), std::move(required_media_type)});
}

void Router::add_below(std::string method, std::string prefix, Handler handler) {
  check(prefix.ends_with('/'), "a prefix route ends with '/'");
  below_[std::move(prefix)].push_back({std::move(method), std::move(handler), ""});
}

const Router::Routes::value_type* Router::at(std::string_view path) const {
  if (auto whole = routes_.find(path); whole != routes_.end()) return &*whole;
  const std::string_view segment = last_segment(path);
  auto below = below_.find(path.substr(0, path.size() - segment.size()));
  return below == below_.end() || segment.empty() ? nullptr : &*below;
}

std::vector<std::string> Router::paths() const {
  std::vector<std::string> out;
  for (const auto& [path, routes] : routes_) out.push_back(path);
  for (const auto& [prefix, routes] : below_) out.push_back(prefix);
  return out;
}

Response Router::answer(const Request& request) const {
  const Routes::value_type* found = at(request.path);
  if (!found) return plain(404, "There is nothing at this path.");
  Response response = answer(request, found->second);
  response.route = found->first;
  return response;
}

Response Router::answer(const Request& request, const std::vector<Route>& routes) const {
  std::string allowed;
  for (const Route& route : routes) {
    if (!answers(route.method, request.method)) {
      allowed += (allowed.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
      continue;
    }
    if (!route.required_media_type.empty() &&
        !same_field_name(media_type(request.header("Content-Type")), route.required_media_type)) {
      return plain(415, "This path takes a body of Content-Type " + route.required_media_type + ".");
    }
    try {
      return route.handler(request);
    } catch (...) {  // a library's, such as std::bad_alloc; ours are Results
      return plain(500, "The server failed on this request.");
    }
  }
  Response refusal = plain(405, "This path answers " + allowed + ".");
  refusal.headers.emplace_back("Allow", allowed);
  return refusal;
}

}  // namespace sealift::http
