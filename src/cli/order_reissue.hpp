// sealift order reissue, complete-reissue, cancel-reissue, reissues, cancel: what ends one activation code
// and makes another.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_order_reissue(CLI::App& order, Output& out);

}  // namespace sealift::cli
