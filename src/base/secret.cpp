#include "base/secret.hpp"

#include <cstring>

namespace sealift {

void wipe(std::span<uint8_t> memory) {
  if (memory.empty()) return;
  std::memset(memory.data(), 0, memory.size());
  __asm__ __volatile__("" : : "r"(memory.data()) : "memory");
}

bool equal_constant_time(View a, View b) {
  if (a.size() != b.size()) return false;
  uint8_t differ = 0;
  for (size_t i = 0; i < a.size(); ++i) differ |= a[i] ^ b[i];
  __asm__ __volatile__("" : "+r"(differ));
  return differ == 0;
}

}  // namespace sealift
