#include "store/postgres/store.hpp"

#include <thread>

#include "access/record_store_suite.hpp"
#include "smdp/order_store_suite.hpp"
#include "smdp/session_store_suite.hpp"
#include "store/postgres/test_support.hpp"

namespace sealift {
namespace {

using namespace std::chrono_literals;
using store::PostgresOptions;
using store::PostgresStore;

class Database : public store::testing::PostgresSchema {
 protected:
  Result<std::unique_ptr<PostgresStore>> try_open(PostgresOptions options = {}) {
    if (options.connection_string.empty()) options.connection_string = connection_string();
    return PostgresStore::open(std::move(options), clock_);
  }
  std::unique_ptr<PostgresStore> open(PostgresOptions options = {}) {
    auto opened = try_open(std::move(options));
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  Error refused(PostgresOptions options = {}) {
    auto opened = try_open(std::move(options));
    EXPECT_FALSE(opened) << "opened what it should refuse";
    return opened ? Error{} : opened.error();
  }
  SystemClock clock_;
};

class InPostgres : public Database {
 protected:
  void SetUp() override {
    Database::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) store_ = open();
  }
  void TearDown() override {
    store_.reset();
    Database::TearDown();
  }
  smdp::OrderStore& store() { return store_->orders(); }
  smdp::Outbox& outbox() { return store_->outbox(); }
  access::RecordStore& records() { return store_->records(); }
  smdp::SessionStore& sessions() { return store_->sessions(); }
  std::chrono::milliseconds now() { return clock_.monotonic(); }
  void wait(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }
  std::unique_ptr<PostgresStore> store_;
};

using PostgresDatabase = Database;

TEST_F(PostgresDatabase, keeps_orders_when_opened_again) {
  ASSERT_TRUE(open()->orders().add(smdp::suite_order(1), {.content = {1}}, {}));
  auto store = open();
  EXPECT_EQ(**store->orders().find(smdp::suite_iccid(1)), smdp::suite_order(1));
  EXPECT_EQ(store->orders().profile(smdp::suite_iccid(1))->content, Bytes{1});
}

TEST_F(PostgresDatabase, lets_nodes_that_start_at_once_make_its_tables_together) {
  std::vector<std::thread> nodes;
  std::atomic<int> opened = 0;
  for (int n = 0; n < 4; ++n) {
    nodes.emplace_back([&] {
      const auto one = try_open({.change_links = 1, .quick_links = 1});
      EXPECT_TRUE(one) << one.error().message;
      opened += one.has_value();
    });
  }
  for (auto& node : nodes) node.join();
  EXPECT_EQ(opened, 4);
}

TEST_F(PostgresDatabase, writes_an_audit_row_with_each_change_and_none_without) {
  auto store = open();
  ASSERT_TRUE(store->orders().add(smdp::suite_order(1), {}, {Time{}, "alice", "import", "x"}));
  ASSERT_TRUE(store->orders().apply(smdp::suite_binding(smdp::suite_order(1), 1)));
  ASSERT_FALSE(store->orders().apply(smdp::suite_binding(smdp::suite_order(1), 2)));
  ASSERT_TRUE(store->orders().hear({smdp::suite_eid(1), 1}, smdp::suite_iccid(1), {}));
  ASSERT_FALSE(store->orders().hear({smdp::suite_eid(1), 1}, smdp::suite_iccid(1), {}));
  EXPECT_EQ(integer("SELECT count(*) FROM audit"), 3);
  EXPECT_EQ(integer("SELECT count(*) FROM audit WHERE actor = 'alice' AND detail = 'x'"), 1);
}

TEST_F(PostgresDatabase, shows_every_node_what_one_was_refused_and_writes_who_dropped_it) {
  auto one = open(), other = open();
  ASSERT_TRUE(one->orders().add(smdp::suite_order(1), {}, {}));
  smdp::Transition t = smdp::suite_binding(smdp::suite_order(1), 1);
  t.outgoing = {smdp::suite_outgoing(1, smdp::OutgoingKind::download_progress, 1)};
  ASSERT_TRUE(one->orders().apply(t));
  const auto rows = *one->outbox().claim(smdp::kSuiteOperator, smdp::kSuiteNow, std::chrono::seconds(60), 9);
  ASSERT_EQ(rows.size(), 1u);
  ASSERT_TRUE(one->outbox().refused(rows[0].number, smdp::kSuiteNow, smdp::kSuiteNow, "no"));
  EXPECT_EQ(other->outbox().all_refused("", 9)->at(0).why, "no");
  ASSERT_TRUE(other->outbox().drop(rows[0].number, "", {Time{}, "alice", "drop_outgoing", "row"}));
  EXPECT_EQ(integer("SELECT count(*) FROM audit WHERE actor = 'alice' AND iccid IS NOT NULL"), 1);
}

TEST_F(PostgresDatabase, is_one_for_all_its_nodes) {
  auto one = open(), other = open();
  ASSERT_TRUE(one->orders().add(smdp::suite_order(1), {}, {}));
  ASSERT_TRUE(other->orders().apply(smdp::suite_binding(smdp::suite_order(1), 1)));
  EXPECT_EQ(one->orders().apply(smdp::suite_binding(smdp::suite_order(1), 2)).error().kind,
            ErrorKind::conflict);
  const TransactionId id = *TransactionId::from_octets(Bytes(16, 1));
  ASSERT_TRUE(one->sessions().put(id, smdp::InitDone{.signers = 3}, clock_.monotonic() + 1s));
  EXPECT_TRUE(other->sessions().take(id, clock_.monotonic()));
  EXPECT_FALSE(one->sessions().take(id, clock_.monotonic()));
  ASSERT_TRUE(one->restrictions().add({smdp::RestrictionKind::tac, "35000000", "", "alice", Time{}}, {}));
  EXPECT_EQ(other->restrictions().all()->size(), 1u);
}

TEST_F(PostgresDatabase, takes_sessions_up_to_its_capacity_and_sweeps_those_that_have_expired) {
  ManualClock clock{Time{}};
  auto store =
      std::move(*PostgresStore::open({.connection_string = connection_string(), .sessions = 3}, clock));
  const auto put = [&](uint8_t n, std::chrono::milliseconds lifetime) {
    return store->sessions().put(*TransactionId::from_octets(Bytes(16, n)), smdp::InitDone{},
                                 clock.monotonic() + lifetime);
  };
  for (uint8_t n : {1, 2, 3}) ASSERT_TRUE(put(n, 1ms));
  EXPECT_FALSE(put(4, 1ms)) << "it is full";
  std::this_thread::sleep_for(10ms);
  clock.advance(6s);  // the next sweep is due
  EXPECT_TRUE(put(4, 1ms));
  EXPECT_EQ(integer("SELECT count(*) FROM sessions"), 1);
}

TEST_F(PostgresDatabase, refuses_a_database_of_something_else_and_leaves_it) {
  ASSERT_TRUE(run("CREATE TABLE orders (title TEXT)"));
  EXPECT_EQ(refused().kind, ErrorKind::invalid);
  EXPECT_EQ(integer("SELECT count(*) FROM information_schema.tables WHERE table_schema = '" + schema_ + "'"),
            1);
}

TEST_F(PostgresDatabase, refuses_a_database_of_a_newer_version) {
  open();
  ASSERT_TRUE(run("UPDATE sealift_store SET version = 1000"));
  EXPECT_NE(refused().message.find("newer"), std::string::npos);
}

TEST_F(PostgresDatabase, refuses_a_connection_string_that_it_should_not_take) {
  const Error password = refused({.connection_string = "postgresql://me:secret@127.0.0.1:1/x"});
  EXPECT_EQ(password.kind, ErrorKind::invalid);
  EXPECT_NE(password.message.find("passfile"), std::string::npos) << password.message;
  EXPECT_EQ(password.message.find("secret"), std::string::npos) << password.message;
  EXPECT_EQ(refused({.connection_string = "postgresql://127.0.0.1:1/x?colour=blue"}).kind,
            ErrorKind::invalid);
  EXPECT_EQ(refused({.connection_string = "postgresql://127.0.0.1:1/x"}).kind, ErrorKind::io);
  const std::string nobody =
      "postgresql://nobody-here@127.0.0.1:" + std::to_string(server_port()) + "/postgres";
  EXPECT_EQ(refused({.connection_string = nobody}).kind, ErrorKind::permission);
}

}  // namespace
}  // namespace sealift

namespace sealift::smdp {
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, OrderStoreSuite, InPostgres);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, SessionStoreSuite, InPostgres);
}  // namespace sealift::smdp

namespace sealift::access {
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, RecordStoreSuite, InPostgres);
}
