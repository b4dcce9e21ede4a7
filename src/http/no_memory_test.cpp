// operator new of this test program, which can be made to fail.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "http/test_support.hpp"

namespace {
std::atomic<size_t> refused_from{SIZE_MAX};
}

void* operator new(size_t octets) {
  if (octets >= refused_from) throw std::bad_alloc();
  if (void* memory = std::malloc(octets ? octets : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace sealift::http::test {

NoMemoryFor::NoMemoryFor(size_t octets) {
  refused_from = octets;
}
NoMemoryFor::~NoMemoryFor() {
  refused_from = SIZE_MAX;
}

}  // namespace sealift::http::test
