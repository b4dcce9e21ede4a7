// Inside this room only: a Cryptoki module (PKCS#11 2.40) loaded from a file, and what its return values
// mean.
//
// A process has each module once: it is initialised for threads by the first Module and finalised with the
// last. Thread safe, as the module says it is.
#pragma once

#include <p11-kit/pkcs11.h>

#include <filesystem>
#include <memory>

#include "base/bytes.hpp"

namespace sealift::hsm::pkcs11 {

class Module {
 public:
  /// Errors: not_found (no such file), invalid (no PKCS#11 module), io (it does not start).
  static Result<std::shared_ptr<Module>> load(const std::filesystem::path& path);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  const CK_FUNCTION_LIST& call() const { return *functions_; }
  /// Once more, after it said CKR_CRYPTOKI_NOT_INITIALIZED.
  Status initialise();

 private:
  Module() = default;
  CK_FUNCTION_LIST* functions_ = nullptr;
  bool ours_ = false;  ///< we initialised it, so we finalise it
};

/// "CKR_DEVICE_REMOVED", or the number where we have no name for it.
std::string name_of(CK_RV value);
/// What a function's failure means to who called: timeout where the HSM is out of reach for now, permission
/// where it wants another PIN, unsupported where it cannot do this, else io. Says what to do.
Error failure(const char* function, CK_RV value);
/// Whether a session is of no use after this: another one may do.
bool session_is_lost(CK_RV value);

}  // namespace sealift::hsm::pkcs11
