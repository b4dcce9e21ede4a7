// The program `sealift` as a process of its own. One thread.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sealift::testing {

/// The folder of this test program, which is below build/release.
inline std::filesystem::path program_folder() {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
}
/// build/release/sealift.
inline std::string sealift_program() {
  return (program_folder().parent_path() / "sealift").string();
}

/// A running `sealift ... --json`, its standard output at hand. Stopped with SIGTERM where it has not ended.
class Program {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// `log`: a file that its standard error is added to; empty: ours. `more`: variables beside ours.
  explicit Program(std::vector<std::string> arguments, const std::string& log = "",
                   const Environment& more = {}) {
    arguments.insert(arguments.begin(), sealift_program());
    arguments.push_back("--json");
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC) == 0, "a pipe");
    pid_ = ::fork();
    check(pid_ >= 0, "a child process");
    if (pid_ == 0) become(arguments, ends[1], log, more);
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~Program() {
    ::fclose(out_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Its next line, which is one JSON object; null where it ended without one.
  boost::json::value line() {
    char* text = nullptr;
    size_t size = 0;
    const ssize_t length = ::getline(&text, &size, out_);
    const std::string taken = length > 0 ? std::string(text, static_cast<size_t>(length)) : "";
    ::free(text);
    boost::system::error_code problem;
    auto value = boost::json::parse(taken, problem);
    return problem ? boost::json::value() : value;
  }
  void signal(int which) {
    if (runs()) ::kill(pid_, which);
  }
  /// Waits for its end: the exit code, or minus the number of the signal.
  int exit_code() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, 0) > 0) ended(status);
    return exit_code_;
  }
  bool runs() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) > 0) ended(status);
    return pid_ > 0;
  }

 private:
  [[noreturn]] static void become(std::vector<std::string>& arguments, int out, const std::string& log,
                                  const Environment& more) {
    ::dup2(out, STDOUT_FILENO);
    const int errors = log.empty() ? -1 : ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (errors >= 0) ::dup2(errors, STDERR_FILENO);
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
    for (const auto& [name, value] : more) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv;
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  void ended(int status) {
    pid_ = -1;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  pid_t pid_ = -1;
  int exit_code_ = 0;
  FILE* out_ = nullptr;
};

}  // namespace sealift::testing
