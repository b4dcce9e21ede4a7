// The configuration file of an SM-DS: what `sealift smds serve --config` reads, `check-config` checks, and
// `check-config --print-defaults` explains.
#pragma once

#include "lab/config_parts.hpp"
#include "lab/smds_site.hpp"

namespace sealift::lab {

struct SmdsConfig {
  SmdsSiteOptions site;
  LogOptions log;

  /// As where no file says anything, in a folder.
  static SmdsConfig of_folder(const std::string& dir);
  /// Errors: not_found, permission, io, limit, and invalid with a line for each thing that is wrong.
  static Result<SmdsConfig> read(const std::string& path);
  static Result<SmdsConfig> parse(const std::string& path, std::string_view contents);
  /// A file that says every default, each explained.
  static std::string sample();
  /// The same as tables of Markdown.
  static std::string reference();
};

}  // namespace sealift::lab
