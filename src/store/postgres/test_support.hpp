// For tests with PostgreSQL: tools/postgres.py starts one and says in SEALIFT_POSTGRES where it is. Each test
// has a schema of its own in it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "store/postgres/link.hpp"

namespace sealift::store::testing {

/// A fixture base; skips where PostgreSQL is not installed, fails where a test runs without
/// tools/postgres.py.
class PostgresSchema : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* where = std::getenv("SEALIFT_POSTGRES");
    ASSERT_TRUE(where) << "run this as tools/postgres.py PROGRAM, or ./dev test store_postgres";
    server_ = where;
    if (server_ == "none") GTEST_SKIP() << "skipped: PostgreSQL is not installed";
    static int number = 0;
    schema_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
    ASSERT_TRUE(run("CREATE SCHEMA " + schema_));
  }
  void TearDown() override {
    if (schema_.empty()) return;
    EXPECT_TRUE(run("DROP SCHEMA " + schema_ + " CASCADE"));
  }

  /// Of this test's schema; `port` of a relay in place of the server's own.
  std::string connection_string(std::optional<uint16_t> port = std::nullopt) const {
    std::string out = server_ + "&application_name=" + schema_ + "&options=-csearch_path%3D" + schema_;
    if (!port) return out;
    const size_t colon = out.find(':', out.find('@'));
    return out.replace(colon + 1, out.find('/', colon) - colon - 1, std::to_string(*port));
  }
  uint16_t server_port() const {
    const size_t colon = server_.find(':', server_.find('@'));
    return static_cast<uint16_t>(std::stoi(server_.substr(colon + 1)));
  }
  Status run(const std::string& sql) const {
    auto link = postgres::Link::connect(schema_.empty() ? server_ : connection_string());
    if (!link) return link.error();
    return (*link)->execute(sql.c_str());
  }
  int64_t integer(const std::string& sql) const {
    auto link = postgres::Link::connect(connection_string());
    EXPECT_TRUE(link) << link.error().message;
    if (!link) return -1;
    auto rows = (*link)->ask(sql.c_str());
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? rows->integer(0, 0) : -1;
  }
  /// As a restart of the database does.
  void end_all_connections() const {
    EXPECT_TRUE(
        run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
            "application_name = '" +
            schema_ + "'"));
  }

  std::string server_, schema_;
};

}  // namespace sealift::store::testing
