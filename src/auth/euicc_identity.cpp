#include "auth/euicc_identity.hpp"

#include "auth/verified.hpp"

namespace sealift::auth {

Result<EuiccIdentity> EuiccIdentity::recall(const Eid& eid, View remembered_key) {
  if (remembered_key.size() != 66 ||
      remembered_key[0] > static_cast<uint8_t>(crypto::Curve::brainpool_p256r1)) {
    return Error{ErrorKind::invalid, "a remembered eUICC key is damaged"};
  }
  const auto curve = static_cast<crypto::Curve>(remembered_key[0]);
  return EuiccIdentity(eid, TRY(crypto::PublicKey::from_point(curve, remembered_key.subspan(1))));
}

Result<EuiccIdentity> EuiccIdentity::recall(const Eid& eid, View remembered_key, View serial_number,
                                            const std::optional<Bytes>& eum) {
  EuiccIdentity out = TRY(recall(eid, remembered_key));
  out.serial_number_ = to_bytes(serial_number);
  if (eum) out.eum_ = TRY(pki::Certificate::parse(*eum));
  return out;
}

Bytes EuiccIdentity::remember() const {
  const uint8_t curve = static_cast<uint8_t>(key().curve());
  return concat({View(&curve, 1), key().point()});
}

Octets<67> signature_tlv(const Octets<64>& signature) {
  Octets<67> out{0x5F, 0x37, 0x40};
  std::copy(signature.begin(), signature.end(), out.begin() + 3);
  return out;
}

}  // namespace sealift::auth
