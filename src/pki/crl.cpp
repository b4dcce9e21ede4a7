#include "pki/crl.hpp"

#include <algorithm>

#include "asn1/time.hpp"
#include "pki/certificate.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {

using asn1::Oid;
using asn1::Reader;
using asn1::Tlv;

namespace {

constexpr Oid issuing_distribution_point = Oid::of({2, 5, 29, 28});
// id-rsp-expDate (SGP.22 Annex H)
constexpr Oid rsp_exp_date = Oid::of({2, 23, 146, 1, 2, 0, 1});
// entry extensions that say why and since when, not whether
constexpr Oid reason_code = Oid::of({2, 5, 29, 21});
constexpr Oid invalidity_date = Oid::of({2, 5, 29, 24});

bool below(View a, View b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

struct Crl::Parsed {
  Bytes der;
  View tbs;
  crypto::Signature signature{};
  Name issuer;
  Time this_update;
  std::optional<Time> next_update;
  View authority_key_id;
  View number;
  uint32_t part = 1;
  uint32_t parts = 1;
  std::vector<View> serials;  // sorted
};

namespace {

/// IssuingDistributionPoint: only a list of all certificates and reasons will do, so nothing but the name of
/// the point may stand in it.
Status read_issuing_distribution_point(View value) {
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "issuingDistributionPoint"));
  Reader in(sequence.value, "issuingDistributionPoint");
  if (in.peek(0xA0)) TRY(in.next());
  if (in.at_end()) return {};
  return Error{ErrorKind::unsupported, "a list limited to some certificates or reasons, or an indirect one"};
}

Result<uint32_t> read_count(View value, std::string_view what) {
  Tlv tlv = TRY(asn1::read_single(value, 0x02, what));
  uint64_t n = TRY(asn1::read_unsigned(tlv.value));
  if (n < 1 || n > 65535) return Error{ErrorKind::limit, std::string(what) + " is not in 1 to 65535"};
  return static_cast<uint32_t>(n);
}

/// revokedCertificates: SEQUENCE OF SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }
Result<std::vector<View>> read_entries(Reader in) {
  std::vector<View> serials;
  while (!in.at_end()) {
    Reader entry = in.inside(TRY(in.expect(0x30, "revokedCertificate")));
    Tlv serial = TRY(entry.expect(0x02, "userCertificate"));
    serials.push_back(TRY(x509::positive_integer(serial.value, "userCertificate")));
    Tlv when = TRY(entry.next());
    TRY(asn1::parse_x509_time(when.tag, when.value));
    if (entry.peek(0x30)) {
      Tlv list = TRY(entry.next());
      std::vector<x509::RawExtension> extensions = TRY(x509::read_extensions(entry.inside(list)));
      for (const x509::RawExtension& e : extensions) {
        bool known = e.id == reason_code || e.id == invalidity_date || e.id == rsp_exp_date;
        if (e.critical && !known) {
          return Error{ErrorKind::unsupported,
                       "an entry with the unknown critical extension " + e.id.dotted()};
        }
      }
    }
    TRY_VOID(entry.finish());
  }
  std::sort(serials.begin(), serials.end(), below);
  return serials;
}

}  // namespace

