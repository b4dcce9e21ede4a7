#include "store/memory/sessions.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "crypto/keys.hpp"
#include "smdp/session_store_suite.hpp"

namespace sealift::store {
namespace {

using namespace std::chrono_literals;

TransactionId id(uint8_t n) {
  return *TransactionId::from_octets(Bytes(16, n));
}
smdp::Session fresh(size_t signers = 0) {
  return smdp::InitDone{.signers = signers};
}
smdp::Session authenticated() {
  SeededRandom random(1);
  const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, random).public_key();
  const Bytes remembered = concat({Bytes{0}, key.point()});
  const Eid eid = *Eid::with_check_digits("890490321234512345123456789012");
  return smdp::ClientAuthenticated{.euicc = *auth::EuiccIdentity::recall(eid, remembered)};
}

TEST(MemorySessions, gives_a_session_once) {
  MemorySessions sessions;
  ASSERT_TRUE(sessions.put(id(1), fresh(7), 10ms));
  auto first = sessions.take(id(1), 0ms);
  ASSERT_TRUE(first);
  EXPECT_EQ(std::get<smdp::InitDone>(*first).signers, 7u);
  EXPECT_FALSE(sessions.take(id(1), 0ms));
}

TEST(MemorySessions, forgets_at_the_end_of_the_lifetime) {
  MemorySessions sessions;
  ASSERT_TRUE(sessions.put(id(1), fresh(), 10ms));
  ASSERT_TRUE(sessions.put(id(2), fresh(), 11ms));
  EXPECT_FALSE(sessions.take(id(1), 10ms));
  EXPECT_TRUE(sessions.take(id(2), 10ms));
}

// G-DOS-3: whoever reaches the server may open one.
TEST(MemorySessions, a_session_that_nobody_authenticated_takes_less_than_a_kibibyte) {
  constexpr size_t count = 10'000;
  MemorySessions sessions;
  const size_t before = mallinfo2().uordblks;
  for (uint32_t n = 0; n < count; ++n) {
    Bytes octets(16, 0);
    std::memcpy(octets.data(), &n, sizeof n);
    ASSERT_TRUE(sessions.put(*TransactionId::from_octets(octets), fresh(), 10ms));
  }
  const size_t each = (mallinfo2().uordblks - before) / count;
  RecordProperty("octets", static_cast<int>(each));
  EXPECT_LE(each, 1024u);
  EXPECT_GE(each, sizeof(smdp::Session)) << "or this measures something else";
}

TEST(MemorySessions, sweeps_what_has_expired) {
  MemorySessions sessions;
  for (uint8_t n = 0; n < 100; ++n) ASSERT_TRUE(sessions.put(id(n), fresh(), 10ms));
  EXPECT_FALSE(sessions.take(id(200), 50ms));
  ASSERT_TRUE(sessions.put(id(100), fresh(), 60ms));
  EXPECT_EQ(sessions.size(), 1u);
}

TEST(MemorySessions, unauthenticated_sessions_give_way_when_full_oldest_first) {
  MemorySessions sessions(2);
  ASSERT_TRUE(sessions.put(id(1), fresh(), 10ms));
  ASSERT_TRUE(sessions.put(id(2), authenticated(), 10ms));
  ASSERT_TRUE(sessions.put(id(3), fresh(), 10ms));
  EXPECT_EQ(sessions.size(), 2u);
  EXPECT_FALSE(sessions.take(id(1), 0ms));
  EXPECT_TRUE(sessions.take(id(2), 0ms));
  EXPECT_TRUE(sessions.take(id(3), 0ms));
}

TEST(MemorySessions, delivered_sessions_give_way_before_any_other) {
  MemorySessions sessions(2);
  const auto euicc = std::get<smdp::ClientAuthenticated>(authenticated()).euicc;
  ASSERT_TRUE(sessions.put(id(1), fresh(), 10ms));
  ASSERT_TRUE(sessions.put(id(2), smdp::BppDelivered{.euicc = euicc}, 10ms));
  ASSERT_TRUE(sessions.put(id(3), fresh(), 10ms));
  EXPECT_FALSE(sessions.take(id(2), 0ms));
  EXPECT_TRUE(sessions.take(id(1), 0ms));
}

TEST(MemorySessions, one_euicc_that_opens_many_does_not_shut_out_the_others) {
  MemorySessions sessions(2);
  for (uint8_t n = 0; n < 10; ++n) ASSERT_TRUE(sessions.put(id(n), authenticated(), 10ms));
  ASSERT_TRUE(sessions.put(id(10), fresh(), 10ms));
  ASSERT_TRUE(sessions.put(id(11), authenticated(), 10ms));
  EXPECT_EQ(sessions.size(), 2u);
  EXPECT_TRUE(sessions.take(id(9), 0ms))
      << "the younger one, while there was one to give way that had not come so far";
  EXPECT_TRUE(sessions.take(id(11), 0ms));
  EXPECT_FALSE(MemorySessions(0).put(id(1), fresh(), 10ms));
}

TEST(MemorySessions, of_many_threads_one_takes_a_session) {
  MemorySessions sessions;
  for (int round = 0; round < 50; ++round) {
    ASSERT_TRUE(sessions.put(id(1), fresh(), 10ms));
    std::atomic<int> got = 0;
    std::vector<std::thread> threads;
    for (int n = 0; n < 8; ++n) {
      threads.emplace_back([&] { got += sessions.take(id(1), 0ms).has_value(); });
    }
    for (auto& t : threads) t.join();
    EXPECT_EQ(got, 1);
  }
}

}  // namespace
}  // namespace sealift::store

namespace sealift::smdp {
namespace {

class InMemory : public ::testing::Test {
 protected:
  SessionStore& sessions() { return sessions_; }
  std::chrono::milliseconds now() const { return now_; }
  void wait(std::chrono::milliseconds time) { now_ += time; }
  store::MemorySessions sessions_;
  std::chrono::milliseconds now_{0};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, SessionStoreSuite, InMemory);

}  // namespace
}  // namespace sealift::smdp
