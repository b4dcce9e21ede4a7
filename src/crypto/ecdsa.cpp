#include "crypto/ecdsa.hpp"

#include <openssl/err.h>

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace sealift::crypto {
namespace {

/// The library wants DER: 30 len, and two times 02 len value. At most 72 octets, so lengths take one octet.
struct DerSignature {
  uint8_t octets[72];
  size_t size = 2;
  void put(View number) {
    while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
    const bool pad = (number[0] & 0x80) != 0;
    octets[size++] = 0x02;
    octets[size++] = static_cast<uint8_t>(number.size() + (pad ? 1 : 0));
    if (pad) octets[size++] = 0;
    size = static_cast<size_t>(std::copy(number.begin(), number.end(), octets + size) - octets);
  }
  explicit DerSignature(View plain) {
    put(plain.first(32));
    put(plain.last(32));
    octets[0] = 0x30;
    octets[1] = static_cast<uint8_t>(size - 2);
  }
};

bool verify_with(EVP_PKEY_CTX* context, Curve curve, std::span<const View> parts, View signature) {
  if (signature.size() != 64 || !detail::scalar_in_range(curve, signature.first(32)) ||
      !detail::scalar_in_range(curve, signature.last(32))) {
    return false;
  }
  const DerSignature der(signature);
  const Octets<32> digest = sha256(parts);
  const bool holds = EVP_PKEY_verify(context, der.octets, der.size, digest.data(), digest.size()) == 1;
  if (!holds) ERR_clear_error();
  return holds;
}

/// INTEGER: minimal, not negative, at most 32 octets of magnitude; moves `from` past it.
bool take_number(View& from, std::span<uint8_t> out) {
  if (from.size() < 3 || from[0] != 0x02) return false;
  const size_t size = from[1];
  if (size == 0 || size > 33 || from.size() < 2 + size) return false;
  View value = from.subspan(2, size);
  from = from.subspan(2 + size);
  if ((value[0] & 0x80) != 0) return false;
  if (value[0] == 0 && value.size() > 1) {
    if ((value[1] & 0x80) == 0) return false;
    value = value.subspan(1);
  }
  if (value.size() > out.size()) return false;
  std::copy(value.begin(), value.end(), out.end() - static_cast<ptrdiff_t>(value.size()));
  return true;
}

}  // namespace

bool verify(const PublicKey& key, std::span<const View> parts, View signature) {
  const detail::VerificationKey pkey(key);
  const detail::PkeyCtxPtr context(EVP_PKEY_CTX_new(pkey.get(), nullptr));
  check(context && EVP_PKEY_verify_init(context.get()) == 1, "EVP_PKEY_verify_init");
  return verify_with(context.get(), key.curve(), parts, signature);
}

struct Verifier::Prepared {
  explicit Prepared(const PublicKey& of) : key(of), pool(key.get(), EVP_PKEY_verify_init) {}
  const detail::VerificationKey key;
  detail::ContextPool pool;
};

Verifier::Verifier(const PublicKey& key) : key_(key), prepared_(new Prepared(key)) {}

bool Verifier::verify(std::span<const View> parts, View signature) const {
  return prepared_->pool.with(
      [&](EVP_PKEY_CTX* context) { return verify_with(context, key_.curve(), parts, signature); });
}

Result<Signature> signature_from_der(View der) {
  const Error refused{ErrorKind::invalid, "an ECDSA signature is not two DER integers"};
  if (der.size() < 8 || der[0] != 0x30 || der[1] >= 0x80 || der.size() != size_t{2} + der[1]) return refused;
  Signature plain{};
  const std::span<uint8_t> out(plain);
  View rest = der.subspan(2);
  if (!take_number(rest, out.first(32)) || !take_number(rest, out.last(32)) || !rest.empty()) return refused;
  return plain;
}

Bytes signature_to_der(const Signature& signature) {
  const DerSignature der(signature);
  return {der.octets, der.octets + der.size};
}

}  // namespace sealift::crypto
