// Programs of ours as a test runs them, with faults in them where the test asks for some (faults/faults.hpp).
// One thread.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "tests/crash/faults/faults.hpp"
#include "tests/support/program.hpp"

namespace sealift::crash {

using sealift::testing::Program;
using sealift::testing::sealift_program;

/// The library that counts steps, beside this test program; it is not built with sanitizers.
std::string faults_library();

/// The page that a test shares with the programs it runs with faults.
class Faults {
 public:
  /// `watched`: the beginning of the paths whose changes are steps. `file` is made.
  Faults(std::string file, std::string watched);
  ~Faults();
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;
  /// The `step`-th step from now meets the fault; the first is 1.
  void arm(uint64_t step, Fault fault);
  /// No more faults: the power is back, and so is the space.
  void disarm() { control_->at = 0; }
  /// Steps since arm().
  uint64_t steps() const { return control_->steps.load(); }
  /// The step that was armed has come.
  bool met() const { return armed_ != 0 && steps() >= armed_; }
  const std::string& file() const { return file_; }
  const std::string& watched() const { return watched_; }

 private:
  std::string file_, watched_;
  Control* control_;
  uint64_t armed_ = 0;
};

/// What the environment of a program says that meets these faults; nothing without any.
sealift::testing::Program::Environment environment(const Faults* faults);

/// What a program that has ended said, and how it ended.
struct Said {
  boost::json::value json;  ///< null where it said nothing
  int exit_code = 0;
  bool ok() const { return exit_code == 0; }
  bool killed() const { return exit_code < 0; }
};
Said run(std::vector<std::string> arguments, const std::string& log, const Faults* faults = nullptr);

}  // namespace sealift::crash
