// What a call costs in CPU of its thread.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace sealift::bench {

inline double thread_cpu_us() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

/// Microseconds of one call: the median over rounds, each of enough calls to be measurable.
inline double cost_us(unsigned rounds, const std::function<void()>& call) {
  unsigned calls = 1;
  for (;; calls *= 2) {
    double before = thread_cpu_us();
    for (unsigned i = 0; i < calls; ++i) call();
    if (thread_cpu_us() - before > 2000) break;
  }
  std::vector<double> costs;
  for (unsigned round = 0; round < rounds; ++round) {
    double before = thread_cpu_us();
    for (unsigned i = 0; i < calls; ++i) call();
    costs.push_back((thread_cpu_us() - before) / calls);
  }
  std::nth_element(costs.begin(), costs.begin() + static_cast<std::ptrdiff_t>(rounds / 2), costs.end());
  return costs[rounds / 2];
}

}  // namespace sealift::bench
