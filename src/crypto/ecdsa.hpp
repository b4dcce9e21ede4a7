// ECDSA with SHA-256 (SGP.22 2.6.7.1): plain signatures r || s of 64 octets, as SGP.22 carries them
// (BSI TR-03111 5.2.1), and their DER form, as X.509 carries them.
//
// A message is given in parts, signed as if they were one string: SGP.22 signatures run on over earlier
// signature TLVs, and signed octets are never re-encoded. Everything here may be called from any thread.
#pragma once

#include <initializer_list>
#include <memory>

#include "crypto/keys.hpp"

namespace sealift::crypto {

/// r || s, each 32 octets, big endian.
using Signature = Octets<64>;

/// True where `signature` is 64 octets, r and s are in 1..n-1, and it verifies over the parts. Decodes the
/// key each time; for a key that verifies often (CI, EUM) a Verifier saves a tenth.
bool verify(const PublicKey& key, std::span<const View> parts, View signature);
inline bool verify(const PublicKey& key, std::initializer_list<View> parts, View signature) {
  return verify(key, std::span<const View>(parts.begin(), parts.size()), signature);
}

/// A public key made ready once. Thread safe; cheap to copy (copies share the prepared key).
class Verifier {
 public:
  explicit Verifier(const PublicKey& key);
  const PublicKey& public_key() const { return key_; }
  /// As crypto::verify.
  bool verify(std::span<const View> parts, View signature) const;
  bool verify(std::initializer_list<View> parts, View signature) const {
    return verify(std::span<const View>(parts.begin(), parts.size()), signature);
  }

 private:
  struct Prepared;
  PublicKey key_;
  std::shared_ptr<Prepared> prepared_;
};

/// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 2.2.3) to r || s. Strict DER: minimal
/// lengths and integers, no sign, no trailing octets, at most 32 octets each. Range is left to verify.
/// Error kind: invalid.
Result<Signature> signature_from_der(View der);
/// The reverse; 8 to 72 octets.
Bytes signature_to_der(const Signature& signature);

}  // namespace sealift::crypto
