#include "tests/crash/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <new>

#include "base/result.hpp"

namespace sealift::crash {

namespace {
std::filesystem::path here() {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
}
}  // namespace

std::string sealift_program() {
  return (here().parent_path() / "sealift").string();
}
std::string faults_library() {
  return (here() / "libcrash_faults.so").string();
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

Program::Program(std::vector<std::string> arguments, const std::string& log, const Faults* faults) {
  arguments.insert(arguments.begin(), sealift_program());
  arguments.push_back("--json");
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC) == 0, "a pipe");
  pid_ = ::fork();
  check(pid_ >= 0, "a child process");
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (errors >= 0) ::dup2(errors, STDERR_FILENO);
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
    if (faults) {
      ::setenv("LD_PRELOAD", faults_library().c_str(), 1);
      ::setenv(control_variable, faults->file().c_str(), 1);
      ::setenv(folder_variable, faults->watched().c_str(), 1);
    }
    std::vector<char*> argv;
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  out_ = ::fdopen(ends[0], "r");
}

Program::~Program() {
  std::fclose(out_);
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

boost::json::value Program::line() {
  char* text = nullptr;
  size_t size = 0;
  const ssize_t length = ::getline(&text, &size, out_);
  const std::string taken = length > 0 ? std::string(text, static_cast<size_t>(length)) : "";
  std::free(text);
  boost::system::error_code problem;
  auto value = boost::json::parse(taken, problem);
  return problem ? boost::json::value() : value;
}

void Program::ended(int status) {
  pid_ = -1;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int Program::exit_code() {
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, 0) > 0) ended(status);
  return exit_code_;
}

void Program::kill() {
  if (runs()) ::kill(pid_, SIGKILL);
  exit_code();
}

bool Program::runs() {
  int status = 0;
  if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) > 0) ended(status);
  return pid_ > 0;
}

Said run(std::vector<std::string> arguments, const std::string& log, const Faults* faults) {
  Program program(std::move(arguments), log, faults);
  Said said{program.line(), 0};
  said.exit_code = program.exit_code();
  return said;
}

}  // namespace sealift::crash
