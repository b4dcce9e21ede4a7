// sealift es2 listen: an operator's end of callbacks, for laboratories and tests.
#pragma once

#include "cli/command.hpp"

namespace sealift::cli {

void add_es2_listen(CLI::App& es2, Output& out);

}  // namespace sealift::cli
