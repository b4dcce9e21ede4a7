#include "hsm/breaker.hpp"

#include <gtest/gtest.h>

namespace sealift::hsm {
namespace {

using namespace std::chrono_literals;

const Breaker::Time start{1000s};

TEST(Breaker, opens_at_the_third_failure_in_a_row) {
  Breaker b;
  b.failed(start);
  b.failed(start);
  b.succeeded(start);
  b.failed(start);
  b.failed(start);
  EXPECT_FALSE(b.is_open());
  EXPECT_TRUE(b.admits(start));
  b.failed(start);
  EXPECT_TRUE(b.is_open());
  EXPECT_FALSE(b.admits(start));
}

TEST(Breaker, opens_at_the_first_call_that_comes_too_late_while_no_other_came) {
  Breaker b;
  b.succeeded(start);
  b.overdue(start + 1ms, start + 1500ms);
  EXPECT_TRUE(b.is_open());
  Breaker busy;
  busy.succeeded(start + 1s);
  busy.overdue(start, start + 1500ms);
  EXPECT_FALSE(busy.is_open()) << "others were answered meanwhile";
}

TEST(Breaker, lets_one_call_through_each_half_second_and_closes_by_its_success) {
  Breaker b;
  for (int i = 0; i < 3; ++i) b.failed(start);
  EXPECT_FALSE(b.admits(start + 499ms));
  EXPECT_TRUE(b.admits(start + 500ms));
  EXPECT_FALSE(b.admits(start + 501ms)) << "one alone";
  b.failed(start + 600ms);
  EXPECT_FALSE(b.admits(start + 999ms));
  EXPECT_TRUE(b.admits(start + 1000ms));
  b.succeeded(start + 1001ms);
  EXPECT_TRUE(b.admits(start + 1002ms));
  EXPECT_TRUE(b.admits(start + 1002ms));
  b.failed(start + 1003ms);
  EXPECT_FALSE(b.is_open()) << "counted from nothing again";
}

}  // namespace
}  // namespace sealift::hsm
