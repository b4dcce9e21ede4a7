// Schemas of the types that several interfaces share (SGP.22 v2.6, module RSPDefinitions). Only for the .cpp
// files of this room that declare messages. Tags come of AUTOMATIC TAGS, which are off in a type as soon as
// one of its own components has a tag in the text.
#pragma once

#include "asn1/schema.hpp"
#include "messages/names.hpp"

namespace sealift::asn1 {

/// Longest server address we take, in characters: a DNS name and a port fit.
inline constexpr uint64_t max_address = 300;
/// Longest list of CI keys, notification recipients, operators or extensions.
inline constexpr uint64_t max_list = 64;
/// Largest certificate, as pki has it.
inline constexpr size_t max_certificate = 8192;
/// Longest list that a card answers with: of profiles, of notifications.
inline constexpr uint64_t max_card_list = 1024;

template <>
struct Codec<messages::CiPKId> : LeafCodec<messages::CiPKId, 0x04> {
  static constexpr uint64_t most = 64;
  static Result<messages::CiPKId> parse(View v) {
    if (v.size() > most) return Error{ErrorKind::limit, "a key identifier that is too long"};
    messages::CiPKId out;
    out.octets = to_bytes(v);
    return out;
  }
  static View contents(const messages::CiPKId& v) { return v.octets; }
  static std::string show(const messages::CiPKId& v) { return hex(v.octets); }
};

template <class Bit>
struct Codec<messages::NamedBits<Bit>> : LeafCodec<messages::NamedBits<Bit>, 0x03> {
  static constexpr auto kind = Shape::Kind::bit_string;
  static constexpr uint64_t least = Codec<BitString>::least, most = Codec<BitString>::most;
  static Result<messages::NamedBits<Bit>> parse(View v) {
    messages::NamedBits<Bit> out;
    out.bits = TRY(Codec<BitString>::parse(v));
    return out;
  }
  static Bytes contents(const messages::NamedBits<Bit>& v) { return Codec<BitString>::contents(v.bits); }
  static std::string show(const messages::NamedBits<Bit>& v) { return Codec<BitString>::show(v.bits); }
};

template <>
inline constexpr auto schema<messages::OperatorId> =
    extensible(0x30, &messages::OperatorId::unknown, field("mccMnc", &messages::OperatorId::mccMnc, 0x80),
               field("gid1", &messages::OperatorId::gid1, 0x81).range(0, 64),
               field("gid2", &messages::OperatorId::gid2, 0x82).range(0, 64));
template <>
inline constexpr auto schema<messages::NotificationConfigurationInformation> = extensible(
    0x30, &messages::NotificationConfigurationInformation::unknown,
    field("profileManagementOperation",
          &messages::NotificationConfigurationInformation::profileManagementOperation, 0x80),
    field("notificationAddress", &messages::NotificationConfigurationInformation::notificationAddress, 0x81)
        .range(0, max_address));
template <>
inline constexpr auto schema<messages::VendorSpecificExtensionItem> =
    extensible(0x30, &messages::VendorSpecificExtensionItem::unknown,
               field("vendorOid", &messages::VendorSpecificExtensionItem::vendorOid, 0x80),
               field("vendorSpecificData", &messages::VendorSpecificExtensionItem::vendorSpecificData, 0xA1)
                   .range(0, 65535));
// Its 128 octets count tag and length, and are bounded where it is a field.
template <>
inline constexpr auto schema<messages::DpProprietaryData> = extensible(
    0x30, &messages::DpProprietaryData::unknown, field("dpOid", &messages::DpProprietaryData::dpOid, 0x80));
template <>
inline constexpr auto schema<messages::ProfileIdentifier> = choice(0, alternative("isdpAid", 0x4F),
                                                                   alternative("iccid", 0x5A));

}  // namespace sealift::asn1
