// What a server writes to its log and tells its monitors has no identifier and no secret in it (G-LOG-1): a
// whole story with the program's own server, everything it said looked through.
#include <gmock/gmock.h>

#include <sstream>
#include <thread>

#include "base/files.hpp"
#include "tests/e2e/program.hpp"

namespace sealift::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string k = "8D1F0C5A9B3E47E2A6C4D8F0B1729E35", opc = "5E0A7C93D2F14B86A9E3C7015D8F2B64";
const std::string iccid = "8988211000000000424", imsi = "001010000000042", code = "4711-0815";

class QuietLogs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
    run({"pki", "init", dir + "/pki"});
    eid = run({"euicc", "make", card, "--pki", dir + "/pki"}).at("eid").as_string().c_str();
    run({"profile", "make", "--imsi", imsi, "--iccid", iccid, "--k", k, "--opc", opc, "--out",
         dir + "/profile.der"});
    write_config("info");
  }
  void write_config(const std::string& level) {
    const std::string text =
        "dir = \"" + dir + "\"\n[log]\nrequests = true\nlevel = \"" + level +
        "\"\n[[listener]]\nname = \"es9plus\"\nport = 0\n[[listener]]\nname = \"admin\"\n" +
        "interfaces = [\"admin\", \"metrics\"]\nport = 0\n";
    must(write_file(dir + "/smdp.toml", view(text), Readers::owner, Replace::yes));
  }
  int lpa(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "lpa");
    for (const std::string& more : {std::string("--card"), card}) arguments.push_back(more);
    Program program(std::move(arguments));
    (void)program.line();
    return program.exit_code();
  }
  std::string log() { return std::string(text(must(read_file(dir + "/log", 64 << 20)))); }
  /// Waits for a line of the log that has this in it.
  void wait_for(const std::string& part) {
    for (int i = 0; i < 500 && log().find(part) == std::string::npos; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_THAT(log(), HasSubstr(part));
  }

  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path(), card = dir + "/card.euicc";
  std::string eid;
};

TEST_F(QuietLogs, have_no_identifier_and_no_secret_over_a_whole_story) {
  Program smdp({"smdp", "serve", "--config", dir + "/smdp.toml"}, dir + "/log");
  const auto server = smdp.line();
  ASSERT_TRUE(server.is_object());
  const auto order = run(
      {"order", "create", "--dir", dir, "--profile", dir + "/profile.der", "--confirmation-code", "@" + [&] {
         must(write_file(dir + "/code", view(code), Readers::owner, Replace::yes));
         return dir + "/code";
       }()});
  const std::string activation = order.at("activationCode").as_string().c_str();
  const std::string matching_id = order.at("matchingId").as_string().c_str();
  const std::vector<std::string> ci{"--ci", dir + "/pki/ci.der", "--yes"};
  const auto download = [&](const std::string& what, std::vector<std::string> more) {
    std::vector<std::string> arguments{"download", what};
    arguments.insert(arguments.end(), ci.begin(), ci.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lpa(std::move(arguments));
  };
  must(write_file(dir + "/wrong", view(std::string_view("0000-1111")), Readers::owner, Replace::yes));
  std::string unknown = activation;
  unknown.replace(unknown.find(matching_id), matching_id.size(), "NOBODYS-MATCHING-ID");
  EXPECT_NE(download(unknown, {}), 0);
  EXPECT_NE(download(activation, {"--confirmation-code", "@" + dir + "/wrong"}), 0);
  run({"smdp", "deny", "--dir", dir, "eid", eid.substr(0, 20)});
  EXPECT_NE(download(activation, {"--confirmation-code", "@" + dir + "/code"}), 0);
  run({"smdp", "allow", "--dir", dir, "eid", eid.substr(0, 20)});
  EXPECT_EQ(download(activation, {"--confirmation-code", "@" + dir + "/code", "--enable"}), 0);
  run({"order", "show", iccid, "--dir", dir});

  SystemClock clock;
  http::ClientOptions options;
  options.trusted_ci = {must(read_file(dir + "/pki/ci.der", 8192))};
  auto client = must(http::Client::make(options, clock));
  const auto port = server.at("adminPort").to_number<uint16_t>();
  std::string told;
  for (const char* path : {"/metrics", "/readyz"}) told += must(client.get({"localhost", port}, path)).body;
  EXPECT_THAT(told, HasSubstr("sealift_packages_total{delivered=\"true\"} 1"));
  smdp.signal(SIGTERM);
  EXPECT_EQ(smdp.exit_code(), 0);

  const std::string said = log();
  for (const char* event : {"started", "request", "refused", "decision", "order", "stopped"})
    EXPECT_THAT(said, HasSubstr("\"event\":\"" + std::string(event) + "\""))
        << "there is something to look through";
  std::string token{text(must(read_file(dir + "/admin.token", 4096)))};
  token.resize(64);
  for (const std::string& secret :
       {eid, eid.substr(2, 18), iccid, iccid.substr(0, 18), imsi, k, opc, code, matching_id, token,
        std::string("NOBODYS-MATCHING-ID"), std::string("127.0.0.1:")}) {
    EXPECT_THAT(said, Not(HasSubstr(secret)));
    EXPECT_THAT(told, Not(HasSubstr(secret)));
  }
}

TEST_F(QuietLogs, give_all_lines_of_a_request_its_number) {
  Program smdp({"smdp", "serve", "--config", dir + "/smdp.toml"}, dir + "/log");
  ASSERT_TRUE(smdp.line().is_object());
  const auto order = run({"order", "create", "--dir", dir, "--profile", dir + "/profile.der"});
  EXPECT_EQ(
      lpa({"download", order.at("activationCode").as_string().c_str(), "--ci", dir + "/pki/ci.der", "--yes"}),
      0);
  smdp.signal(SIGTERM);
  EXPECT_EQ(smdp.exit_code(), 0);
  std::istringstream lines(log());
  std::map<std::string, std::set<std::string>> events;
  for (std::string line; std::getline(lines, line);) {
    const boost::json::value said = boost::json::parse(line);
    const auto& object = said.as_object();
    if (const auto* request = object.if_contains("request"))
      events[request->as_string().c_str()].insert(object.at("event").as_string().c_str());
  }
  const bool bound = std::ranges::any_of(events, [](const auto& one) {
    return one.second.contains("decision") && one.second.contains("order") && one.second.contains("request");
  });
  EXPECT_TRUE(bound) << "GetBoundProfilePackage's decision, change of state and line have one number";
  EXPECT_FALSE(events.contains(""));
}

TEST_F(QuietLogs, change_their_level_with_a_reload_and_a_wrong_file_changes_nothing) {
  Program smdp({"smdp", "serve", "--config", dir + "/smdp.toml"}, dir + "/log");
  ASSERT_TRUE(smdp.line().is_object());
  must(write_file(dir + "/smdp.toml", view(std::string_view("dirr = 1\n")), Readers::owner, Replace::yes));
  smdp.signal(SIGHUP);
  wait_for("reload_failed");
  EXPECT_THAT(log(), HasSubstr("smdp.toml:1: there is no key 'dirr'"));
  write_config("error");
  smdp.signal(SIGHUP);
  for (int i = 0; i < 50; ++i) {  // "reloaded" is below the new level
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string before = log();
  run({"order", "list", "--dir", dir});
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(log(), before) << "no line for the request any more";
  smdp.signal(SIGTERM);
  EXPECT_EQ(smdp.exit_code(), 0);
}

}  // namespace
}  // namespace sealift::e2e
