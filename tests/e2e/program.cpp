#include "tests/e2e/program.hpp"

namespace sealift::e2e {

boost::json::value run(std::vector<std::string> arguments) {
  Program program(std::move(arguments));
  auto said = program.line();
  EXPECT_EQ(program.exit_code(), 0) << boost::json::serialize(said);
  return said;
}

}  // namespace sealift::e2e
