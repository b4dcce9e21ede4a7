#include "tests/crash/site.hpp"

#include <sqlite3.h>

#include <boost/json/serialize.hpp>
#include <cstdlib>

namespace sealift::crash {

namespace fs = std::filesystem;

namespace {

/// A PKI, two cards and a profile, made once for all tests.
const std::string& base() {
  static const TemporaryFolder folder = TemporaryFolder::make().value();
  static const bool made = [] {
    const std::string& at = folder.path();
    const auto must = [&](std::vector<std::string> arguments) {
      check(run(std::move(arguments), at + "/log").ok(), "what the tests start with can be made");
    };
    must({"pki", "init", at + "/pki"});
    for (const char* name : {"/card", "/other"}) must({"euicc", "make", at + name, "--pki", at + "/pki"});
    must({"profile", "make", "--imsi", "001010000000042", "--iccid", iccid, "--k",
          "8D1F0C5A9B3E47E2A6C4D8F0B1729E35", "--opc", "5E0A7C93D2F14B86A9E3C7015D8F2B64", "--out",
          at + "/profile.der"});
    return true;
  }();
  check(made, "made");
  return folder.path();
}

std::string text(const boost::json::value& v, const char* key) {
  const auto* object = v.if_object();
  const auto* found = object ? object->if_contains(key) : nullptr;
  return found && found->is_string() ? std::string(found->as_string()) : "";
}

}  // namespace

bool can_run() {
  return fs::exists(sealift_program()) && fs::exists(faults_library());
}

bool every_step() {
  return std::getenv("SEALIFT_CRASH_EVERY") != nullptr;
}

std::vector<uint64_t> chosen(uint64_t steps, uint64_t some, uint64_t round) {
  std::vector<uint64_t> out;
  const uint64_t stride = every_step() ? 1 : std::max<uint64_t>(1, steps / some);
  for (uint64_t n = 1 + round % stride; n <= steps; n += stride) out.push_back(n);
  return out;
}

Site::Site(const std::string& watched)
    : log(folder.path() + "/log"),
      dir(folder.path() + "/site"),
      card(folder.path() + "/phone/card"),
      other_card(folder.path() + "/other"),
      faults(folder.path() + "/faults", folder.path() + "/" + watched) {
  fs::create_directory(dir);
  fs::create_directory(folder.path() + "/phone");
  fs::copy(base() + "/pki", dir + "/pki", fs::copy_options::recursive);
  fs::copy(base() + "/card", card);
  fs::copy(base() + "/other", other_card);
}

bool Site::start(bool with_faults) {
  server_ = std::make_unique<Program>(
      std::vector<std::string>{"smdp", "serve", "--dir", dir, "--port", std::to_string(port_)}, log,
      environment(with_faults ? &faults : nullptr));
  const auto said = server_->line();
  const auto* port = said.is_object() ? said.as_object().if_contains("port") : nullptr;
  if (!port) {
    EXPECT_NE(server_->exit_code(), 0) << "it says that it serves, or fails";
    server_.reset();
    return false;
  }
  port_ = port->to_number<int>();
  return true;
}

void Site::recover() {
  if (runs()) return;
  faults.disarm();
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(start(false)) << "the server starts again";
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  EXPECT_LE(took, std::chrono::seconds(5));
  slowest_recovery = std::max(slowest_recovery, took);
}

bool Site::order(const std::vector<std::string>& policy) {
  const auto shown = run({"order", "show", iccid, "--dir", dir}, log);
  const std::string state = text(shown.json, "state");
  if (state == "released") {
    code_ = text(shown.json, "activationCode");
    return !code_.empty();
  }
  std::vector<std::string> create{"order", "create", "--dir", dir};
  if (state == "available") {
    create.insert(create.end(), {"--iccid", iccid});
  } else {
    create.insert(create.end(), {"--profile", base() + "/profile.der"});
  }
  create.insert(create.end(), policy.begin(), policy.end());
  const auto made = run(create, log);
  if (made.ok()) code_ = text(made.json, "activationCode");
  return made.ok();
}

Said Site::lpa(std::vector<std::string> arguments, const std::string& which, const Faults* with) {
  arguments.insert(arguments.begin(), "lpa");
  arguments.insert(arguments.end(), {which.starts_with("127.") ? "--tcp" : "--card", which});
  return run(std::move(arguments), log, with);
}

Said Site::download(const std::string& which, const Faults* with) {
  return lpa({"download", code_, "--yes", "--ci", base() + "/pki/ci.der"}, which, with);
}

Said Site::deliver(const std::string& which, const Faults* with) {
  return lpa({"notifications", "--deliver", "--ci", base() + "/pki/ci.der"}, which, with);
}

std::string Site::profiles(const std::string& which) {
  const auto listed = lpa({"list"}, which);
  EXPECT_TRUE(listed.ok()) << "the card answers: " << boost::json::serialize(listed.json);
  if (!listed.ok()) return "?";
  std::string out;
  for (const auto& p : listed.json.at("profiles").as_array()) {
    out += text(p, "iccid") + " " + text(p, "state") + "\n";
  }
  return out;
}

boost::json::array Site::notifications(const std::string& which) {
  const auto listed = lpa({"notifications"}, which);
  EXPECT_TRUE(listed.ok()) << boost::json::serialize(listed.json);
  return listed.ok() ? listed.json.at("notifications").as_array() : boost::json::array();
}

int64_t Site::free_memory(const std::string& which) {
  const auto info = lpa({"info"}, which);
  return info.ok() ? info.json.at("freeNonVolatileMemory").to_number<int64_t>() : -1;
}

std::string Site::state() {
  return text(run({"order", "show", iccid, "--dir", dir}, log).json, "state");
}

std::vector<std::string> Site::rows(const char* sql) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::vector<std::string> out;
  if (sqlite3_open((dir + "/smdp.db").c_str(), &db) == SQLITE_OK &&
      sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) == SQLITE_OK) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const auto* octets = static_cast<const char*>(sqlite3_column_blob(statement, 0));
      out.emplace_back(octets ? octets : "", static_cast<size_t>(sqlite3_column_bytes(statement, 0)));
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return out;
}

}  // namespace sealift::crash
