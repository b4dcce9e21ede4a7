#include "pki/certificate.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "asn1/time.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {

using asn1::Oid;
using asn1::Reader;
using asn1::Tlv;

struct Certificate::Parsed {
  explicit Parsed(View octets, const crypto::PublicKey& key) : der(to_bytes(octets)), public_key(key) {}
  Bytes der;
  View tbs;
  View serial_number;
  Name issuer;
  Name subject;
  Time not_before;
  Time not_after;
  View spki;
  crypto::PublicKey public_key;
  crypto::Signature signature{};
  Extensions extensions;
};

namespace {

/// GeneralName, of those forms that RSP uses
Status read_general_name(const Tlv& tlv, SubjectAltName& out) {
  switch (tlv.tag) {
    case 0x82:
      out.dns_names.push_back(text(tlv.value));
      return {};
    case 0x86:
      out.uris.push_back(text(tlv.value));
      return {};
    case 0x87:
      if (tlv.value.size() != 4 && tlv.value.size() != 16) {
        return Error{ErrorKind::invalid, "subjectAltName: an IP address is neither 4 nor 16 octets"};
      }
      out.ip_addresses.push_back(tlv.value);
      return {};
    case 0x88:
      out.registered_ids.push_back(TRY(Oid::from_content(tlv.value)));
      return {};
    case 0xA4:
      out.directory_names.push_back(TRY(Name::parse(tlv.value)));
      return {};
    case 0xA0:
    case 0x81:
    case 0xA3:
    case 0xA5:
      ++out.other;
      return {};
    default:
      return Error{ErrorKind::invalid, "subjectAltName: a name of unknown form"};
  }
}

/// SubjectAltName ::= SEQUENCE SIZE (1..MAX) OF GeneralName
Result<SubjectAltName> read_subject_alt_name(View value) {
  constexpr size_t max_names = 128;
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "subjectAltName"));
  Reader in(sequence.value, "subjectAltName");
  SubjectAltName out;
  size_t count = 0;
  do {
    if (++count > max_names) return Error{ErrorKind::limit, "subjectAltName: more than 128 names"};
    Tlv general_name = TRY(in.next());
    TRY_VOID(read_general_name(general_name, out));
  } while (!in.at_end());
  return out;
}

/// KeyUsage ::= BIT STRING
Result<uint16_t> read_key_usage(View value) {
  Tlv bits = TRY(asn1::read_single(value, 0x03, "keyUsage"));
  bool shaped = bits.value.size() >= 2 && bits.value.size() <= 3 && bits.value[0] <= 7;
  // X.690 11.2: unused bits are zero, and a named bit list has no trailing zero bits
  bool canonical = shaped && (bits.value.back() & ((1u << bits.value[0]) - 1)) == 0 &&
                   (bits.value.back() >> bits.value[0] & 1) != 0;
  if (!canonical) return Error{ErrorKind::invalid, "keyUsage: not a canonical, non-empty list of bits"};
  uint16_t out = 0;
  for (size_t bit = 0; bit < 16 && bit / 8 + 1 < bits.value.size(); ++bit) {
    if (bits.value[bit / 8 + 1] >> (7 - bit % 8) & 1) out = static_cast<uint16_t>(out | 1u << bit);
  }
  return out;
}

/// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
Result<BasicConstraints> read_basic_constraints(View value) {
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "basicConstraints"));
  Reader in(sequence.value, "basicConstraints");
  BasicConstraints out;
  out.ca = TRY(x509::read_default_false(in));
  if (in.peek(0x02)) {
    Tlv path_len = TRY(in.next());
    uint64_t length = TRY(asn1::read_unsigned(path_len.value));
    if (length > 255) return Error{ErrorKind::limit, "basicConstraints: a path length above 255"};
    if (!out.ca) return Error{ErrorKind::invalid, "basicConstraints: a path length without cA"};
    out.path_len = static_cast<uint32_t>(length);
  }
  TRY_VOID(in.finish());
  return out;
}

