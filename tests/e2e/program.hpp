// `sealift` as a test plays with it that uses programs alone.
#pragma once

#include <boost/json/serialize.hpp>

#include "tests/e2e/world.hpp"
#include "tests/support/program.hpp"

namespace sealift::e2e {

using sealift::testing::Program;
using sealift::testing::sealift_program;

/// What `sealift ... --json` says, which must end well.
boost::json::value run(std::vector<std::string> arguments);

}  // namespace sealift::e2e
