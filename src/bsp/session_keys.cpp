#include "bsp/session_keys.hpp"

#include "crypto/kdf.hpp"

namespace sealift::bsp {

Result<SessionKeys> derive_session_keys(const Secret<32>& z, const messages::ControlRefTemplate& crt,
                                        const Eid& eid) {
  if (crt.hostId.empty() || crt.hostId.size() > 16)
    return Error{ErrorKind::limit, "hostId has 1 to 16 octets"};
  // SharedInfo: key type, key length, then host id and EID, each behind its length.
  Bytes shared_info{crt.keyType[0], crt.keyLen[0], static_cast<uint8_t>(crt.hostId.size())};
  append(shared_info, crt.hostId);
  shared_info.push_back(static_cast<uint8_t>(eid.octets().size()));
  append(shared_info, eid.octets());
  Secret<48> material;
  crypto::x963_kdf(z.expose(), shared_info, material.expose_mutable());
  auto keys = material.expose();
  return SessionKeys{Secret<16>(keys.subspan<0, 16>()), Secret<16>(keys.subspan<16, 16>()),
                     Secret<16>(keys.subspan<32, 16>())};
}

SessionKeys session_keys(const messages::ReplaceSessionKeysRequest& request) {
  return {request.initialMacChainingValue.clone(), request.ppkEnc.clone(), request.ppkCmac.clone()};
}

}  // namespace sealift::bsp
