// What becomes of requests while connections are lost, silent or refused (G-DB-1).
#include "store/postgres/pool.hpp"

#include "smdp/order_store_suite.hpp"
#include "store/postgres/orders.hpp"
#include "store/postgres/store.hpp"
#include "store/postgres/test_support.hpp"
#include "tests/support/tcp_relay.hpp"

namespace sealift::store::postgres {
namespace {

using namespace std::chrono_literals;

class PostgresPool : public testing::PostgresSchema {
 protected:
  void SetUp() override {
    PostgresSchema::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto opened = PostgresStore::open({.connection_string = connection_string()}, clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    relay_.emplace(std::vector<uint16_t>{server_port()});
    open({});
  }
  void TearDown() override {
    pool_.reset();
    relay_.reset();
    PostgresSchema::TearDown();
  }
  /// Through the relay.
  void open(PoolOptions options) {
    pool_.reset();
    auto pool = Pool::open(connection_string(relay_->port()), options);
    ASSERT_TRUE(pool) << pool.error().message;
    pool_ = std::move(*pool);
    orders_.emplace(*pool_);
  }
  void add(int n) { ASSERT_TRUE(orders_->add(smdp::suite_order(n), {.content = Bytes(9)}, {})); }
  /// One after another until told to stop: reads the order, and changes it.
  struct Load {
    uint64_t made = 0, unknown = 0, refused = 0, not_read = 0;
  };
  Load change_until(const std::atomic<bool>& stop, int n) {
    Load load;
    while (!stop) {
      auto read = orders_->find(smdp::suite_iccid(n));
      if (!read) {
        ++load.not_read;
        continue;
      }
      const Status done = orders_->apply(smdp::suite_binding(**read, n));
      ++(done                                       ? load.made
         : done.error().kind == ErrorKind::io       ? load.unknown
         : done.error().kind == ErrorKind::conflict ? load.unknown
                                                    : load.refused);
    }
    return load;
  }
  /// Several orders changed under some trouble: each change that was told of is there once.
  void change_during(const std::function<void()>& trouble) {
    constexpr int count = 6;
    for (int n = 0; n < count; ++n) add(n);
    std::atomic<bool> stop = false;
    std::vector<Load> loads(count);
    std::vector<std::thread> threads;
    for (int n = 0; n < count; ++n) threads.emplace_back([&, n] { loads[n] = change_until(stop, n); });
    const char* const many = std::getenv("SEALIFT_POSTGRES_TROUBLES");
    for (int i = 0; i < (many ? std::atoi(many) : 10); ++i) {
      std::this_thread::sleep_for(60ms);
      trouble();
    }
    std::this_thread::sleep_for(200ms);
    stop = true;
    for (auto& t : threads) t.join();
    for (int n = 0; n < count; ++n) {
      const auto order = *orders_->find(smdp::suite_iccid(n));
      ASSERT_TRUE(order);
      EXPECT_GT(loads[n].made, 1u) << "it must go on";
      EXPECT_GE(order->version, loads[n].made) << "a change that was told of is lost";
      EXPECT_LE(order->version, loads[n].made + loads[n].unknown);
      EXPECT_EQ(loads[n].not_read, 0u) << "reads are made again";
    }
    EXPECT_EQ(integer("SELECT count(*) FROM audit WHERE action = 'bind'"),
              integer("SELECT sum(version)::BIGINT FROM orders"));
    EXPECT_GT(pool_->figures().lost, 0u);
  }

  SystemClock clock_;
  std::optional<sealift::testing::TcpRelay> relay_;
  std::unique_ptr<Pool> pool_;
  std::optional<Orders> orders_;
};

TEST_F(PostgresPool, says_so_where_nobody_knows_whether_a_change_was_made_and_does_not_make_it_again) {
  open({.change_links = 1});
  add(1);
  add(2);
  // Once before, so that the statements are prepared.
  ASSERT_TRUE(orders_->apply(smdp::suite_binding(smdp::suite_order(2), 2)));
  const auto transition = smdp::suite_binding(smdp::suite_order(1), 1);
  relay_->lose_answers(true);
  const Status done = orders_->apply(transition);
  relay_->lose_answers(false);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::io);
  EXPECT_NE(done.error().message.find("look before"), std::string::npos) << done.error().message;
  EXPECT_EQ((*orders_->find(smdp::suite_iccid(1)))->version, 1u) << "the server had it";
  EXPECT_EQ(integer("SELECT count(*) FROM audit WHERE action = 'bind'"), 2);
}

TEST_F(PostgresPool, reads_again_where_the_answer_was_lost) {
  add(1);
  std::thread later([&] {
    std::this_thread::sleep_for(100ms);
    relay_->lose_answers(false);
  });
  relay_->lose_answers(true);
  const auto found = orders_->find(smdp::suite_iccid(1));
  later.join();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(*found);
}

TEST_F(PostgresPool, loses_no_change_and_makes_none_twice_while_connections_are_cut) {
  change_during([&] { relay_->cut(); });
}

TEST_F(PostgresPool, loses_no_change_and_makes_none_twice_while_the_server_ends_its_sessions) {
  change_during([&] { end_all_connections(); });
}

TEST_F(PostgresPool, tells_in_time_that_there_is_no_database_and_goes_on_when_there_is) {
  open({.patience = 300ms});
  add(1);
  relay_->refuse(true);
  relay_->cut();
  const auto begin = std::chrono::steady_clock::now();
  const Status done = orders_->add(smdp::suite_order(2), {}, {});
  const auto found = orders_->find(smdp::suite_iccid(1));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::timeout) << found.error().message;
  EXPECT_FALSE(done);
  const auto again = std::chrono::steady_clock::now();
  EXPECT_FALSE(orders_->find(smdp::suite_iccid(1))) << "while it is known to be away nobody waits";
  EXPECT_LT(std::chrono::steady_clock::now() - again, 100ms);
  EXPECT_FALSE(pool_->reachable());
  relay_->refuse(false);
  Result<std::optional<smdp::Order>> back = std::optional<smdp::Order>();
  for (int i = 0; i < 100 && !(back = orders_->find(smdp::suite_iccid(1))); ++i)
    std::this_thread::sleep_for(100ms);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(*back);
}

TEST_F(PostgresPool, gives_a_silent_connection_up) {
  open({.patience = 300ms, .answer = 300ms});
  add(1);
  relay_->hold(true);
  const Status done = orders_->apply(smdp::suite_binding(smdp::suite_order(1), 1));
  const auto found = orders_->find(smdp::suite_iccid(1));
  relay_->hold(false);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::io) << done.error().message;
  EXPECT_FALSE(found);
}

