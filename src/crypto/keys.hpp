// Elliptic curve keys of RSP: public points that are known to be on their curve, private scalars in range.
//
// P-256 (FIPS 186-4) and brainpoolP256r1 (RFC 5639), the two curves of SGP.22 2.6.7. Both types are plain
// data: no library handle inside, free to copy between threads.
#pragma once

#include <compare>

#include "base/bytes.hpp"
#include "base/ports.hpp"
#include "base/secret.hpp"

namespace sealift::crypto {

enum class Curve : uint8_t { p256, brainpool_p256r1 };
/// "P-256" or "brainpoolP256r1".
std::string_view name(Curve curve);

/// X.509 subjectKeyIdentifier by RFC 5280 4.2.1.2 method 1: SHA-1 over the bits of the point.
using KeyIdentifier = Octets<20>;

/// A point of the curve's group, not infinity: whoever holds one need not check it again.
class PublicKey {
 public:
  /// Takes 65 octets: 04, x, y (BSI TR-03111 3.2.1). Error kind verification: off the curve, at infinity,
  /// compressed, hybrid, short or long.
  static Result<PublicKey> from_point(Curve curve, View point);
  Curve curve() const { return curve_; }
  /// 04, x, y.
  const Octets<65>& point() const { return point_; }
  KeyIdentifier key_identifier() const;
  bool operator==(const PublicKey&) const = default;

 private:
  friend PublicKey public_key_of(Curve curve, std::span<const uint8_t, 32> scalar);
  PublicKey(Curve curve, const Octets<65>& point) : curve_(curve), point_(point) {}
  Curve curve_;
  Octets<65> point_;
};

/// The point of a scalar known to be in 1..n-1. Runs in time that does not depend on the scalar.
PublicKey public_key_of(Curve curve, std::span<const uint8_t, 32> scalar);

/// A scalar in 1..n-1 with its public point. Move-only; wiped when it goes.
class PrivateKey {
 public:
  /// Takes 32 octets, big endian. Error kind verification: wrong size, zero, or not below the group order.
  static Result<PrivateKey> from_scalar(Curve curve, View scalar);
  /// Draws 32 octets at a time until one lies in range (FIPS 186-4 B.4.2), so that every scalar is equally
  /// likely; the second draw happens with probability 2^-32 on P-256, about one third on brainpoolP256r1.
  static PrivateKey generate(Curve curve, Random& random);
  Curve curve() const { return public_.curve(); }
  const PublicKey& public_key() const { return public_; }
  const Secret<32>& scalar() const { return scalar_; }
  /// A deliberate second copy.
  PrivateKey clone() const { return {scalar_.clone(), public_}; }

 private:
  PrivateKey(Secret<32>&& scalar, const PublicKey& key) : scalar_(std::move(scalar)), public_(key) {}
  Secret<32> scalar_;
  PublicKey public_;
};

}  // namespace sealift::crypto
