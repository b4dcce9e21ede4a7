// The configuration file of an SM-DP+ (docs/reference/configuration.md): what `sealift smdp serve --config`
// reads, `check-config` checks, and `check-config --print-defaults` explains.
#pragma once

#include "lab/config_parts.hpp"
#include "lab/smdp_site.hpp"

namespace sealift::lab {

struct SmdpConfig {
  SmdpSiteOptions site;
  LogOptions log;

  /// As where no file says anything, in a folder: ES9+ on loopback, the administration on any free port.
  static SmdpConfig of_folder(const std::string& dir);
  /// Errors: not_found, permission, io, limit, and invalid with a line for each thing that is wrong.
  static Result<SmdpConfig> read(const std::string& path);
  static Result<SmdpConfig> parse(const std::string& path, std::string_view contents);
  /// A file that says every default, each explained; it reads as if it were empty, but for `dir`.
  static std::string sample();
  /// The same as tables of Markdown.
  static std::string reference();
};

}  // namespace sealift::lab
