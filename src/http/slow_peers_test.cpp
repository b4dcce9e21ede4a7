#include "http/slow_peers.hpp"

#include <gtest/gtest.h>

namespace sealift::http {
namespace {

using namespace std::chrono_literals;

class Peers : public ::testing::Test {
 protected:
  /// Calls of that peer that may begin now, of so many.
  std::vector<SlowPeers::Call> begin(const std::string& peer, int calls) {
    std::vector<SlowPeers::Call> out;
    for (int i = 0; i < calls; ++i) {
      if (auto call = peers.begin(peer)) out.push_back(std::move(*call));
    }
    return out;
  }
  void answer(const std::string& peer) { peers.end(*peers.begin(peer), true); }

  ManualClock clock{Time{}};
  SlowPeers peers{clock};
};

TEST_F(Peers, that_are_not_known_have_few_calls_at_once) {
  auto first = begin("a", 10);
  EXPECT_EQ(first.size(), 4u);
  EXPECT_EQ(begin("b", 10).size(), 4u) << "one does not hold up another";
  EXPECT_EQ(begin("c", 10).size() + begin("d", 10).size(), 8u);
  EXPECT_EQ(begin("e", 10).size(), 0u) << "nor do many";
  peers.end(first.back(), false);
  EXPECT_EQ(begin("e", 10).size(), 1u);
}

TEST_F(Peers, that_answered_are_called_as_often_as_is_asked) {
  answer("a");
  EXPECT_EQ(begin("a", 100).size(), 100u);
  EXPECT_EQ(begin("b", 10).size(), 4u);
}

TEST_F(Peers, that_held_us_up_are_left_alone_for_a_while) {
  answer("a");
  auto calls = begin("a", 3);
  clock.advance(10s);
  for (const auto& call : calls) peers.end(call, false);
  EXPECT_FALSE(peers.begin("a"));
  EXPECT_TRUE(peers.begin("b"));
  clock.advance(5s);
  EXPECT_EQ(begin("a", 10).size(), 4u);
}

TEST_F(Peers, that_refuse_at_once_may_be_called_again_at_once) {
  for (int i = 0; i < 10; ++i) {
    const auto call = peers.begin("a");
    ASSERT_TRUE(call);
    peers.end(*call, false);
  }
}

}  // namespace
}  // namespace sealift::http
