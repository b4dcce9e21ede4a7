#include "hsm/pkcs11/session.hpp"

#include <algorithm>

namespace sealift::hsm::pkcs11 {

using crypto::Curve;
using crypto::PublicKey;

namespace {

constexpr size_t most_attribute = 512;

struct Demand {
  CK_ATTRIBUTE_TYPE type;
  bool value;
  const char* name;
};
/// What must be so of a key that signs: it is in the token alone, and always was.
constexpr Demand demands[] = {
    {CKA_SENSITIVE, true, "CKA_SENSITIVE"},
    {CKA_EXTRACTABLE, false, "CKA_EXTRACTABLE"},
    {CKA_ALWAYS_SENSITIVE, true, "CKA_ALWAYS_SENSITIVE"},
    {CKA_NEVER_EXTRACTABLE, true, "CKA_NEVER_EXTRACTABLE"},
    {CKA_SIGN, true, "CKA_SIGN"},
};

/// CKA_EC_POINT is an OCTET STRING around the point; some tokens leave that out.
View point_in(View value) {
  if (value.size() == 67 && value[0] == 0x04 && value[1] == 65) return value.subspan(2);
  return value;
}

}  // namespace

/// A session object, destroyed when it goes.
class Session::Passing {
 public:
  explicit Passing(const Session& session) : session_(session) {}
  Passing(const Passing&) = delete;
  ~Passing() {
    if (handle_ != CK_INVALID_HANDLE) session_.token_->call().C_DestroyObject(session_.handle_, handle_);
  }
  CK_OBJECT_HANDLE* receive() { return &handle_; }
  CK_OBJECT_HANDLE get() const { return handle_; }

 private:
  const Session& session_;
  CK_OBJECT_HANDLE handle_ = CK_INVALID_HANDLE;
};

Error Session::failed(const char* function, CK_RV value) {
  lost_ = session_is_lost(value);
  return failure(function, value);
}

void Session::close() {
  if (is_open_) token_->call().C_CloseSession(handle_);
  is_open_ = false;
  keys_.clear();
}

/// A session in which something failed is not used again. Where the session was all that failed (the HSM was
/// restarted, the token was away for a moment) the call is made once more in a new one.
template <class T, class F>
Result<T> Session::with_session(F&& use) {
  for (int attempt = 0;; ++attempt) {
    const bool kept = is_open_;
    if (!is_open_) {
      CK_RV value = CKR_OK;
      handle_ = TRY(token_->open_session(false, value));
      is_open_ = true;
    }
    lost_ = false;
    Result<T> done = use();
    if (done) return done;
    close();
    if (!lost_ || !kept || attempt > 0) return done;
  }
}

Result<PublicKey> Session::find(std::string_view label) {
  return with_session<PublicKey>([&]() -> Result<PublicKey> {
    keys_.clear();  // whoever asks wants to know how it is now
    return TRY(key(label))->key;
  });
}

Result<crypto::Signature> Session::sign(std::string_view label, const Octets<32>& digest) {
  return with_session<crypto::Signature>([&] { return sign_once(label, digest); });
}

Result<crypto::Agreement> Session::agree(const PublicKey& peer) {
  return with_session<crypto::Agreement>([&] { return agree_once(peer); });
}

// ---- keys ----

Result<const Session::Key*> Session::key(std::string_view label) {
  auto known = keys_.find(label);
  if (known == keys_.end()) known = keys_.emplace(std::string(label), TRY(look_up(label))).first;
  return &known->second;
}

Result<Session::Key> Session::look_up(std::string_view label) {
  const auto private_keys = TRY(objects(CKO_PRIVATE_KEY, label));
  const auto public_keys = TRY(objects(CKO_PUBLIC_KEY, label));
  const std::string quoted = "'" + std::string(label) + "'";
  if (private_keys.empty()) {
    return Error{ErrorKind::not_found, "the token has no EC private key " + quoted +
                                           ": make one with `sealift pki hsm`, or give the label it has"};
  }
  if (public_keys.empty()) {
    return Error{ErrorKind::invalid,
                 "the token has no public key beside " + quoted + ": store it with the same label"};
  }
  if (private_keys.size() > 1 || public_keys.size() > 1) {
    return Error{ErrorKind::invalid,
                 "the token has several keys " + quoted + ": name one by id.HEX, its CKA_ID"};
  }
  TRY_VOID(check_private_key(private_keys[0]));
  return Key{private_keys[0], TRY(public_key(public_keys[0]))};
}

Status Session::check_private_key(CK_OBJECT_HANDLE handle) {
  for (const Demand& d : demands) {
    CK_BBOOL value = d.value ? CK_FALSE : CK_TRUE;
    CK_ATTRIBUTE wanted{d.type, &value, sizeof value};
    const CK_RV rv = token_->call().C_GetAttributeValue(handle_, handle, &wanted, 1);
    if (rv != CKR_OK && session_is_lost(rv)) return failed("C_GetAttributeValue", rv);
    if (rv == CKR_OK && (value != CK_FALSE) == d.value) continue;
    return Error{
        ErrorKind::permission,
        std::string("the private key does not have ") + d.name + (d.value ? "=true" : "=false") +
            ": a key that could be, or once could have been, outside the token is not used; make a new "
            "one within the token with `sealift pki hsm`"};
  }
  return {};
}

Result<std::vector<CK_OBJECT_HANDLE>> Session::objects(CK_OBJECT_CLASS kind, std::string_view label) {
  const CK_FUNCTION_LIST& call = token_->call();
  Attributes wanted;
  wanted.add(CKA_CLASS, kind).add(CKA_KEY_TYPE, CK_ULONG{CKK_EC}).add(CKA_TOKEN, true);
  if (label.starts_with("id.")) {
    const Bytes id = TRY(from_hex(label.substr(3)));
    wanted.add(CKA_ID, View(id));
  } else {
    wanted.add(CKA_LABEL, view(label));
  }
  CK_RV rv = call.C_FindObjectsInit(handle_, wanted.data(), wanted.size());
  if (rv != CKR_OK) return failed("C_FindObjectsInit", rv);
  CK_OBJECT_HANDLE found[2];
  CK_ULONG count = 0;
  rv = call.C_FindObjects(handle_, found, 2, &count);
  call.C_FindObjectsFinal(handle_);
  if (rv != CKR_OK) return failed("C_FindObjects", rv);
  return std::vector<CK_OBJECT_HANDLE>(found, found + count);
}

Result<Bytes> Session::attribute(CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type, size_t most) {
  Bytes out(most);
  CK_ATTRIBUTE wanted{type, out.data(), out.size()};
  const CK_RV rv = token_->call().C_GetAttributeValue(handle_, handle, &wanted, 1);
  if (rv != CKR_OK) {
    wipe(out);
    return failed("C_GetAttributeValue", rv);
  }
  if (wanted.ulValueLen > most)
    return Error{ErrorKind::limit, "the module gave an attribute of impossible size"};
  out.resize(wanted.ulValueLen);
  return out;
}

Result<PublicKey> Session::public_key(CK_OBJECT_HANDLE handle) {
  const Bytes parameters = TRY(attribute(handle, CKA_EC_PARAMS, most_attribute));
  const Bytes point = TRY(attribute(handle, CKA_EC_POINT, most_attribute));
  for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
    if (equal(parameters, parameters_of(curve))) return PublicKey::from_point(curve, point_in(point));
  }
  return Error{ErrorKind::unsupported, "the key is on neither P-256 nor brainpoolP256r1, by name"};
}

