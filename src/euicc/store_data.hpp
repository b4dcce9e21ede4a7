// Puts the command that STORE DATA carries in blocks together again (GlobalPlatform 11.11, SGP.22 5.7.2).
// One per logical channel; holds nothing between commands.
#pragma once

#include "euicc/apdu.hpp"

namespace sealift::euicc {

class StoreData {
 public:
  /// Commands are at most this long; packages do not collect here.
  static constexpr size_t max_command = 16u << 10;

  struct Block {
    bool first = false, last = false;
  };
  /// Judges P1 and P2: '11' more blocks, '91' last block; numbers count from 00, and 00 always begins anew.
  /// The error is the status word.
  Result<Block, uint16_t> begin(const Command& command);
  /// Adds the block's octets. Error: 6A84, and the command so far is forgotten.
  Result<void, uint16_t> add(View octets);
  /// The whole command, once the last block is there.
  Bytes take();
  void clear();

 private:
  Bytes collected_;
  unsigned next_ = 0;
};

}  // namespace sealift::euicc
