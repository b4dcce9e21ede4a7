// Session keys of a Bound Profile Package (SGP.22 v2.6 Annex G, 2.6.4): from the shared secret of the key
// agreement, the Control Reference Template and the EID. Both sides derive the same. Move-only, wiped.
#pragma once

#include "base/secret.hpp"
#include "messages/es8.hpp"

namespace sealift::bsp {

/// What protects TLVs: the keys in use and the value the next MAC is chained to.
struct SessionKeys {
  Secret<16> macChainingValue;  ///< initial one
  Secret<16> sEnc;
  Secret<16> sMac;
  SessionKeys clone() const { return {macChainingValue.clone(), sEnc.clone(), sMac.clone()}; }
};

/// `z` is the x coordinate of ECKA(otSK, otPK). The template's key type and length go in as they are: the
/// caller has judged them. Error: limit where hostId is not of 1 to 16 octets.
Result<SessionKeys> derive_session_keys(const Secret<32>& z, const messages::ControlRefTemplate& crt,
                                        const Eid& eid);

/// Keys of a ReplaceSessionKeys command, as session keys; the counter starts anew with them.
SessionKeys session_keys(const messages::ReplaceSessionKeysRequest& request);

}  // namespace sealift::bsp
