// sealift smdp stop-issuance, reopen-issuance and issuance: the big red button of a running SM-DP+.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_smdp_issuance(CLI::App& smdp, Output& out);

}  // namespace sealift::cli
