#include "crypto/keys.hpp"

#include <openssl/err.h>

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace sealift::crypto {

std::string_view name(Curve curve) {
  return curve == Curve::p256 ? "P-256" : "brainpoolP256r1";
}

Result<PublicKey> PublicKey::from_point(Curve curve, View point) {
  // The library would take the one octet of infinity and the compressed and hybrid forms; RSP has neither.
  if (point.size() != 65 || point[0] != 0x04) {
    return Error{ErrorKind::verification, "a public key is not an uncompressed point of 65 octets"};
  }
  const detail::Group& g = detail::group_of(curve);
  detail::PointPtr decoded(EC_POINT_new(g.group));
  check(decoded != nullptr, "EC_POINT_new");
  if (EC_POINT_oct2point(g.group, decoded.get(), point.data(), point.size(), detail::scratch()) != 1) {
    ERR_clear_error();
    return Error{ErrorKind::verification, "a public key is not a point of " + std::string(name(curve))};
  }
  return PublicKey(curve, *octets<65>(point));
}

KeyIdentifier PublicKey::key_identifier() const {
  return sha1(point_);
}

PublicKey public_key_of(Curve curve, std::span<const uint8_t, 32> scalar) {
  const detail::Group& g = detail::group_of(curve);
  detail::BignumPtr d = detail::secret_number(scalar);
  detail::PointPtr q(EC_POINT_new(g.group));
  Octets<65> point;
  check(q && EC_POINT_mul(g.group, q.get(), d.get(), nullptr, nullptr, detail::scratch()) == 1 &&
            EC_POINT_point2oct(g.group, q.get(), POINT_CONVERSION_UNCOMPRESSED, point.data(), point.size(),
                               detail::scratch()) == point.size(),
        "a scalar in range has a point");
  return PublicKey(curve, point);
}

Result<PrivateKey> PrivateKey::from_scalar(Curve curve, View scalar) {
  if (!detail::scalar_in_range(curve, scalar)) {
    return Error{ErrorKind::verification, "a private key is not a scalar in range"};
  }
  Secret<32> copy = TRY(Secret<32>::from(scalar));
  const PublicKey key = public_key_of(curve, copy.expose());
  return PrivateKey(std::move(copy), key);
}

PrivateKey PrivateKey::generate(Curve curve, Random& random) {
  Secret<32> scalar;
  do {
    random.fill(scalar.expose_mutable());
  } while (!detail::scalar_in_range(curve, scalar.expose()));
  const PublicKey key = public_key_of(curve, scalar.expose());
  return {std::move(scalar), key};
}

}  // namespace sealift::crypto
