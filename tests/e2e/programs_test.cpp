// The boxes as programs of their own: an SM-DP+, a card behind a TCP door and an LPA, each a process that
// knows the others by their interfaces alone. No SM-DS is running.
#include <sstream>

#include "base/files.hpp"
#include "http/es12_client.hpp"
#include "pki/pem.hpp"
#include "tests/e2e/program.hpp"

namespace sealift::e2e {
namespace {

std::string number(const boost::json::value& v) {
  return std::to_string(v.to_number<int>());
}

TEST(Programs, of_server_card_and_lpa_find_each_other_by_their_interfaces) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path(), card_file = dir + "/card.euicc", package = dir + "/profile.der";
  run({"pki", "init", dir + "/pki"});
  const auto made = run({"euicc", "make", card_file, "--pki", dir + "/pki"});
  run({"profile", "make", "--imsi", "001010000000042", "--iccid", "8988211000000000424", "--k",
       "8D1F0C5A9B3E47E2A6C4D8F0B1729E35", "--opc", "5E0A7C93D2F14B86A9E3C7015D8F2B64", "--out", package});

  Program smdp({"smdp", "serve", "--dir", dir, "--port", "0"});
  const auto server = smdp.line();
  ASSERT_TRUE(server.is_object());
  const auto order = run({"order", "create", "--dir", dir, "--profile", package});
  Program door({"euicc", "serve", card_file, "--port", "0"});
  const auto card = door.line();
  ASSERT_TRUE(card.is_object());

  const std::string at = "127.0.0.1:" + number(card.at("port"));
  const auto lpa = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "lpa");
    for (const char* more : {"--tcp", at.c_str()}) arguments.emplace_back(more);
    return run(std::move(arguments));
  };
  EXPECT_EQ(lpa({"eid"}).at("eid"), made.at("eid"));
  const std::string code = order.at("activationCode").as_string().c_str();
  lpa({"download", code, "--ci", dir + "/pki/ci.der", "--yes", "--enable"});
  const std::string listed = boost::json::serialize(lpa({"list"}));
  EXPECT_NE(listed.find("8988211000000000424"), std::string::npos) << listed;
  EXPECT_NE(listed.find("enabled"), std::string::npos) << listed;
  EXPECT_EQ(run({"order", "show", "8988211000000000424", "--dir", dir}).at("state"), "installed");
}

/// Announces a profile as the SM-DP+ of this folder's PKI.
void register_event(const std::string& pki, const std::string& smds, const std::string& eid, const std::string& code) {
  auto folder = must(lab::KeysFolder::open(pki));
  const auto tls = must(folder.identity(pki::Role::dp_tls));
  http::ClientOptions options;
  options.trusted_ci = {to_bytes(must(folder.certificate(pki::Role::ci)).der())};
  options.identity = std::make_shared<const http::TlsIdentity>(
      http::TlsIdentity{{to_bytes(tls.certificate.der())}, pki::private_key_to_pkcs8(tls.key)});
  SystemClock clock;
  auto client = must(http::Client::make(std::move(options), clock));
  const auto parsed = must(download::ActivationCode::parse(code));
  auto done = http::Es12Client(client).register_event(
      smds, {{"2.999.10", "call-1"}, must(Eid::parse(eid)), parsed.smdpAddress, parsed.acToken.value(), false});
  EXPECT_TRUE(done) << done.error().error.message;
}