/// SEQUENCE SIZE (1..MAX) OF PolicyInformation { policyIdentifier, policyQualifiers OPTIONAL }
Result<std::vector<Oid>> read_certificate_policies(View value) {
  constexpr size_t max_policies = 32;
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "certificatePolicies"));
  Reader in(sequence.value, "certificatePolicies");
  std::vector<Oid> out;
  do {
    Reader policy = in.inside(TRY(in.expect(0x30, "PolicyInformation")));
    Oid id = TRY(x509::read_oid(policy, "policyIdentifier"));
    if (policy.peek(0x30)) TRY(policy.next());
    TRY_VOID(policy.finish());
    if (std::find(out.begin(), out.end(), id) != out.end()) {
      return Error{ErrorKind::invalid, "certificatePolicies: " + id.dotted() + " stands there twice"};
    }
    if (out.size() == max_policies) return Error{ErrorKind::limit, "certificatePolicies: more than 32"};
    out.push_back(id);
  } while (!in.at_end());
  return out;
}

/// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF OBJECT IDENTIFIER
Result<std::vector<Oid>> read_extended_key_usage(View value) {
  constexpr size_t max_purposes = 32;
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "extendedKeyUsage"));
  Reader in(sequence.value, "extendedKeyUsage");
  std::vector<Oid> out;
  do {
    if (out.size() == max_purposes) return Error{ErrorKind::limit, "extendedKeyUsage: more than 32"};
    out.push_back(TRY(x509::read_oid(in, "KeyPurposeId")));
  } while (!in.at_end());
  return out;
}

/// NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }
/// GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }
Result<NameConstraints> read_name_constraints(View value) {
  constexpr size_t max_subtrees = 64;
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "nameConstraints"));
  Reader in(sequence.value, "nameConstraints");
  NameConstraints out;
  if (in.peek(0xA0)) {
    Reader permitted = in.inside(TRY(in.next()));
    size_t count = 0;
    do {
      if (++count > max_subtrees) return Error{ErrorKind::limit, "nameConstraints: more than 64 subtrees"};
      Reader subtree = permitted.inside(TRY(permitted.expect(0x30, "GeneralSubtree")));
      Tlv base = TRY(subtree.next());
      if (base.tag == 0xA4) {
        out.permitted_directory_names.push_back(TRY(Name::parse(base.value)));
      } else {
        out.beyond_us = true;
      }
      if (!subtree.at_end()) out.beyond_us = true;
      while (!subtree.at_end()) TRY(subtree.next());
    } while (!permitted.at_end());
  }
  if (in.peek(0xA1)) {
    TRY(in.next());
    out.beyond_us = true;
  }
  TRY_VOID(in.finish());
  return out;
}

/// CRLDistributionPoints ::= SEQUENCE OF DistributionPoint { distributionPoint [0] { fullName [0]
/// GeneralNames |
///   nameRelativeToCRLIssuer [1] } OPTIONAL, reasons [1] OPTIONAL, cRLIssuer [2] OPTIONAL }
Result<std::vector<std::string_view>> read_crl_distribution_points(View value) {
  Tlv sequence = TRY(asn1::read_single(value, 0x30, "cRLDistributionPoints"));
  Reader in(sequence.value, "cRLDistributionPoints");
  std::vector<std::string_view> out;
  do {
    Reader point = in.inside(TRY(in.expect(0x30, "DistributionPoint")));
    if (point.peek(0xA0)) {
      Tlv where = TRY(point.next());
      Tlv full_name = TRY(point.inside(where).next());
      Reader names = point.inside(full_name);
      while (full_name.tag == 0xA0 && !names.at_end()) {
        Tlv general_name = TRY(names.next());
        if (general_name.tag == 0x86) out.push_back(text(general_name.value));
      }
    }
    if (point.peek(0x81)) TRY(point.next());
    if (point.peek(0xA2)) TRY(point.next());
    TRY_VOID(point.finish());
  } while (!in.at_end());
  return out;
}

Result<View> read_subject_key_identifier(View value) {
  View id = TRY(asn1::read_single(value, 0x04, "subjectKeyIdentifier")).value;
  if (id.empty() || id.size() > 64)
    return Error{ErrorKind::invalid, "subjectKeyIdentifier: not 1 to 64 octets"};
  return id;
}

