#include "tests/crash/process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include "base/result.hpp"

namespace sealift::crash {

std::string faults_library() {
  return (sealift::testing::program_folder() / "libcrash_faults.so").string();
}

Faults::Faults(std::string file, std::string watched) : file_(std::move(file)), watched_(std::move(watched)) {
  const int fd = ::open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  check(fd >= 0 && ::ftruncate(fd, sizeof(Control)) == 0, "a page to share");
  void* at = ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  check(at != MAP_FAILED, "a page to share");
  control_ = new (at) Control{};
}

Faults::~Faults() {
  ::munmap(control_, sizeof(Control));
}

void Faults::arm(uint64_t step, Fault fault) {
  control_->at = 0;
  control_->steps = 0;
  control_->fault = fault;
  control_->at = armed_ = step;
}

Program::Environment environment(const Faults* faults) {
  if (!faults) return {};
  return {{"LD_PRELOAD", faults_library()},
          {control_variable, faults->file()},
          {folder_variable, faults->watched()}};
}

Said run(std::vector<std::string> arguments, const std::string& log, const Faults* faults) {
  Program program(std::move(arguments), log, environment(faults));
  Said said{program.line(), 0};
  said.exit_code = program.exit_code();
  return said;
}

}  // namespace sealift::crash
