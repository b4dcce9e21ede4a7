// Types that the messages of several SGP.22 interfaces share (SGP.22 v2.6, module RSPDefinitions).
//
// Every message owns its octets and is a plain value without invariants of its own: whatever
// `asn1::decode` lets through keeps the bounds of the specification. Fields have the specification's names.
// `unknown` holds the complete TLVs that followed the fields known here (the module says EXTENSIBILITY
// IMPLIED); they are encoded again unchanged. A CHOICE is a struct with a variant `alt`. decode, encode and
// trace of every message are those of asn1/types.hpp.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "asn1/oid.hpp"
#include "asn1/types.hpp"
#include "base/ids.hpp"

namespace sealift::messages {

/// Major, minor, revision, each in binary: 02 00 0C is v2.0.12.
using VersionType = Octets<3>;
/// subjectKeyIdentifier (SHA-1) of a CI certificate, the name of a CI key everywhere in RSP.
using SubjectKeyIdentifier = Octets<20>;
/// A CI key as an eUICC names it in its lists. The module bounds no length: one that is not of 20 octets is
/// kept as it came, and names no key of ours.
struct CiPKId {
  Bytes octets;
  CiPKId() = default;
  CiPKId(const SubjectKeyIdentifier& id) : octets(to_bytes(id)) {}  // NOLINT: implicit by design
  bool operator==(const CiPKId&) const = default;
};
/// r || s, each 32 octets big-endian (tag 5F37).
using SignatureOctets = Octets<64>;
/// An uncompressed point 04 || X || Y (tag 5F49). Not checked to lie on a curve.
using PointOctets = Octets<65>;
/// A complete certificate, `30...`, untouched; only pki opens it.
using CertificateOctets = asn1::Any;

/// A BIT STRING with named bits; `Bit` enumerates the bit numbers. Trailing zero bits are kept as received,
/// since not all peers leave them out; bits given by us are encoded in the shortest form.
template <class Bit>
struct NamedBits {
  asn1::BitString bits;
  NamedBits() = default;
  NamedBits(std::initializer_list<Bit> set) {
    for (Bit b : set) insert(b);
  }
  /// True where the bit is there and 1.
  bool contains(Bit b) const { return bits.bit(static_cast<size_t>(b)); }
  bool any() const {
    for (uint8_t octet : bits.octets) {
      if (octet != 0) return true;
    }
    return false;
  }
  void insert(Bit b) { put(static_cast<size_t>(b)); }
  bool operator==(const NamedBits&) const = default;

 private:
  void put(size_t n) {
    const size_t size = bits.octets.size() * 8 - bits.unused;
    if (n >= size) {
      bits.octets.resize(n / 8 + 1);
      bits.unused = static_cast<uint8_t>(7 - n % 8);
    }
    bits.octets[n / 8] |= static_cast<uint8_t>(0x80 >> (n % 8));
  }
};

/// Profile Policy Rules (2.8.1).
enum class PprId : uint8_t { pprUpdateControl = 0, ppr1 = 1, ppr2 = 2 };
using PprIds = NamedBits<PprId>;

/// Events that notifications tell of.
enum class NotificationEventBit : uint8_t {
  notificationInstall = 0,
  notificationEnable = 1,
  notificationDisable = 2,
  notificationDelete = 3,
};
using NotificationEvent = NamedBits<NotificationEventBit>;

enum class IconType : uint8_t { jpg = 0, png = 1 };
enum class ProfileState : uint8_t { disabled = 0, enabled = 1 };
enum class ProfileClass : uint8_t { test = 0, provisioning = 1, operational = 2 };

/// Owner of a Profile.
struct OperatorId {
  Octets<3> mccMnc{};  ///< TS 24.008 coding
  std::optional<Bytes> gid1;
  std::optional<Bytes> gid2;
  asn1::Unknown unknown;
  bool operator==(const OperatorId&) const = default;
};

/// One recipient of notifications about a Profile.
struct NotificationConfigurationInformation {
  NotificationEvent profileManagementOperation;
  std::string notificationAddress;  ///< FQDN
  asn1::Unknown unknown;
  bool operator==(const NotificationConfigurationInformation&) const = default;
};

/// Data whose meaning the owner of `vendorOid` defines; the value is kept raw.
struct VendorSpecificExtensionItem {
  asn1::Oid vendorOid;
  Bytes vendorSpecificData;  ///< content octets of [1]
  asn1::Unknown unknown;
  bool operator==(const VendorSpecificExtensionItem&) const = default;
};
using VendorSpecificExtension = std::vector<VendorSpecificExtensionItem>;

/// Kept by the ISD-P for the SM-DP+ that made the Profile; at most 128 octets with tag and length.
struct DpProprietaryData {
  asn1::Oid dpOid;
  asn1::Unknown unknown;  ///< objects of the SM-DP+'s own
  bool operator==(const DpProprietaryData&) const = default;
};

/// Which Profile a command means.
struct ProfileIdentifier {
  std::variant<Aid, Iccid> alt;  ///< isdpAid (4F) or iccid (5A)
};

}  // namespace sealift::messages
