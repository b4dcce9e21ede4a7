// Inside this room only: the token, and one session with it as the port KeySession.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "hsm/pkcs11/cryptoki.hpp"
#include "hsm/pkcs11/token.hpp"

namespace sealift::hsm::pkcs11 {

/// A template of attributes; what it points to stays with it.
class Attributes {
 public:
  Attributes& add(CK_ATTRIBUTE_TYPE type, bool value);
  Attributes& add(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
  Attributes& add(CK_ATTRIBUTE_TYPE type, View value);
  CK_ATTRIBUTE* data() { return list_.data(); }
  CK_ULONG size() const { return list_.size(); }

 private:
  Attributes& add(CK_ATTRIBUTE_TYPE type, Bytes value);
  std::vector<std::unique_ptr<Bytes>> values_;
  std::vector<CK_ATTRIBUTE> list_;
};

class LoadedToken final : public Token, public std::enable_shared_from_this<LoadedToken> {
 public:
  LoadedToken(TokenOptions options, std::shared_ptr<Module> module)
      : options_(std::move(options)), module_(std::move(module)) {}
  std::unique_ptr<KeySession> session() override;
  Result<crypto::PublicKey> generate(const std::string& label, crypto::Curve curve) override;
  /// A session with the user logged in. `value` gets what the module said where it failed.
  Result<CK_SESSION_HANDLE> open_session(bool writes, CK_RV& value);
  const CK_FUNCTION_LIST& call() const { return module_->call(); }

 private:
  Result<CK_SLOT_ID> slot(CK_RV& value);
  Status check_mechanisms(CK_SLOT_ID slot);
  Status log_in(CK_SESSION_HANDLE session, CK_RV& value);

  const TokenOptions options_;
  const std::shared_ptr<Module> module_;
  std::mutex mutex_;  // one login at a time
  bool mechanisms_checked_ = false;
  std::optional<Octets<32>> refused_;  // digest of a PIN
};

class Session final : public KeySession {
 public:
  explicit Session(std::shared_ptr<LoadedToken> token) : token_(std::move(token)) {}
  ~Session() override { close(); }
  Result<crypto::PublicKey> find(std::string_view label) override;
  Result<crypto::Signature> sign(std::string_view label, const Octets<32>& digest) override;
  Result<crypto::Agreement> agree(const crypto::PublicKey& peer) override;

 private:
  struct Key {
    CK_OBJECT_HANDLE handle;
    crypto::PublicKey key;
  };
  class Passing;
  template <class T, class F>
  Result<T> with_session(F&& use);
  void close();
  Error failed(const char* function, CK_RV value);

  Result<const Key*> key(std::string_view label);
  Result<Key> look_up(std::string_view label);
  Status check_private_key(CK_OBJECT_HANDLE handle);
  Result<std::vector<CK_OBJECT_HANDLE>> objects(CK_OBJECT_CLASS kind, std::string_view label);
  Result<Bytes> attribute(CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type, size_t most);
  Result<crypto::Signature> sign_once(std::string_view label, const Octets<32>& digest);
  Result<crypto::Agreement> agree_once(const crypto::PublicKey& peer);
  Result<Secret<32>> derive(CK_OBJECT_HANDLE otsk, const crypto::PublicKey& peer);
  Result<crypto::PublicKey> public_key(CK_OBJECT_HANDLE handle);

  const std::shared_ptr<LoadedToken> token_;
  CK_SESSION_HANDLE handle_ = 0;
  bool is_open_ = false;
  bool lost_ = false;
  std::map<std::string, Key, std::less<>> keys_;
};

/// EC_PARAMS of a curve: its OID, DER.
View parameters_of(crypto::Curve curve);

}  // namespace sealift::hsm::pkcs11
