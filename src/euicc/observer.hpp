// What a card tells its own process, never over the APDU door: the decision about an installation.
#pragma once

#include <optional>

#include "base/ids.hpp"

namespace sealift::euicc {

/// The three questions before an installation. Each is absent until the card has asked it; a profile is
/// installed only where all three are true.
struct Decision {
  TransactionId transactionId;
  /// The server shows it means this card: its signed data names this card's challenge and one-time key.
  std::optional<bool> right_chip;
  /// The server's certificates chain to a trusted CI in their roles, and its signatures verify.
  std::optional<bool> right_server;
  /// The package opens with keys that only this card can agree on.
  std::optional<bool> protected_for_this_chip;
  /// Three yeses and a package that the interpreter took.
  bool installed = false;
  /// AuthenticateErrorCode, DownloadErrorCode or ErrorReason of the step that ended it; 0 where installed.
  uint8_t code = 0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  /// Called once for each session that reached a verdict.
  virtual void decided(const Decision& decision) = 0;
};

}  // namespace sealift::euicc
