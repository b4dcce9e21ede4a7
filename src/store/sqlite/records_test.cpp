#include <gtest/gtest.h>

#include "access/audit_log.hpp"
#include "base/temporary_folder.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::store {
namespace {

TEST(SqliteRecords, have_audit_rows_of_every_change_in_its_order_page_by_page) {
  const auto folder = TemporaryFolder::make().value();
  {
    const auto store = SqliteStore::open(folder.path() + "/a.db").value();
    for (const char* name : {"a", "b", "c"}) {
      const access::Audit audit{Time(std::chrono::seconds(7)), "alice", "add_tenant", name};
      ASSERT_TRUE(store->records().put({"tenant", name, Bytes{1}}, audit));
    }
    const auto first = access::audit_log_of(store->records())->rows(0, 2).value();
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].audit.actor + first[0].audit.action + first[0].audit.detail, "aliceadd_tenanta");
    EXPECT_EQ(first[0].audit.at, Time(std::chrono::seconds(7)));
    EXPECT_FALSE(first[0].iccid);
    const auto rest = access::audit_log_of(store->records())->rows(first.back().number, 2).value();
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].audit.detail, "c");
    const auto iccid = Iccid::parse("8988211000000000028");
    ASSERT_TRUE(store->records().put({"reissue", iccid->digits(), Bytes{1}}, {{}, "sam", "ask", "", *iccid}));
    EXPECT_EQ(access::audit_log_of(store->records())->rows(rest[0].number, 2).value().at(0).iccid, *iccid);
  }
}

}  // namespace
}  // namespace sealift::store
