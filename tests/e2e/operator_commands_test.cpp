// What an operator's commands say: counts over tenants, mistakes told once and with their place, and commands
// for copying that work as they are printed.
#include <fstream>

#include "tests/e2e/program.hpp"

namespace sealift::e2e {
namespace {

/// A site that a server of its own serves.
class OperatorCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
    run({"pki", "init", dir + "/pki"});
    run({"profile", "make", "--imsi", "001010000000042", "--iccid", "8988211000000000424", "--k",
         "8D1F0C5A9B3E47E2A6C4D8F0B1729E35", "--opc", "5E0A7C93D2F14B86A9E3C7015D8F2B64", "--out",
         dir + "/usim.der"});
    server.emplace(
        std::vector<std::string>{"smdp", "serve", "--dir", dir, "--port", "0", "--admin-port", "0"});
    started = server->line();
    ASSERT_TRUE(started.is_object());
  }
  /// A subscriber's line of a list.
  static std::string subscriber(int number) {
    const std::string n = std::to_string(number);
    return "8988211000000005" + n + ",0010100000005" + n +
           ",8D1F0C5A9B3E47E2A6C4D8F0B1729E35,5E0A7C93D2F14B86A9E3C7015D8F2B64\n";
  }
  boost::json::value import_list(const std::string& list, std::vector<std::string> more = {}) {
    std::ofstream(dir + "/list.csv") << list;
    std::vector<std::string> arguments{"inventory",  "import",          "--dir",         dir,
                                       "--template", dir + "/usim.der", "--subscribers", dir + "/list.csv"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Program program(std::move(arguments));
    return program.line();
  }
  std::string here() const { return " --dir " + dir; }

  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path();
  std::optional<Program> server;
  boost::json::value started;
};

TEST_F(OperatorCommands, import_names_the_line_of_the_file_that_is_wrong) {
  const auto done = import_list("iccid,imsi,k,opc\n\n" + subscriber(10) + "\r\n\nno,subscriber\n");
  EXPECT_EQ(done.at("imported"), 1) << boost::json::serialize(done);
  ASSERT_EQ(done.at("failed").as_array().size(), 1u);
  EXPECT_EQ(done.at("failed").at(0).at("name"), "line 6");
}

TEST_F(OperatorCommands, import_tells_once_what_would_be_wrong_with_every_profile) {
  std::string list = "iccid,imsi,k,opc\n";
  for (int i = 10; i < 30; ++i) list += subscriber(i);
  std::ofstream(dir + "/foreign.token") << std::string(64, 'A') << '\n';
  std::filesystem::permissions(dir + "/foreign.token", std::filesystem::perms::owner_read);
  const std::vector<std::string> mistakes[] = {{"--tenant", "nosuch"}, {"--token", dir + "/foreign.token"}};
  for (const auto& mistake : mistakes) {
    const auto done = import_list(list, mistake);
    EXPECT_EQ(done.at("ok"), false);
    EXPECT_EQ(done.at("failed").as_array().size(), 1u) << boost::json::serialize(done);
    EXPECT_EQ(done.at("notTried"), 19);
  }
  EXPECT_EQ(import_list(list).at("imported"), 20);
}

TEST_F(OperatorCommands, inventory_counts_every_tenant_and_knows_which_there_are) {
  run({"tenant", "add", "--dir", dir, "north"});
  EXPECT_EQ(import_list("iccid,imsi,k,opc\n" + subscriber(10), {"--tenant", "north"}).at("imported"), 1);
  EXPECT_EQ(import_list("iccid,imsi,k,opc\n" + subscriber(11)).at("imported"), 1);
  const Said all = said("inventory count" + here());
  EXPECT_TRUE(all.has("default") && all.has("north")) << all.text;
  EXPECT_FALSE(said("inventory count --tenant default" + here()).has("north"));
  for (const char* command : {"inventory count", "inventory list", "order list"}) {
    const Said unknown = said(command + std::string(" --tenant nosuch") + here());
    EXPECT_EQ(unknown.code, 1) << command;
    EXPECT_TRUE(unknown.has("there is no tenant nosuch")) << unknown.text;
  }
}

}  // namespace
}  // namespace sealift::e2e
