// A token of a PKCS#11 module, by its label: sessions with it, and the making of signing keys in it.
//
// Keys are made, and accepted, only where they can never leave the token: sensitive and not extractable, now
// and always. The PIN comes from a file, is read anew for each login and wiped; one that was refused is not
// tried again, since tokens lock themselves. Thread safe.
#pragma once

#include <filesystem>

#include "hsm/key_session.hpp"

namespace sealift::hsm::pkcs11 {

struct TokenOptions {
  std::filesystem::path module;    ///< the shared library, such as /usr/lib/softhsm/libsofthsm2.so
  std::string token;               ///< the token's label
  std::filesystem::path pin_file;  ///< the user PIN, one line; mode 0600
};

class Token {
 public:
  /// Loads the module; whether the token is there shows with the first session. Errors: not_found, invalid,
  /// io.
  static Result<std::shared_ptr<Token>> open(TokenOptions options);
  virtual ~Token() = default;
  /// A label of the form id.HEX names a key by its CKA_ID, any other by its CKA_LABEL.
  virtual std::unique_ptr<KeySession> session() = 0;
  /// Makes a key pair for signing within the token. Errors: exists (a key of that label), invalid (the
  /// label), permission, timeout, unsupported (the curve), io.
  virtual Result<crypto::PublicKey> generate(const std::string& label, crypto::Curve curve) = 0;
};

}  // namespace sealift::hsm::pkcs11
