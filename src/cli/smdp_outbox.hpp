// `sealift smdp outbox`: what operators and SM-DSs refuse to be told.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_smdp_outbox(CLI::App& smdp, Output& out);

}  // namespace sealift::cli
