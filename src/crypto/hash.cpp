#include "crypto/hash.hpp"

#include "base/secret.hpp"
#include "crypto/openssl.hpp"

namespace sealift::crypto {
namespace {

// Fetched once: a lookup by name at each call costs more than hashing a short message.
const EVP_MD* sha256_algorithm() {
  static EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  check(md != nullptr, "SHA-256 is in libcrypto");
  return md;
}

void absorb(EVP_MD_CTX* context, View part) {
  check(EVP_DigestUpdate(context, part.data(), part.size()) == 1, "EVP_DigestUpdate");
}

EVP_MD_CTX* thread_context() {
  thread_local detail::MdCtxPtr context(EVP_MD_CTX_new());
  check(context && EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1, "SHA-256 start");
  return context.get();
}

Octets<32> digest_of(EVP_MD_CTX* context) {
  Octets<32> out;
  check(EVP_DigestFinal_ex(context, out.data(), nullptr) == 1, "SHA-256 end");
  return out;
}

}  // namespace

Octets<32> sha256(std::span<const View> parts) {
  EVP_MD_CTX* context = thread_context();
  for (View part : parts) absorb(context, part);
  return digest_of(context);
}

Octets<32> sha256(View message) {
  return sha256(std::span<const View>(&message, 1));
}

struct Sha256::Context {
  detail::MdCtxPtr md{EVP_MD_CTX_new()};
  void start() {
    check(md && EVP_DigestInit_ex2(md.get(), sha256_algorithm(), nullptr) == 1, "SHA-256 start");
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  context_->start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(View more) {
  absorb(context_->md.get(), more);
  return *this;
}

Octets<32> Sha256::finish() {
  const Octets<32> out = digest_of(context_->md.get());
  context_->start();
  return out;
}

Octets<20> sha1(View message) {
  static EVP_MD* md = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  Octets<20> out;
  check(md && EVP_Digest(message.data(), message.size(), out.data(), nullptr, md, nullptr) == 1, "SHA-1");
  return out;
}

Octets<32> hmac_sha256(View key, std::span<const View> parts) {
  // RFC 2104 by hand over the thread's digest context: the library's MAC object costs four times as much.
  Octets<64> pad{};
  if (key.size() > pad.size()) {
    const Octets<32> shorter = sha256(key);
    std::copy(shorter.begin(), shorter.end(), pad.begin());
  } else {
    std::copy(key.begin(), key.end(), pad.begin());
  }
  for (uint8_t& b : pad) b ^= 0x36;
  EVP_MD_CTX* context = thread_context();
  absorb(context, pad);
  for (View part : parts) absorb(context, part);
  Octets<32> inner = digest_of(context);
  for (uint8_t& b : pad) b ^= 0x36 ^ 0x5c;
  const Octets<32> out = sha256({View(pad), View(inner)});
  wipe(pad);
  wipe(inner);
  return out;
}

}  // namespace sealift::crypto
