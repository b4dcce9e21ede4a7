#include "crypto/aes.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <optional>

#include "crypto/openssl.hpp"

namespace sealift::crypto {
namespace {

// Algorithms are fetched once: a lookup by name costs more than a segment.
const EVP_CIPHER* fetched(const char* name) {
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  check(cipher != nullptr, name);
  return cipher;
}
const EVP_CIPHER* ecb128() {
  static const EVP_CIPHER* cipher = fetched("AES-128-ECB");
  return cipher;
}
const EVP_CIPHER* cbc128() {
  static const EVP_CIPHER* cipher = fetched("AES-128-CBC");
  return cipher;
}
const EVP_CIPHER* gcm256() {
  static const EVP_CIPHER* cipher = fetched("AES-256-GCM");
  return cipher;
}

constexpr int forwards = 1;
constexpr int backwards = 0;

detail::CipherCtxPtr keyed(const EVP_CIPHER* cipher, View key, int direction) {
  detail::CipherCtxPtr context(EVP_CIPHER_CTX_new());
  check(context && EVP_CipherInit_ex2(context.get(), cipher, key.data(), nullptr, direction, nullptr) == 1 &&
            EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1,
        "cipher key");
  return context;
}

}  // namespace

struct Aes128::Context {
  detail::CipherCtxPtr ecb;
};

Aes128::Aes128(Key128 key) : context_(new Context{keyed(ecb128(), key, forwards)}) {}
Aes128::~Aes128() = default;
Aes128::Aes128(Aes128&&) noexcept = default;
Aes128& Aes128::operator=(Aes128&&) noexcept = default;

Block Aes128::encrypt(const Block& block) const {
  Block out;
  int size = 0;
  check(EVP_EncryptUpdate(context_->ecb.get(), out.data(), &size, block.data(), 16) == 1 && size == 16,
        "AES block");
  return out;
}

Block aes128_encrypt_block(Key128 key, const Block& block) {
  return Aes128(key).encrypt(block);
}

struct Cbc::Context {
  Secret<16> key;
  // Each direction is keyed when it is first used: most keys only ever go one way.
  detail::CipherCtxPtr directions[2];

  Status run(int direction, const Block& iv, View in, std::span<uint8_t> out) {
    if (in.size() % 16 != 0 || out.size() != in.size() || in.size() > size_t{1} << 30) {
      return Error{ErrorKind::invalid,
                   "CBC without padding wants whole blocks and as much room for the result"};
    }
    detail::CipherCtxPtr& context = directions[direction];
    if (!context) context = keyed(cbc128(), key.expose(), direction);
    int size = 0;
    check(EVP_CipherInit_ex2(context.get(), nullptr, nullptr, iv.data(), direction, nullptr) == 1,
          "CBC start");
    if (in.empty()) return {};
    check(EVP_CipherUpdate(context.get(), out.data(), &size, in.data(), static_cast<int>(in.size())) == 1 &&
              static_cast<size_t>(size) == in.size(),
          "CBC");
    return {};
  }
};

Cbc::Cbc(Key128 key) : context_(new Context{Secret<16>(key), {}}) {}
Cbc::~Cbc() = default;
Cbc::Cbc(Cbc&&) noexcept = default;
Cbc& Cbc::operator=(Cbc&&) noexcept = default;

Status Cbc::encrypt(const Block& iv, View plain, std::span<uint8_t> out) {
  return context_->run(forwards, iv, plain, out);
}
Status Cbc::decrypt(const Block& iv, View sealed, std::span<uint8_t> out) {
  return context_->run(backwards, iv, sealed, out);
}

Result<Bytes> aes128_cbc_encrypt(Key128 key, const Block& iv, View plain) {
  Bytes out(plain.size());
  TRY_VOID(Cbc(key).encrypt(iv, plain, out));
  return out;
}

Result<SecretBytes> aes128_cbc_decrypt(Key128 key, const Block& iv, View sealed) {
  Bytes out(sealed.size());
  TRY_VOID(Cbc(key).decrypt(iv, sealed, out));
  return SecretBytes(std::move(out));
}

struct Cmac::Context {
  detail::MacCtxPtr mac;
};

Cmac::Cmac(Key128 key) {
  static EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
  detail::MacCtxPtr mac(EVP_MAC_CTX_new(algorithm));
  char cipher[] = "AES-128-CBC";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                               OSSL_PARAM_construct_end()};
  check(mac && EVP_MAC_init(mac.get(), key.data(), key.size(), params) == 1, "CMAC key");
  context_.reset(new Context{std::move(mac)});
}
Cmac::~Cmac() = default;
Cmac::Cmac(Cmac&&) noexcept = default;
Cmac& Cmac::operator=(Cmac&&) noexcept = default;