TEST(Programs, activate_a_card_with_no_input_by_the_default_smdp_and_by_the_smds) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path(), card = dir + "/card.euicc";
  run({"pki", "init", dir + "/pki"});
  for (const std::string n : {"1", "2"}) {
    run({"profile", "make", "--imsi", "00101000000004" + n, "--iccid", n == "1" ? "8988211000000000424" : "8988211000000000432",
         "--k", "8D1F0C5A9B3E47E2A6C4D8F0B1729E35", "--opc", "5E0A7C93D2F14B86A9E3C7015D8F2B64", "--out", dir + "/" + n});
  }
  Program smdp({"smdp", "serve", "--dir", dir, "--port", "0"}), smds({"smds", "serve", "--dir", dir, "--port", "0"});
  const std::string smdp_address = smdp.line().at("smdpAddress").as_string().c_str();
  const std::string smds_address = smds.line().at("smdsAddress").as_string().c_str();
  const auto made = run({"euicc", "make", card, "--pki", dir + "/pki", "--default-dp", smdp_address, "--root-ds", smds_address});
  const std::string eid = made.at("eid").as_string().c_str();
  const auto lpa = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "lpa");
    for (const std::string& more : {std::string("--card"), card, std::string("--ci"), dir + "/pki/ci.der"}) arguments.push_back(more);
    return run(std::move(arguments));
  };

  run({"order", "create", "--dir", dir, "--profile", dir + "/1", "--eid", eid, "--matching-id", ""});
  const auto first = lpa({"activate", "--yes", "--enable"});
  EXPECT_EQ(first.at("installed").as_array().size(), 1u) << boost::json::serialize(first);
  EXPECT_EQ(first.at("events").as_array().size(), 0u);

  const auto order = run({"order", "create", "--dir", dir, "--profile", dir + "/2", "--eid", eid});
  register_event(dir + "/pki", smds_address, eid, order.at("activationCode").as_string().c_str());
  const auto waiting = run({"smds", "events", "--dir", dir, "--eid", eid});
  ASSERT_EQ(waiting.at("events").as_array().size(), 1u) << "while the server runs";
  EXPECT_EQ(waiting.at("events").at(0).at("rspServerAddress").as_string(), smdp_address);
  EXPECT_EQ(waiting.at("events").at(0).at("state").as_string(), "live");
  const auto listed = lpa({"discover", "--list"});
  ASSERT_EQ(listed.at("events").as_array().size(), 1u) << boost::json::serialize(listed);
  EXPECT_EQ(listed.at("events").at(0).at("server").as_string(), smdp_address);
  EXPECT_EQ(listed.at("installed").as_array().size(), 0u);
  const auto second = lpa({"activate", "--yes"});
  ASSERT_EQ(second.at("installed").as_array().size(), 1u) << boost::json::serialize(second);
  EXPECT_EQ(second.at("installed").at(0).at("iccid").as_string(), "8988211000000000432");
  EXPECT_EQ(run({"order", "show", "8988211000000000432", "--dir", dir}).at("state"), "installed");
}

TEST(Programs, an_smdp_and_an_smds_start_at_the_same_instant_on_a_new_folder) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  run({"pki", "init", folder.path() + "/pki"});
  for (int round = 0; round < 10; ++round) {
    for (const char* made : {"log", "smdp"})
      std::filesystem::remove(folder.path() + "/pki/keys/data." + made + ".key");
    for (const char* made : {"smdp.db", "smdp.db-wal", "smdp.db-shm"})
      std::filesystem::remove(folder.path() + "/" + made);
    Program smdp({"smdp", "serve", "--dir", folder.path(), "--port", "0"});
    Program smds({"smds", "serve", "--dir", folder.path(), "--port", "0"});
    for (Program* one : {&smdp, &smds}) {
      const auto said = one->line();
      EXPECT_TRUE(said.is_object() && said.at("ok") == true) << boost::json::serialize(said);
      one->signal(SIGTERM);
      EXPECT_EQ(one->exit_code(), 0);
    }
  }
}

TEST(Programs, that_are_told_to_stop_serve_on_for_the_drain_time_and_end_with_0) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path();
  run({"pki", "init", dir + "/pki"});
  const auto write = [&](const std::string& name, const std::string& text) {
    must(write_file(dir + name, view(text), Readers::owner, Replace::no));
  };
  const std::string common = "dir = \"" + dir + "\"\ndrain_seconds = 1\n";
  write("/smdp.toml", common + "[[listener]]\nport = 0\ninterfaces = [\"es9plus\", \"metrics\"]\n");
  write("/smds.toml", common + "[listener]\nport = 0\n");
  for (const char* role : {"smdp", "smds"}) {
    Program server({role, "serve", "--config", dir + "/" + role + ".toml"});
    const auto port = server.line().at("port").to_number<uint16_t>();
    const auto told = std::chrono::steady_clock::now();
    server.signal(SIGTERM);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    SystemClock clock;
    http::ClientOptions options;
    options.trusted_ci = {to_bytes(must(must(lab::KeysFolder::open(dir + "/pki")).certificate(pki::Role::ci)).der())};
    auto client = must(http::Client::make(std::move(options), clock));
    const http::HostPort at{"localhost", port};
    EXPECT_EQ(must(client.get(at, "/healthz")).status, 200u) << role;
    if (role == std::string("smdp")) {
      EXPECT_EQ(must(client.get(at, "/readyz")).status, 503u);
    }
    EXPECT_EQ(server.exit_code(), 0) << role;
    EXPECT_GE(std::chrono::steady_clock::now() - told, std::chrono::seconds(1)) << role;
    EXPECT_LT(std::chrono::steady_clock::now() - told, std::chrono::seconds(10)) << role;
  }
}

