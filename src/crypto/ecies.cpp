#include "crypto/ecies.hpp"

#include "crypto/aes.hpp"
#include "crypto/ecka.hpp"
#include "crypto/hash.hpp"
#include "crypto/kdf.hpp"
#include "crypto/openssl.hpp"

namespace sealift::crypto {
namespace {

struct Agreed {
  Bytes ephemeral_public;
  Secret<32> shared;
};

Result<Agreed> agree_x25519(View peer, Random& random) {
  const Error bad{ErrorKind::verification, "not an X25519 public key"};
  if (peer.size() != 32) return bad;
  Secret<32> scalar;
  random.fill(scalar.expose_mutable());
  detail::PkeyPtr own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, scalar.expose().data(), 32));
  detail::PkeyPtr other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
  check(own != nullptr, "an X25519 scalar");
  detail::PkeyCtxPtr context(EVP_PKEY_CTX_new(own.get(), nullptr));
  Agreed out{Bytes(32), {}};
  size_t size = 32;
  check(EVP_PKEY_get_raw_public_key(own.get(), out.ephemeral_public.data(), &size) == 1 && size == 32,
        "an X25519 point");
  // The library refuses a point of small order, whose product is zero (RFC 7748 6.1).
  if (!other || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), out.shared.expose_mutable().data(), &size) != 1 || size != 32) {
    return bad;
  }
  return out;
}

Result<PublicKey> p256_key(View point) {
  if (point.size() == 65) return PublicKey::from_point(Curve::p256, point);
  const detail::Group& g = detail::group_of(Curve::p256);
  detail::PointPtr q(EC_POINT_new(g.group));
  Octets<65> whole;
  if (point.size() != 33 || (point[0] != 0x02 && point[0] != 0x03) ||
      EC_POINT_oct2point(g.group, q.get(), point.data(), point.size(), detail::scratch()) != 1 ||
      EC_POINT_point2oct(g.group, q.get(), POINT_CONVERSION_UNCOMPRESSED, whole.data(), whole.size(),
                         detail::scratch()) != whole.size()) {
    return Error{ErrorKind::verification, "not a P-256 public key"};
  }
  return PublicKey::from_point(Curve::p256, whole);
}

Result<Agreed> agree_p256(View peer, Random& random) {
  PublicKey home = TRY(p256_key(peer));
  EphemeralKey own = EphemeralKey::generate(Curve::p256, random);
  const auto& point = own.public_key().point();
  Bytes compressed(point.begin(), point.begin() + 33);
  compressed[0] = static_cast<uint8_t>(0x02 | (point[64] & 1));
  return Agreed{std::move(compressed), TRY(own.agree(home))};
}

Bytes aes128_ctr(Key128 key, Block counter, View in) {
  const Aes128 cipher(key);
  Bytes out(in.size());
  for (size_t at = 0; at < in.size(); at += 16) {
    const Block pad = cipher.encrypt(counter);
    for (size_t i = at; i < in.size() && i < at + 16; ++i) out[i] = in[i] ^ pad[i - at];
    for (size_t i = 16; i-- > 0 && ++counter[i] == 0;) {
    }
  }
  return out;
}

}  // namespace

Result<Bytes> ecies_conceal(EciesProfile profile, View home_network_key, View plain, Random& random) {
  Agreed agreed = TRY(profile == EciesProfile::a ? agree_x25519(home_network_key, random)
                                                 : agree_p256(home_network_key, random));
  // Encryption key, initial counter block, MAC key (TS 33.501 C.3.2).
  const SecretBytes keys = x963_kdf(agreed.shared.expose(), agreed.ephemeral_public, 16 + 16 + 32);
  View k = keys.expose();
  Block counter;
  for (size_t i = 0; i < 16; ++i) counter[i] = k[16 + i];
  const Bytes sealed = aes128_ctr(k.first<16>(), counter, plain);
  const Octets<32> mac = hmac_sha256(k.subspan(32), {sealed});
  return concat({agreed.ephemeral_public, sealed, View(mac).first(8)});
}

}  // namespace sealift::crypto
