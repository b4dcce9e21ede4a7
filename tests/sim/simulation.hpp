// One whole simulation: an SM-DP+ of one node or two, an SM-DS, phones with cards, a network and an operator,
// from one seed.
#pragma once

#include "tests/sim/phone.hpp"

namespace sealift::sim {

struct Outcome {
  uint64_t trace = 0;                   ///< one number for everything that happened
  std::vector<std::string> violations;  ///< what must never be; empty where all is well
  size_t installed = 0, crashes = 0;
};

/// Runs seed `seed`: trouble first, then quiet, in which everything has to come right. The same seed gives
/// the same trace on every machine.
Outcome simulate(uint64_t seed, bool print = false);

}  // namespace sealift::sim
