// What certificates and CRLs have in common on the wire (RFC 5280 4.1, 5.1): algorithm identifiers and the
// signed outer SEQUENCE. Used inside this room only; views borrow from the input.
#pragma once

#include "asn1/reader.hpp"
#include "asn1/writer.hpp"
#include "crypto/ecdsa.hpp"
#include "pki/name.hpp"

namespace sealift::pki::x509 {

inline constexpr asn1::Oid ecdsa_with_sha256 = asn1::Oid::of({1, 2, 840, 10045, 4, 3, 2});
inline constexpr asn1::Oid ec_public_key = asn1::Oid::of({1, 2, 840, 10045, 2, 1});
inline constexpr asn1::Oid prime256v1 = asn1::Oid::of({1, 2, 840, 10045, 3, 1, 7});
inline constexpr asn1::Oid brainpool_p256r1 = asn1::Oid::of({1, 3, 36, 3, 3, 2, 8, 1, 1, 7});

// id-rsp-expDate, id-rsp-totalPartialCrlNumber, id-rsp-partialCrlNumber (SGP.22 Annex H)
inline constexpr asn1::Oid rsp_exp_date = asn1::Oid::of({2, 23, 146, 1, 2, 0, 1});
inline constexpr asn1::Oid rsp_total_parts = asn1::Oid::of({2, 23, 146, 1, 2, 0, 2});
inline constexpr asn1::Oid rsp_part = asn1::Oid::of({2, 23, 146, 1, 2, 0, 3});
inline constexpr asn1::Oid crl_number = asn1::Oid::of({2, 5, 29, 20});
inline constexpr asn1::Oid delta_crl_indicator = asn1::Oid::of({2, 5, 29, 27});
inline constexpr asn1::Oid issuing_distribution_point = asn1::Oid::of({2, 5, 29, 28});
// of one entry: why, and since when
inline constexpr asn1::Oid reason_code = asn1::Oid::of({2, 5, 29, 21});
inline constexpr asn1::Oid invalidity_date = asn1::Oid::of({2, 5, 29, 24});

/// The curve that a named-curve OID means. Error kind: unsupported, naming the curve where it is known.
Result<crypto::Curve> curve_from_oid(const asn1::Oid& oid);
const asn1::Oid& oid_of(crypto::Curve curve);

/// SEQUENCE { tbs SEQUENCE, signatureAlgorithm, signatureValue BIT STRING }
struct SignedObject {
  asn1::Tlv tbs;
  View algorithm;  ///< the AlgorithmIdentifier TLV: must equal the one inside tbs
  crypto::Signature signature{};
};
/// Opens it. `what` names it in errors. Error kinds: invalid (also: not ecdsa-with-SHA256), truncated.
Result<SignedObject> open(View der, std::string_view what);
/// The AlgorithmIdentifier TLV of ecdsa-with-SHA256.
View ecdsa_with_sha256_identifier();
/// Wraps a tbs with its signature.
Bytes close(View tbs, const crypto::Signature& signature);

/// The next TLV as an OBJECT IDENTIFIER; `what` names it in errors.
Result<asn1::Oid> read_oid(asn1::Reader& in, std::string_view what);
/// The next TLV as a BIT STRING without unused bits.
Result<View> read_whole_octets(asn1::Reader& in, std::string_view what);
/// The next TLV as a BOOLEAN where it is one (FF or 00), false where another or nothing follows.
Result<bool> read_default_false(asn1::Reader& in);
/// INTEGER contents of a serial or CRL number: positive, minimal, at most 20 octets of magnitude.
Result<View> positive_integer(View contents, std::string_view what);

/// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
struct RawExtension {
  asn1::Oid id;
  bool critical;
  View value;
};
/// Reads the extension TLVs that stand in `in`; refuses none, one twice, and more than 32.
Result<std::vector<RawExtension>> read_extensions(asn1::Reader in);
/// keyIdentifier of an AuthorityKeyIdentifier; empty where absent.
Result<View> read_authority_key_id(View value);

}  // namespace sealift::pki::x509
