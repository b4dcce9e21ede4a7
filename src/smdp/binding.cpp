#include "smdp/binding.hpp"

#include "crypto/ecka.hpp"
#include "smdp/vault.hpp"

namespace sealift::smdp {
namespace {

constexpr std::string_view kHostId = "sealift";

Result<messages::BoundProfilePackage> seal(Ports& ports, const Order& order, const bsp::SessionKeys& keys,
                                           const asn1::Oid& dpOid) {
  const StoredProfile profile = TRY(ports.orders.profile(order.iccid));
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

Result<Bytes> bind_profile(Ports& ports, const Order& order, const Signers& signers, const Eid& eid,
                           const messages::PointOctets& euiccOtpk) {
  const crypto::Curve curve = signers.dpPb.signer->public_key().curve();
  const auto peer = TRY(crypto::PublicKey::from_point(curve, euiccOtpk));
  const auto otsk = crypto::EphemeralKey::generate(curve, ports.random);
  messages::ControlRefTemplate crt{.hostId = to_bytes(kHostId)};
  const Secret<32> z = TRY(otsk.agree(peer));
  const bsp::SessionKeys keys = TRY(bsp::derive_session_keys(z, crt, eid));
  messages::BoundProfilePackage package = TRY(seal(ports, order, keys, signers.dpPb.oid));
  package.initialiseSecureChannelRequest.controlRefTemplate = std::move(crt);
  package.initialiseSecureChannelRequest.smdpOtpk = otsk.public_key().point();
  return asn1::encode(package);
}

Result<Bytes> finish_package(Ports& ports, const Order& order, const Signers& signers, View stored,
                             const TransactionId& id, const messages::PointOctets& euiccOtpk) {
  auto package = TRY(asn1::decode<messages::BoundProfilePackage>(stored));
  messages::InitialiseSecureChannelRequest& channel = package.initialiseSecureChannelRequest;
  channel.transactionId = id;
  const Bytes covered = messages::smdp_sign_input(channel, euiccOtpk);
  channel.smdpSign = TRY(signers.dpPb.signer->sign({View(covered)}));
  if (order.protection == Protection::random_keys) {
    package.sequenceOf86 = TRY(ports.orders.profile(order.iccid)).content;
  }
  return asn1::encode(package);
}

}  // namespace sealift::smdp