/// TBSCertList (RFC 5280 5.1)
Result<std::shared_ptr<const Crl::Parsed>> Crl::read(View theirs) {
  if (theirs.size() > max_size)
    return Error{ErrorKind::limit, "more than " + std::to_string(max_size) + " octets"};
  auto p = std::make_shared<Parsed>();
  p->der = to_bytes(theirs);
  x509::SignedObject outer = TRY(x509::open(p->der, "CertificateList"));
  p->tbs = outer.tbs.whole;
  p->signature = outer.signature;
  Reader in(outer.tbs.value, "TBSCertList");
  View version = TRY(in.expect(0x02, "version")).value;
  if (version.size() != 1 || version[0] != 1)
    return Error{ErrorKind::invalid, "a list of another version than 2"};
  View algorithm = TRY(in.expect(0x30, "signature")).whole;
  if (!equal(algorithm, outer.algorithm))
    return Error{ErrorKind::invalid, "signature and signatureAlgorithm differ"};
  Tlv issuer = TRY(in.expect(0x30, "issuer"));
  p->issuer = TRY(Name::parse(issuer.whole));
  Tlv this_update = TRY(in.next());
  p->this_update = TRY(asn1::parse_x509_time(this_update.tag, this_update.value));
  if (in.peek(asn1::tag_utc_time) || in.peek(asn1::tag_generalized_time)) {
    Tlv next_update = TRY(in.next());
    p->next_update = TRY(asn1::parse_x509_time(next_update.tag, next_update.value));
  }
  if (in.peek(0x30)) {
    Tlv entries = TRY(in.next());
    p->serials = TRY(read_entries(in.inside(entries)));
  }
  if (in.peek(0xA0)) {
    Tlv wrapper = TRY(in.next());
    Tlv list = TRY(asn1::read_single(wrapper.value, 0x30, "crlExtensions"));
    std::vector<x509::RawExtension> extensions =
        TRY(x509::read_extensions(Reader(list.value, "crlExtensions")));
    for (const x509::RawExtension& e : extensions) TRY_VOID(read_extension(e, *p));
  }
  TRY_VOID(in.finish());
  if (p->part > p->parts) return Error{ErrorKind::invalid, "partialCrlNumber is above totalPartialCrlNumber"};
  return std::shared_ptr<const Parsed>(std::move(p));
}

Status Crl::read_extension(const x509::RawExtension& e, Parsed& out) {
  if (e.id == extension::authority_key_identifier) {
    out.authority_key_id = TRY(x509::read_authority_key_id(e.value));
  } else if (e.id == x509::crl_number) {
    Tlv number = TRY(asn1::read_single(e.value, 0x02, "cRLNumber"));
    out.number = TRY(x509::positive_integer(number.value, "cRLNumber"));
    if (out.number.size() > 1 && out.number[0] == 0) out.number = out.number.subspan(1);
  } else if (e.id == issuing_distribution_point) {
    TRY_VOID(read_issuing_distribution_point(e.value));
  } else if (e.id == x509::rsp_total_parts) {
    out.parts = TRY(read_count(e.value, "totalPartialCrlNumber"));
  } else if (e.id == x509::rsp_part) {
    out.part = TRY(read_count(e.value, "partialCrlNumber"));
  } else if (e.critical && e.id != rsp_exp_date) {
    return Error{ErrorKind::unsupported, "the unknown critical extension " + e.id.dotted()};
  }
  return {};
}

Result<Crl> Crl::parse(View der) {
  auto parsed = read(der);
  if (!parsed) return std::move(parsed.error()).within("CRL");
  return Crl(std::move(*parsed));
}

View Crl::der() const {
  return parsed_->der;
}
const Name& Crl::issuer() const {
  return parsed_->issuer;
}
Time Crl::this_update() const {
  return parsed_->this_update;
}
std::optional<Time> Crl::next_update() const {
  return parsed_->next_update;
}
View Crl::authority_key_id() const {
  return parsed_->authority_key_id;
}
View Crl::number() const {
  return parsed_->number;
}
uint32_t Crl::part() const {
  return parsed_->part;
}
uint32_t Crl::parts() const {
  return parsed_->parts;
}
size_t Crl::size() const {
  return parsed_->serials.size();
}

bool Crl::is_revoked(View serial_number) const {
  return std::binary_search(parsed_->serials.begin(), parsed_->serials.end(), serial_number, below);
}

bool Crl::signed_by(const crypto::PublicKey& ci_key) const {
  return crypto::verify(ci_key, {parsed_->tbs}, parsed_->signature);
}

}  // namespace sealift::pki