/// The one place that knows which extension is read by what.
Status read_extension(const x509::RawExtension& raw, Extensions& out) {
  bool critical = raw.critical;
  if (raw.id == extension::subject_key_identifier) {
    out.subject_key_identifier = {critical, TRY(read_subject_key_identifier(raw.value))};
  } else if (raw.id == extension::authority_key_identifier) {
    out.authority_key_identifier = {critical, TRY(x509::read_authority_key_id(raw.value))};
  } else if (raw.id == extension::key_usage) {
    out.key_usage = {critical, TRY(read_key_usage(raw.value))};
  } else if (raw.id == extension::basic_constraints) {
    out.basic_constraints = {critical, TRY(read_basic_constraints(raw.value))};
  } else if (raw.id == extension::certificate_policies) {
    out.certificate_policies = {critical, TRY(read_certificate_policies(raw.value))};
  } else if (raw.id == extension::subject_alt_name) {
    out.subject_alt_name = {critical, TRY(read_subject_alt_name(raw.value))};
  } else if (raw.id == extension::extended_key_usage) {
    out.extended_key_usage = {critical, TRY(read_extended_key_usage(raw.value))};
  } else if (raw.id == extension::name_constraints) {
    out.name_constraints = {critical, TRY(read_name_constraints(raw.value))};
  } else if (raw.id == extension::crl_distribution_points) {
    out.crl_distribution_points = {critical, TRY(read_crl_distribution_points(raw.value))};
  } else {
    (critical ? out.unknown_critical : out.unknown).push_back(raw.id);
  }
  return {};
}

/// SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { id-ecPublicKey, namedCurve }, BIT STRING }
Result<crypto::PublicKey> read_public_key(Reader in) {
  Reader algorithm = in.inside(TRY(in.expect(0x30, "AlgorithmIdentifier of the key")));
  Oid kind = TRY(x509::read_oid(algorithm, "algorithm of the key"));
  if (kind != x509::ec_public_key) {
    return Error{ErrorKind::unsupported,
                 "a key of algorithm " + kind.dotted() + "; id-ecPublicKey is supported"};
  }
  Oid named_curve = TRY(x509::read_oid(algorithm, "namedCurve"));
  TRY_VOID(algorithm.finish());
  View point = TRY(x509::read_whole_octets(in, "subjectPublicKey"));
  TRY_VOID(in.finish());
  crypto::Curve curve = TRY(x509::curve_from_oid(named_curve));
  return crypto::PublicKey::from_point(curve, point);
}

/// The fields of TBSCertificate as they stand, before the costly ones are looked into.
struct Fields {
  Tlv serial_number, issuer, not_before, not_after, subject, spki;
  std::optional<Tlv> extensions;
};

/// TBSCertificate (RFC 5280 4.1)
Result<Fields> read_fields(Reader in) {
  Fields f;
  Tlv version = TRY(in.expect(0xA0, "version"));
  View number = TRY(asn1::read_single(version.value, 0x02, "version")).value;
  if (number.size() != 1 || number[0] != 2)
    return Error{ErrorKind::invalid, "a certificate of another version than 3"};
  f.serial_number = TRY(in.expect(0x02, "serialNumber"));
  if (!equal(TRY(in.expect(0x30, "signature")).whole, x509::ecdsa_with_sha256_identifier())) {
    return Error{ErrorKind::invalid, "signature and signatureAlgorithm differ"};
  }
  f.issuer = TRY(in.expect(0x30, "issuer"));
  Reader validity = in.inside(TRY(in.expect(0x30, "validity")));
  f.not_before = TRY(validity.next());
  f.not_after = TRY(validity.next());
  TRY_VOID(validity.finish());
  f.subject = TRY(in.expect(0x30, "subject"));
  f.spki = TRY(in.expect(0x30, "subjectPublicKeyInfo"));
  if (in.peek(0x81)) TRY(in.next());  // issuerUniqueID
  if (in.peek(0x82)) TRY(in.next());  // subjectUniqueID
  if (in.peek(0xA3)) f.extensions = TRY(in.next());
  TRY_VOID(in.finish());
  return f;
}

}  // namespace