Cmac& Cmac::update(View more) {
  if (more.empty()) return *this;
  check(EVP_MAC_update(context_->mac.get(), more.data(), more.size()) == 1, "CMAC");
  return *this;
}

Block Cmac::finish() {
  Block tag;
  size_t size = 0;
  check(EVP_MAC_final(context_->mac.get(), tag.data(), &size, tag.size()) == 1 && size == tag.size() &&
            EVP_MAC_init(context_->mac.get(), nullptr, 0, nullptr) == 1,
        "CMAC end");
  return tag;
}

Block aes128_cmac(Key128 key, std::initializer_list<View> parts) {
  Cmac mac(key);
  for (View part : parts) mac.update(part);
  return mac.finish();
}

Bytes aes256_gcm_seal(Key256 key, const Octets<12>& nonce, View associated, View plain) {
  check(plain.size() <= size_t{1} << 30 && associated.size() <= size_t{1} << 30, "GCM input under 1 GiB");
  const detail::CipherCtxPtr context = keyed(gcm256(), key, forwards);
  Bytes out(plain.size() + 16);
  int size = 0;
  bool ok = EVP_EncryptInit_ex2(context.get(), nullptr, nullptr, nonce.data(), nullptr) == 1;
  if (!associated.empty()) {
    ok = ok && EVP_EncryptUpdate(context.get(), nullptr, &size, associated.data(),
                                 static_cast<int>(associated.size())) == 1;
  }
  if (!plain.empty()) {
    ok = ok && EVP_EncryptUpdate(context.get(), out.data(), &size, plain.data(),
                                 static_cast<int>(plain.size())) == 1;
  }
  uint8_t* tag = out.data() + plain.size();
  check(ok && EVP_EncryptFinal_ex(context.get(), tag, &size) == 1 && size == 0 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1,
        "GCM seal");
  return out;
}

Result<SecretBytes> aes256_gcm_open(Key256 key, const Octets<12>& nonce, View associated, View sealed) {
  const Error refused{ErrorKind::verification, "sealed octets do not open: wrong key, or changed"};
  if (sealed.size() < 16 || sealed.size() > size_t{1} << 30 || associated.size() > size_t{1} << 30)
    return refused;
  const View body = sealed.first(sealed.size() - 16);
  Octets<16> tag;
  std::copy(body.end(), sealed.end(), tag.begin());
  const detail::CipherCtxPtr context = keyed(gcm256(), key, backwards);
  Bytes plain(body.size());
  int size = 0;
  bool ok = EVP_DecryptInit_ex2(context.get(), nullptr, nullptr, nonce.data(), nullptr) == 1;
  if (!associated.empty()) {
    ok = ok && EVP_DecryptUpdate(context.get(), nullptr, &size, associated.data(),
                                 static_cast<int>(associated.size())) == 1;
  }
  if (!body.empty()) {
    ok = ok && EVP_DecryptUpdate(context.get(), plain.data(), &size, body.data(),
                                 static_cast<int>(body.size())) == 1;
  }
  check(ok && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 16, tag.data()) == 1, "GCM open");
  SecretBytes result(std::move(plain));
  uint8_t rest[16];
  if (EVP_DecryptFinal_ex(context.get(), rest, &size) != 1) {
    ERR_clear_error();
    return refused;
  }
  return result;
}

}  // namespace sealift::crypto
