// Which function answers which path. Paths match exactly; there are no patterns.
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

class Router {
 public:
  /// `method` in capitals. `required_media_type` empty accepts any body; otherwise another Content-Type is
  /// answered 415. GET routes answer HEAD too.
  void add(std::string method, std::string path, Handler handler, std::string required_media_type = "");

  /// Finds the handler and calls it; 404 for an unknown path, 405 with Allow for a wrong method, 415 for a
  /// wrong media type, 500 where a handler lets an exception of a third party through.
  Response answer(const Request& request) const;

 private:
  struct Route {
    std::string method;
    Handler handler;
    std::string required_media_type;
  };
  std::map<std::string, std::vector<Route>, std::less<>> routes_;
};

}  // namespace sealift::http
