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

/// What a command tells people, on both outputs, and its exit code.
struct Said {
  int code;
  std::string text;
  bool has(std::string_view part) const { return text.find(part) != text.npos; }
};
/// Runs `sealift` with arguments as a shell takes them.
Said said(const std::string& arguments);

}  // namespace sealift::e2e
