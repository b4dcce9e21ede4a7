// One-time keys for key agreement: ECKA-EG of BSI TR-03111 4.3 as SGP.22 2.6.5 and Annex G use it.
//
// The shared secret is the x coordinate of scalar times peer point; session keys come from it by the KDF
// (kdf.hpp). Not shared between threads while it moves; agree() itself is const and thread safe.
#pragma once

#include "crypto/keys.hpp"

namespace sealift::crypto {

/// otSK / otPK of one side. Move-only; the scalar is wiped when it goes.
class EphemeralKey {
 public:
  static EphemeralKey generate(Curve curve, Random& random);
  /// Takes up a key kept with scalar() (a card keeps otSK.EUICC.ECKA between PrepareDownload and
  /// LoadBoundProfilePackage). Error kind verification: wrong size or out of range.
  static Result<EphemeralKey> from_scalar(Curve curve, View scalar);
  /// As from_scalar with the point kept beside it, which saves the multiplication; both must come from
  /// storage that the owner trusts. Error kind verification: scalar out of range or point refused.
  static Result<EphemeralKey> from_stored(Curve curve, View scalar, View point);
  const PublicKey& public_key() const { return public_; }
  const Secret<32>& scalar() const { return scalar_; }
  /// Z_AB, 32 octets. Error kind verification: the peer's key is on another curve.
  Result<Secret<32>> agree(const PublicKey& peer) const;

 private:
  EphemeralKey(Secret<32>&& scalar, const PublicKey& key) : scalar_(std::move(scalar)), public_(key) {}
  Secret<32> scalar_;
  PublicKey public_;
};

}  // namespace sealift::crypto
