#include "smdp/binding.hpp"

#include "asn1/schema.hpp"
#include "crypto/key_agreement.hpp"
#include "smdp/vault.hpp"

namespace sealift::asn1 {

using smdp::BoundPackage;

// BoundPackage ::= SEQUENCE { hostId OCTET STRING, smdpOtpk [APPLICATION 73], four lists [0] to [3] }: ours
// alone
template <>
inline constexpr auto schema<BoundPackage> =
    sequence(0x30, field("hostId", &BoundPackage::hostId), field("smdpOtpk", &BoundPackage::smdpOtpk, 0x5F49),
             field("firstSequenceOf87", &BoundPackage::firstSequenceOf87, 0x80),
             field("sequenceOf88", &BoundPackage::sequenceOf88, 0x81),
             field("secondSequenceOf87", &BoundPackage::secondSequenceOf87, 0x82),
             field("sequenceOf86", &BoundPackage::sequenceOf86, 0x83));
ASN1_MESSAGE(BoundPackage)

}  // namespace sealift::asn1

namespace sealift::smdp {
namespace {

constexpr std::string_view kHostId = "sealift";

Result<messages::BoundProfilePackage> seal(Ports& ports, const Order& order, const StoredProfile& profile,
                                           const bsp::SessionKeys& keys, const asn1::Oid& dpOid) {
  const Bytes configure = asn1::encode(
      messages::ConfigureIsdpRequest{.dpProprietaryData = messages::DpProprietaryData{.dpOid = dpOid}});
  if (order.protection == Protection::session_keys) {
    const SecretBytes upp = TRY(unlock_upp(ports.store_key, order.iccid, profile));
    return bsp::bind(keys, configure, order.metadata, upp.expose());
  }
  const bsp::ProtectedProfilePackage locked = TRY(unlock_keys(ports.store_key, order.iccid, profile));
  return bsp::bind(keys, configure, order.metadata, locked);
}

}  // namespace

Result<Bytes> bind_profile(Ports& ports, const Order& order, const StoredProfile& profile,
                           const Signers& signers, const Eid& eid, const crypto::PublicKey& euiccOtpk) {
  crypto::SoftwareKeyAgreement here(ports.random);
  crypto::KeyAgreement& one_time_keys = ports.key_agreement ? *ports.key_agreement : here;
  messages::ControlRefTemplate crt{.hostId = to_bytes(kHostId)};
  const crypto::Agreement agreed = TRY(one_time_keys.agree(euiccOtpk));
  const bsp::SessionKeys keys = TRY(bsp::derive_session_keys(agreed.z, crt, eid));
  messages::BoundProfilePackage sealed = TRY(seal(ports, order, profile, keys, signers.dpPb.oid));
  BoundPackage bound{.hostId = std::move(crt.hostId),
                     .smdpOtpk = agreed.otpk.point(),
                     .firstSequenceOf87 = std::move(sealed.firstSequenceOf87),
                     .sequenceOf88 = std::move(sealed.sequenceOf88),
                     .secondSequenceOf87 = std::move(sealed.secondSequenceOf87)};
  if (order.protection == Protection::session_keys) bound.sequenceOf86 = std::move(sealed.sequenceOf86);
  return asn1::encode(bound);
}

Result<Bytes> finish_package(StoredProfile profile, const Signers& signers, View stored,
                             const TransactionId& id, const messages::PointOctets& euiccOtpk) {
  auto bound = TRY(asn1::decode<BoundPackage>(stored));
  messages::BoundProfilePackage package{.firstSequenceOf87 = std::move(bound.firstSequenceOf87),
                                        .sequenceOf88 = std::move(bound.sequenceOf88),
                                        .secondSequenceOf87 = std::move(bound.secondSequenceOf87)};
  messages::InitialiseSecureChannelRequest& channel = package.initialiseSecureChannelRequest;
  channel.transactionId = id;
  channel.controlRefTemplate.hostId = std::move(bound.hostId);
  channel.smdpOtpk = bound.smdpOtpk;
  const Bytes covered = messages::smdp_sign_input(channel, euiccOtpk);
  channel.smdpSign = TRY(signers.dpPb.signer->sign({View(covered)}));
  package.sequenceOf86 = bound.sequenceOf86 ? std::move(*bound.sequenceOf86) : std::move(profile.content);
  return asn1::encode(package);
}

}  // namespace sealift::smdp
