// The program as it is released: no option and no variable of its environment makes it believe a server that
// it should not (G-TLS-1).
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "http/server.hpp"
#include "tests/e2e/world.hpp"
#include "tests/support/program.hpp"

namespace sealift::e2e {
namespace {

using sealift::testing::sealift_program;

struct Said {
  int code = -1;
  std::string text;  ///< standard output and error
};

Said run(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {}) {
  int ends[2];
  check(::pipe(ends) == 0, "a pipe");
  const pid_t child = ::fork();
  check(child >= 0, "a child process");
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<std::string> all = arguments;
    all.insert(all.begin(), sealift_program());
    std::vector<char*> argv;
    for (auto& a : all) argv.push_back(a.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  Said said;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) said.text.append(buffer, static_cast<size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

bool is_built() {
  return std::filesystem::exists(sealift_program());
}

/// The sub-commands that a help text lists.
std::vector<std::string> subcommands(const std::string& help) {
  std::vector<std::string> out;
  std::istringstream lines(help);
  bool listing = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Subcommands:") || line.starts_with("SUBCOMMANDS:")) {
      listing = true;
    } else if (line.empty() || line[0] != ' ') {
      listing = false;
    } else if (listing && line.size() > 2 && line[2] != ' ') {
      out.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return out;
}

void walk(const std::vector<std::string>& command, std::set<std::string>& commands, std::set<std::string>& options) {
  std::vector<std::string> arguments = command;
  arguments.push_back("--help");
  const Said help = run(arguments);
  std::string name;
  for (const auto& word : command) name += " " + word;
  ASSERT_EQ(help.code, 0) << name;
  commands.insert(name);
  std::istringstream lines(help.text);
  for (std::string line; std::getline(lines, line);) {
    size_t at = line.find_first_not_of(' ');
    if (at != std::string::npos && line[at] == '-') options.insert(name + ": " + line.substr(at));
  }
  for (const std::string& sub : subcommands(help.text)) {
    std::vector<std::string> next = command;
    next.push_back(sub);
    walk(next, commands, options);
  }
}

TEST(ReleaseProgram, has_no_option_that_turns_verification_off) {
  if (!is_built()) GTEST_SKIP() << "skipped: the program is not built";
  std::set<std::string> commands, options;
  walk({}, commands, options);
  EXPECT_GT(commands.size(), 25u) << "the help was read";
  EXPECT_GT(options.size(), 60u);
  EXPECT_TRUE(commands.contains(" lpa download"));
  for (const std::string& option : options) {
    std::string flags = option.substr(option.find(": ") + 2);
    flags = flags.substr(0, flags.find("  "));
    EXPECT_FALSE(flags == "-k" || flags.starts_with("-k,")) << option;
    for (const char* word : {"insecure", "no-verify", "unverified", "no-check", "skip", "ignore", "trust-any", "trust-all",
                             "allow", "unsafe", "no-tls"}) {
      EXPECT_EQ(flags.find(word), std::string::npos) << option;
    }
  }
}

TEST(ReleaseProgram, asks_no_variable_about_tls) {
  if (!is_built()) GTEST_SKIP() << "skipped: the program is not built";
  std::ifstream file(sealift_program(), std::ios::binary);
  const std::string octets{std::istreambuf_iterator<char>(file), {}};
  std::string word;
  size_t words = 0;
  bool whole = true;  // the word began after a NUL, so that it is no end of a longer name
  for (char c : octets) {
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_') {
      word.push_back(c);
      continue;
    }
    // A whole literal, as getenv would be given it.
    if (c == '\0' && word.size() > 3 && whole) {
      ++words;
      // The version of libcurl's symbols, and the names of cipher suites.
      if (word == "CURL_OPENSSL_4" || word.ends_with("_SHA256") || word.ends_with("_SHA384")) word.clear();
      for (const char* part : {"SSL", "TLS", "CURL", "PROXY", "VERIFY", "INSECURE", "CERT_", "CA_"}) {
        EXPECT_EQ(word.find(part), std::string::npos) << word << " stands in the program";
      }
    }
    word.clear();
    whole = c == '\0';
  }
  EXPECT_GT(words, 10u) << "the program was read";
}

TEST(ReleaseProgram, believes_nobody_because_of_its_environment) {
  if (!is_built()) GTEST_SKIP() << "skipped: the program is not built";
  // Its operator trusts `ours`; the server is of `theirs`, and the environment does all it can for it.
  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path(), card = dir + "/card.euicc";
  ASSERT_EQ(run({"pki", "init", dir + "/ours"}).code, 0);
  ASSERT_EQ(run({"pki", "init", dir + "/theirs"}).code, 0);
  ASSERT_EQ(run({"euicc", "make", card, "--pki", dir + "/ours"}).code, 0);
  auto keys = must(lab::KeysFolder::open(dir + "/theirs"));
  const pki::Identity dp_tls = must(keys.identity(pki::Role::dp_tls));
  http::TlsIdentity identity;
  identity.certificates.push_back(to_bytes(dp_tls.certificate.der()));
  identity.private_key = pki::private_key_to_pkcs8(dp_tls.key);
  auto server = must(http::Server::start({}, identity, http::Router()));

  const std::string conf = dir + "/openssl.cnf", log = dir + "/keys.log";
  std::ofstream(conf) << "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = weak\n[weak]\n"
                      << "MinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\nVerifyMode = \nOptions = UnsafeLegacyRenegotiation\n";
  const std::string proxy = "http://127.0.0.1:1";
  const std::map<std::string, std::string> environment{
      {"SSL_CERT_FILE", dir + "/theirs/ci.pem"}, {"SSL_CERT_DIR", dir + "/theirs"}, {"CURL_CA_BUNDLE", dir + "/theirs/ci.pem"},
      {"REQUESTS_CA_BUNDLE", dir + "/theirs/ci.pem"}, {"OPENSSL_CONF", conf}, {"SSLKEYLOGFILE", log}, {"https_proxy", proxy},
      {"HTTPS_PROXY", proxy}, {"http_proxy", proxy}, {"ALL_PROXY", proxy}, {"all_proxy", proxy}, {"CURL_SSL_BACKEND", "none"},
      {"CURL_HOME", dir}, {"HOME", dir}, {"SEALIFT_INSECURE", "1"}};
  std::ofstream(dir + "/.curlrc") << "insecure\n";
  const std::string code = "1$localhost:" + std::to_string(server->port()) + "$NO-SUCH-CODE";
  const std::vector<std::string> download{"lpa", "download", code, "--card", card, "--yes", "--json", "--ci"};
  const auto with = [&](const std::string& ci) {
    std::vector<std::string> arguments = download;
    arguments.push_back(dir + ci);
    return run(arguments, environment);
  };
  const Said refused = with("/ours/ci.der");
  EXPECT_EQ(refused.code, 1) << refused.text;
  EXPECT_NE(refused.text.find("\"verification\""), std::string::npos) << refused.text;
  EXPECT_EQ(server->stats().requests, 0u) << "nothing was asked of it";
  // The way is as it was told too: no proxy stands between it and a server that it believes.
  const Said reached = with("/theirs/ci.der");
  EXPECT_EQ(reached.code, 1) << reached.text;
  EXPECT_EQ(server->stats().requests, 1u) << reached.text;
  // libcurl opens the file before we take its hand away; no session key is written to it.
  std::error_code absent;
  const auto size = std::filesystem::file_size(log, absent);
  EXPECT_TRUE(absent || size == 0) << size;
}

}  // namespace
}  // namespace sealift::e2e
