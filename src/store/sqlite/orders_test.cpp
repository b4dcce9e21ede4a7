#include "store/sqlite/orders.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <latch>

#include "access/record_store_suite.hpp"
#include "base/temporary_folder.hpp"
#include "smdp/order_store_suite.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/store.hpp"

namespace sealift {
namespace {

using namespace std::chrono_literals;
using store::Database;
using store::SqliteStore;

/// A directory of its own for each test.
class Files : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto opened = SqliteStore::open(path_.string(), 100ms);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  Error refused() {
    auto opened = SqliteStore::open(path_.string(), 100ms);
    EXPECT_FALSE(opened) << "opened what it should refuse";
    return opened ? Error{} : opened.error();
  }
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
  const std::filesystem::path directory_ = folder_.path();
  std::filesystem::path path_ = directory_ / "orders.db";
};

class InSqlite : public Files {
 protected:
  smdp::OrderStore& store() { return store_->orders(); }
  smdp::Outbox& outbox() { return store_->outbox(); }
  access::RecordStore& records() { return store_->records(); }
  std::unique_ptr<SqliteStore> store_ = open();
};

using SqliteStoreFiles = Files;

TEST_F(SqliteStoreFiles, keeps_orders_when_opened_again) {
  smdp::Order before;
  {
    auto store = open();
    ASSERT_TRUE(store->orders().add(smdp::suite_order(1), {.content = {1}}, {}));
    ASSERT_TRUE(store->orders().apply(smdp::suite_binding(smdp::suite_order(1), 1)));
    before = **store->orders().find(smdp::suite_iccid(1));
  }
  auto store = open();
  EXPECT_EQ(**store->orders().find(smdp::suite_iccid(1)), before);
  EXPECT_TRUE(store->orders().package(smdp::suite_iccid(1)));
}

TEST_F(SqliteStoreFiles, know_what_was_refused_when_opened_again_and_who_dropped_it) {
  uint64_t number = 0;
  {
    auto store = open();
    ASSERT_TRUE(store->orders().add(smdp::suite_order(1), {}, {}));
    smdp::Transition t = smdp::suite_binding(smdp::suite_order(1), 1);
    t.outgoing = {smdp::suite_outgoing(1, smdp::OutgoingKind::download_progress, 1)};
    ASSERT_TRUE(store->orders().apply(t));
    number = store->outbox().claim(smdp::kSuiteOperator, smdp::kSuiteNow, 60s, 9)->at(0).number;
    ASSERT_TRUE(store->outbox().refused(number, smdp::kSuiteNow, smdp::kSuiteNow, "no"));
  }
  {
    auto store = open();
    EXPECT_EQ(store->outbox().all_refused("", 9)->at(0).why, "no");
    ASSERT_TRUE(store->outbox().drop(number, "", {Time{}, "alice", "drop_outgoing", "row"}));
  }
  auto db = Database::open(path_.string(), Database::Mode::read, 100ms);
  EXPECT_EQ(*db->integer("SELECT count(*) FROM audit WHERE actor = 'alice' AND iccid IS NOT NULL"), 1);
}

TEST_F(SqliteStoreFiles, takes_over_what_the_version_before_left_in_the_outbox) {
  {
    auto db = Database::open(path_.string(), Database::Mode::write, 100ms);
    ASSERT_TRUE(
        store::migrate(*db, {store::smdp_schema().application_id, store::smdp_schema().steps.first(6)}));
    const std::string iccid = hex(smdp::suite_iccid(1).octets()), eid = hex(smdp::suite_eid(1).octets());
    const std::string rows = "INSERT INTO deliveries VALUES (x'01', x'" + iccid + "', x'" + eid +
                             "', x'07', 1);" + "INSERT INTO outbox VALUES (1, 0, 0, x'" + iccid +
                             "', 'mno', '', x'01', 1, 1, 2, 'mno')";
    ASSERT_TRUE(db->execute(rows.c_str()));
  }
  auto store = open();
  EXPECT_FALSE((*store->orders().delivery(*TransactionId::from_octets(Bytes{1})))->superseded);
  EXPECT_TRUE(store->outbox().all_refused("", 9)->empty());
  const auto rows = *store->outbox().claim(smdp::kSuiteOperator, smdp::kSuiteNow, 60s, 9);
  ASSERT_EQ(rows.size(), 1u);
  ASSERT_TRUE(store->outbox().refused(rows[0].number, smdp::kSuiteNow, smdp::kSuiteNow, "no"));
  EXPECT_EQ(store->outbox().all_refused("", 9)->size(), 1u);
}

TEST_F(SqliteStoreFiles, is_readable_by_its_owner_alone) {
  auto store = open();
  ASSERT_TRUE(store->orders().add(smdp::suite_order(1), {}, {}));
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    struct stat s {};
    ASSERT_EQ(::stat(entry.path().c_str(), &s), 0);
    EXPECT_EQ(s.st_mode & 0077, 0u) << entry.path();
  }
}

