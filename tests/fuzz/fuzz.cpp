#include "fuzz.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace sealift::fuzz {

void found(const char* what) {
  std::fprintf(stderr, "fuzz: this does not hold: %s\n", what);
  std::abort();
}

std::vector<View> split(View input) {
  std::vector<View> out;
  while (input.size() >= 2) {
    const size_t size = std::min<size_t>(input[0] << 8 | input[1], input.size() - 2);
    out.push_back(input.subspan(2, size));
    input = input.subspan(2 + size);
  }
  return out;
}

Bytes join(const std::vector<Bytes>& chunks) {
  Bytes out;
  for (const Bytes& chunk : chunks) {
    const size_t size = std::min<size_t>(chunk.size(), 0xFFFF);
    out.push_back(static_cast<uint8_t>(size >> 8));
    out.push_back(static_cast<uint8_t>(size));
    append(out, View(chunk).first(size));
  }
  return out;
}

uint8_t Input::octet() {
  if (rest_.empty()) return 0;
  const uint8_t first = rest_[0];
  rest_ = rest_.subspan(1);
  return first;
}

View Input::take(size_t size) {
  const View taken = rest_.first(std::min(size, rest_.size()));
  rest_ = rest_.subspan(taken.size());
  return taken;
}

}  // namespace sealift::fuzz
