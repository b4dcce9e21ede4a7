#include "store/sqlite/backup.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/temporary_folder.hpp"
#include "smdp/order_store_suite.hpp"
#include "store/sqlite/store.hpp"

namespace sealift::store {
namespace {

const access::Record mark{"switch", "issuance", Bytes{1, 2, 3}};

class SqliteBackup : public ::testing::Test {
 protected:
  std::string at(const char* name) const { return folder_.path() + "/" + name; }
  std::unique_ptr<SqliteStore> open(const char* name) {
    auto store = SqliteStore::open(at(name));
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  Result<BackupFacts> put_back(const char* file, const char* store, bool replace = false) {
    return restore(at(file), at(store), replace, mark, {Time{}, "operator", "restore", ""});
  }
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
};

TEST_F(SqliteBackup, under_load_has_everything_that_was_acknowledged_before_it_began) {
  auto store = open("store");
  std::atomic<bool> stop = false;
  std::atomic<int> made = 0;
  std::thread load([&] {
    for (int n = 0; !stop && n < 800; ++n) {
      ASSERT_TRUE(
          store->orders().add(smdp::suite_order(n), {.content = Bytes(20'000, 7), .keys = Bytes(3)}, {}));
      made = n + 1;
    }
  });
  while (made < 100) std::this_thread::yield();
  const int before = made;
  const auto taken = back_up(at("store"), at("backup"));
  stop = true;
  load.join();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_GE(taken->orders, static_cast<uint64_t>(before));
  store.reset();
  const auto back = put_back("backup", "restored");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->orders, taken->orders);
  EXPECT_EQ(back->open, taken->orders);
  auto restored = open("restored");
  for (int n = 0; n < static_cast<int>(taken->orders); ++n) {
    const auto order = *restored->orders().find(smdp::suite_iccid(n));
    ASSERT_TRUE(order) << n;
    EXPECT_EQ(*order, smdp::suite_order(n));
    EXPECT_EQ(restored->orders().profile(order->iccid)->content.size(), 20'000u);
  }
  EXPECT_TRUE(restored->orders().apply(smdp::suite_binding(smdp::suite_order(0), 1))) << "it works";
}

TEST_F(SqliteBackup, that_is_put_back_carries_the_mark_that_stops_issuance) {
  open("store");
  ASSERT_TRUE(back_up(at("store"), at("backup")));
  ASSERT_TRUE(put_back("backup", "store", true));
  auto store = open("store");
  EXPECT_EQ((*store->records().find("switch", "issuance"))->content, mark.content);
  EXPECT_NE(*store->records().generation(), 0u);
  EXPECT_TRUE(std::filesystem::exists(at("store.before-restore")));
  store.reset();
  open("backup");
  EXPECT_FALSE(*open("backup")->records().find("switch", "issuance")) << "the backup itself stays as it was";
}

TEST_F(SqliteBackup, puts_nothing_over_what_is_there) {
  open("store");
  ASSERT_TRUE(back_up(at("store"), at("backup")));
  EXPECT_EQ(back_up(at("store"), at("backup")).error().kind, ErrorKind::exists);
  EXPECT_EQ(put_back("backup", "store").error().kind, ErrorKind::exists);
  ASSERT_TRUE(put_back("backup", "store", true));
  EXPECT_EQ(put_back("backup", "store", true).error().kind, ErrorKind::exists)
      << "what was kept the first time";
  EXPECT_EQ(back_up(at("none"), at("other")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(put_back("none", "other").error().kind, ErrorKind::not_found);
}

TEST_F(SqliteBackup, is_not_put_over_a_store_that_is_in_use) {
  auto store = open("store");
  ASSERT_TRUE(back_up(at("store"), at("backup")));
  const auto refused = put_back("backup", "store", true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict) << refused.error().message;
  EXPECT_TRUE(store->orders().add(smdp::suite_order(1), {}, {})) << "which goes on";
  EXPECT_FALSE(std::filesystem::exists(at("store.part")));
}

TEST_F(SqliteBackup, that_is_damaged_or_of_something_else_is_refused) {
  {
    auto store = open("store");
    for (int n = 0; n < 50; ++n)
      ASSERT_TRUE(store->orders().add(smdp::suite_order(n), {.content = Bytes(5'000)}, {}));
  }
  ASSERT_TRUE(back_up(at("store"), at("backup")));
  std::filesystem::copy_file(at("backup"), at("damaged"));
  std::filesystem::resize_file(at("damaged"), std::filesystem::file_size(at("damaged")) / 2);
  EXPECT_EQ(put_back("damaged", "restored").error().kind, ErrorKind::invalid);
  std::ofstream(at("song")) << std::string(5000, 'x');
  EXPECT_EQ(put_back("song", "restored").error().kind, ErrorKind::invalid);
  EXPECT_FALSE(std::filesystem::exists(at("restored")));
  EXPECT_FALSE(std::filesystem::exists(at("restored.part")));
}

TEST_F(SqliteBackup, is_readable_by_its_owner_alone) {
  open("store");
  ASSERT_TRUE(back_up(at("store"), at("backup")));
  struct stat s {};
  ASSERT_EQ(::stat(at("backup").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0077, 0u);
}

}  // namespace
}  // namespace sealift::store
