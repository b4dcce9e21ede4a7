// Codecs of the profile module's leaf types, and the PEHeader that all elements share. Included by
// saip/schema_*.cpp alone.
#pragma once

#include "asn1/schema.hpp"
#include "saip/profile_element.hpp"

namespace sealift::asn1 {

template <size_t N>
struct Codec<Secret<N>> : LeafCodec<Secret<N>, 0x04> {
  static Result<Secret<N>> parse(View v) { return Secret<N>::from(v); }
  static View contents(const Secret<N>& v) { return v.expose(); }
  static std::string show(const Secret<N>&) { return "(secret)"; }
};
template <>
struct Codec<SecretBytes> : LeafCodec<SecretBytes, 0x04> {
  static Result<SecretBytes> parse(View v) { return SecretBytes(to_bytes(v)); }
  static View contents(const SecretBytes& v) { return v.expose(); }
  static std::string show(const SecretBytes&) { return "(secret)"; }
};

template <>
struct Codec<saip::Octet> : LeafCodec<saip::Octet, 0x04> {
  static Result<saip::Octet> parse(View v) {
    if (v.size() != 1) return Error{ErrorKind::invalid, "not one octet"};
    return saip::Octet{v[0]};
  }
  static Octets<1> contents(saip::Octet v) { return {v.value}; }
  static std::string show(saip::Octet v) { return hex(contents(v)); }
};
template <>
struct Codec<saip::FileId> : LeafCodec<saip::FileId, 0x04> {
  static Result<saip::FileId> parse(View v) {
    if (v.size() != 2) return Error{ErrorKind::invalid, "a file identifier has two octets"};
    return saip::FileId{static_cast<uint16_t>(v[0] << 8 | v[1])};
  }
  static Octets<2> contents(saip::FileId v) {
    return {static_cast<uint8_t>(v.value >> 8), static_cast<uint8_t>(v.value)};
  }
  static std::string show(saip::FileId v) { return hex(contents(v)); }
};
template <>
struct Codec<saip::FilePath> : LeafCodec<saip::FilePath, 0x04> {
  static Result<saip::FilePath> parse(View v) {
    if (v.size() > 8 || v.size() % 2 != 0)
      return Error{ErrorKind::invalid, "a path is up to four file identifiers"};
    return saip::FilePath{to_bytes(v)};
  }
  static View contents(const saip::FilePath& v) { return v.path; }
  static std::string show(const saip::FilePath& v) { return hex(v.path); }
};
template <>
struct Codec<saip::FillFileContent> : LeafCodec<saip::FillFileContent, 0x04> {
  static Result<saip::FillFileContent> parse(View v) { return saip::FillFileContent{to_bytes(v)}; }
  static View contents(const saip::FillFileContent& v) { return v.content; }
  static std::string show(const saip::FillFileContent& v) {
    return std::to_string(v.content.size()) + " octets";
  }
};
template <>
struct Codec<saip::FillFileOffset> {
  static constexpr Tag tag = 0x02;
  static bool accepts(Tag got) { return got == tag; }
  static bool get(Decoder& d, const Tlv& t, saip::FillFileOffset& out, Tag as, Tag) {
    return Codec<uint16_t>::get(d, t, out.skip, as, 0);
  }
  static void put(Writer& w, const saip::FillFileOffset& v, Tag as, Tag) {
    Codec<uint16_t>::put(w, v.skip, as, 0);
  }
  static void print(Printer& p, const char* name, const saip::FillFileOffset& v) {
    Codec<uint16_t>::print(p, name, v.skip);
  }
};
template <>
struct Codec<saip::ServicesList> : LeafCodec<saip::ServicesList, 0x30> {
  static Result<saip::ServicesList> parse(View v);
  static Bytes contents(const saip::ServicesList& v);
  static std::string show(const saip::ServicesList& v);
};
template <>
struct Codec<saip::SqnInit> : LeafCodec<saip::SqnInit, 0x30> {
  static Result<saip::SqnInit> parse(View v);
  static Bytes contents(const saip::SqnInit& v);
  static std::string show(const saip::SqnInit& v);
};

template <>
inline constexpr auto schema<saip::PeHeader> =
    extensible(0x30, &saip::PeHeader::unknown, field("mandated", &saip::PeHeader::mandated, 0x80),
               field("identification", &saip::PeHeader::identification, 0x81).range(0, 0x7FFF));

}  // namespace sealift::asn1
