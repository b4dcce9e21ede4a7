#include "pki/crl.hpp"

#include <algorithm>
#include <array>

#include "asn1/time.hpp"
#include "pki/certificate.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {

using asn1::Oid;
using asn1::Reader;
using asn1::Tlv;

namespace {

bool below(View a, View b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

struct NamedReason {
  RevocationReason reason;
  std::string_view name;
};
constexpr std::array<NamedReason, 9> reasons{{
    {RevocationReason::unspecified, "unspecified"},
    {RevocationReason::key_compromise, "keyCompromise"},
    {RevocationReason::ca_compromise, "cACompromise"},
    {RevocationReason::affiliation_changed, "affiliationChanged"},
    {RevocationReason::superseded, "superseded"},
    {RevocationReason::cessation_of_operation, "cessationOfOperation"},
    {RevocationReason::certificate_hold, "certificateHold"},
    {RevocationReason::privilege_withdrawn, "privilegeWithdrawn"},
    {RevocationReason::aa_compromise, "aACompromise"},
}};

}  // namespace

std::string_view name(RevocationReason reason) {
  for (const NamedReason& r : reasons) {
    if (r.reason == reason) return r.name;
  }
  return "";
}

std::span<const RevocationReason> revocation_reasons() {
  static const auto all = [] {
    std::array<RevocationReason, reasons.size()> out{};
    for (size_t i = 0; i < out.size(); ++i) out[i] = reasons[i].reason;
    return out;
  }();
  return all;
}

Result<RevocationReason> revocation_reason_from_name(std::string_view wanted) {
  std::string known;
  for (const NamedReason& r : reasons) {
    if (r.name == wanted) return r.reason;
    known += (known.empty() ? "" : ", ") + std::string(r.name);
  }
  return Error{ErrorKind::invalid, "no reason \"" + std::string(wanted) + "\"; there are " + known};
}

std::string_view name(CrlScope scope) {
  static constexpr std::array<std::string_view, 3> names{"all", "user certificates", "CA certificates"};
  return names[static_cast<size_t>(scope)];
}

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
  CrlScope scope = CrlScope::all;
  std::vector<std::string_view> points;
  std::vector<x509::RawExtension> extensions;
  std::vector<Entry> entries;  // by serial number
};

namespace {

struct DistributionPoint {
  CrlScope scope = CrlScope::all;
  std::vector<std::string_view> names;
};

/// distributionPoint [0] DistributionPointName: of the names in fullName, the URIs
Result<std::vector<std::string_view>> read_point_names(View value) {
  std::vector<std::string_view> out;
  Reader choice(value, "distributionPoint");
  if (!choice.peek(0xA0)) {
    return Error{ErrorKind::unsupported, "a distribution point that is named relative to its issuer"};
  }
  Reader names = choice.inside(TRY(choice.next()));
  while (!names.at_end()) {
    Tlv name = TRY(names.next());
    if (name.tag == 0x86) out.push_back(text(name.value));
  }
  TRY_VOID(choice.finish());
  return out;
}

Result<bool> read_flag(Reader& in, asn1::Tag tag) {
  if (!in.peek(tag)) return false;
  View contents = TRY(in.next()).value;
  if (contents.size() == 1 && (contents[0] == 0xFF || contents[0] == 0x00)) return contents[0] == 0xFF;
  return Error{ErrorKind::invalid, "a BOOLEAN that is neither FF nor 00"};
}

/// IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0], onlyContainsUserCerts [1],
///   onlyContainsCACerts [2], onlySomeReasons [3], indirectCRL [4], onlyContainsAttributeCerts [5] }
Result<DistributionPoint> read_issuing_distribution_point(View value) {
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "issuingDistributionPoint"));
  Reader in(sequence.value, "issuingDistributionPoint");
  DistributionPoint out;
  if (in.peek(0xA0)) {
    Tlv point = TRY(in.next());
    out.names = TRY(read_point_names(point.value));
  }
  bool users = TRY(read_flag(in, 0x81));
  bool cas = TRY(read_flag(in, 0x82));
  bool some_reasons = in.peek(0x83);
  if (some_reasons) TRY(in.next());
  bool indirect = TRY(read_flag(in, 0x84));
  bool attributes = TRY(read_flag(in, 0x85));
  TRY_VOID(in.finish());
  if (users && cas) return Error{ErrorKind::invalid, "a list of user certificates only and of CAs only"};
  if (some_reasons || indirect || attributes) {
    return Error{ErrorKind::unsupported, "a list of some reasons only, of other issuers, or of attributes"};
  }
  out.scope = users ? CrlScope::user_certificates : cas ? CrlScope::ca_certificates : CrlScope::all;
  return out;
}

Result<uint32_t> read_count(View value, std::string_view what) {
  Tlv tlv = TRY(asn1::read_single(value, 0x02, what));
  uint64_t n = TRY(asn1::read_unsigned(tlv.value));
  if (n < 1 || n > 65535) return Error{ErrorKind::limit, std::string(what) + " is not in 1 to 65535"};
  return static_cast<uint32_t>(n);
}

