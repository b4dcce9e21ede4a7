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

/// The line of `text` that begins with "  sealift ", without that.
std::string printed_command(const std::string& text) {
  const size_t begin = text.find("\n  sealift ");
  if (begin == text.npos) return "";
  return text.substr(begin + 11, text.find('\n', begin + 1) - begin - 11);
}

TEST_F(OperatorCommands, print_commands_that_work_as_they_are_printed) {
  for (const std::string name : {"anna", "ben"})
    run({"principal", "add", "--dir", dir, name, "--role", "approver", "--save",
         dir + "/" + name + ".token"});
  const std::string far =
      " --server https://localhost:" + std::to_string(started.at("adminPort").to_number<int>()) + " --ci " +
      dir + "/pki/ci.der";
  int asked = 0;
  for (const std::string& target : {here(), far + " --token " + dir + "/admin.token"}) {
    const Said waits = said("principal add carla" + std::to_string(++asked) + " --role approver" + target);
    EXPECT_EQ(waits.code, 3) << "nothing is done yet";
    std::string command = printed_command(waits.text);
    const size_t file = command.find("--token FILE");
    ASSERT_NE(file, command.npos) << waits.text;
    command.replace(file, 12, "--token " + dir + "/anna.token");
    const Said approved = said(command);
    EXPECT_EQ(approved.code, 0) << command << approved.text;
    EXPECT_TRUE(approved.has("Approved.")) << approved.text;
  }

  run({"tenant", "set", "--dir", dir, "default", "--cooling-off", "0", "--step-up", "false"});
  run({"order", "create", "--dir", dir, "--profile", dir + "/usim.der"});
  run({"principal", "add", "--dir", dir, "olaf", "--role", "operator-admin", "--save", dir + "/olaf.token"});
  const Said reissue = said("order reissue 8988211000000000424 --token " + dir + "/olaf.token" + here());
  const std::string complete = printed_command(reissue.text);
  EXPECT_NE(complete.find("complete-reissue"), complete.npos) << reissue.text;
  const Said done = said(complete);
  EXPECT_EQ(done.code, 0) << complete << done.text;
}

TEST_F(OperatorCommands, lose_no_token_and_no_file_for_a_new_token) {
  const std::string file = dir + "/anna.token";
  run({"principal", "add", "--dir", dir, "anna", "--role", "auditor", "--save", file});
  const Said again = said("principal add eve --role auditor --save " + file + here());
  EXPECT_EQ(again.code, 1) << again.text;
  EXPECT_TRUE(again.has("anna.token")) << again.text;
  const Said nowhere = said("principal token anna --save " + dir + "/none/token" + here());
  EXPECT_EQ(nowhere.code, 1) << nowhere.text;
  EXPECT_FALSE(said("principal list" + here()).has("eve"));
  EXPECT_EQ(said("audit --token " + file + here()).code, 0) << "the token of before is good";
  const Said refused = said("principal add anna --role auditor --save " + dir + "/more.token" + here());
  EXPECT_EQ(refused.code, 1) << "there is one of that name";
  EXPECT_FALSE(std::filesystem::exists(dir + "/more.token"));
}

TEST_F(OperatorCommands, say_of_a_token_that_is_refused_whose_it_may_be) {
  std::ofstream(dir + "/foreign.token") << std::string(64, 'A') << '\n';
  std::filesystem::permissions(dir + "/foreign.token", std::filesystem::perms::owner_read);
  const Said principal = said("order list --token " + dir + "/foreign.token" + here());
  EXPECT_EQ(principal.code, 1);
  EXPECT_TRUE(principal.has("foreign.token") && principal.has("principal")) << principal.text;
  EXPECT_FALSE(principal.has("admin.token")) << principal.text;
}

TEST_F(OperatorCommands, change_no_tenant_where_nothing_is_to_be_changed) {
  const Said nothing = said("tenant set default" + here());
  EXPECT_EQ(nothing.code, 2) << nothing.text;
  EXPECT_TRUE(nothing.has("--cooling-off") && nothing.has("--callback")) << nothing.text;
  EXPECT_EQ(said("tenant set default --name North" + here()).code, 0);
}

TEST(Commands, take_the_address_of_an_es2_server_with_and_without_https) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  const auto call = [](const std::string& server) {
    return said("es2 release-profile --iccid 8988211000000000424 --ci none --cert none --key none --server " +
                server);
  };
  for (const char* good : {"localhost:8445", "https://localhost:8445", "https://localhost:8445/"})
    EXPECT_TRUE(call(good).has("none")) << call(good).text;
  EXPECT_TRUE(call("https://localhost:port").has("the port must be a number"));
}

TEST(Commands, say_of_a_site_without_a_file_of_orders_that_its_store_may_be_postgresql) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  const Said none = said("smdp backup copy.db --dir " + folder.path());
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(none.has("PostgreSQL") && none.has("pg_dump")) << none.text;
}

}  // namespace
}  // namespace sealift::e2e
