#include "base/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/temporary_folder.hpp"

namespace sealift {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  static unsigned mode(const fs::path& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0);
    return about.st_mode & 0777;
  }
  const TemporaryFolder folder_ = TemporaryFolder::make().value();
  const fs::path dir_ = folder_.path();
};

TEST_F(Files, are_written_whole_with_the_mode_asked_for) {
  ASSERT_TRUE(write_file(dir_ / "a", view("hello"), Readers::owner, Replace::no));
  ASSERT_TRUE(write_file(dir_ / "b", view("hello"), Readers::everybody, Replace::no));
  EXPECT_EQ(mode(dir_ / "a"), 0600u);
  EXPECT_EQ(mode(dir_ / "b"), 0644u);
  EXPECT_EQ(text(read_file(dir_ / "a", 5).value()), "hello");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_), {}), 2) << "nothing temporary stays";
}

TEST_F(Files, are_replaced_only_where_asked) {
  ASSERT_TRUE(write_file(dir_ / "a", view("old"), Readers::owner, Replace::no));
  EXPECT_EQ(write_file(dir_ / "a", view("new"), Readers::owner, Replace::no).error().kind, ErrorKind::exists);
  EXPECT_EQ(text(read_file(dir_ / "a", 9).value()), "old");
  ASSERT_TRUE(write_file(dir_ / "a", view("new"), Readers::owner, Replace::yes));
  EXPECT_EQ(text(read_file(dir_ / "a", 9).value()), "new");
}

TEST_F(Files, larger_than_the_limit_are_refused) {
  ASSERT_TRUE(write_file(dir_ / "a", Bytes(100, 1), Readers::owner, Replace::no));
  EXPECT_TRUE(read_file(dir_ / "a", 100));
  EXPECT_EQ(read_file(dir_ / "a", 99).error().kind, ErrorKind::limit);
  EXPECT_EQ(read_secret_file(dir_ / "a", 99).error().kind, ErrorKind::limit);
}

TEST_F(Files, that_hold_secrets_must_be_ours_alone) {
  ASSERT_TRUE(write_file(dir_ / "a", view("key"), Readers::owner, Replace::no));
  EXPECT_EQ(text(read_secret_file(dir_ / "a", 9)->expose()), "key");
  fs::permissions(dir_ / "a", fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(read_secret_file(dir_ / "a", 9).error().kind, ErrorKind::permission);
  fs::create_symlink(dir_ / "a", dir_ / "link");
  EXPECT_EQ(read_secret_file(dir_ / "link", 9).error().kind, ErrorKind::permission);
}

TEST_F(Files, that_are_not_there_are_told_by_name) {
  auto missing = read_file(dir_ / "nowhere", 9);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_NE(missing.error().message.find("nowhere"), std::string::npos);
  EXPECT_EQ(write_file(dir_ / "no" / "a", view("x"), Readers::owner, Replace::yes).error().kind,
            ErrorKind::not_found);
}

}  // namespace
}  // namespace sealift
