// The program `sealift` as a process of its own, for tests that play with programs alone.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/e2e/world.hpp"

namespace sealift::e2e {

/// build/release/sealift, beside the folder of this test program.
std::string sealift();

/// A running `sealift ... --json`, its standard output at hand. Stopped with SIGTERM where it has not ended.
class Program {
 public:
  /// `log`: a file that its standard error is added to.
  explicit Program(std::vector<std::string> arguments, const std::string& log = "");
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Its next line, which is one JSON object; null where it ended without one.
  boost::json::value line();
  void signal(int which);
  int exit_code();

 private:
  pid_t pid_ = -1;
  FILE* out_ = nullptr;
};

boost::json::value run(std::vector<std::string> arguments);

}  // namespace sealift::e2e
