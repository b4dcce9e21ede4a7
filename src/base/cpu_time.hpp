// What a thread has used of its processor: for measurements, in benchmarks and tests.
#pragma once

#include <time.h>

namespace sealift {

/// Microseconds of CPU, user's and kernel's, that the thread of that clock (pthread_getcpuclockid) has used
/// since it began; the calling thread's where none is named.
inline double thread_cpu_us(clockid_t thread = CLOCK_THREAD_CPUTIME_ID) {
  timespec used{};
  clock_gettime(thread, &used);
  return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

}  // namespace sealift
