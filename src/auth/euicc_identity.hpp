// Who signs on the eUICC's side: its EID with its public key, and values that it verifiably signed.
//
// A Verified<T> is made by verification alone, so that a function which needs a verified thing asks for the
// type. Plain values; free to copy between threads.
#pragma once

#include <optional>

#include "base/ids.hpp"
#include "crypto/ecdsa.hpp"
#include "pki/certificate.hpp"

namespace sealift::auth {

/// An eUICC whose chain was verified, in this session or in the one it is remembered from. Its key is made
/// ready once, since it verifies at each step of a session; copies share it.
class EuiccIdentity {
 public:
  const Eid& eid() const { return eid_; }
  const crypto::PublicKey& key() const { return verifier_.public_key(); }
  const crypto::Verifier& verifier() const { return verifier_; }
  /// Serial number of its certificate, content octets; empty where it was recalled.
  const Bytes& serial_number() const { return serial_number_; }
  /// The certificate of its EUM; none where it was recalled.
  const std::optional<pki::Certificate>& eum() const { return eum_; }
  /// Takes up an identity that was verified before and kept by a store (see `remember`). Error kind invalid
  /// where the octets are no key.
  static Result<EuiccIdentity> recall(const Eid& eid, View remembered_key);
  /// The same of a session that another node of this server began: with what a later step judges it by
  /// (Authenticator::verify_again). `eum` is DER. Error kind invalid.
  static Result<EuiccIdentity> recall(const Eid& eid, View remembered_key, View serial_number,
                                      const std::optional<Bytes>& eum);
  /// One octet of curve and 65 of point, for a store.
  Bytes remember() const;
  bool operator==(const EuiccIdentity& o) const { return eid_ == o.eid_ && key() == o.key(); }

 private:
  friend class Authenticator;
  EuiccIdentity(const Eid& eid, const crypto::PublicKey& key) : eid_(eid), verifier_(key) {}
  Eid eid_;
  crypto::Verifier verifier_;
  Bytes serial_number_;
  std::optional<pki::Certificate> eum_;
};

}  // namespace sealift::auth
