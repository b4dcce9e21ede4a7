#include "tests/e2e/program.hpp"

namespace sealift::e2e {

std::string sealift() {
  std::error_code none;
  return (std::filesystem::read_symlink("/proc/self/exe", none).parent_path().parent_path() / "sealift")
      .string();
}

Program::Program(std::vector<std::string> arguments, const std::string& log) {
  arguments.insert(arguments.begin(), sealift());
  arguments.push_back("--json");
  int ends[2];
  check(::pipe(ends) == 0, "a pipe");
  pid_ = ::fork();
  check(pid_ >= 0, "a child process");
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    const int to = log.empty() ? -1 : ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (to >= 0) ::dup2(to, STDERR_FILENO);
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
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
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

void Program::signal(int which) {
  ::kill(pid_, which);
}

int Program::exit_code() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

boost::json::value run(std::vector<std::string> arguments) {
  Program program(std::move(arguments));
  auto said = program.line();
  EXPECT_EQ(program.exit_code(), 0) << boost::json::serialize(said);
  return said;
}

}  // namespace sealift::e2e