TEST(Programs, make_a_card_of_keys_and_certificates_made_elsewhere) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path() + "/pki", key = dir + "/euicc.key", other = dir + "/eum.key";
  run({"pki", "init", dir});
  auto keys = must(lab::KeysFolder::open(dir));
  auto card = must(keys.identity(pki::Role::euicc));
  must(write_file(key, pki::private_key_to_pem(card.key).expose(), Readers::owner, Replace::no));
  must(write_file(other, pki::private_key_to_sec1(must(keys.identity(pki::Role::eum)).key).expose(),
                  Readers::owner, Replace::no));
  const auto make = [&](const std::string& file, const std::string& key_file) {
    return std::vector<std::string>{
        "euicc",  "make",  dir + file,       "--certificate", dir + "/euicc.der", "--key",
        key_file, "--eum", dir + "/eum.der", "--ci",          dir + "/ci.der"};
  };
  const auto made = run(make("/card", key));
  EXPECT_EQ(made.at("eid").as_string(),
            card.certificate.subject().get(pki::attribute::serial_number).value_or(""));
  EXPECT_EQ(run({"euicc", "info", dir + "/card"}).at("eid"), made.at("eid"));

  Program wrong(make("/other", other));
  const auto said = wrong.line();
  EXPECT_EQ(wrong.exit_code(), 1) << "a key that is not the certificate's";
  EXPECT_EQ(said.at("ok"), false);
}

/// What a command prints for people.
std::string text_of(const std::string& arguments) {
  return said(arguments).text;
}

/// The sub-commands that a --help lists: the first word of each line that is indented by two.
std::vector<std::string> sub_commands(const std::string& help) {
  std::vector<std::string> out;
  const size_t list = help.find("\nSubcommands:\n");
  if (list == help.npos) return out;
  std::istringstream lines(help.substr(list + 14));
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    if (line.size() > 2 && line[2] != ' ') out.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return out;
}

TEST(Programs, explain_each_sub_command_with_an_example_of_it) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  size_t seen = 0;
  EXPECT_NE(text_of("--help").find("Example:\n  sealift "), std::string::npos);
  for (const std::string& command : sub_commands(text_of("--help"))) {
    const auto below = sub_commands(text_of(command + " --help"));
    std::vector<std::string> paths{command};
    if (!below.empty()) paths.clear();
    for (const std::string& name : below) paths.push_back(command + " " + name);
    for (const std::string& path : paths) {
      const std::string help = text_of(path + " --help");
      const size_t example = help.find("Example:");
      ASSERT_NE(example, help.npos) << path;
      EXPECT_NE(help.find("sealift " + path, example), help.npos)
          << path << ": the example is another command's";
      EXPECT_NE(help.find("--json"), help.npos) << path;
      ++seen;
    }
  }
  EXPECT_GT(seen, 40u);
}

TEST(Programs, leave_a_hierarchy_alone_that_broken_certificates_are_asked_into) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  const std::string dir = folder.path() + "/pki";
  run({"pki", "init", dir});
  const auto before = must(read_file(dir + "/ci.der", 4096));
  Program broken({"pki", "broken", dir});
  EXPECT_EQ(broken.line().at("ok"), false);
  EXPECT_EQ(broken.exit_code(), 1);
  EXPECT_EQ(must(read_file(dir + "/ci.der", 4096)), before);
}

TEST(Programs, download_nothing_whose_transcript_could_not_be_kept) {
  if (!std::filesystem::exists(sealift_program())) GTEST_SKIP() << "skipped: the program is not built";
  TemporaryFolder folder = TemporaryFolder::make().value();
  Program lpa({"lpa", "download", "1$localhost:1$A", "--card", folder.path() + "/none", "--ci",
               folder.path() + "/none", "--transcript", folder.path() + "/no such folder/transcript"});
  const std::string said = boost::json::serialize(lpa.line());
  EXPECT_NE(said.find("--transcript"), said.npos) << said;
  EXPECT_EQ(lpa.exit_code(), 1);
}

}  // namespace
}  // namespace sealift::e2e
