#include "hsm/software/key_store.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/temporary_folder.hpp"

namespace sealift::hsm {
namespace {

namespace fs = std::filesystem;
using crypto::Curve;

constexpr crypto::ScryptCost cheap{1024, 8, 1};

struct KeyStore : testing::Test {
  const TemporaryFolder folder = TemporaryFolder::make().value();
  const fs::path root = folder.path();
  SystemRandom random;
  fs::path dir() const { return root / "keys"; }
  static Unlock phrase(std::string_view words) { return PassPhrase{SecretBytes(to_bytes(words))}; }
  Unlock master() const { return MasterKeyFile{root / "master"}; }
  SoftwareKeyStore fresh() {
    auto store = SoftwareKeyStore::create(dir(), phrase("open sesame"), random, cheap);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  static Bytes read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static void write(const fs::path& path, const Bytes& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  }
  static mode_t mode(const fs::path& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0);
    return about.st_mode & 0777;
  }
};

TEST_F(KeyStore, keeps_keys_of_both_curves_through_closing_and_opening) {
  const auto nist = fresh().generate("DPauth", Curve::p256, random);
  ASSERT_TRUE(nist) << nist.error().message;
  auto again = SoftwareKeyStore::open(dir(), phrase("open sesame"));
  ASSERT_TRUE(again) << again.error().message;
  const auto brainpool = again->generate("DPpb.bp", Curve::brainpool_p256r1, random);
  ASSERT_TRUE(brainpool);
  EXPECT_EQ(*again->labels(), (std::vector<std::string>{"DPauth", "DPpb.bp"}));
  for (const auto& [label, key] : {std::pair{"DPauth", *nist}, std::pair{"DPpb.bp", *brainpool}}) {
    const auto signer = again->signer(label);
    ASSERT_TRUE(signer);
    EXPECT_EQ((*signer)->public_key(), key);
    EXPECT_TRUE(crypto::verify(key, {view("m")}, *(*signer)->sign({view("m")})));
    EXPECT_EQ(again->private_key(label)->public_key(), key);
  }
}

TEST_F(KeyStore, opens_with_the_master_key_file_it_was_made_with_and_no_other) {
  ASSERT_TRUE(SoftwareKeyStore::create(dir(), master(), random));
  EXPECT_EQ(mode(root / "master"), 0600u);
  EXPECT_EQ(fs::file_size(root / "master"), 32u);
  EXPECT_TRUE(SoftwareKeyStore::open(dir(), master()));
  write(root / "other", Bytes(32, 7));
  const auto other = SoftwareKeyStore::open(dir(), MasterKeyFile{root / "other"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::verification);
  write(root / "short", Bytes(31, 7));
  EXPECT_EQ(SoftwareKeyStore::open(dir(), MasterKeyFile{root / "short"}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(SoftwareKeyStore::open(dir(), MasterKeyFile{root / "none"}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(SoftwareKeyStore::open(dir(), phrase("x")).error().kind, ErrorKind::verification);
  // A second store may be made under the same master key.
  EXPECT_TRUE(SoftwareKeyStore::create(root / "second", master(), random));
}

TEST_F(KeyStore, says_that_a_pass_phrase_is_wrong) {
  fresh();
  const auto wrong = SoftwareKeyStore::open(dir(), phrase("open sesamE"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::verification);
  EXPECT_NE(wrong.error().message.find("wrong pass phrase"), std::string::npos);
  EXPECT_EQ(SoftwareKeyStore::open(dir(), phrase("")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(SoftwareKeyStore::open(dir(), master()).error().kind, ErrorKind::verification);
}

TEST_F(KeyStore, leaves_no_scalar_in_clear_on_disk) {
  SoftwareKeyStore store = fresh();
  const auto key = crypto::PrivateKey::generate(Curve::p256, random);
  ASSERT_TRUE(store.add("k", key, random));
  const View scalar = key.scalar().expose();
  for (const auto& entry : fs::directory_iterator(dir())) {
    const Bytes content = read(entry.path());
    EXPECT_EQ(mode(entry.path()), 0600u);
    for (size_t i = 0; i + 8 <= scalar.size(); ++i) {
      EXPECT_EQ(std::search(content.begin(), content.end(), scalar.begin() + static_cast<ptrdiff_t>(i),
                            scalar.begin() + static_cast<ptrdiff_t>(i) + 8),
                content.end());
    }
  }
  EXPECT_EQ(mode(dir()), 0700u);
}

TEST_F(KeyStore, never_writes_over_a_key_or_a_store) {
  SoftwareKeyStore store = fresh();
  const auto first = store.generate("k", Curve::p256, random);
  EXPECT_EQ(store.generate("k", Curve::p256, random).error().kind, ErrorKind::exists);
  EXPECT_EQ(store.private_key("k")->public_key(), *first);
  EXPECT_EQ(SoftwareKeyStore::create(dir(), phrase("x"), random, cheap).error().kind, ErrorKind::exists);
  ASSERT_TRUE(store.remove("k"));
  EXPECT_EQ(store.remove("k").error().kind, ErrorKind::not_found);
  EXPECT_EQ(store.signer("k").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(store.generate("k", Curve::p256, random));
}

TEST_F(KeyStore, refuses_labels_that_could_leave_the_directory) {
  SoftwareKeyStore store = fresh();
  for (const char* bad : {"", ".", "..", ".k", "a/b", "../k", "a b", "\xc3\xa9", "a\n"}) {
    EXPECT_EQ(store.generate(bad, Curve::p256, random).error().kind, ErrorKind::invalid) << bad;
    EXPECT_EQ(store.private_key(bad).error().kind, ErrorKind::invalid) << bad;
  }
  EXPECT_FALSE(store.generate(std::string(65, 'a'), Curve::p256, random));
  EXPECT_TRUE(store.generate(std::string(64, 'a'), Curve::p256, random));
}

TEST_F(KeyStore, refuses_a_key_file_changed_in_any_octet_or_cut_anywhere) {
  SoftwareKeyStore store = fresh();
  ASSERT_TRUE(store.generate("k", Curve::p256, random));
  const fs::path path = dir() / "k.key";
  const Bytes good = read(path);
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x04;
    write(path, bad);
    EXPECT_FALSE(store.private_key("k")) << i;
    write(path, Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(i)));
    EXPECT_FALSE(store.private_key("k")) << i;
  }
  write(path, concat({good, Bytes{0}}));
  EXPECT_FALSE(store.private_key("k"));
  write(path, Bytes(5000, 0));
  EXPECT_EQ(store.private_key("k").error().kind, ErrorKind::limit);
  write(path, good);
  EXPECT_TRUE(store.private_key("k"));
}

TEST_F(KeyStore, refuses_a_store_file_changed_in_any_octet_or_cut_anywhere) {
  ASSERT_TRUE(SoftwareKeyStore::create(dir(), master(), random));
  const fs::path path = dir() / "keystore";
  const Bytes good = read(path);
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x04;
    write(path, bad);
    EXPECT_FALSE(SoftwareKeyStore::open(dir(), master())) << i;
    write(path, Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(i)));
    EXPECT_FALSE(SoftwareKeyStore::open(dir(), master())) << i;
  }
  Bytes newer = good;
  newer[8] = 2;
  write(path, newer);
  EXPECT_EQ(SoftwareKeyStore::open(dir(), master()).error().kind, ErrorKind::unsupported);
  write(path, to_bytes("-----BEGIN EC PRIVATE KEY-----"));
  EXPECT_EQ(SoftwareKeyStore::open(dir(), master()).error().kind, ErrorKind::invalid);
}

TEST_F(KeyStore, refuses_a_key_under_another_label_or_of_another_store) {
  SoftwareKeyStore store = fresh();
  ASSERT_TRUE(store.generate("a", Curve::p256, random));
  fs::copy_file(dir() / "a.key", dir() / "b.key");
  EXPECT_EQ(store.private_key("b").error().kind, ErrorKind::verification);
  auto second = SoftwareKeyStore::create(root / "second", phrase("open sesame"), random, cheap);
  ASSERT_TRUE(second);
  fs::copy_file(dir() / "a.key", root / "second" / "a.key");
  EXPECT_EQ(second->private_key("a").error().kind, ErrorKind::verification);
}

TEST_F(KeyStore, refuses_files_and_directories_open_to_others_and_says_what_to_do) {
  SoftwareKeyStore store = fresh();
  ASSERT_TRUE(store.generate("k", Curve::p256, random));
  ASSERT_EQ(::chmod((dir() / "k.key").c_str(), 0640), 0);
  const auto open_file = store.private_key("k");
  ASSERT_FALSE(open_file);
  EXPECT_EQ(open_file.error().kind, ErrorKind::permission);
  EXPECT_NE(open_file.error().message.find("chmod 600"), std::string::npos);
  ASSERT_EQ(::chmod(dir().c_str(), 0777), 0);
  const auto open_directory = SoftwareKeyStore::open(dir(), phrase("open sesame"));
  ASSERT_FALSE(open_directory);
  EXPECT_EQ(open_directory.error().kind, ErrorKind::permission);
  EXPECT_NE(open_directory.error().message.find("chmod 700"), std::string::npos);
}

TEST_F(KeyStore, does_not_follow_links_or_wait_on_pipes) {
  SoftwareKeyStore store = fresh();
  ASSERT_TRUE(store.generate("k", Curve::p256, random));
  fs::create_symlink("k.key", dir() / "link.key");
  EXPECT_EQ(store.private_key("link").error().kind, ErrorKind::permission);
  ASSERT_EQ(::mkfifo((dir() / "pipe.key").c_str(), 0600), 0);
  EXPECT_EQ(store.private_key("pipe").error().kind, ErrorKind::invalid);
  fs::create_directory(dir() / "directory.key");
  EXPECT_FALSE(store.private_key("directory"));
}

TEST_F(KeyStore, refuses_a_file_of_another_user) {
  if (::geteuid() != 0) GTEST_SKIP() << "skipped: only root can give files away";
  SoftwareKeyStore store = fresh();
  ASSERT_TRUE(store.generate("k", Curve::p256, random));
  ASSERT_EQ(::chown((dir() / "k.key").c_str(), 12345, 12345), 0);
  EXPECT_EQ(store.private_key("k").error().kind, ErrorKind::permission);
}

TEST_F(KeyStore, says_where_there_is_no_store) {
  const auto none = SoftwareKeyStore::open(dir(), phrase("x"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_EQ(SoftwareKeyStore::open(root, phrase("x")).error().kind, ErrorKind::not_found);
  EXPECT_EQ(SoftwareKeyStore::create(root / "a" / "b", phrase("x"), random, cheap).error().kind,
            ErrorKind::not_found);
  write(root / "file", {});
  EXPECT_FALSE(SoftwareKeyStore::create(root / "file", phrase("x"), random, cheap));
}

TEST_F(KeyStore, is_as_before_where_the_disk_takes_no_more) {
  SoftwareKeyStore store = fresh();
  ASSERT_TRUE(store.generate("a", Curve::p256, random));
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit tight = before;
  tight.rlim_cur = 20;  // the write ends part way, as on a full disk
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto full = store.generate("b", Curve::p256, random);
  const Status changed = store.change_unlock(phrase("new"), random, cheap);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::io);
  EXPECT_FALSE(changed);
  EXPECT_EQ(*store.labels(), std::vector<std::string>{"a"});
  EXPECT_EQ(std::distance(fs::directory_iterator(dir()), fs::directory_iterator()), 2);
  EXPECT_TRUE(SoftwareKeyStore::open(dir(), phrase("open sesame")));
}

TEST_F(KeyStore, works_on_past_what_a_crash_left_half_written) {
  SoftwareKeyStore store = fresh();
  write(dir() / ".k.key.new", Bytes(10, 1));
  EXPECT_TRUE(store.labels()->empty());
  ASSERT_TRUE(store.generate("k", Curve::p256, random));
  EXPECT_FALSE(fs::exists(dir() / ".k.key.new"));
  EXPECT_TRUE(store.private_key("k"));
}

TEST_F(KeyStore, changes_its_pass_phrase_and_keeps_its_keys) {
  SoftwareKeyStore store = fresh();
  const auto key = store.generate("k", Curve::p256, random);
  ASSERT_TRUE(store.change_unlock(phrase("new words"), random, cheap));
  EXPECT_FALSE(SoftwareKeyStore::open(dir(), phrase("open sesame")));
  const auto again = SoftwareKeyStore::open(dir(), phrase("new words"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->private_key("k")->public_key(), *key);
  ASSERT_TRUE(store.change_unlock(master(), random));
  EXPECT_TRUE(SoftwareKeyStore::open(dir(), master()));
}

TEST_F(KeyStore, refuses_a_cost_that_scrypt_refuses) {
  EXPECT_EQ(SoftwareKeyStore::create(dir(), phrase("x"), random, {1000, 8, 1}).error().kind,
            ErrorKind::invalid);
  EXPECT_FALSE(fs::exists(dir() / "keystore"));
}

}  // namespace
}  // namespace sealift::hsm
