// `sealift smds events`: what waits for phones at an SM-DS.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_smds_events(CLI::App& smds, Output& out);

}  // namespace sealift::cli
