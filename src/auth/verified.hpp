// Values that an eUICC verifiably signed.
//
// A Verified<T> is made by `verify_signed` alone, from the very octets received: a
// function that needs a verified thing asks for the type. Plain values; free to copy between threads.
#pragma once

#include "asn1/types.hpp"
#include "auth/euicc_identity.hpp"
#include "crypto/ecdsa.hpp"

namespace sealift::auth {

template <class T>
class Verified {
 public:
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  /// Whose signature it was.
  const EuiccIdentity& signer() const { return signer_; }

 private:
  template <class U>
  friend Result<Verified<U>> verify_signed(const EuiccIdentity&, const asn1::Signed<U>&, View, View);
  Verified(T value, const EuiccIdentity& signer) : value_(std::move(value)), signer_(signer) {}
  T value_;
  EuiccIdentity signer_;
};

/// Verifies `signature` (r || s) over the received octets of `signed_value` followed by `tail`: SGP.22
/// signatures 2 run on over the complete TLV of the other side's signature; other signatures have no tail.
/// Error kind: verification.
template <class T>
Result<Verified<T>> verify_signed(const EuiccIdentity& signer, const asn1::Signed<T>& signed_value, View tail,
                                  View signature) {
  const View parts[] = {signed_value.tlv, tail};
  if (!signer.verifier().verify(parts, signature)) {
    return Error{ErrorKind::verification, "the eUICC's signature does not verify"};
  }
  return Verified<T>(signed_value.value, signer);
}

/// The TLV 5F37 40 r||s of a signature, as later signatures cover it.
Octets<67> signature_tlv(const Octets<64>& signature);

}  // namespace sealift::auth
