#include "smdp/order.hpp"

#include <array>

namespace sealift::smdp {
namespace {

constexpr std::array<std::string_view, 9> kNames{"available", "allocated", "linked",
                                                 "confirmed", "released",  "downloaded",
                                                 "installed", "error",     "unavailable"};

}  // namespace

std::string_view name(OrderState state) {
  return kNames[static_cast<size_t>(state)];
}

Result<OrderState> order_state(std::string_view wanted) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == wanted) return static_cast<OrderState>(i);
  }
  return Error{ErrorKind::invalid, "no such state of an order: " + std::string(wanted)};
}

}  // namespace sealift::smdp
