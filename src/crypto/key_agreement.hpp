// The port behind which one-time keys live, beside Signer (ports.hpp), and its software implementation.
//
// A role asks for a KeyAgreement and does not know whether the keys are in memory, in an HSM or in another
// process (hsm/). It is shared by all workers of a role: implementations are thread safe. Those outside this
// process wait by Events (base/event.hpp), so that a handler may call them on a fiber; so do their Signers.
#pragma once

#include "crypto/ecka.hpp"

namespace sealift::crypto {

/// What a one-time key pair gave before it went.
struct Agreement {
  PublicKey otpk;  ///< for the peer
  Secret<32> z;    ///< Z_AB, input of the key derivation
};

/// Key pairs that serve once (otPK.DP.ECKA and otSK.DP.ECKA of SGP.22 2.6.5).
class KeyAgreement {
 public:
  virtual ~KeyAgreement() = default;
  /// Makes a key pair on the peer's curve, agrees with the peer (ECKA-EG, BSI TR-03111 4.3), and destroys the
  /// private key. Errors, of keys out of this process alone: timeout (slow, out of reach or too
  /// much to do: ask again later), and others (it refuses, or what it gave cannot be). Nothing is done in another
  /// way instead.
  virtual Result<Agreement> agree(const PublicKey& peer) = 0;
};

/// Keys of this process's memory, drawn from the Random port and wiped. `random` is borrowed.
class SoftwareKeyAgreement final : public KeyAgreement {
 public:
  explicit SoftwareKeyAgreement(Random& random) : random_(random) {}
  Result<Agreement> agree(const PublicKey& peer) override;

 private:
  Random& random_;
};

}  // namespace sealift::crypto
