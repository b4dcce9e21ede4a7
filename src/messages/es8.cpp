#include "messages/es8.hpp"

#include "messages/schema_metadata.hpp"

namespace sealift::asn1 {

/// Session keys: OCTET STRING (SIZE(16)) that is never printed.
template <>
struct Codec<Secret<16>> : LeafCodec<Secret<16>, 0x04> {
  static constexpr uint64_t least = 16, most = 16;
  static Result<Secret<16>> parse(View v) { return Secret<16>::from(v); }
  static View contents(const Secret<16>& v) { return v.expose(); }
  static std::string show(const Secret<16>&) { return "(16 secret octets)"; }
};

template <>
inline constexpr auto schema<messages::ControlRefTemplate> =
    extensible(0x30, &messages::ControlRefTemplate::unknown,
               field("keyType", &messages::ControlRefTemplate::keyType, 0x80),
               field("keyLen", &messages::ControlRefTemplate::keyLen, 0x81),
               field("hostId", &messages::ControlRefTemplate::hostId, 0x84).range(1, 16));
template <>
inline constexpr auto schema<messages::InitialiseSecureChannelRequest> = extensible(
    0xBF23, &messages::InitialiseSecureChannelRequest::unknown,
    field("remoteOpId", &messages::InitialiseSecureChannelRequest::remoteOpId, 0x82),
    field("transactionId", &messages::InitialiseSecureChannelRequest::transactionId, 0x80),
    field("controlRefTemplate", &messages::InitialiseSecureChannelRequest::controlRefTemplate, 0xA6),
    field("smdpOtpk", &messages::InitialiseSecureChannelRequest::smdpOtpk, 0x5F49),
    field("smdpSign", &messages::InitialiseSecureChannelRequest::smdpSign, 0x5F37));
template <>
inline constexpr auto schema<messages::ConfigureIsdpRequest> = extensible(
    0xBF24, &messages::ConfigureIsdpRequest::unknown,
    field("dpProprietaryData", &messages::ConfigureIsdpRequest::dpProprietaryData, 0xB8).at_most(128));
template <>
inline constexpr auto schema<messages::ReplaceSessionKeysRequest> = sequence(
    0xBF26,
    field("initialMacChainingValue", &messages::ReplaceSessionKeysRequest::initialMacChainingValue, 0x80),
    field("ppkEnc", &messages::ReplaceSessionKeysRequest::ppkEnc, 0x81),
    field("ppkCmac", &messages::ReplaceSessionKeysRequest::ppkCmac, 0x82));

}  // namespace sealift::asn1

ASN1_MESSAGE(sealift::messages::InitialiseSecureChannelRequest)
ASN1_MESSAGE(sealift::messages::ConfigureIsdpRequest)
ASN1_MESSAGE(sealift::messages::StoreMetadataRequest)
ASN1_MESSAGE(sealift::messages::ReplaceSessionKeysRequest)

namespace sealift::messages {

Bytes smdp_sign_input(const InitialiseSecureChannelRequest& request, const PointOctets& euiccOtpk) {
  Bytes whole = asn1::encode(request);
  asn1::Reader reader(asn1::read_single(whole, 0xBF23, "InitialiseSecureChannelRequest").value().value);
  Bytes out;
  while (!reader.at_end()) {
    asn1::Tlv field = reader.next().value();
    if (field.tag == 0x5F37) break;
    append(out, field.whole);
  }
  append(out, asn1::tlv(0x5F49, euiccOtpk));
  return out;
}

}  // namespace sealift::messages
