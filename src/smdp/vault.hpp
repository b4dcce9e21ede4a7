// Profiles at rest: K, OPc and every other secret in them are never in clear outside memory.
//
// Sealing is AES-256-GCM under the store key, bound to the ICCID, so that two profiles cannot change places.
// Pure but for the Random port.
#pragma once

#include "bsp/protector.hpp"
#include "smdp/order.hpp"

namespace sealift::smdp {

/// In random-key mode the profile is protected here and now, under keys of its own, and only those are
/// sealed: binding never sees the profile again. In session-key mode the profile itself is sealed.
StoredProfile lock_profile(const Secret<32>& store_key, Random& random, const Iccid& iccid,
                           Protection protection, View upp);

/// The random keys of a profile locked in random-key mode, without its blocks (they are `content`).
/// Error kind verification: another store key, or a damaged store.
Result<bsp::ProtectedProfilePackage> unlock_keys(const Secret<32>& store_key, const Iccid& iccid,
                                                 const StoredProfile& profile);
/// The profile elements of a profile locked in session-key mode. Errors as above.
Result<SecretBytes> unlock_upp(const Secret<32>& store_key, const Iccid& iccid, const StoredProfile& profile);
/// Whether `upp` is the profile that was locked. Errors as above.
Result<bool> is_locked(const Secret<32>& store_key, const Iccid& iccid, Protection protection,
                       const StoredProfile& profile, View upp);

}  // namespace sealift::smdp
