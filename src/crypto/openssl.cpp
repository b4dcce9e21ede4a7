#include "crypto/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/objects.h>

#include <cstring>

namespace sealift::crypto::detail {
namespace {

Group make_group(int nid) {
  Group g{};
  EC_GROUP* group = EC_GROUP_new_by_curve_name(nid);
  check(group != nullptr, "the curve is in libcrypto");
  g.group = group;
  g.order = EC_GROUP_get0_order(group);
  check(BN_bn2binpad(g.order, g.order_octets.data(), 32) == 32, "group order");
  PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  check(context && EVP_PKEY_paramgen_init(context.get()) == 1 &&
            EVP_PKEY_CTX_set_group_name(context.get(), OBJ_nid2sn(nid)) == 1 &&
            EVP_PKEY_paramgen(context.get(), &g.parameters) == 1,
        "curve parameters");
  return g;
}

}  // namespace

const Group& group_of(Curve curve) {
  static const Group p256 = make_group(NID_X9_62_prime256v1);
  static const Group brainpool = make_group(NID_brainpoolP256r1);
  return curve == Curve::p256 ? p256 : brainpool;
}

BN_CTX* scratch() {
  thread_local BnCtxPtr context(BN_CTX_new());
  check(context != nullptr, "BN_CTX_new");
  return context.get();
}

BignumPtr secret_number(View octets) {
  BignumPtr n(BN_secure_new());
  check(n && BN_bin2bn(octets.data(), static_cast<int>(octets.size()), n.get()), "BN_bin2bn");
  BN_set_flags(n.get(), BN_FLG_CONSTTIME);
  return n;
}

bool scalar_in_range(Curve curve, View scalar) {
  if (scalar.size() != 32) return false;
  const Octets<32>& n = group_of(curve).order_octets;
  // Subtract n and look at the borrow; gather all bits to see zero.
  uint32_t borrow = 0;
  uint32_t any = 0;
  for (size_t i = 32; i-- > 0;) {
    const uint32_t difference = uint32_t{scalar[i]} - n[i] - borrow;
    borrow = (difference >> 8) & 1;
    any |= scalar[i];
  }
  return (borrow & static_cast<uint32_t>(any != 0)) == 1;
}

/// The objects of keys that are gone, for the next ones.
struct VerificationKey::Idle {
  static constexpr size_t most = 64;
  std::mutex mutex;
  std::vector<PkeyPtr> keys;

  static Idle& of(Curve curve) {
    static Idle& p256 = *new Idle;
    static Idle& brainpool = *new Idle;
    return curve == Curve::p256 ? p256 : brainpool;
  }
  PkeyPtr take() {
    const std::lock_guard lock(mutex);
    if (keys.empty()) return nullptr;
    PkeyPtr key = std::move(keys.back());
    keys.pop_back();
    return key;
  }
  void give(PkeyPtr key) {
    const std::lock_guard lock(mutex);
    if (keys.size() < most) keys.push_back(std::move(key));
  }
};

VerificationKey::VerificationKey(const PublicKey& key) : curve_(key.curve()), key_(Idle::of(curve_).take()) {
  if (!key_) {
    key_.reset(EVP_PKEY_new());
    check(key_ && EVP_PKEY_copy_parameters(key_.get(), group_of(curve_).parameters) == 1, "curve parameters");
  }
  check(EVP_PKEY_set1_encoded_public_key(key_.get(), key.point().data(), key.point().size()) == 1,
        "a checked point loads");
}

VerificationKey::~VerificationKey() {
  Idle::of(curve_).give(std::move(key_));
}

PkeyCtxPtr ContextPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      PkeyCtxPtr context = std::move(idle_.back());
      idle_.pop_back();
      return context;
    }
  }
  PkeyCtxPtr context(EVP_PKEY_CTX_new(key_, nullptr));
  check(context && init_(context.get()) == 1, "EVP_PKEY_CTX_new");
  return context;
}

void ContextPool::give_back(PkeyCtxPtr context) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(context));
}

}  // namespace sealift::crypto::detail