Result<RevocationReason> read_reason(View value) {
  Tlv tlv = TRY(asn1::read_single(value, 0x0A, "reasonCode"));
  for (const NamedReason& r : reasons) {
    if (tlv.value.size() == 1 && tlv.value[0] == static_cast<uint8_t>(r.reason)) return r.reason;
  }
  return Error{ErrorKind::invalid, "a reasonCode that a whole list cannot have"};
}

/// SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }
Result<Crl::Entry> read_entry(Reader in) {
  Crl::Entry out;
  Tlv serial = TRY(in.expect(0x02, "userCertificate"));
  out.serial_number = TRY(x509::positive_integer(serial.value, "userCertificate"));
  Tlv when = TRY(in.next());
  out.when = TRY(asn1::parse_x509_time(when.tag, when.value));
  if (in.peek(0x30)) {
    Tlv list = TRY(in.next());
    std::vector<x509::RawExtension> extensions = TRY(x509::read_extensions(in.inside(list)));
    for (const x509::RawExtension& e : extensions) {
      if (e.id == x509::reason_code) {
        out.reason = TRY(read_reason(e.value));
      } else if (e.critical && e.id != x509::invalidity_date && e.id != x509::rsp_exp_date) {
        return Error{ErrorKind::unsupported, "an entry with the unknown critical extension " + e.id.dotted()};
      }
    }
  }
  TRY_VOID(in.finish());
  return out;
}

/// revokedCertificates: SEQUENCE OF
Result<std::vector<Crl::Entry>> read_entries(Reader in) {
  std::vector<Crl::Entry> entries;
  while (!in.at_end()) {
    Tlv one = TRY(in.expect(0x30, "revokedCertificate"));
    entries.push_back(TRY(read_entry(in.inside(one))));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Crl::Entry& a, const Crl::Entry& b) { return below(a.serial_number, b.serial_number); });
  return entries;
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
    if (*p->next_update < p->this_update) return Error{ErrorKind::invalid, "nextUpdate is before thisUpdate"};
  }
  if (in.peek(0x30)) {
    Tlv entries = TRY(in.next());
    p->entries = TRY(read_entries(in.inside(entries)));
  }
  if (in.peek(0xA0)) {
    Tlv wrapper = TRY(in.next());
    Tlv list = TRY(asn1::read_single(wrapper.value, 0x30, "crlExtensions"));
    p->extensions = TRY(x509::read_extensions(Reader(list.value, "crlExtensions")));
    for (const x509::RawExtension& e : p->extensions) TRY_VOID(read_extension(e, *p));
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
  } else if (e.id == x509::issuing_distribution_point) {
    DistributionPoint point = TRY(read_issuing_distribution_point(e.value));
    out.scope = point.scope;
    out.points = std::move(point.names);
  } else if (e.id == x509::delta_crl_indicator) {
    return Error{ErrorKind::conflict, "a delta list; the whole one is needed"};
  } else if (e.id == x509::rsp_total_parts) {
    out.parts = TRY(read_count(e.value, "totalPartialCrlNumber"));
  } else if (e.id == x509::rsp_part) {
    out.part = TRY(read_count(e.value, "partialCrlNumber"));
  } else if (e.critical && e.id != x509::rsp_exp_date) {
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
CrlScope Crl::scope() const {
  return parsed_->scope;
}
const std::vector<std::string_view>& Crl::distribution_points() const {
  return parsed_->points;
}
const std::vector<x509::RawExtension>& Crl::extensions() const {
  return parsed_->extensions;
}
size_t Crl::size() const {
  return parsed_->entries.size();
}
std::span<const Crl::Entry> Crl::entries() const {
  return parsed_->entries;
}

const Crl::Entry* Crl::find(View serial_number) const {
  const auto& all = parsed_->entries;
  auto found = std::lower_bound(all.begin(), all.end(), serial_number,
                                [](const Entry& e, View wanted) { return below(e.serial_number, wanted); });
  return found != all.end() && equal(found->serial_number, serial_number) ? &*found : nullptr;
}

bool Crl::same_list(const Crl& other) const {
  return scope() == other.scope() && distribution_points() == other.distribution_points();
}

bool Crl::covers(const Certificate& certificate) const {
  const Extensions& x = certificate.extensions();
  const bool ca = x.basic_constraints && x.basic_constraints->value.ca;
  if (scope() == (ca ? CrlScope::user_certificates : CrlScope::ca_certificates)) return false;
  if (!x.crl_distribution_points || parsed_->points.empty()) return true;
  const auto& named = x.crl_distribution_points->value;
  return std::any_of(named.begin(), named.end(), [&](std::string_view uri) {
    return std::find(parsed_->points.begin(), parsed_->points.end(), uri) != parsed_->points.end();
  });
}

bool Crl::signed_by(const crypto::PublicKey& ci_key) const {
  return crypto::verify(ci_key, {parsed_->tbs}, parsed_->signature);
}

}  // namespace sealift::pki
