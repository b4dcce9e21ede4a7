// What a test and the library that it loads into a program (faults.cpp) share: a page of memory, in a file,
// so that the count outlasts the program's sudden end.
#pragma once

#include <atomic>
#include <cstdint>

namespace sealift::crash {

enum class Fault : uint32_t {
  none,
  kill,       ///< SIGKILL before the step
  kill_half,  ///< SIGKILL with half of a write done; after any other step
  fail_once,  ///< the step fails with EIO
  fail,       ///< it and all steps after it fail with EIO
  full,       ///< it and all writes after it fail with ENOSPC, the first of them half way
};

/// A step is a write, truncation, sync, rename, link or removal of a file in the folder that is watched.
struct Control {
  std::atomic<uint64_t> steps;  ///< so far
  std::atomic<uint64_t> at;     ///< the step that meets the fault; the first is 1
  std::atomic<Fault> fault;
};

// The environment of the program: LD_PRELOAD, and these two.
inline constexpr const char* control_variable = "SEALIFT_CRASH_CONTROL";  ///< file of the Control
inline constexpr const char* folder_variable =
    "SEALIFT_CRASH_FOLDER";  ///< the folder, or the beginning of paths

}  // namespace sealift::crash
