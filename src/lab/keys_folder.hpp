// A folder of certificates and keys, as `sealift pki init DIR` makes it:
//
//   DIR/ROLE.der, ROLE.pem   the certificate of every role
//   DIR/keys/                their private keys, encrypted at rest (docs/formats/keystore.md)
//   DIR/master.key           what opens the keys, mode 0600: keep it on another disk where you can
//   DIR/hsm                  which of the keys are in an HSM instead, where there is one (hsm_keys.hpp)
//   DIR/ci-2/ ...            a whole set more, below another CI, of the same form; up to DIR/ci-9
//
// A lab holds the keys of all roles; a real deployment takes to each machine only those that it needs.
#pragma once

#include "hsm/software/key_store.hpp"
#include "lab/hsm_keys.hpp"
#include "pki/issue.hpp"

namespace sealift::lab {

struct KeysFolder {
  std::string dir;
  hsm::SoftwareKeyStore keys;
  std::shared_ptr<HsmKeys> hsm;  ///< null: all keys are files

  /// Makes the folder and writes the hierarchy into it. Errors: exists, permission, io.
  static Result<KeysFolder> create(const std::string& dir, const pki::Hierarchy& hierarchy, Random& random);
  /// Writes a further set into the first free DIR/ci-N. Errors: not_found (no first set), exists (a set below
  /// the same CI key), limit (nine sets), permission, io.
  static Result<KeysFolder> add(const std::string& dir, const pki::Hierarchy& hierarchy, Random& random);
  /// Opens the folder, or makes one without any key or certificate, for what was issued elsewhere
  /// (pki_office.hpp, import_certificate). Errors: permission, io, and the key store's.
  static Result<KeysFolder> open_or_make(const std::string& dir, Random& random);
  /// Errors: not_found (says what to run), and the key store's.
  static Result<KeysFolder> open(const std::string& dir);
  /// All sets of a folder, that of DIR itself first.
  static Result<std::vector<KeysFolder>> open_all(const std::string& dir);

  Result<pki::Certificate> certificate(pki::Role role) const;
  /// Of the HSM where DIR/hsm names the role, and of nothing else then.
  Result<std::shared_ptr<crypto::Signer>> signer(pki::Role role) const;
  /// Certificate and private key of a role, for what has to hold the key itself: TLS, an EUM that makes
  /// cards.
  Result<pki::Identity> identity(pki::Role role) const;
  /// 32 octets for sealing data at rest, one for each purpose, from a key made for this alone: at the first
  /// call, by whichever of several processes comes first.
  Result<Secret<32>> data_key(std::string_view purpose, Random& random);
};

}  // namespace sealift::lab
