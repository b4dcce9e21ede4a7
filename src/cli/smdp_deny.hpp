// sealift smdp deny, allow, denied: who a running SM-DP+ does not serve.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_smdp_deny(CLI::App& smdp, Output& out);

}  // namespace sealift::cli