TEST_F(SqliteStoreFiles, writes_an_audit_row_with_each_change_and_none_without) {
  {
    auto store = open();
    ASSERT_TRUE(store->orders().add(smdp::suite_order(1), {}, {Time{}, "alice", "import", "x"}));
    ASSERT_TRUE(store->orders().apply(smdp::suite_binding(smdp::suite_order(1), 1)));
    ASSERT_FALSE(store->orders().apply(smdp::suite_binding(smdp::suite_order(1), 2)));
    ASSERT_TRUE(
        store->orders().hear({smdp::suite_eid(1), 1}, smdp::suite_iccid(1), {Time{}, "es9+", "hear", ""}));
    ASSERT_FALSE(
        store->orders().hear({smdp::suite_eid(1), 1}, smdp::suite_iccid(1), {Time{}, "es9+", "hear", ""}));
  }
  auto db = Database::open(path_.string(), Database::Mode::read, 100ms);
  ASSERT_TRUE(db);
  EXPECT_EQ(*db->integer("SELECT count(*) FROM audit"), 3);
  EXPECT_EQ(*db->integer("SELECT state FROM audit WHERE action = 'bind'"),
            static_cast<int64_t>(smdp::OrderState::downloaded));
  EXPECT_EQ(*db->integer("SELECT count(*) FROM audit WHERE actor = 'alice' AND detail = 'x'"), 1);
}

TEST_F(SqliteStoreFiles, refuses_a_file_that_is_no_database) {
  std::ofstream(path_) << std::string(5000, 'x');
  const Error e = refused();
  EXPECT_EQ(e.kind, ErrorKind::invalid);
  EXPECT_NE(e.message.find("not a store of Sealift"), std::string::npos) << e.message;
  EXPECT_EQ(std::filesystem::file_size(path_), 5000u) << "a foreign file must stay as it was";
}

TEST_F(SqliteStoreFiles, refuses_a_database_of_something_else_and_leaves_it) {
  {
    auto db = Database::open(path_.string(), Database::Mode::write, 100ms);
    ASSERT_TRUE(db->execute("CREATE TABLE songs (title TEXT)"));
  }
  const auto size = std::filesystem::file_size(path_);
  EXPECT_EQ(refused().kind, ErrorKind::invalid);
  EXPECT_EQ(std::filesystem::file_size(path_), size);
}

TEST_F(SqliteStoreFiles, refuses_a_store_of_a_newer_version) {
  open();
  {
    auto db = Database::open(path_.string(), Database::Mode::write, 100ms);
    ASSERT_TRUE(db->execute("PRAGMA user_version = 1000"));
  }
  EXPECT_NE(refused().message.find("newer"), std::string::npos);
}

TEST_F(SqliteStoreFiles, names_a_directory_that_is_not_there) {
  path_ = directory_ / "none" / "orders.db";
  const Error e = refused();
  EXPECT_EQ(e.kind, ErrorKind::not_found);
  EXPECT_NE(e.message.find(path_.string()), std::string::npos) << e.message;
}

