#include "smdp/vault.hpp"

#include "crypto/aes.hpp"

namespace sealift::smdp {
namespace {

constexpr size_t kNonce = 12;
constexpr size_t kKeys = 48;

Bytes associated(std::string_view what, const Iccid& iccid) {
  return concat({view(what), iccid.octets()});
}

// Nonces are random: 96 bits serve far more profiles under one key than there are ICCIDs in a store.
Bytes seal(const Secret<32>& key, Random& random, std::string_view what, const Iccid& iccid, View plain) {
  const Octets<kNonce> nonce = random.octets<kNonce>();
  const Bytes sealed = crypto::aes256_gcm_seal(key.expose(), nonce, associated(what, iccid), plain);
  return concat({nonce, sealed});
}

Result<SecretBytes> open(const Secret<32>& key, std::string_view what, const Iccid& iccid, View sealed) {
  if (sealed.size() < kNonce) return Error{ErrorKind::verification, "a profile in stock is damaged"};
  const auto nonce = TRY(octets<kNonce>(sealed.first(kNonce)));
  auto plain = crypto::aes256_gcm_open(key.expose(), nonce, associated(what, iccid), sealed.subspan(kNonce));
  if (!plain) return std::move(plain.error()).within("a profile in stock (is this its store key?)");
  return plain;
}

constexpr std::string_view kProfile = "sealift profile", kProfileKeys = "sealift profile keys";

}  // namespace

StoredProfile lock_profile(const Secret<32>& store_key, Random& random, const Iccid& iccid,
                           Protection protection, View upp) {
  if (protection == Protection::session_keys)
    return {.content = seal(store_key, random, kProfile, iccid, upp)};
  bsp::ProtectedProfilePackage ppp = bsp::protect_profile(upp, random);
  Secret<kKeys> keys;
  auto out = keys.expose_mutable().begin();
  for (const auto* part : {&ppp.keys.initialMacChainingValue, &ppp.keys.ppkEnc, &ppp.keys.ppkCmac}) {
    out = std::copy(part->expose().begin(), part->expose().end(), out);
  }
  return {.content = std::move(ppp.sequenceOf86),
          .keys = seal(store_key, random, kProfileKeys, iccid, keys.expose())};
}

Result<bsp::ProtectedProfilePackage> unlock_keys(const Secret<32>& store_key, const Iccid& iccid,
                                                 const StoredProfile& profile) {
  const SecretBytes keys = TRY(open(store_key, kProfileKeys, iccid, profile.keys));
  if (keys.size() != kKeys)
    return Error{ErrorKind::verification, "the keys of a profile in stock are damaged"};
  bsp::ProtectedProfilePackage out;
  out.keys.initialMacChainingValue = TRY(Secret<16>::from(keys.expose().subspan(0, 16)));
  out.keys.ppkEnc = TRY(Secret<16>::from(keys.expose().subspan(16, 16)));
  out.keys.ppkCmac = TRY(Secret<16>::from(keys.expose().subspan(32, 16)));
  return out;
}

Result<SecretBytes> unlock_upp(const Secret<32>& store_key, const Iccid& iccid,
                               const StoredProfile& profile) {
  return open(store_key, kProfile, iccid, profile.content);
}

Result<bool> is_locked(const Secret<32>& store_key, const Iccid& iccid, Protection protection,
                       const StoredProfile& profile, View upp) {
  if (protection == Protection::session_keys) {
    const SecretBytes there = TRY(unlock_upp(store_key, iccid, profile));
    return equal_constant_time(there.expose(), upp);
  }
  const bsp::ProtectedProfilePackage there = TRY(unlock_keys(store_key, iccid, profile));
  return equal_constant_time(profile.content, bsp::protect_profile(upp, there.keys));
}

}  // namespace sealift::smdp
