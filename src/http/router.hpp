// Which function answers which path: paths match exactly, or up to their last segment; there are no patterns.
//
// Filled before the server starts, read by many threads afterwards.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace sealift::http {

/// Runs on a worker thread and may block (disk, HSM). Must be safe to call from many threads at once.
using Handler = std::function<Response(const Request&)>;

/// What follows the last '/' of a path, as sent: still percent-encoded.
inline std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

class Router {
 public:
  /// `method` in capitals. `required_media_type` empty accepts any body; otherwise another Content-Type is
  /// answered 415. GET routes answer HEAD too.
  void add(std::string method, std::string path, Handler handler, std::string required_media_type = "");

  /// Answers every path of `prefix` and one more segment that is not empty: "/orders/" takes "/orders/7", and
  /// neither "/orders/" nor "/orders/7/8". `prefix` ends with '/'; the handler reads the segment with
  /// last_segment(). A path that was added as a whole comes first.
  void add_below(std::string method, std::string prefix, Handler handler);

  /// The paths that were added; those of add_below() end with '/'.
  std::vector<std::string> paths() const;

  /// Finds the handler and calls it; 404 for an unknown path, 405 with Allow for a wrong method, 415 for a
  /// wrong media type, 500 where a handler lets an exception of a third party through.
  Response answer(const Request& request) const;

 private:
  struct Route {
    std::string method;
    Handler handler;
    std::string required_media_type;
  };
  using Routes = std::map<std::string, std::vector<Route>, std::less<>>;
  /// Null where nothing is at this path.
  const Routes::value_type* at(std::string_view path) const;
  Response answer(const Request& request, const std::vector<Route>& routes) const;

  Routes routes_;
  Routes below_;
};

}  // namespace sealift::http
