#include "asn1/shape.hpp"
#include "asn1/writer.hpp"
#include "messages/es8.hpp"

// Written by hand: the members of `SEQUENCE OF [7] OCTET STRING` are protected TLVs that are complete as they
// stand, so that a schema would tag them twice.
namespace sealift::messages {

namespace {

/// The four lists, their tags, and the tag each member has.
constexpr asn1::Tag first_87 = 0xA0, list_88 = 0xA1, second_87 = 0xA2, list_86 = 0xA3;

/// The contents of a list whose members must all have this tag; at least one is there.
Result<Bytes> read_list(asn1::Reader& reader, asn1::Tag list, asn1::Tag member, std::string_view name) {
  asn1::Tlv tlv = TRY(reader.expect(list, name));
  asn1::Reader members = reader.inside(tlv);
  do {
    TRY_VOID(members.expect(member, name));
  } while (!members.at_end());
  return to_bytes(tlv.value);
}

}  // namespace

Result<std::vector<View>> split_tlvs(View list) {
  std::vector<View> out;
  asn1::Reader reader(list, "list of TLVs");
  while (!reader.at_end()) out.push_back(TRY(reader.next()).whole);
  return out;
}

}  // namespace sealift::messages

namespace sealift::asn1 {

using messages::BoundProfilePackage;

template <>
Result<BoundProfilePackage> decode(View der) {
  Reader outside(der, "BoundProfilePackage");
  Tlv package = TRY(outside.expect(0xBF36, "BoundProfilePackage"));
  TRY_VOID(outside.finish());
  Reader reader = outside.inside(package);
  BoundProfilePackage out;
  Tlv isc = TRY(reader.expect(0xBF23, "initialiseSecureChannelRequest"));
  auto request = decode<messages::InitialiseSecureChannelRequest>(isc.whole);
  if (!request) return std::move(request.error()).within("BoundProfilePackage");
  out.initialiseSecureChannelRequest = std::move(*request);
  out.firstSequenceOf87 = TRY(messages::read_list(reader, messages::first_87, 0x87, "firstSequenceOf87"));
  out.sequenceOf88 = TRY(messages::read_list(reader, messages::list_88, 0x88, "sequenceOf88"));
  if (reader.peek(messages::second_87)) {
    out.secondSequenceOf87 =
        TRY(messages::read_list(reader, messages::second_87, 0x87, "secondSequenceOf87"));
  }
  out.sequenceOf86 = TRY(messages::read_list(reader, messages::list_86, 0x86, "sequenceOf86"));
  TRY_VOID(reader.finish());
  return out;
}

template <>
Bytes encode(const BoundProfilePackage& package) {
  // From front to back, since all sizes are known: the large list is copied once.
  Bytes isc = encode(package.initialiseSecureChannelRequest);
  auto list_size = [](const Bytes& list) {
    return header(messages::list_86, list.size()).size() + list.size();
  };
  size_t size = isc.size() + list_size(package.firstSequenceOf87) + list_size(package.sequenceOf88) +
                list_size(package.sequenceOf86);
  if (package.secondSequenceOf87) size += list_size(*package.secondSequenceOf87);
  Bytes out = header(0xBF36, size);
  out.reserve(out.size() + size);
  auto put = [&](Tag tag, const Bytes& list) {
    append(out, header(tag, list.size()));
    append(out, list);
  };
  append(out, isc);
  put(messages::first_87, package.firstSequenceOf87);
  put(messages::list_88, package.sequenceOf88);
  if (package.secondSequenceOf87) put(messages::second_87, *package.secondSequenceOf87);
  put(messages::list_86, package.sequenceOf86);
  return out;
}

template <>
Shape shape<BoundProfilePackage>() {
  auto list = [](const char* name, Tag tag, Tag member, bool optional) {
    Shape element{Shape::Kind::octets, member, 0, Shape::unlimited, false, {}};
    Shape members{Shape::Kind::sequence_of, 0x30, 0, Shape::unlimited, false, {}};
    members.members.push_back(
        ShapeMember{"-", member, false, false, 0, Shape::unlimited, Shape::unlimited, std::move(element)});
    return ShapeMember{name, tag, optional, false, 1, Shape::unlimited, Shape::unlimited, std::move(members)};
  };
  Shape s{Shape::Kind::sequence, 0xBF36, 0, Shape::unlimited, false, {}};
  ShapeMember isc{"initialiseSecureChannelRequest", 0xBF23, false, false, 0, Shape::unlimited,
                  Shape::unlimited, shape<messages::InitialiseSecureChannelRequest>()};
  s.members = {std::move(isc), list("firstSequenceOf87", messages::first_87, 0x87, false),
               list("sequenceOf88", messages::list_88, 0x88, false),
               list("secondSequenceOf87", messages::second_87, 0x87, true),
               list("sequenceOf86", messages::list_86, 0x86, false)};
  return s;
}

template <>
std::string trace(const BoundProfilePackage& package) {
  std::string out = trace(package.initialiseSecureChannelRequest);
  auto list = [&out](std::string_view name, const Bytes& tlvs) {
    auto members = messages::split_tlvs(tlvs);
    out.append(name)
        .append(": ")
        .append(members ? std::to_string(members->size()) : "broken")
        .append(" TLVs, ");
    out.append(std::to_string(tlvs.size())).append(" octets\n");
  };
  list("firstSequenceOf87", package.firstSequenceOf87);
  list("sequenceOf88", package.sequenceOf88);
  if (package.secondSequenceOf87) list("secondSequenceOf87", *package.secondSequenceOf87);
  list("sequenceOf86", package.sequenceOf86);
  return out;
}

}  // namespace sealift::asn1
