// Inside this room only: owning handles for OpenSSL objects, and the two groups.
//
// Shared group objects are read-only after they are made, so any thread may use them; scratch objects are
// kept one a thread. A library call that can fail only for want of memory ends the process (check).
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>
#include <mutex>
#include <vector>

#include "crypto/keys.hpp"

namespace sealift::crypto::detail {

template <auto free_function>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using BignumPtr = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using BnCtxPtr = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using PointPtr = std::unique_ptr<EC_POINT, Freed<EC_POINT_clear_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using MacCtxPtr = std::unique_ptr<EVP_MAC_CTX, Freed<EVP_MAC_CTX_free>>;

/// One curve's parameters in the forms the calls want.
struct Group {
  const EC_GROUP* group;
  const BIGNUM* order;
  Octets<32> order_octets;
  EVP_PKEY* parameters;  ///< a key without a point, from which verification keys take their parameters
};
/// Made once a curve and never freed.
const Group& group_of(Curve curve);

/// Scratch for point arithmetic, one a thread.
BN_CTX* scratch();

/// The scalar as a number that the library treats in constant time.
BignumPtr secret_number(View octets);

/// True where 0 < scalar < n, in time that does not depend on the scalar.
bool scalar_in_range(Curve curve, View scalar);

/// A key ready for verification. What OpenSSL made for it serves the next key of the curve: to copy the curve's
/// parameters costs a fifth of a verification. Contexts made from it end before it does.
class VerificationKey {
 public:
  explicit VerificationKey(const PublicKey& key);
  ~VerificationKey();
  VerificationKey(const VerificationKey&) = delete;
  VerificationKey& operator=(const VerificationKey&) = delete;
  EVP_PKEY* get() const { return key_.get(); }

 private:
  struct Idle;
  Curve curve_;
  PkeyPtr key_;
};

/// Contexts set up for one operation with one key, lent to one thread at a time: setting one up anew costs
/// two microseconds, a seventh of a signature.
class ContextPool {
 public:
  /// `init` is EVP_PKEY_sign_init or EVP_PKEY_verify_init; `key` outlives this.
  ContextPool(EVP_PKEY* key, int (*init)(EVP_PKEY_CTX*)) : key_(key), init_(init) {}
  template <class F>
  auto with(F&& use) {
    PkeyCtxPtr context = take();
    auto result = use(context.get());
    give_back(std::move(context));
    return result;
  }

 private:
  PkeyCtxPtr take();
  void give_back(PkeyCtxPtr context);
  EVP_PKEY* key_;
  int (*init_)(EVP_PKEY_CTX*);
  std::mutex mutex_;
  std::vector<PkeyCtxPtr> idle_;
};

}  // namespace sealift::crypto::detail
