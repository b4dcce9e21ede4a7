// Opening: how an eUICC checks and decrypts the protected TLVs of a Bound Profile Package (SGP.22 v2.6 2.6.4,
// 5.5). For one package and one thread. After the first refusal everything else is refused too: the
// installation is over, and nothing can be learnt by trying again.
#pragma once

#include "bsp/protector.hpp"

namespace sealift::bsp {

/// Why a TLV is refused; the two have error reasons of their own in the ProfileInstallationResult.
enum class OpenError : uint8_t {
  structure,  ///< not one TLV of a known tag and allowed size: scp03tStructureError
  security,   ///< MAC or padding is wrong, or a refusal came before: scp03tSecurityError
};
messages::ErrorReason error_reason(OpenError error);

class Opener {
 public:
  /// `max_tlv`: the largest TLV to accept, tag and length included. The specification's limit is the
  /// default; some servers cut their segments at 1036 octets.
  explicit Opener(const SessionKeys& keys, size_t max_tlv = max_protected_tlv)
      : channel_(keys), max_tlv_(max_tlv) {}
  /// Opens one complete TLV: '86' and '87' are decrypted, '88' has a MAC only. The MAC is verified before
  /// anything is decrypted, in constant time.
  Result<SecretBytes, OpenError> open(View tlv);
  /// Everything from here on is opened under the new keys, counter and chain starting anew.
  void replace_session_keys(const messages::ReplaceSessionKeysRequest& request);

 private:
  Result<SecretBytes, OpenError> open_checked(View tlv);
  Channel channel_;
  size_t max_tlv_;
  bool refused_ = false;
};

}  // namespace sealift::bsp
