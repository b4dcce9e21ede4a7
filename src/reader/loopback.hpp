// The transport to a virtual card in the same process.
#pragma once

#include "download/ports.hpp"
#include "euicc/card.hpp"

namespace sealift::reader {

class Loopback final : public download::ApduTransport {
 public:
  /// The card is borrowed; one thread.
  explicit Loopback(euicc::Card& card) : card_(card) {}
  Result<Bytes> transmit(View command) override { return card_.transmit(command); }

 private:
  euicc::Card& card_;
};

}  // namespace sealift::reader
