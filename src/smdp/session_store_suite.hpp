// What every store of sessions must do, as typed tests: each store instantiates them in a test of its own.
//
// `Fixture` has `SessionStore& sessions()`, empty at the start of each test, `now()` (Clock::monotonic), and
// `wait(milliseconds)`, after which that much time has passed for the store.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "smdp/ports.hpp"

namespace sealift::smdp {

template <class Fixture>
class SessionStoreSuite : public Fixture {
 protected:
  static TransactionId id(uint8_t n) { return *TransactionId::from_octets(Bytes(16, n)); }
  bool put(uint8_t n, size_t signers, std::chrono::milliseconds lifetime = std::chrono::seconds(60)) {
    return this->sessions().put(id(n), InitDone{.signers = signers}, this->now() + lifetime);
  }
  std::optional<Session> take(uint8_t n) { return this->sessions().take(id(n), this->now()); }
};
TYPED_TEST_SUITE_P(SessionStoreSuite);

TYPED_TEST_P(SessionStoreSuite, gives_a_session_once) {
  ASSERT_TRUE(this->put(1, 7));
  const auto first = this->take(1);
  ASSERT_TRUE(first);
  EXPECT_EQ(std::get<InitDone>(*first).signers, 7u);
  EXPECT_FALSE(this->take(1));
  EXPECT_FALSE(this->take(2));
}

TYPED_TEST_P(SessionStoreSuite, replaces_a_session_by_its_next_state) {
  ASSERT_TRUE(this->put(1, 7));
  ASSERT_TRUE(this->put(1, 8));
  EXPECT_EQ(std::get<InitDone>(*this->take(1)).signers, 8u);
  EXPECT_FALSE(this->take(1));
}

TYPED_TEST_P(SessionStoreSuite, forgets_a_session_at_the_end_of_its_lifetime) {
  using namespace std::chrono_literals;
  ASSERT_TRUE(this->put(1, 0, 20ms));
  ASSERT_TRUE(this->put(2, 0, 60s));
  this->wait(40ms);
  EXPECT_FALSE(this->take(1));
  EXPECT_TRUE(this->take(2));
}

TYPED_TEST_P(SessionStoreSuite, lets_one_of_many_threads_take_a_session) {
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(this->put(1, 0));
    std::atomic<int> got = 0;
    std::vector<std::thread> threads;
    for (int n = 0; n < 8; ++n) threads.emplace_back([&] { got += this->take(1).has_value(); });
    for (auto& t : threads) t.join();
    EXPECT_EQ(got, 1);
  }
}

REGISTER_TYPED_TEST_SUITE_P(SessionStoreSuite, gives_a_session_once, replaces_a_session_by_its_next_state,
                            forgets_a_session_at_the_end_of_its_lifetime,
                            lets_one_of_many_threads_take_a_session);

}  // namespace sealift::smdp
