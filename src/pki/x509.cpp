#include "pki/x509.hpp"

namespace sealift::pki::x509 {

using asn1::Reader;
using asn1::Tlv;

static constexpr asn1::Oid frp256v1 = asn1::Oid::of({1, 2, 250, 1, 223, 101, 256, 1});

Result<crypto::Curve> curve_from_oid(const asn1::Oid& oid) {
  if (oid == prime256v1) return crypto::Curve::p256;
  if (oid == brainpool_p256r1) return crypto::Curve::brainpool_p256r1;
  std::string known = oid == frp256v1 ? "FRP256v1" : oid.dotted();
  return Error{ErrorKind::unsupported,
               "a key on curve " + known + "; P-256 and brainpoolP256r1 are supported"};
}

const asn1::Oid& oid_of(crypto::Curve curve) {
  return curve == crypto::Curve::p256 ? prime256v1 : brainpool_p256r1;
}

View ecdsa_with_sha256_identifier() {
  // parameters are absent (RFC 5758 3.2)
  static const Bytes tlv = asn1::tlv(0x30, asn1::tlv(0x06, ecdsa_with_sha256.content()));
  return tlv;
}

Result<SignedObject> open(View der, std::string_view what) {
  Reader outer(der, what);
  Tlv whole = TRY(outer.expect(0x30, what));
  TRY_VOID(outer.finish());
  Reader in = outer.inside(whole);
  SignedObject out;
  out.tbs = TRY(in.expect(0x30, "the signed part"));
  out.algorithm = TRY(in.expect(0x30, "signatureAlgorithm")).whole;
  if (!equal(out.algorithm, ecdsa_with_sha256_identifier())) {
    return Error{ErrorKind::invalid,
                 std::string(what) + ": signed with another algorithm than ecdsa-with-SHA256"};
  }
  View bits = TRY(read_whole_octets(in, "signatureValue"));
  TRY_VOID(in.finish());
  out.signature = TRY(crypto::signature_from_der(bits));
  return out;
}

Bytes close(View tbs, const crypto::Signature& signature) {
  asn1::Writer w;
  w.bytes(crypto::signature_to_der(signature));
  w.byte(0);
  w.header(0x03, 0);
  w.bytes(ecdsa_with_sha256_identifier());
  w.bytes(tbs);
  w.header(0x30, 0);
  return std::move(w).take();
}

Result<asn1::Oid> read_oid(Reader& in, std::string_view what) {
  Tlv tlv = TRY(in.expect(0x06, what));
  return asn1::Oid::from_content(tlv.value);
}

Result<View> read_whole_octets(Reader& in, std::string_view what) {
  View contents = TRY(in.expect(0x03, what)).value;
  if (contents.empty() || contents[0] != 0) {
    return Error{ErrorKind::invalid, std::string(what) + ": a BIT STRING that should be whole octets is not"};
  }
  return contents.subspan(1);
}

Result<bool> read_default_false(Reader& in) {
  if (!in.peek(0x01)) return false;
  View contents = TRY(in.next()).value;
  // FALSE is the default, which DER does not encode; issuers do, and it changes nothing
  if (contents.size() == 1 && (contents[0] == 0xFF || contents[0] == 0x00)) return contents[0] == 0xFF;
  return Error{ErrorKind::invalid, "a BOOLEAN that is neither FF nor 00"};
}

Result<View> positive_integer(View contents, std::string_view what) {
  auto refuse = [&](std::string_view why) {
    return Error{ErrorKind::invalid, std::string(what) + " " + std::string(why)};
  };
  if (contents.empty()) return refuse("has no octets");
  if (contents[0] & 0x80) return refuse("is negative");
  if (contents.size() > 1 && contents[0] == 0 && !(contents[1] & 0x80)) return refuse("is not minimal");
  if (contents.size() > 21 || (contents.size() == 21 && contents[0] != 0))
    return refuse("is longer than 20 octets");
  return contents;
}

Result<std::vector<RawExtension>> read_extensions(Reader in) {
  constexpr size_t max_extensions = 32;
  std::vector<RawExtension> out;
  out.reserve(10);
  do {
    Tlv sequence = TRY(in.expect(0x30, "Extension"));
    Reader fields = in.inside(sequence);
    asn1::Oid id = TRY(read_oid(fields, "extnID"));
    bool critical = TRY(read_default_false(fields));
    Tlv value = TRY(fields.expect(0x04, "extnValue"));
    TRY_VOID(fields.finish());
    for (const RawExtension& other : out) {
      if (other.id == id)
        return Error{ErrorKind::invalid, "the extension " + id.dotted() + " stands there twice"};
    }
    if (out.size() == max_extensions) return Error{ErrorKind::limit, "more than 32 extensions"};
    out.push_back({id, critical, value.value});
  } while (!in.at_end());
  return out;
}

/// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL, authorityCertIssuer [1] OPTIONAL,
///   authorityCertSerialNumber [2] OPTIONAL }
Result<View> read_authority_key_id(View value) {
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "AuthorityKeyIdentifier"));
  Reader in(sequence.value, "AuthorityKeyIdentifier");
  View id;
  if (in.peek(0x80)) id = TRY(in.next()).value;
  if (in.peek(0xA1)) TRY(in.next());
  if (in.peek(0x82)) TRY(in.next());
  TRY_VOID(in.finish());
  return id;
}

}  // namespace sealift::pki::x509
