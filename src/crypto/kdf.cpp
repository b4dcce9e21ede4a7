#include "crypto/kdf.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace sealift::crypto {

void x963_kdf(View z, View shared_info, std::span<uint8_t> out) {
  uint32_t counter = 0;
  while (!out.empty()) {
    ++counter;
    const Octets<4> i{static_cast<uint8_t>(counter >> 24), static_cast<uint8_t>(counter >> 16),
                      static_cast<uint8_t>(counter >> 8), static_cast<uint8_t>(counter)};
    Octets<32> block = sha256({z, View(i), shared_info});
    const size_t n = std::min(block.size(), out.size());
    std::copy_n(block.begin(), n, out.begin());
    wipe(block);
    out = out.subspan(n);
  }
}

SecretBytes x963_kdf(View z, View shared_info, size_t size) {
  Bytes out(size);
  x963_kdf(z, shared_info, std::span<uint8_t>(out));
  return SecretBytes(std::move(out));
}

Result<Secret<32>> scrypt(View pass_phrase, View salt, const ScryptCost& cost) {
  constexpr uint64_t most_memory = uint64_t{1} << 30;
  const bool power_of_two = cost.n > 1 && (cost.n & (cost.n - 1)) == 0;
  const uint64_t memory = uint64_t{128} * cost.n * cost.r;
  if (!power_of_two || cost.r == 0 || cost.p == 0 || cost.r > 64 || cost.p > 16 || memory > most_memory) {
    return Error{ErrorKind::invalid, "scrypt parameters out of range"};
  }
  static EVP_KDF* algorithm = EVP_KDF_fetch(nullptr, "SCRYPT", nullptr);
  std::unique_ptr<EVP_KDF_CTX, detail::Freed<EVP_KDF_CTX_free>> context(EVP_KDF_CTX_new(algorithm));
  check(context != nullptr, "scrypt is in libcrypto");
  uint64_t n = cost.n;
  uint64_t limit = 2 * most_memory;
  uint32_t r = cost.r;
  uint32_t p = cost.p;
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, const_cast<uint8_t*>(pass_phrase.data()),
                                        pass_phrase.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, const_cast<uint8_t*>(salt.data()), salt.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &limit),
      OSSL_PARAM_construct_end()};
  Secret<32> key;
  if (EVP_KDF_derive(context.get(), key.expose_mutable().data(), 32, params) != 1) {
    ERR_clear_error();
    return Error{ErrorKind::limit, "scrypt could not get its memory"};
  }
  return key;
}

}  // namespace sealift::crypto
