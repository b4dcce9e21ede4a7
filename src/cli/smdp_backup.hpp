// `sealift smdp backup` and `restore`.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_smdp_backup(CLI::App& smdp, Output& out);

}  // namespace sealift::cli