TEST_F(SqliteStoreFiles, tells_of_missing_permission) {
  if (::geteuid() == 0) GTEST_SKIP() << "skipped: root may do everything";
  std::filesystem::permissions(directory_, std::filesystem::perms::none);
  const Error e = refused();
  std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
  EXPECT_EQ(e.kind, ErrorKind::permission) << e.message;
}

TEST_F(SqliteStoreFiles, tells_when_another_process_holds_the_store) {
  auto store = open();
  auto other = Database::open(path_.string(), Database::Mode::write, 100ms);
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  const auto add = [&] { return store->orders().add(smdp::suite_order(1), {}, {}); };
  Status held = add();
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().kind, ErrorKind::timeout) << held.error().message;
  ASSERT_TRUE(other->execute("ROLLBACK"));
  EXPECT_TRUE(add()) << "it must go on once the other is done";
}

TEST_F(SqliteStoreFiles, survives_a_full_disk_whole) {
  auto db = Database::open(path_.string(), Database::Mode::write, 100ms);
  ASSERT_TRUE(db->execute("CREATE TABLE t (x BLOB); PRAGMA journal_mode = WAL; PRAGMA max_page_count = 20"));
  store::Writer writer(std::move(*db));
  const Bytes big(10'000, 1);
  const auto insert = [&](Database& d) -> Status {
    return TRY(d.query("INSERT INTO t VALUES (?)")).bind(View(big)).run();
  };
  Status done;
  int stored = 0;
  while ((done = writer.write(insert))) ++stored;
  EXPECT_EQ(done.error().kind, ErrorKind::io);
  EXPECT_NE(done.error().message.find("full"), std::string::npos) << done.error().message;
  ASSERT_GT(stored, 0);
  ASSERT_TRUE(writer.write([](Database& d) { return d.execute("DELETE FROM t WHERE rowid = 1"); }));
  EXPECT_TRUE(writer.write(insert)) << "it must go on once there is room";
  auto reader = Database::open(path_.string(), Database::Mode::read, 100ms);
  EXPECT_EQ(*reader->integer("SELECT count(*) FROM t"), stored);
}

TEST_F(SqliteStoreFiles, changes_that_wait_share_one_batch_and_a_failing_one_takes_none_with_it) {
  auto db = Database::open(path_.string(), Database::Mode::write, 100ms);
  ASSERT_TRUE(db->execute("CREATE TABLE t (x INTEGER UNIQUE)"));
  store::Writer writer(std::move(*db));
  std::latch began(1), go(1);
  std::thread slow([&] {
    ASSERT_TRUE(writer.write([&](Database&) -> Status {
      began.count_down();
      go.wait();
      return {};
    }));
  });
  began.wait();
  std::atomic<int> done = 0, refused = 0, calling = 0;
  std::vector<std::thread> threads;
  for (int n = 0; n < 20; ++n) {
    threads.emplace_back([&, n] {
      ++calling;
      const Status s = writer.write(
          [&](Database& d) -> Status { return TRY(d.query("INSERT INTO t VALUES (?)")).bind(n % 10).run(); });
      ++(s ? done : refused);
    });
  }
  while (calling < 20) std::this_thread::yield();
  std::this_thread::sleep_for(50ms);
  go.count_down();
  slow.join();
  for (auto& t : threads) t.join();
  EXPECT_EQ(done, 10);
  EXPECT_EQ(refused, 10);
  EXPECT_EQ(writer.figures().changes, 21u);
  EXPECT_EQ(writer.figures().batches, 2u);
  EXPECT_EQ(writer.figures().largest, 20u);
}

}  // namespace
}  // namespace sealift

namespace sealift::smdp {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, OrderStoreSuite, InSqlite);
}

namespace sealift::access {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, RecordStoreSuite, InSqlite);
}