// ---- what they are for ----

Result<crypto::Signature> Session::sign_once(std::string_view label, const Octets<32>& digest) {
  const Key& by = *TRY(key(label));
  const CK_FUNCTION_LIST& call = token_->call();
  CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
  CK_RV rv = call.C_SignInit(handle_, &mechanism, by.handle);
  if (rv != CKR_OK) return failed("C_SignInit", rv);
  crypto::Signature out{};
  CK_ULONG size = out.size();
  rv = call.C_Sign(handle_, const_cast<CK_BYTE*>(digest.data()), digest.size(), out.data(), &size);
  if (rv != CKR_OK) return failed("C_Sign", rv);
  if (size != out.size())
    return Error{ErrorKind::verification, "the module gave a signature of the wrong size"};
  return out;
}

Result<crypto::Agreement> Session::agree_once(const PublicKey& peer) {
  Attributes public_half, private_half;
  public_half.add(CKA_TOKEN, false).add(CKA_PRIVATE, false);
  public_half.add(CKA_EC_PARAMS, parameters_of(peer.curve()));
  private_half.add(CKA_TOKEN, false).add(CKA_PRIVATE, true).add(CKA_SENSITIVE, true);
  private_half.add(CKA_EXTRACTABLE, false).add(CKA_DERIVE, true).add(CKA_SIGN, false);
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  Passing otpk(*this), otsk(*this);
  const CK_RV rv = token_->call().C_GenerateKeyPair(handle_, &mechanism, public_half.data(),
                                                    public_half.size(), private_half.data(),
                                                    private_half.size(), otpk.receive(), otsk.receive());
  if (rv != CKR_OK) return failed("C_GenerateKeyPair", rv);
  const Bytes point = TRY(attribute(otpk.get(), CKA_EC_POINT, most_attribute));
  PublicKey made = TRY(PublicKey::from_point(peer.curve(), point_in(point)));
  return crypto::Agreement{made, TRY(derive(otsk.get(), peer))};
}

/// Z itself leaves the token: the key derivation of SGP.22 Annex G is none that a token has.
Result<Secret<32>> Session::derive(CK_OBJECT_HANDLE otsk, const PublicKey& peer) {
  Octets<65> point = peer.point();
  CK_ECDH1_DERIVE_PARAMS parameters{};
  parameters.kdf = CKD_NULL;
  parameters.ulPublicDataLen = point.size();
  parameters.pPublicData = point.data();
  CK_MECHANISM mechanism{CKM_ECDH1_DERIVE, &parameters, sizeof parameters};
  Attributes wanted;
  wanted.add(CKA_CLASS, CK_ULONG{CKO_SECRET_KEY}).add(CKA_KEY_TYPE, CK_ULONG{CKK_GENERIC_SECRET});
  wanted.add(CKA_TOKEN, false).add(CKA_SENSITIVE, false).add(CKA_EXTRACTABLE, true);
  wanted.add(CKA_VALUE_LEN, CK_ULONG{32});
  Passing shared(*this);
  const CK_RV rv =
      token_->call().C_DeriveKey(handle_, &mechanism, otsk, wanted.data(), wanted.size(), shared.receive());
  if (rv != CKR_OK) return failed("C_DeriveKey", rv);
  const SecretBytes z(TRY(attribute(shared.get(), CKA_VALUE, 64)));
  return Secret<32>::from(z.expose());
}

}  // namespace sealift::hsm::pkcs11
