#include "asn1/writer.hpp"
#include "download/es10.hpp"

namespace sealift::download {

/// Header of a list and, for the lists whose header travels alone, each element by itself.
static Status split_list(const asn1::Reader& in, const asn1::Tlv& list, asn1::Tag element, std::vector<Bytes>& out) {
  out.push_back(asn1::header(list.tag, list.value.size()));
  asn1::Reader elements = in.inside(list);
  while (!elements.at_end()) out.push_back(to_bytes(TRY(elements.expect(element, "a protected segment")).whole));
  return {};
}

Result<std::vector<Bytes>> segment_bound_profile_package(View package) {
  asn1::Reader top(package, "BoundProfilePackage");
  asn1::Tlv bpp = TRY(top.expect(0xBF36, "BoundProfilePackage"));
  TRY_VOID(top.finish());
  asn1::Reader in = top.inside(bpp);
  std::vector<Bytes> out;
  asn1::Tlv isc = TRY(in.expect(0xBF23, "initialiseSecureChannelRequest"));
  out.push_back(concat({asn1::header(0xBF36, bpp.value.size()), isc.whole}));
  asn1::Tlv first87 = TRY(in.expect(0xA0, "firstSequenceOf87"));
  out.push_back(to_bytes(first87.whole));
  asn1::Tlv list88 = TRY(in.expect(0xA1, "sequenceOf88"));
  TRY_VOID(split_list(in, list88, 0x88, out));
  if (in.peek(0xA2)) out.push_back(to_bytes(TRY(in.expect(0xA2, "secondSequenceOf87")).whole));
  asn1::Tlv list86 = TRY(in.expect(0xA3, "sequenceOf86"));
  TRY_VOID(split_list(in, list86, 0x86, out));
  TRY_VOID(in.finish());
  return out;
}

Result<messages::StoreMetadataRequest> metadata_of(View package) {
  asn1::Reader top(package, "BoundProfilePackage");
  asn1::Reader in = top.inside(TRY(top.expect(0xBF36, "BoundProfilePackage")));
  (void)TRY(in.expect(0xBF23, "initialiseSecureChannelRequest"));
  (void)TRY(in.expect(0xA0, "firstSequenceOf87"));
  asn1::Reader blocks = in.inside(TRY(in.expect(0xA1, "sequenceOf88")));
  Bytes plain;
  while (!blocks.at_end()) {
    View block = TRY(blocks.expect(0x88, "a StoreMetadata segment")).value;
    if (block.size() < 8) return Error{ErrorKind::invalid, "BoundProfilePackage: a StoreMetadata segment without a MAC"};
    append(plain, block.first(block.size() - 8));
  }
  return asn1::decode<messages::StoreMetadataRequest>(plain);
}

Result<messages::InitialiseSecureChannelRequest> initialise_secure_channel_of(View package) {
  asn1::Reader top(package, "BoundProfilePackage");
  asn1::Reader in = top.inside(TRY(top.expect(0xBF36, "BoundProfilePackage")));
  const asn1::Tlv channel = TRY(in.expect(0xBF23, "initialiseSecureChannelRequest"));
  return asn1::decode<messages::InitialiseSecureChannelRequest>(channel.whole);
}

}  // namespace sealift::download
