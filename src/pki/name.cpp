#include "pki/name.hpp"

#include <algorithm>

#include "asn1/reader.hpp"
#include "asn1/writer.hpp"
#include "base/ids.hpp"

namespace sealift::pki {

static constexpr size_t max_attributes = 32;

static bool plain_text(uint8_t tag) {
  return tag == 0x0C || tag == 0x13 || tag == 0x16;
}

bool Attribute::same_value(const Attribute& other) const {
  bool same_form = tag == other.tag || (plain_text(tag) && plain_text(other.tag));
  return type == other.type && same_form && value == other.value;
}

/// Name ::= SEQUENCE OF SET SIZE (1..MAX) OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
Result<Name> Name::parse(View der) {
  asn1::Reader outer(der, "Name");
  asn1::Tlv sequence = TRY(outer.expect(0x30, "Name"));
  TRY_VOID(outer.finish());
  Name name;
  name.der_ = sequence.whole;
  name.attributes_.reserve(4);
  asn1::Reader rdns = outer.inside(sequence);
  for (uint8_t rdn = 0; !rdns.at_end(); ++rdn) {
    asn1::Tlv set = TRY(rdns.expect(0x31, "RelativeDistinguishedName"));
    asn1::Reader members = rdns.inside(set);
    do {
      asn1::Tlv member = TRY(members.expect(0x30, "AttributeTypeAndValue"));
      asn1::Reader fields = members.inside(member);
      asn1::Tlv type_tlv = TRY(fields.expect(0x06, "type"));
      asn1::Oid type = TRY(asn1::Oid::from_content(type_tlv.value));
      asn1::Tlv value = TRY(fields.next());
      TRY_VOID(fields.finish());
      if (value.tag > 0xFF || asn1::is_constructed(value.tag)) {
        return Error{ErrorKind::invalid, "Name: an attribute value is not a string"};
      }
      if (name.attributes_.size() == max_attributes)
        return Error{ErrorKind::limit, "Name: too many attributes"};
      name.attributes_.push_back({type, static_cast<uint8_t>(value.tag), rdn, sealift::text(value.value)});
    } while (!members.at_end());
  }
  return name;
}

std::optional<std::string_view> Name::get(const asn1::Oid& type) const {
  for (const Attribute& a : attributes_) {
    if (a.type == type) return a.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Name::all(const asn1::Oid& type) const {
  std::vector<std::string_view> out;
  for (const Attribute& a : attributes_) {
    if (a.type == type) out.push_back(a.value);
  }
  return out;
}

bool Name::same(const Name& other) const {
  if (equal(der_, other.der_)) return true;
  return std::equal(attributes_.begin(), attributes_.end(), other.attributes_.begin(),
                    other.attributes_.end(),
                    [](const Attribute& a, const Attribute& b) { return a.rdn == b.rdn && a.same_value(b); });
}

static std::string type_text(const asn1::Oid& type) {
  if (type == attribute::common_name) return "CN";
  if (type == attribute::serial_number) return "serialNumber";
  if (type == attribute::country) return "C";
  if (type == attribute::organization) return "O";
  if (type == attribute::organizational_unit) return "OU";
  return type.dotted();
}

std::string Name::text() const {
  std::string out;
  for (const Attribute& a : attributes_) {
    if (!out.empty()) out += ", ";
    out += type_text(a.type) + "=";
    if (!is_utf8(view(a.value))) {
      out += "#" + hex(view(a.value));
      continue;
    }
    for (char c : a.value) {
      auto octet = static_cast<uint8_t>(c);
      bool shown = octet >= 0x20 && octet != 0x7F && c != '\\';
      out += shown ? std::string(1, c) : "\\x" + hex(View(&octet, 1));
    }
  }
  return out;
}

Bytes encode_name(const NameSpec& name) {
  asn1::Writer w;
  for (size_t i = name.attributes.size(); i-- > 0;) {
    const auto& [type, value] = name.attributes[i];
    size_t rdn = w.mark();
    bool printable = type == attribute::country || type == attribute::serial_number;
    w.tlv(printable ? 0x13 : 0x0C, view(value));
    w.tlv(0x06, type.content());
    w.header(0x30, rdn);
    w.header(0x31, rdn);
  }
  w.header(0x30, 0);
  return std::move(w).take();
}

}  // namespace sealift::pki
