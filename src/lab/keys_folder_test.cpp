#include "lab/keys_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <barrier>
#include <thread>

#include "base/temporary_folder.hpp"

namespace sealift::lab {
namespace {

/// The text of a secret, to compare by.
std::string shown(const Result<Secret<32>>& key) {
  return key ? hex(key->expose()) : "error: " + key.error().message;
}

// As `sealift smdp serve` and `sealift smds serve` do where they start at the same instant on one folder.
TEST(DataKey, is_one_for_all_who_ask_for_it_at_once) {
  constexpr int askers = 4;
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  SystemRandom random;
  ASSERT_TRUE(KeysFolder::open_or_make(folder->path(), random));
  for (int round = 0; round < 60; ++round) {
    const std::string purpose = "purpose" + std::to_string(round);
    std::barrier start(askers);
    std::array<std::string, askers> got;
    std::vector<std::thread> threads;
    for (std::string& one : got) {
      threads.emplace_back([&] {
        SystemRandom own;
        auto opened = KeysFolder::open(folder->path());  // each its own, like a process
        start.arrive_and_wait();
        one = opened ? shown(opened->data_key(purpose, own)) : "error: " + opened.error().message;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(got[0].size(), 64u) << got[0];
    for (const std::string& one : got) EXPECT_EQ(one, got[0]) << purpose;
  }
}

TEST(DataKey, is_the_same_after_a_restart_and_another_for_another_purpose) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  SystemRandom random;
  auto made = KeysFolder::open_or_make(folder->path(), random);
  ASSERT_TRUE(made);
  const std::string first = shown(made->data_key("log", random));
  auto again = KeysFolder::open(folder->path());
  ASSERT_TRUE(again);
  EXPECT_EQ(shown(again->data_key("log", random)), first);
  EXPECT_NE(shown(again->data_key("smdp", random)), first);
}

}  // namespace
}  // namespace sealift::lab
