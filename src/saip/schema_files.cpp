// Declarations of the elements that carry files (PEDefinitions; the module has AUTOMATIC TAGS, which do not
// apply to a type that writes any tag itself: ProprietaryInfo, Fcp, FileManagement).
#include "saip/schema_files.hpp"

#include "saip/leaves.hpp"
#include "saip/templates.hpp"

namespace sealift {

template <>
inline constexpr auto asn1::schema<saip::ProprietaryInfo> = asn1::extensible(
    0x30, &saip::ProprietaryInfo::unknown,
    asn1::field("specialFileInformation", &saip::ProprietaryInfo::specialFileInformation, 0xC0),
    asn1::field("fillPattern", &saip::ProprietaryInfo::fillPattern, 0xC1).range(1, 200),
    asn1::field("repeatPattern", &saip::ProprietaryInfo::repeatPattern, 0xC2).range(1, 200),
    asn1::field("maximumFileSize", &saip::ProprietaryInfo::maximumFileSize, 0x86).range(1, 4),
    asn1::field("fileDetails", &saip::ProprietaryInfo::fileDetails, 0x84));

template <>
inline constexpr auto asn1::schema<saip::Fcp> = asn1::extensible(
    0x30, &saip::Fcp::unknown, asn1::field("fileDescriptor", &saip::Fcp::fileDescriptor, 0x82).range(2, 4),
    asn1::field("fileID", &saip::Fcp::fileID, 0x83),
    asn1::field("dfName", &saip::Fcp::dfName, 0x84).range(5, 16), asn1::field("lcsi", &saip::Fcp::lcsi, 0x8A),
    asn1::field("securityAttributesReferenced", &saip::Fcp::securityAttributesReferenced, 0x8B).range(1, 3),
    asn1::field("efFileSize", &saip::Fcp::efFileSize, 0x80),
    asn1::field("pinStatusTemplateDO", &saip::Fcp::pinStatusTemplateDO, 0xC6),
    asn1::field("shortEFID", &saip::Fcp::shortEFID, 0x88).range(0, 1),
    asn1::field("proprietaryEFInfo", &saip::Fcp::proprietaryEFInfo, 0xA5),
    asn1::field("linkPath", &saip::Fcp::linkPath, 0xC7).range(0, 8));

template <>
inline constexpr auto asn1::schema<saip::FileStep> = asn1::choice(0, asn1::alternative("doNotCreate", 0x80),
                                                                  asn1::alternative("fileDescriptor", 0xA1),
                                                                  asn1::alternative("fillFileOffset", 0x82),
                                                                  asn1::alternative("fillFileContent", 0x83));

template <>
inline constexpr auto asn1::schema<saip::FileManagementStep> =
    asn1::choice(0, asn1::alternative("filePath", 0x80), asn1::alternative("createFCP", 0x62),
                 asn1::alternative("fillFileOffset"), asn1::alternative("fillFileContent", 0x81));

template <>
inline constexpr auto asn1::schema<saip::GenericFileManagement> =
    asn1::extensible(0xA1, &saip::GenericFileManagement::unknown,
                     asn1::field("gfm-header", &saip::GenericFileManagement::header, 0xA0),
                     asn1::field("fileManagementCMD", &saip::GenericFileManagement::fileManagementCMD, 0xA1)
                         .range(1, UINT64_MAX));

}  // namespace sealift

ASN1_MESSAGE(sealift::saip::GenericFileManagement)
ASN1_MESSAGE(sealift::saip::Fcp)

namespace sealift::saip {

namespace {

constexpr uint32_t kHeader = 0xA0, kTemplateId = 0x81, kFirstFile = 2;

/// Context tag of the n-th member of an automatically tagged SEQUENCE, constructed.
constexpr asn1::Tag member_tag(uint32_t n) {
  return n < 31 ? 0xA0 + n : 0xBF00 + n;
}

/// Which File member a tag stands for; -1 where it is none.
int file_index(asn1::Tag tag) {
  if (tag >= 0xA0 + kFirstFile && tag <= 0xBE) return static_cast<int>(tag - 0xA0 - kFirstFile);
  if (tag >= 0xBF1F && tag <= 0xBF7F) return static_cast<int>(tag - 0xBF00 - kFirstFile);
  return -1;
}

template <class T>
bool read(asn1::Decoder& d, View& in, asn1::Tag tag, const char* name, T& out) {
  asn1::Tlv x;
  if (in.empty()) {
    d.fail(in, ErrorKind::truncated, "missing");
    return d.inside(name);
  }
  if (!d.next(in, x)) return d.inside(name);
  if (x.tag != tag) {
    d.fail(x.whole, ErrorKind::invalid, "missing, or out of order");
    return d.inside(name);
  }
  return asn1::Codec<T>::get(d, x, out, tag, 0) || d.inside(name);
}

bool read_files(asn1::Decoder& d, View in, size_t members, TemplateElement& out) {
  int last = -1;
  while (!in.empty()) {
    View here = in;
    asn1::Tlv x;
    if (!d.next(in, x)) return false;
    int index = file_index(x.tag);
    if (index >= static_cast<int>(members) && index > last) {
      out.unknown.tlvs = to_bytes(here);
      while (!in.empty()) {
        if (!d.next(in, x)) return false;
      }
      return true;
    }
    if (index <= last)
      return d.fail(x.whole, ErrorKind::invalid, "a file that does not belong here, or out of order");
    last = index;
    TemplateFile& f = out.files.emplace_back();
    f.index = static_cast<uint8_t>(index);
    if (!asn1::Codec<File>::get(d, x, f.file, x.tag, 0)) {
      return d.inside(std::string(newest_template(out.kind)->files[f.index].member).c_str());
    }
  }
  return true;
}

}  // namespace

Result<TemplateElement> decode_template_element(Kind kind, View tlv) {
  asn1::Decoder d(tlv);
  View in = tlv;
  asn1::Tlv outer;
  TemplateElement out;
  out.kind = kind;
  bool ok = d.next(in, outer);
  View members = outer.value;
  ok = ok && d.enter(outer.whole) && read(d, members, kHeader, "header", out.header) &&
       read(d, members, kTemplateId, "templateID", out.templateID) &&
       read_files(d, members, newest_template(kind)->files.size(), out);
  if (!ok) return d.error().within(name(kind));
  return out;
}

Bytes encode_template_element(const TemplateElement& e) {
  asn1::Writer w;
  auto outer = w.mark();
  w.bytes(e.unknown.tlvs);
  for (size_t i = e.files.size(); i-- > 0;) {
    asn1::Codec<File>::put(w, e.files[i].file, member_tag(e.files[i].index + kFirstFile), 0);
  }
  w.tlv(kTemplateId, e.templateID);
  asn1::Codec<PeHeader>::put(w, e.header, kHeader, 0);
  w.header(tag(e.kind), outer);
  return std::move(w).take();
}

std::optional<PeHeader> find_pe_header(View contents) {
  asn1::Reader in(contents);
  auto first = in.next();
  if (!first || first->tag != kHeader) return std::nullopt;
  asn1::Decoder d(contents);
  PeHeader out;
  if (!asn1::Codec<PeHeader>::get(d, *first, out, kHeader, 0)) return std::nullopt;
  return out;
}

}  // namespace sealift::saip
