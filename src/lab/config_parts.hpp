// What the configuration files of our servers have in common.
#pragma once

#include "http/server.hpp"
#include "lab/config_sheet.hpp"

namespace sealift::lab {

/// Of the log, which the program keeps.
struct LogOptions {
  std::string level = "info";  ///< info, notice, warning, error
  bool requests = false;       ///< a line for each request
};
void declare_log(ConfigTable& table, LogOptions& log);

/// Threads, sizes and times of a listener.
void declare_connection_limits(ConfigTable& table, http::ServerOptions& server);

/// A path as a file has it: relative ones are within `dir`; an empty one stays so.
std::string path_within(const std::string& dir, const std::string& path);

}  // namespace sealift::lab
