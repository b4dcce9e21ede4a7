#include "crypto/ecka.hpp"

#include "crypto/key_agreement.hpp"
#include "crypto/openssl.hpp"

namespace sealift::crypto {

EphemeralKey EphemeralKey::generate(Curve curve, Random& random) {
  PrivateKey key = PrivateKey::generate(curve, random);
  return {key.scalar().clone(), key.public_key()};
}

Result<EphemeralKey> EphemeralKey::from_scalar(Curve curve, View scalar) {
  PrivateKey key = TRY(PrivateKey::from_scalar(curve, scalar));
  return EphemeralKey(key.scalar().clone(), key.public_key());
}

Result<EphemeralKey> EphemeralKey::from_stored(Curve curve, View scalar, View point) {
  if (!detail::scalar_in_range(curve, scalar)) {
    return Error{ErrorKind::verification, "a stored one-time key is not a scalar in range"};
  }
  Secret<32> copy = TRY(Secret<32>::from(scalar));
  PublicKey key = TRY(PublicKey::from_point(curve, point));
  return EphemeralKey(std::move(copy), key);
}

Result<Secret<32>> EphemeralKey::agree(const PublicKey& peer) const {
  if (peer.curve() != public_.curve()) {
    return Error{ErrorKind::verification, "the peer's one-time key is on another curve"};
  }
  const detail::Group& g = detail::group_of(peer.curve());
  BN_CTX* scratch = detail::scratch();
  detail::BignumPtr d = detail::secret_number(scalar_.expose());
  detail::PointPtr q(EC_POINT_new(g.group));
  detail::PointPtr z(EC_POINT_new(g.group));
  detail::BignumPtr x(BN_secure_new());
  Secret<32> shared;
  // Both groups have prime order and the peer's point is on the curve, so the product is never infinity.
  check(q && z && x &&
            EC_POINT_oct2point(g.group, q.get(), peer.point().data(), peer.point().size(), scratch) == 1 &&
            EC_POINT_mul(g.group, z.get(), nullptr, q.get(), d.get(), scratch) == 1 &&
            EC_POINT_get_affine_coordinates(g.group, z.get(), x.get(), nullptr, scratch) == 1 &&
            BN_bn2binpad(x.get(), shared.expose_mutable().data(), 32) == 32,
        "key agreement with a checked point");
  return shared;
}

Result<Agreement> SoftwareKeyAgreement::agree(const PublicKey& peer) {
  const EphemeralKey otsk = EphemeralKey::generate(peer.curve(), random_);
  return Agreement{otsk.public_key(), TRY(otsk.agree(peer))};
}

}  // namespace sealift::crypto
