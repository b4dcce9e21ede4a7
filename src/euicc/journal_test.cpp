#include "euicc/journal.hpp"

#include <gtest/gtest.h>

namespace sealift::euicc {
namespace {

using Contents = std::map<std::string, Bytes>;

Contents contents(const Journal& j) {
  Contents all;
  for (const auto& k : j.keys("")) all[k] = j.get(k).value();
  return all;
}

Transaction put(const std::string& key, Bytes value) {
  Transaction t;
  t.put(key, std::move(value));
  return t;
}

TEST(Journal, keeps_what_was_committed) {
  MemoryNvm nvm;
  {
    auto j = Journal::open(nvm).value();
    Transaction t;
    t.put("a", {1, 2});
    t.put("b", {});
    ASSERT_TRUE(j.commit(t));
    Transaction u;
    u.erase("a");
    u.put("c", {3});
    ASSERT_TRUE(j.commit(u));
  }
  auto j = Journal::open(nvm).value();
  EXPECT_EQ(contents(j), (Contents{{"b", {}}, {"c", {3}}}));
  EXPECT_EQ(j.get("a").error().kind, ErrorKind::not_found);
  EXPECT_EQ(j.live_size(), 3u);
  EXPECT_EQ(j.live_size("c"), 2u);
}

TEST(Journal, compacts_and_still_reads) {
  MemoryNvm nvm;
  auto j = Journal::open(nvm).value();
  for (int i = 0; i < 400; ++i)
    ASSERT_TRUE(j.commit(put("k" + std::to_string(i % 3), Bytes(1000, uint8_t(i)))));
  EXPECT_LT(nvm.size(), 2 * j.live_size() + (70u << 10));
  EXPECT_EQ(j.get("k0").value(), Bytes(1000, uint8_t(399)));
  auto again = Journal::open(nvm).value();
  EXPECT_EQ(contents(again), contents(j));
}

// Every write of a run of commits (with compactions in it) fails once, in each manner of losing unsynced
// octets.
TEST(Journal, leaves_nothing_of_a_secret_that_was_replaced_or_erased) {
  MemoryNvm nvm;
  auto j = Journal::open(nvm).value();
  auto holds = [&](std::string_view what) {
    return text(nvm.content()).find(what) != std::string_view::npos;
  };
  ASSERT_TRUE(j.commit(put("other", to_bytes("plain"))));
  for (const char* value : {"first secret", "second secret"}) {
    Transaction t;
    t.put_secret("k", to_bytes(value));
    ASSERT_TRUE(j.commit(t));
    EXPECT_TRUE(holds(value));
  }
  EXPECT_FALSE(holds("first secret"));
  Transaction t;
  t.erase_secret("k");
  ASSERT_TRUE(j.commit(t));
  EXPECT_FALSE(holds("second secret"));
  EXPECT_EQ(contents(Journal::open(nvm).value()), (Contents{{"other", to_bytes("plain")}}));
}

TEST(Journal, power_loss_leaves_the_state_before_or_after) {
  using Loss = MemoryNvm::Loss;
  auto step = [](int i) {
    Transaction t;
    t.put("x", Bytes(700 + 13 * size_t(i), uint8_t(i)));
    t.put("y", Bytes(700 + 13 * size_t(i), uint8_t(i)));
    if (i % 2)
      t.erase("z");
    else
      t.put("z", {uint8_t(i)});
    return t;
  };
  constexpr int steps = 110;
  uint64_t writes = 0;
  {
    MemoryNvm nvm;
    auto j = Journal::open(nvm).value();
    for (int i = 0; i < steps; ++i) ASSERT_TRUE(j.commit(step(i)));
    writes = nvm.writes();
    ASSERT_GT(writes, 2u * steps) << "no compaction took place";
  }
  for (auto loss : {Loss::dropped, Loss::torn, Loss::reordered, Loss::arrived}) {
    for (uint64_t w = 0; w < writes; ++w) {
      MemoryNvm nvm;
      nvm.fail_at(w, loss, w);
      auto j = Journal::open(nvm).value();
      int done = 0;
      while (done < steps && j.commit(step(done))) ++done;
      // A failure inside compaction shows at the commit after the one that was made durable.
      MemoryNvm later(nvm.after_power_loss());
      auto opened = Journal::open(later);
      ASSERT_TRUE(opened) << opened.error().message;
      auto found = contents(*opened);
      auto expected = [&](int n) {
        Contents c;
        if (n == 0) return c;
        int i = n - 1;
        c["x"] = c["y"] = Bytes(700 + 13 * size_t(i), uint8_t(i));
        if (i % 2 == 0) c["z"] = {uint8_t(i)};
        return c;
      };
      ASSERT_TRUE(found == expected(done) || found == expected(done + 1))
          << "write " << w << " loss " << int(loss);
      ASSERT_TRUE(opened->commit(put("after", {1})));
    }
  }
}

TEST(Journal, refuses_damage_before_the_last_record) {
  MemoryNvm nvm;
  auto j = Journal::open(nvm).value();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(j.commit(put("k", Bytes(40, uint8_t(i)))));
  Bytes good = nvm.content();
  size_t record = good.size() / 4;
  for (size_t at = 0; at < 3 * record; ++at) {
    Bytes bad = good;
    bad[at] ^= 0x40;
    MemoryNvm damaged(bad);
    auto opened = Journal::open(damaged);
    ASSERT_FALSE(opened) << "octet " << at;
    EXPECT_EQ(opened.error().kind, ErrorKind::invalid);
  }
}

TEST(Journal, refuses_a_file_that_is_something_else) {
  MemoryNvm nvm(to_bytes("-----BEGIN CERTIFICATE-----\nMIIB"));
  EXPECT_EQ(Journal::open(nvm).error().kind, ErrorKind::invalid);
}

TEST(Journal, takes_nothing_after_a_failed_write) {
  MemoryNvm nvm;
  auto j = Journal::open(nvm).value();
  ASSERT_TRUE(j.commit(put("first", {1})));
  nvm.fail_at(1, MemoryNvm::Loss::arrived);
  EXPECT_FALSE(j.commit(put("k", {1})));
  EXPECT_FALSE(j.has("k"));
  EXPECT_FALSE(j.commit(put("l", {1})));
}

}  // namespace
}  // namespace sealift::euicc
