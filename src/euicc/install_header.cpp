// The profile header, and what it and the metadata say of the whole profile.
#include <algorithm>

#include "euicc/install_capability.hpp"
#include "euicc/install_package.hpp"

namespace sealift::euicc {
namespace {

using saip::PeStatusCode;
constexpr uint8_t data_mismatch = 13;

/// The header has the digits in order and F filler; Iccid is the nibble-swapped form.
bool is_iccid(const Octets<10>& header_form, const Iccid& iccid) {
  const Octets<10>& swapped = iccid.octets();
  for (size_t i = 0; i < 10; ++i) {
    if (header_form[i] != static_cast<uint8_t>(swapped[i] << 4 | swapped[i] >> 4)) return false;
  }
  return true;
}

View content_of(const ProfileImage& image, NodeIndex directory, uint16_t fid) {
  const NodeIndex node = image.child(directory, fid);
  return node == no_node ? View{} : View(image.body(node).content);
}

/// MCC and MNC of an owner against an IMSI; the third MNC digit F means that there are two.
bool owns(const Octets<3>& mccMnc, std::string_view imsi) {
  const uint8_t digits[] = {static_cast<uint8_t>(mccMnc[0] & 15), static_cast<uint8_t>(mccMnc[0] >> 4),
                            static_cast<uint8_t>(mccMnc[1] & 15), static_cast<uint8_t>(mccMnc[2] & 15),
                            static_cast<uint8_t>(mccMnc[2] >> 4), static_cast<uint8_t>(mccMnc[1] >> 4)};
  const size_t count = digits[5] == 0x0F ? 5 : 6;
  if (imsi.size() < count) return false;
  for (size_t i = 0; i < count; ++i) {
    if (imsi[i] != '0' + digits[i]) return false;
  }
  return true;
}

/// A group identifier of the metadata begins the file's content; FF fills what is not used.
bool has_group(View file, const std::optional<Bytes>& gid) {
  if (!gid) return true;
  if (gid->size() > file.size()) {
    return std::all_of(gid->begin(), gid->end(), [](uint8_t b) { return b == 0xFF; });
  }
  return equal(file.first(gid->size()), *gid);
}

}  // namespace

PeResult install_header(Installation& in, const saip::ProfileHeader& header) {
  if (!has_package_version(header.majorVersion)) return PeFault{PeStatusCode::unsupported_profile_version};
  if (header.iotOptions) return PeFault{PeStatusCode::feature_not_supported};
  for (saip::Service service : header.eUICCMandatoryServices.services) {
    if (!has_service(service)) {
      return PeFault{PeStatusCode::feature_not_supported, std::nullopt, static_cast<uint8_t>(service)};
    }
  }
  for (const Bytes& oid : header.eUICCMandatoryGfsteList) {
    if (!has_template(oid)) return PeFault{PeStatusCode::template_not_supported};
  }
  // Packages and applications that must be on the card already; this card has none of either.
  if (header.eUICCMandatoryAids && !header.eUICCMandatoryAids->empty())
    return PeFault{PeStatusCode::lib_not_supported};
  if (!is_iccid(header.iccid, in.context.iccid)) return PeFault{PeStatusCode::bad_values, data_mismatch};
  in.image.major_version = header.majorVersion;
  in.image.minor_version = header.minorVersion;
  in.image.iccid = header.iccid;
  return {};
}

PeResult check_owner(const Installation& in) {
  constexpr uint16_t ef_iccid = 0x2FE2, ef_imsi = 0x6F07, ef_gid1 = 0x6F3E, ef_gid2 = 0x6F3F;
  const PeFault mismatch{PeStatusCode::bad_values, data_mismatch};
  if (in.image.files.empty()) return PeFault{PeStatusCode::bad_values};
  View iccid = content_of(in.image, mf_node, ef_iccid);
  if (!iccid.empty() && !equal(iccid, in.context.iccid.octets())) return mismatch;
  if (!in.context.profileOwner) return {};
  const InstallContext::Owner& owner = *in.context.profileOwner;
  for (const ApplicationName& a : in.image.applications) {
    constexpr Octets<7> usim{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02};
    View aid = a.aid.octets();
    if (aid.size() < usim.size() || !equal(aid.first(usim.size()), usim)) continue;
    auto imsi = Imsi::from_ef_imsi(content_of(in.image, a.node, ef_imsi));
    if (!imsi || !owns(owner.mccMnc, imsi->digits())) continue;
    if (has_group(content_of(in.image, a.node, ef_gid1), owner.gid1) &&
        has_group(content_of(in.image, a.node, ef_gid2), owner.gid2)) {
      return {};
    }
  }
  return mismatch;
}

}  // namespace sealift::euicc
