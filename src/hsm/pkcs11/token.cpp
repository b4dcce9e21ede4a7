#include "hsm/pkcs11/token.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "crypto/hash.hpp"
#include "hsm/pkcs11/session.hpp"

namespace sealift::hsm::pkcs11 {
namespace {

constexpr CK_ULONG most_slots = 256;
constexpr size_t most_pin = 256;

/// Text that a module pads with spaces.
std::string_view unpadded(const unsigned char* text, size_t size) {
  std::string_view out(reinterpret_cast<const char*>(text), size);
  while (!out.empty() && (out.back() == ' ' || out.back() == '\0')) out.remove_suffix(1);
  return out;
}

Result<SecretBytes> read_pin(const std::filesystem::path& path) {
  SecretBytes file = TRY(read_secret_file(path, most_pin));
  View pin = file.expose();
  while (!pin.empty() && (pin.back() == '\n' || pin.back() == '\r')) pin = pin.first(pin.size() - 1);
  if (pin.empty())
    return Error{ErrorKind::invalid, path.string() + " is empty: it has to hold the token's user PIN"};
  return SecretBytes(to_bytes(pin));
}

}  // namespace

Attributes& Attributes::add(CK_ATTRIBUTE_TYPE type, Bytes value) {
  values_.push_back(std::make_unique<Bytes>(std::move(value)));
  list_.push_back({type, values_.back()->data(), values_.back()->size()});
  return *this;
}
Attributes& Attributes::add(CK_ATTRIBUTE_TYPE type, bool value) {
  return add(type, Bytes{static_cast<uint8_t>(value ? CK_TRUE : CK_FALSE)});
}
Attributes& Attributes::add(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
  const auto* octets = reinterpret_cast<const uint8_t*>(&value);
  return add(type, Bytes(octets, octets + sizeof value));
}
Attributes& Attributes::add(CK_ATTRIBUTE_TYPE type, View value) {
  return add(type, to_bytes(value));
}

View parameters_of(crypto::Curve curve) {
  // prime256v1 and brainpoolP256r1
  static constexpr uint8_t p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
  static constexpr uint8_t brainpool[] = {0x06, 0x09, 0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07};
  return curve == crypto::Curve::p256 ? View(p256) : View(brainpool);
}

Result<std::shared_ptr<Token>> Token::open(TokenOptions options) {
  auto module = TRY(Module::load(options.module));
  return std::shared_ptr<Token>(std::make_shared<LoadedToken>(std::move(options), std::move(module)));
}

std::unique_ptr<KeySession> LoadedToken::session() {
  return std::make_unique<Session>(shared_from_this());
}

Result<CK_SLOT_ID> LoadedToken::slot(CK_RV& value) {
  CK_ULONG count = most_slots;
  std::vector<CK_SLOT_ID> slots(count);
  value = call().C_GetSlotList(CK_TRUE, slots.data(), &count);
  if (value == CKR_CRYPTOKI_NOT_INITIALIZED) {
    TRY_VOID(module_->initialise());
    count = most_slots;
    value = call().C_GetSlotList(CK_TRUE, slots.data(), &count);
  }
  if (value != CKR_OK) return failure("C_GetSlotList", value);
  std::string others;
  for (CK_ULONG i = 0; i < count; ++i) {
    CK_TOKEN_INFO info{};
    if (call().C_GetTokenInfo(slots[i], &info) != CKR_OK) continue;
    const std::string label(unpadded(info.label, sizeof info.label));
    if (label != options_.token) {
      if (!label.empty()) others += (others.empty() ? "'" : ", '") + label + "'";
      continue;
    }
    if ((info.flags & CKF_USER_PIN_LOCKED) != 0) return failure("C_GetTokenInfo", value = CKR_PIN_LOCKED);
    return slots[i];
  }
  value = CKR_TOKEN_NOT_PRESENT;
  return Error{ErrorKind::timeout, options_.module.string() + " has no token labelled '" + options_.token +
                                       "' now; it has " + (others.empty() ? "none" : others)};
}

Status LoadedToken::check_mechanisms(CK_SLOT_ID slot) {
  struct Needed {
    CK_MECHANISM_TYPE type;
    CK_FLAGS flag;
    const char* name;
  };
  constexpr Needed needed[] = {{CKM_ECDSA, CKF_SIGN, "CKM_ECDSA"},
                               {CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR, "CKM_EC_KEY_PAIR_GEN"},
                               {CKM_ECDH1_DERIVE, CKF_DERIVE, "CKM_ECDH1_DERIVE"}};
  for (const Needed& n : needed) {
    CK_MECHANISM_INFO info{};
    const CK_RV rv = call().C_GetMechanismInfo(slot, n.type, &info);
    if (rv != CKR_OK && rv != CKR_MECHANISM_INVALID) return failure("C_GetMechanismInfo", rv);
    if (rv != CKR_OK || (info.flags & n.flag) == 0) {
      return Error{ErrorKind::unsupported, "token '" + options_.token + "' does not have " + n.name +
                                               ", which signing and key agreement need"};
    }
  }
  mechanisms_checked_ = true;
  return {};
}

Status LoadedToken::log_in(CK_SESSION_HANDLE session, CK_RV& value) {
  CK_SESSION_INFO info{};
  value = call().C_GetSessionInfo(session, &info);
  if (value != CKR_OK) return failure("C_GetSessionInfo", value);
  if (info.state == CKS_RO_USER_FUNCTIONS || info.state == CKS_RW_USER_FUNCTIONS) return {};
  const SecretBytes pin = TRY(read_pin(options_.pin_file));
  const Octets<32> digest = crypto::sha256(pin.expose());
  if (refused_ && *refused_ == digest) return failure("C_Login", value = CKR_PIN_INCORRECT);
  Bytes copy = to_bytes(pin.expose());
  value = call().C_Login(session, CKU_USER, copy.data(), copy.size());
  wipe(copy);
  if (value == CKR_OK || value == CKR_USER_ALREADY_LOGGED_IN) {
    refused_.reset();
    return {};
  }
  if (value == CKR_PIN_INCORRECT) refused_ = digest;
  return failure("C_Login", value);
}

Result<CK_SESSION_HANDLE> LoadedToken::open_session(bool writes, CK_RV& value) {
  const std::lock_guard lock(mutex_);
  const CK_SLOT_ID where = TRY(slot(value));
  if (!mechanisms_checked_) TRY_VOID(check_mechanisms(where));
  CK_SESSION_HANDLE handle = 0;
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (writes ? CKF_RW_SESSION : 0);
  value = call().C_OpenSession(where, flags, nullptr, nullptr, &handle);
  if (value != CKR_OK) return failure("C_OpenSession", value);
  if (Status in = log_in(handle, value); !in) {
    call().C_CloseSession(handle);
    return std::move(in.error());
  }
  return handle;
}

Result<crypto::PublicKey> LoadedToken::generate(const std::string& label, crypto::Curve curve) {
  if (!is_key_label(label) || label.starts_with("id.")) {
    return Error{ErrorKind::invalid, "'" + label + "' cannot be a key's label: 1 to 64 of A-Z a-z 0-9 . _ -"};
  }
  auto there = session()->find(label);
  if (there)
    return Error{ErrorKind::exists, "token '" + options_.token + "' has a key '" + label + "' already"};
  if (there.error().kind != ErrorKind::not_found) return std::move(there.error());
  CK_RV value = CKR_OK;
  const CK_SESSION_HANDLE handle = TRY(open_session(true, value));
  const Octets<32> id = crypto::sha256(view(label));
  Attributes public_half, private_half;
  public_half.add(CKA_TOKEN, true).add(CKA_PRIVATE, false).add(CKA_VERIFY, true);
  public_half.add(CKA_LABEL, view(label)).add(CKA_ID, View(id).first(16));
  public_half.add(CKA_EC_PARAMS, parameters_of(curve));
  private_half.add(CKA_TOKEN, true).add(CKA_PRIVATE, true).add(CKA_SENSITIVE, true);
  private_half.add(CKA_EXTRACTABLE, false).add(CKA_SIGN, true).add(CKA_DERIVE, false);
  private_half.add(CKA_LABEL, view(label)).add(CKA_ID, View(id).first(16));
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE made[2] = {};
  value = call().C_GenerateKeyPair(handle, &mechanism, public_half.data(), public_half.size(),
                                   private_half.data(), private_half.size(), &made[0], &made[1]);
  call().C_CloseSession(handle);
  if (value != CKR_OK) return failure("C_GenerateKeyPair", value);
  return session()->find(label);
}

}  // namespace sealift::hsm::pkcs11
