// The software signers of ports.hpp.
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"
#include "crypto/ports.hpp"

namespace sealift::crypto {
namespace {

detail::PkeyPtr signing_key(const PrivateKey& key) {
  using detail::Freed;
  const detail::BignumPtr d = detail::secret_number(key.scalar().expose());
  const Octets<65>& point = key.public_key().point();
  const std::string group(key.curve() == Curve::p256 ? "P-256" : "brainpoolP256r1");
  const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
  check(builder &&
            OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group.data(),
                                            group.size()) == 1 &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get()) == 1 &&
            OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                             point.size()) == 1,
        "signing key parameters");
  const std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>> params(OSSL_PARAM_BLD_to_param(builder.get()));
  const detail::PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* pkey = nullptr;
  check(params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
            EVP_PKEY_fromdata(context.get(), &pkey, EVP_PKEY_KEYPAIR, params.get()) == 1,
        "a checked private key loads");
  return detail::PkeyPtr(pkey);
}

/// The stream of nonce candidates of RFC 6979 3.2, for SHA-256 and a group order of 256 bits.
class NonceStream {
 public:
  NonceStream(Curve curve, View scalar, const Octets<32>& digest) : curve_(curve) {
    v_.fill(0x01);
    k_.fill(0x00);
    const Octets<32> reduced = reduce(curve, digest);
    const Octets<1> zero{0x00};
    const Octets<1> one{0x01};
    k_ = hmac_sha256(k_, {View(v_), View(zero), scalar, View(reduced)});
    v_ = hmac_sha256(k_, {View(v_)});
    k_ = hmac_sha256(k_, {View(v_), View(one), scalar, View(reduced)});
    v_ = hmac_sha256(k_, {View(v_)});
  }
  ~NonceStream() {
    wipe(k_);
    wipe(v_);
  }
  NonceStream(const NonceStream&) = delete;
  NonceStream& operator=(const NonceStream&) = delete;

  /// The next candidate in 1..n-1.
  const Octets<32>& next() {
    for (;;) {
      if (started_) {
        const Octets<1> zero{0x00};
        k_ = hmac_sha256(k_, {View(v_), View(zero)});
        v_ = hmac_sha256(k_, {View(v_)});
      }
      started_ = true;
      v_ = hmac_sha256(k_, {View(v_)});
      if (detail::scalar_in_range(curve_, v_)) return v_;
    }
  }

 private:
  static Octets<32> reduce(Curve curve, const Octets<32>& digest) {
    const detail::BignumPtr z = detail::secret_number(digest);
    Octets<32> out;
    check(BN_nnmod(z.get(), z.get(), detail::group_of(curve).order, detail::scratch()) == 1 &&
              BN_bn2binpad(z.get(), out.data(), 32) == 32,
          "bits2octets");
    return out;
  }
  Curve curve_;
  Octets<32> k_;
  Octets<32> v_;
  bool started_ = false;
};

/// 1/k mod n by Fermat, whose running time does not depend on k.
detail::BignumPtr inverse(const BIGNUM* k, const BIGNUM* n) {
  detail::BignumPtr exponent(BN_dup(n));
  detail::BignumPtr out(BN_secure_new());
  check(exponent && out && BN_sub_word(exponent.get(), 2) == 1 &&
            BN_mod_exp_mont_consttime(out.get(), k, exponent.get(), n, detail::scratch(), nullptr) == 1,
        "nonce inverse");
  return out;
}

/// SEC 1 4.1.3 with the given nonce; false where r or s comes out zero.
bool sign_with_nonce(const PrivateKey& key, const Octets<32>& digest, const Octets<32>& nonce,
                     Signature& out) {
  const detail::Group& g = detail::group_of(key.curve());
  BN_CTX* scratch = detail::scratch();
  const detail::BignumPtr k = detail::secret_number(nonce);
  const detail::BignumPtr d = detail::secret_number(key.scalar().expose());
  const detail::BignumPtr z = detail::secret_number(digest);
  const detail::PointPtr point(EC_POINT_new(g.group));
  const detail::BignumPtr r(BN_new());
  const detail::BignumPtr s(BN_secure_new());
  check(point && r && s && EC_POINT_mul(g.group, point.get(), k.get(), nullptr, nullptr, scratch) == 1 &&
            EC_POINT_get_affine_coordinates(g.group, point.get(), r.get(), nullptr, scratch) == 1 &&
            BN_nnmod(r.get(), r.get(), g.order, scratch) == 1,
        "nonce point");
  const detail::BignumPtr k_inverse = inverse(k.get(), g.order);
  check(BN_mod_mul(s.get(), r.get(), d.get(), g.order, scratch) == 1 &&
            BN_mod_add(s.get(), s.get(), z.get(), g.order, scratch) == 1 &&
            BN_mod_mul(s.get(), s.get(), k_inverse.get(), g.order, scratch) == 1 &&
            BN_bn2binpad(r.get(), out.data(), 32) == 32 && BN_bn2binpad(s.get(), out.data() + 32, 32) == 32,
        "signature equation");
  return !BN_is_zero(r.get()) && !BN_is_zero(s.get());
}

}  // namespace

struct SoftwareSigner::Prepared {
  explicit Prepared(const PrivateKey& of) : key(signing_key(of)), pool(key.get(), EVP_PKEY_sign_init) {}
  const detail::PkeyPtr key;
  detail::ContextPool pool;
};

SoftwareSigner::SoftwareSigner(const PrivateKey& key)
    : key_(key.public_key()), prepared_(new Prepared(key)) {}
SoftwareSigner::~SoftwareSigner() = default;

Result<Signature> SoftwareSigner::sign(std::span<const View> parts) {
  const Octets<32> digest = sha256(parts);
  return prepared_->pool.with([&](EVP_PKEY_CTX* context) -> Result<Signature> {
    uint8_t der[80];
    size_t size = sizeof der;
    if (EVP_PKEY_sign(context, der, &size, digest.data(), digest.size()) != 1) {
      ERR_clear_error();
      return Error{ErrorKind::internal, "libcrypto could not sign: its random generator may have failed"};
    }
    return signature_from_der(View(der, size));
  });
}

Result<Signature> DeterministicSigner::sign(std::span<const View> parts) {
  const Octets<32> digest = sha256(parts);
  NonceStream nonces(key_.curve(), key_.scalar().expose(), digest);
  Signature out;
  while (!sign_with_nonce(key_, digest, nonces.next(), out)) {
  }
  return out;
}

}  // namespace sealift::crypto
