#include "store/postgres/events.hpp"

#include "smds/event_store_suite.hpp"
#include "store/postgres/test_support.hpp"

namespace sealift::smds {
namespace {

using store::PostgresEvents;

class EventsDatabase : public store::testing::PostgresSchema {
 protected:
  std::unique_ptr<PostgresEvents> open() {
    auto opened = PostgresEvents::open({.connection_string = connection_string()});
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
};

class InPostgres : public EventsDatabase {
 protected:
  void SetUp() override {
    EventsDatabase::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) store_ = open();
  }
  void TearDown() override {
    store_.reset();
    EventsDatabase::TearDown();
  }
  EventStore& store() { return *store_; }
  std::unique_ptr<PostgresEvents> store_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, EventStoreSuite, InPostgres);

using PostgresEventsDatabase = EventsDatabase;

TEST_F(PostgresEventsDatabase, writes_an_audit_row_with_each_change_and_none_without) {
  auto events = open();
  Event e = suite_event(1);
  e.number = events->add(e, {}, {kSuiteStart, "2.999.10", "register"}).value();
  ASSERT_FALSE(events->add(e, {}, {kSuiteStart, "2.999.10", "register"}));
  ASSERT_FALSE(
      events->add(suite_event(2), {.for_eid = 1, .of_owner = 9}, {kSuiteStart, "2.999.10", "register"}));
  e.state = EventState::deleted;
  ASSERT_TRUE(events->change(e, EventState::live, {kSuiteStart, "smds", "expire"}));
  ASSERT_FALSE(events->change(e, EventState::live, {kSuiteStart, "smds", "expire"}));
  EXPECT_EQ(integer("SELECT count(*) FROM audit"), 2);
  EXPECT_EQ(integer("SELECT count(*) FROM audit WHERE event = " + std::to_string(e.number)), 2);
  EXPECT_EQ(integer("SELECT events FROM owners"), 0) << "failed ones are not counted";
}

TEST_F(PostgresEventsDatabase, forgets_audit_rows_by_their_age) {
  auto events = open();
  const Time later = kSuiteStart + std::chrono::seconds(9);
  ASSERT_TRUE(events->add(suite_event(1), {}, {kSuiteStart, "2.999.10", "register"}));
  ASSERT_TRUE(events->add(suite_event(2), {}, {later, "2.999.10", "register"}));
  EXPECT_EQ(events->prune_audit(later, 10).value(), 1u);
  EXPECT_EQ(integer("SELECT count(*) FROM audit"), 1);
}

}  // namespace
}  // namespace sealift::smds
