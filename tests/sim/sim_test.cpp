// Whole systems from seeds: messages lost, doubled, late and out of order, crashes between any two durable
// steps, power cuts in the card's writes, clock jumps, a failing key store, a full disk, an operator or an SM-DS
// that is down (G-SIM-1).
//
//   SEALIFT_SEEDS=10000       how many (200)
//   SEALIFT_FIRST=4711        from where on (1)
//   SEALIFT_TRACE=1           print what happens; with SEALIFT_SEEDS=1 a failing seed, step by step
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/sim/simulation.hpp"

namespace sealift::sim {
namespace {

uint64_t number(const char* variable, uint64_t otherwise) {
  const char* value = std::getenv(variable);
  return value ? std::stoull(value) : otherwise;
}

TEST(Simulation, delivers_nothing_twice_loses_nothing_and_errs_on_no_chip) {
  const uint64_t first = number("SEALIFT_FIRST", 1), count = number("SEALIFT_SEEDS", 200);
  const bool print = number("SEALIFT_TRACE", 0) != 0;
  size_t installed = 0, failed = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const Outcome out = simulate(seed, print);
    installed += out.installed;
    for (const std::string& v : out.violations) ADD_FAILURE() << "seed " << seed << ": " << v;
    if (!out.violations.empty() && ++failed == 10) break;
  }
  EXPECT_GT(installed, count) << "downloads do come through the trouble";
  std::printf("%llu seeds, %zu installations\n", static_cast<unsigned long long>(count), installed);
}

TEST(Simulation, repeats_itself_exactly) {
  for (uint64_t seed : {3u, 14u, 159u}) {
    EXPECT_EQ(simulate(seed).trace, simulate(seed).trace) << seed;
    EXPECT_NE(simulate(seed).trace, simulate(seed + 1).trace) << seed;
  }
}

}  // namespace
}  // namespace sealift::sim
