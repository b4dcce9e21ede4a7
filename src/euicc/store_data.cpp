#include "euicc/store_data.hpp"

#include <utility>

namespace sealift::euicc {

Result<StoreData::Block, uint16_t> StoreData::begin(const Command& command) {
  if (command.p1 != 0x11 && command.p1 != 0x91) return sw::wrong_p1p2;
  Block block{.first = command.p2 == 0, .last = command.p1 == 0x91};
  if (block.first) {
    clear();
  } else if (next_ == 0 || command.p2 != next_) {
    clear();
    return sw::conditions_not_satisfied;
  }
  next_ = block.last || command.p2 == 0xFF ? 0 : command.p2 + 1u;
  return block;
}

Result<void, uint16_t> StoreData::add(View octets) {
  if (collected_.size() + octets.size() > max_command) {
    clear();
    return sw::not_enough_memory;
  }
  append(collected_, octets);
  return {};
}

Bytes StoreData::take() {
  return std::exchange(collected_, {});
}

void StoreData::clear() {
  collected_.clear();
  next_ = 0;
}

}  // namespace sealift::euicc
