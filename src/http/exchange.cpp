#include "http/exchange.hpp"

#include <atomic>

#include "base/ports.hpp"

namespace sealift::http {

static thread_local uint64_t current = 0;

uint64_t current_request() {
  return current;
}
void set_current_request(uint64_t id) {
  current = id;
}

uint64_t next_request() {
  static std::atomic<uint64_t> next{[] {
    SystemRandom random;
    const auto start = random.octets<4>();
    uint64_t high = 0;
    for (uint8_t octet : start) high = high << 8 | octet;
    return high << 32 | 1;
  }()};
  return next.fetch_add(1, std::memory_order_relaxed);
}

std::string request_digits(uint64_t id) {
  Octets<8> octets;
  for (size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<uint8_t>(id >> (56 - 8 * i));
  return hex(octets);
}

}  // namespace sealift::http
