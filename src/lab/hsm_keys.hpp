// Which keys of a folder are in an HSM, and where that is: the file DIR/hsm (docs/formats/hsm-keys.md).
//
// The HSM is asked for the first time when the first signer is asked for; all signers of this process share
// the connection to it, and go on after this object has gone. Not shared between threads; the signers are.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "hsm/desk.hpp"
#include "hsm/pkcs11/token.hpp"

namespace sealift::lab {

class HsmKeys {
 public:
  /// The file of a folder. Errors: not_found (there is none), invalid, permission, io.
  static Result<std::shared_ptr<HsmKeys>> read(const std::string& dir);
  /// Where the HSM is, by the text of such a file. Relative paths are in `dir`.
  static Result<std::shared_ptr<HsmKeys>> parse(const std::string& dir, std::string_view text);
  Status write() const;

  /// Behind sealift-keyd; otherwise its module is loaded by whoever signs.
  bool is_remote() const { return !socket.empty(); }
  /// Whether the key of that name (a role's) is in the HSM.
  bool has(std::string_view name) const { return keys.contains(name); }
  /// Errors: not_found (no such key here), and those of Desk::signer.
  Result<std::shared_ptr<crypto::Signer>> signer(std::string_view name);
  Result<std::shared_ptr<crypto::KeyAgreement>> key_agreement();
  /// The desk, opened where this process has none to that place; only then `changed` counts.
  Result<std::shared_ptr<hsm::Desk>> desk();

  std::string dir;
  std::string socket;                                    ///< of sealift-keyd, as written; or empty, and then
  hsm::pkcs11::TokenOptions token;                       ///< a module for this process; as written
  unsigned sessions = 4;                                 ///< of the module
  std::map<std::string, std::string, std::less<>> keys;  ///< name of the key in the folder: label in the HSM
  hsm::Desk::Changed changed;                            ///< told when the HSM goes away and when it is back

 private:
  std::shared_ptr<hsm::Desk> desk_;
};

}  // namespace sealift::lab
