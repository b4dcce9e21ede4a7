#include "store/sqlite/events.hpp"

#include "base/temporary_folder.hpp"
#include "smds/event_store_suite.hpp"
#include "store/sqlite/database.hpp"

namespace sealift::smds {
namespace {

using store::SqliteEvents;

/// A directory of its own for each test.
class EventsFile : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/smds.db"; }
  std::unique_ptr<SqliteEvents> open() {
    auto opened = SqliteEvents::open(path());
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
};

class InSqlite : public EventsFile {
 protected:
  EventStore& store() { return *store_; }
  std::unique_ptr<SqliteEvents> store_ = open();
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, EventStoreSuite, InSqlite);

using SqliteEventsFiles = EventsFile;

TEST_F(SqliteEventsFiles, keeps_events_when_opened_again) {
  ASSERT_TRUE(open()->add(suite_event(1), {}, {}));
  EXPECT_EQ(open()->events(suite_eid(0), kSuiteStart, 10).value().size(), 1u);
}

TEST_F(SqliteEventsFiles, writes_an_audit_row_with_each_change_and_none_without) {
  {
    auto events = open();
    Event e = suite_event(1);
    e.number = events->add(e, {}, {kSuiteStart, "2.999.10", "register"}).value();
    ASSERT_FALSE(events->add(e, {}, {kSuiteStart, "2.999.10", "register"}));
    ASSERT_FALSE(
        events->add(suite_event(2), {.for_eid = 1, .of_owner = 9}, {kSuiteStart, "2.999.10", "register"}));
    e.state = EventState::deleted;
    ASSERT_TRUE(events->change(e, EventState::live, {kSuiteStart, "smds", "expire"}));
    ASSERT_FALSE(events->change(e, EventState::live, {kSuiteStart, "smds", "expire"}));
  }
  auto db = store::Database::open(path(), store::Database::Mode::read, std::chrono::seconds(1)).value();
  EXPECT_EQ(db.integer("SELECT count(*) FROM audit").value(), 2);
  EXPECT_EQ(db.integer("SELECT events FROM owners").value(), 0) << "failed ones are not counted";
}

TEST_F(SqliteEventsFiles, forgets_audit_rows_by_their_age) {
  auto events = open();
  const Time later = kSuiteStart + std::chrono::seconds(9);
  ASSERT_TRUE(events->add(suite_event(1), {}, {kSuiteStart, "2.999.10", "register"}));
  ASSERT_TRUE(events->add(suite_event(2), {}, {later, "2.999.10", "register"}));
  EXPECT_EQ(events->prune_audit(kSuiteStart, 10).value(), 0u);
  EXPECT_EQ(events->prune_audit(later, 10).value(), 1u);
  auto db = store::Database::open(path(), store::Database::Mode::read, std::chrono::seconds(1)).value();
  EXPECT_EQ(db.integer("SELECT at FROM audit").value(), later.time_since_epoch().count());
}

TEST_F(SqliteEventsFiles, counts_what_a_former_version_left_deleted) {
  {
    auto events = open();
    for (int n = 1; n <= 2; ++n) {
      Event e = suite_event(n);
      e.number = events->add(e, {}, {}).value();
      e.state = EventState::deleted;
      if (n == 2) continue;
      ASSERT_TRUE(events->change(e, EventState::live, {}));
    }
  }
  {
    auto db = store::Database::open(path(), store::Database::Mode::write, std::chrono::seconds(1)).value();
    ASSERT_TRUE(db.execute("ALTER TABLE owners DROP COLUMN deleted"));
    ASSERT_TRUE(db.execute("DROP INDEX audit_by_time"));
    ASSERT_TRUE(db.execute("PRAGMA user_version = 1"));
  }
  EXPECT_EQ(open()->counts().value(), (EventCounts{.live = 1, .deleted = 1}));
}

TEST_F(SqliteEventsFiles, says_whether_it_can_be_written) {
  EXPECT_TRUE(open()->probe());
}

TEST_F(SqliteEventsFiles, refuses_the_store_of_an_smdp) {
  { ASSERT_TRUE(store::SqliteStore::open(path())); }
  auto opened = SqliteEvents::open(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace sealift::smds