/// A database of its own, so that it may be set read-only.
TEST_F(PostgresPool, waits_for_a_server_that_takes_changes_when_this_one_does_not) {
  const std::string name = schema_ + "_failover";
  ASSERT_TRUE(run("CREATE DATABASE " + name));
  std::string where = server_;
  where.replace(where.find("/postgres?") + 1, 8, name);
  {
    auto store = std::move(*PostgresStore::open({.connection_string = where, .patience = 500ms}, clock_));
    ASSERT_TRUE(store->orders().add(smdp::suite_order(1), {}, {}));
    ASSERT_TRUE(run("ALTER DATABASE " + name + " SET default_transaction_read_only = on"));
    ASSERT_TRUE(run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'"));
    Status done;
    for (int i = 0; i < 50 && (done = store->orders().apply(smdp::suite_binding(smdp::suite_order(1), 1)));
         ++i) {
    }
    ASSERT_FALSE(done) << "it went to a server that takes no changes";
    ASSERT_TRUE(run("ALTER DATABASE " + name + " RESET default_transaction_read_only"));
    for (int i = 0; i < 100; ++i) {
      auto order = store->orders().find(smdp::suite_iccid(1));
      done = order ? store->orders().apply(smdp::suite_binding(**order, 1)) : Status(order.error());
      if (done) break;
      std::this_thread::sleep_for(100ms);
    }
    EXPECT_TRUE(done) << done.error().message;
  }
  EXPECT_TRUE(run("DROP DATABASE " + name));
}

TEST_F(PostgresPool, leaves_the_others_alone_when_one_of_many_transactions_fails) {
  for (int n = 0; n < 10; ++n) add(n);
  std::atomic<int> found = 0, failed = 0;
  std::vector<std::thread> threads;
  for (int n = 0; n < 20; ++n) {
    threads.emplace_back([&, n] {
      if (n % 2 == 0) {
        const Statement wrong("SELECT sealift_must_change(0, 'no')");
        failed += !pool_->run(Kind::read, wrong);
      } else {
        found += (*orders_->find(smdp::suite_iccid(n / 2))).has_value();
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(found, 10);
  EXPECT_EQ(failed, 10);
}

}  // namespace
}  // namespace sealift::store::postgres
