// What a call costs in CPU of its thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/cpu_time.hpp"

namespace sealift::bench {

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
