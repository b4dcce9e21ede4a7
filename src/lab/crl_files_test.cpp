#include "lab/crl_files.hpp"

#include <gmock/gmock.h>

#include "base/files.hpp"
#include "base/temporary_folder.hpp"

namespace sealift::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

void write(const fs::path& file, std::string_view content) {
  ASSERT_TRUE(write_file(file, view(content), Readers::everybody, Replace::yes));
}

TEST(CrlFiles, are_told_when_they_are_new_have_changed_or_have_gone) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const fs::path dir = folder->path(), a = dir / "a.crl", b = dir / "ci-2" / "b.crl";
  fs::create_directory(dir / "ci-2");
  CrlFiles files(dir.string());
  EXPECT_FALSE(files.look());
  write(a, "one");
  write(b, "two");
  write(dir / "ci.der", "no list");
  EXPECT_TRUE(files.look());
  EXPECT_THAT(files.changed(), ElementsAre(a, b));
  EXPECT_FALSE(files.look());
  EXPECT_THAT(files.changed(), IsEmpty());
  write(b, "three");
  EXPECT_TRUE(files.look());
  EXPECT_THAT(files.changed(), ElementsAre(b));
  EXPECT_THAT(files.all(), ElementsAre(a, b));
  fs::remove(a);
  EXPECT_TRUE(files.look()) << "one has gone";
  EXPECT_THAT(files.changed(), IsEmpty());
  EXPECT_THAT(files.all(), ElementsAre(b));
  EXPECT_EQ(text(*CrlFiles::read(b)), "three");
  EXPECT_EQ(CrlFiles::read(a).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace sealift::lab
