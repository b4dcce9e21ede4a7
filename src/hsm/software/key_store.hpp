// Private keys in files, encrypted at rest, for machines without an HSM (docs/formats/keystore.md).
//
// A directory holds one `keystore` file with the store key, itself sealed under a pass phrase or a master key
// file, and one `LABEL.key` file for each key. Every write is whole or not at all. An open store keeps the
// store key in memory; signers it gives live on after it. Thread safe; several processes may share a
// directory.
#pragma once

#include <filesystem>
#include <memory>
#include <variant>
#include <vector>

#include "crypto/kdf.hpp"
#include "crypto/ports.hpp"

namespace sealift::hsm {

/// Sealed under a key that scrypt makes of these octets (1 to 1024).
struct PassPhrase {
  SecretBytes octets;
};
/// Sealed under the 32 octets of a file of mode 0600 that only its owner reads; `create` makes the file where
/// there is none.
struct MasterKeyFile {
  std::filesystem::path path;
};
using Unlock = std::variant<PassPhrase, MasterKeyFile>;

class SoftwareKeyStore {
 public:
  /// Makes the directory (mode 0700) and an empty store in it. `cost` matters for a pass phrase alone. Error
  /// kinds: exists (there is a store), permission, io.
  static Result<SoftwareKeyStore> create(const std::filesystem::path& directory, const Unlock& unlock,
                                         Random& random, const crypto::ScryptCost& cost = {});
  /// Error kinds: not_found, invalid (not a key store, or damaged), unsupported (made by a newer release),
  /// verification (wrong pass phrase or master key), permission (files that others may read or change).
  static Result<SoftwareKeyStore> open(const std::filesystem::path& directory, const Unlock& unlock);

  /// Keeps a key. A label is 1 to 64 of A-Z a-z 0-9 . _ - and does not start with a dot. Error kinds: invalid
  /// (label), exists, permission, io.
  Status add(std::string_view label, const crypto::PrivateKey& key, Random& random);
  /// The same, in the place of the key that has this label, in one step. The old one is gone afterwards.
  Status replace(std::string_view label, const crypto::PrivateKey& key, Random& random);
  /// Makes and keeps a key; gives its public half.
  Result<crypto::PublicKey> generate(std::string_view label, crypto::Curve curve, Random& random);
  /// Error kinds: as open, with not_found for an unknown label.
  Result<std::unique_ptr<crypto::Signer>> signer(std::string_view label) const;
  /// The key itself, for what must hold it: a virtual card, a TLS context.
  Result<crypto::PrivateKey> private_key(std::string_view label) const;
  /// Labels in order. Error kinds: permission, io.
  Result<std::vector<std::string>> labels() const;
  /// Error kinds: not_found, io.
  Status remove(std::string_view label);
  /// Seals the store key anew under another pass phrase or master key; the key files stay as they are.
  Status change_unlock(const Unlock& unlock, Random& random, const crypto::ScryptCost& cost = {});

 private:
  SoftwareKeyStore(std::filesystem::path directory, Secret<32>&& store_key)
      : directory_(std::move(directory)), store_key_(std::move(store_key)) {}
  std::filesystem::path directory_;
  Secret<32> store_key_;
};

}  // namespace sealift::hsm
