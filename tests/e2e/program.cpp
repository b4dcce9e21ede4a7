#include "tests/e2e/program.hpp"

namespace sealift::e2e {

boost::json::value run(std::vector<std::string> arguments) {
  Program program(std::move(arguments));
  auto said = program.line();
  EXPECT_EQ(program.exit_code(), 0) << boost::json::serialize(said);
  return said;
}

Said said(const std::string& arguments) {
  FILE* out = ::popen((sealift_program() + " " + arguments + " 2>&1").c_str(), "r");
  check(out != nullptr, "a shell");
  Said all{};
  for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) all.text += static_cast<char>(c);
  const int status = ::pclose(out);
  all.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return all;
}

}  // namespace sealift::e2e
