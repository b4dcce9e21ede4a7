// One line to keys that are held out of this process's memory: what a session of an HSM does.
//
// Calls block; one thread at a time uses a session. A session that was lost is opened anew within the next
// call, so that whoever has one keeps it.
#pragma once

#include <functional>
#include <memory>

#include "crypto/ecdsa.hpp"
#include "crypto/key_agreement.hpp"

namespace sealift::hsm {

/// 1 to 64 of A-Z a-z 0-9 . _ -, beginning with no dot: as the key store of files takes them.
bool is_key_label(std::string_view label);

class KeySession {
 public:
  virtual ~KeySession() = default;
  /// The public half of a signing key, once the key has been checked as the holder demands. Errors:
  /// not_found, permission (the key is not kept as it has to be; PIN), timeout (out of reach), io,
  /// unsupported.
  virtual Result<crypto::PublicKey> find(std::string_view label) = 0;
  /// ECDSA over a SHA-256 digest; nobody has verified it yet. Errors as find.
  virtual Result<crypto::Signature> sign(std::string_view label, const Octets<32>& digest) = 0;
  /// As crypto::KeyAgreement. Errors: timeout, permission, io, unsupported (the curve).
  virtual Result<crypto::Agreement> agree(const crypto::PublicKey& peer) = 0;
};

/// Gives a further session; what is out of reach shows at its first call.
using OpenSession = std::function<std::unique_ptr<KeySession>()>;

}  // namespace sealift::hsm