Result<std::shared_ptr<const Certificate::Parsed>> Certificate::read(View der) {
  if (der.size() > max_size) {
    return Error{ErrorKind::limit,
                 std::to_string(der.size()) + " octets; at most " + std::to_string(max_size)};
  }
  x509::SignedObject outer = TRY(x509::open(der, "Certificate"));
  Fields fields = TRY(read_fields(Reader(outer.tbs.value, "TBSCertificate")));
  crypto::PublicKey key = TRY(read_public_key(Reader(fields.spki.value, "SubjectPublicKeyInfo")));
  auto p = std::make_shared<Parsed>(der, key);
  // what is kept points into our own copy, not into the caller's octets
  auto kept = [&](View theirs) {
    return View(p->der).subspan(static_cast<size_t>(theirs.data() - der.data()), theirs.size());
  };
  p->tbs = kept(outer.tbs.whole);
  p->signature = outer.signature;
  p->serial_number = kept(TRY(x509::positive_integer(fields.serial_number.value, "serialNumber")));
  p->issuer = TRY(Name::parse(kept(fields.issuer.whole)));
  p->subject = TRY(Name::parse(kept(fields.subject.whole)));
  p->not_before = TRY(asn1::parse_x509_time(fields.not_before.tag, fields.not_before.value));
  p->not_after = TRY(asn1::parse_x509_time(fields.not_after.tag, fields.not_after.value));
  p->spki = kept(fields.spki.whole);
  if (!fields.extensions) return std::shared_ptr<const Parsed>(std::move(p));
  Tlv list = TRY(asn1::read_single(kept(fields.extensions->value), 0x30, "extensions"));
  std::vector<x509::RawExtension> extensions = TRY(x509::read_extensions(Reader(list.value, "extensions")));
  for (const x509::RawExtension& raw : extensions) TRY_VOID(read_extension(raw, p->extensions));
  return std::shared_ptr<const Parsed>(std::move(p));
}

Result<Certificate> Certificate::parse(View der) {
  auto parsed = read(der);
  if (!parsed) return std::move(parsed.error()).within("certificate");
  return Certificate(std::move(*parsed));
}

View Certificate::der() const {
  return parsed_->der;
}
View Certificate::tbs() const {
  return parsed_->tbs;
}
View Certificate::serial_number() const {
  return parsed_->serial_number;
}
const Name& Certificate::issuer() const {
  return parsed_->issuer;
}
const Name& Certificate::subject() const {
  return parsed_->subject;
}
Time Certificate::not_before() const {
  return parsed_->not_before;
}
Time Certificate::not_after() const {
  return parsed_->not_after;
}
const crypto::PublicKey& Certificate::public_key() const {
  return parsed_->public_key;
}
View Certificate::subject_public_key_info() const {
  return parsed_->spki;
}
const crypto::Signature& Certificate::signature() const {
  return parsed_->signature;
}
const Extensions& Certificate::extensions() const {
  return parsed_->extensions;
}

View Certificate::subject_key_id() const {
  const auto& id = parsed_->extensions.subject_key_identifier;
  return id ? id->value : View();
}

View Certificate::authority_key_id() const {
  const auto& id = parsed_->extensions.authority_key_identifier;
  return id ? id->value : View();
}

std::optional<Oid> Certificate::registered_id() const {
  const auto& names = parsed_->extensions.subject_alt_name;
  if (!names || names->value.registered_ids.empty()) return std::nullopt;
  return names->value.registered_ids.front();
}

static bool same_letters(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

static bool dns_matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return same_letters(pattern, host);
  // one label for the star, and a name below it of two labels or more
  size_t dot = host.find('.');
  bool broad = pattern.find('.', 2) == std::string_view::npos;
  return !broad && dot != 0 && dot != std::string_view::npos &&
         same_letters(pattern.substr(1), host.substr(dot));
}

bool Certificate::names_host(std::string_view host) const {
  const auto& names = parsed_->extensions.subject_alt_name;
  if (!names || host.empty()) return false;
  std::string text_form(host);
  Octets<16> address{};
  size_t size = inet_pton(AF_INET, text_form.c_str(), address.data()) == 1    ? 4
                : inet_pton(AF_INET6, text_form.c_str(), address.data()) == 1 ? 16
                                                                              : 0;
  if (size != 0) {
    const auto& known = names->value.ip_addresses;
    return std::any_of(known.begin(), known.end(),
                       [&](View ip) { return equal(ip, View(address.data(), size)); });
  }
  if (host.back() == '.') host.remove_suffix(1);
  const auto& known = names->value.dns_names;
  return std::any_of(known.begin(), known.end(),
                     [&](std::string_view pattern) { return dns_matches(pattern, host); });
}

bool Certificate::signed_by(const crypto::PublicKey& issuer_key) const {
  return crypto::verify(issuer_key, {parsed_->tbs}, parsed_->signature);
}

}  // namespace sealift::pki
