// sealift smdp check-config: whether a server would start with a configuration, and what a configuration may
// say.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_smdp_check_config(CLI::App& smdp, Output& out);

}  // namespace sealift::cli
