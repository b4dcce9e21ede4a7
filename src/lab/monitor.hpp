// What a server's monitoring asks for, gathered from whoever has it: figures for /metrics, checks for
// /readyz.
//
// Sources may be added at any time, and go when the Monitor does: they are called from several threads, and
// what they borrow outlives the listeners. Sources of a check may block; those of figures should not for
// long.
#pragma once

#include <functional>
#include <mutex>

#include "http/routes_health.hpp"

namespace sealift::lab {

class Monitor {
 public:
  using Figures = std::function<void(http::MetricsPage&)>;
  /// Gives what is wrong; an empty text where nothing is.
  using Check = std::function<std::string()>;

  void add_figures(Figures figures);
  /// What keeps the server from its work while it is wrong.
  void add_check(std::string name, Check problem);
  /// What people should see to.
  void add_warning(std::string name, Check problem);

  http::Readiness readiness() const;
  void write(http::MetricsPage& page) const;
  /// GET /readyz and /metrics; the Monitor outlives the router's server.
  void add_routes(http::Router& router) const;

 private:
  using Checks = std::vector<std::pair<std::string, Check>>;
  mutable std::mutex mutex_;
  std::vector<Figures> figures_;
  Checks checks_, warnings_;
};

/// Figures of this process, by the names that Prometheus has for them: memory, CPU, open files, start.
void write_process_figures(http::MetricsPage& page);

/// A check that is asked once a second at most.
Monitor::Check asked_seldom(Monitor::Check check);

}  // namespace sealift::lab
