#include "pki/issue.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "asn1/time.hpp"
#include "pki/request.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {

using asn1::Writer;

ExtensionSpec* CertificateSpec::find(const asn1::Oid& id) {
  auto found =
      std::find_if(extensions.begin(), extensions.end(), [&](const ExtensionSpec& e) { return e.id == id; });
  return found == extensions.end() ? nullptr : &*found;
}

void CertificateSpec::remove(const asn1::Oid& id) {
  std::erase_if(extensions, [&](const ExtensionSpec& e) { return e.id == id; });
}

// Writers work from back to front: in what follows the last field stands first.

static void write_time(Writer& w, Time time) {
  asn1::X509Time t = asn1::x509_time(time);
  w.tlv(t.tag, view(t.content));
}

static void write_extensions(Writer& w, const std::vector<ExtensionSpec>& extensions, asn1::Tag tag) {
  size_t all = w.mark();
  for (size_t i = extensions.size(); i-- > 0;) {
    const ExtensionSpec& e = extensions[i];
    size_t one = w.mark();
    w.tlv(0x04, e.value);
    if (e.critical) w.boolean(0x01, true);
    w.tlv(0x06, e.id.content());
    w.header(0x30, one);
  }
  w.header(0x30, all);
  w.header(tag, all);
}

Bytes subject_public_key_info(const crypto::PublicKey& key) {
  Writer w;
  w.bytes(key.point());
  w.byte(0);
  w.header(0x03, 0);
  size_t algorithm = w.mark();
  w.tlv(0x06, x509::oid_of(key.curve()).content());
  w.tlv(0x06, x509::ec_public_key.content());
  w.header(0x30, algorithm);
  w.header(0x30, 0);
  return std::move(w).take();
}

Result<Bytes> sign_certificate(const CertificateSpec& spec, View spki, crypto::Signer& issuer) {
  Writer w;
  if (!spec.extensions.empty()) write_extensions(w, spec.extensions, 0xA3);
  w.bytes(spki);
  w.bytes(spec.subject);
  size_t validity = w.mark();
  write_time(w, spec.not_after);
  write_time(w, spec.not_before);
  w.header(0x30, validity);
  w.bytes(spec.issuer);
  w.bytes(x509::ecdsa_with_sha256_identifier());
  w.tlv(0x02, spec.serial_number);
  size_t version = w.mark();
  w.unsigned_integer(0x02, 2);
  w.header(0xA0, version);
  w.header(0x30, 0);
  Bytes tbs = std::move(w).take();
  crypto::Signature signature = TRY(issuer.sign({tbs}));
  return x509::close(tbs, signature);
}

Result<Certificate> issue(const CertificateSpec& spec, const crypto::PublicKey& subject_key,
                          crypto::Signer& issuer) {
  Bytes der = TRY(sign_certificate(spec, subject_public_key_info(subject_key), issuer));
  return Certificate::parse(der);
}

namespace {

Bytes key_usage_value(uint16_t usage) {
  uint8_t bits = 0;
  uint8_t unused = 7;
  for (uint8_t i = 0; i < 8; ++i) {
    if (!(usage >> i & 1)) continue;
    bits = static_cast<uint8_t>(bits | 0x80u >> i);
    unused = static_cast<uint8_t>(7 - i);
  }
  return asn1::tlv(0x03, Bytes{unused, bits});
}

Bytes basic_constraints_value(std::optional<uint32_t> path_len) {
  Writer w;
  if (path_len) w.unsigned_integer(0x02, *path_len);
  w.boolean(0x01, true);
  w.header(0x30, 0);
  return std::move(w).take();
}

/// SEQUENCE OF { policyIdentifier }, SEQUENCE OF purpose: both are OIDs, the one wrapped once more.
Bytes policy_value(const asn1::Oid& policy) {
  return asn1::tlv(0x30, asn1::tlv(0x30, asn1::tlv(0x06, policy.content())));
}

Bytes server_and_client_auth_value() {
  Bytes server = asn1::tlv(0x06, purpose::server_auth.content());
  Bytes client = asn1::tlv(0x06, purpose::client_auth.content());
  return asn1::tlv(0x30, concat({server, client}));
}

Bytes subject_alt_name_value(const Subject& subject) {
  Bytes names;
  for (const std::string& host : subject.hosts) {
    Octets<16> address{};
    if (inet_pton(AF_INET, host.c_str(), address.data()) == 1) {
      append(names, asn1::tlv(0x87, View(address).first(4)));
    } else if (inet_pton(AF_INET6, host.c_str(), address.data()) == 1) {
      append(names, asn1::tlv(0x87, address));
    } else {
      append(names, asn1::tlv(0x82, view(host)));
    }
  }
  if (subject.registered_id) append(names, asn1::tlv(0x88, subject.registered_id->content()));
  return asn1::tlv(0x30, names);
}

/// permittedSubtrees [0] { { directoryName [4] { O = the EUM's, serialNumber = IIN } } }
Bytes name_constraints_value(const Subject& subject) {
  NameSpec permitted;
  for (const auto& [type, value] : subject.name.attributes) {
    if (type == attribute::organization) permitted.attributes.emplace_back(type, value);
  }
  permitted.attributes.emplace_back(attribute::serial_number, subject.iin);
  Bytes subtree = asn1::tlv(0x30, asn1::tlv(0xA4, encode_name(permitted)));
  return asn1::tlv(0x30, asn1::tlv(0xA0, subtree));
}

/// DistributionPointName with a fullName: distributionPoint [0] { fullName [0] { URI [6] ... } }
Bytes distribution_point(std::span<const std::string> uris) {
  Bytes names;
  for (const std::string& uri : uris) append(names, asn1::tlv(0x86, view(uri)));
  return asn1::tlv(0xA0, asn1::tlv(0xA0, names));
}

Bytes crl_distribution_points_value(const std::vector<std::string>& uris) {
  Bytes points;
  for (const std::string& uri : uris) append(points, asn1::tlv(0x30, distribution_point({&uri, 1})));
  return asn1::tlv(0x30, points);
}

Bytes issuing_distribution_point_value(const CrlSpec& spec) {
  Bytes fields;
  if (!spec.distribution_points.empty()) append(fields, distribution_point(spec.distribution_points));
  if (spec.scope != CrlScope::all) {
    append(fields, asn1::tlv(spec.scope == CrlScope::user_certificates ? 0x81 : 0x82, Bytes{0xFF}));
  }
  return asn1::tlv(0x30, fields);
}

/// The extensions of SGP.22 4.5.2.1.0, with the criticality that SGP.26's certificates have.
std::vector<ExtensionSpec> extensions_of(const RoleRules& r, const Subject& subject,
                                         const crypto::PublicKey& key, const Certificate* issuer) {
  std::vector<ExtensionSpec> out;
  auto add = [&](const asn1::Oid& id, bool critical, Bytes value) {
    out.push_back({id, critical, std::move(value)});
  };
  if (issuer)
    add(extension::authority_key_identifier, false,
        asn1::tlv(0x30, asn1::tlv(0x80, issuer->subject_key_id())));
  add(extension::subject_key_identifier, false, asn1::tlv(0x04, key.key_identifier()));
  add(extension::key_usage, true, key_usage_value(r.key_usage));
  if (r.tls) add(extension::extended_key_usage, true, server_and_client_auth_value());
  add(extension::certificate_policies, !r.tls, policy_value(r.policy));
  if (subject.registered_id || !subject.hosts.empty())
    add(extension::subject_alt_name, false, subject_alt_name_value(subject));
  if (r.ca) add(extension::basic_constraints, true, basic_constraints_value(r.path_len));
  if (r.role == Role::eum) add(extension::name_constraints, true, name_constraints_value(subject));
  if (!subject.crl_uris.empty())
    add(extension::crl_distribution_points, false, crl_distribution_points_value(subject.crl_uris));
  return out;
}

}  // namespace

CertificateSpec profile(Role role, const Subject& subject, const crypto::PublicKey& key,
                        const Certificate* issuer, Time not_before, Time not_after, Random& random) {
  CertificateSpec spec;
  spec.serial_number = to_bytes(random.octets<16>());
  // positive and minimal, whatever was drawn
  spec.serial_number[0] = static_cast<uint8_t>((spec.serial_number[0] & 0x3F) | 0x40);
  spec.subject = encode_name(subject.name);
  spec.issuer = issuer ? to_bytes(issuer->subject().der()) : spec.subject;
  spec.not_before = not_before;
  spec.not_after = not_after;
  spec.extensions = extensions_of(rules(role), subject, key, issuer);
  return spec;
}

Result<Bytes> certificate_request(Role role, const Subject& subject, crypto::Signer& key) {
  // CertificationRequestInfo ::= SEQUENCE { version 0, subject, subjectPKInfo, attributes [0] }
  constexpr asn1::Oid extension_request = asn1::Oid::of({1, 2, 840, 113549, 1, 9, 14});
  Writer w;
  size_t attributes = w.mark();
  write_extensions(w, extensions_of(rules(role), subject, key.public_key(), nullptr), 0x31);
  w.tlv(0x06, extension_request.content());
  w.header(0x30, attributes);
  w.header(0xA0, attributes);
  w.bytes(subject_public_key_info(key.public_key()));
  w.bytes(encode_name(subject.name));
  w.unsigned_integer(0x02, 0);
  w.header(0x30, 0);
  Bytes info = std::move(w).take();
  crypto::Signature signature = TRY(key.sign({info}));
  return x509::close(info, signature);
}

Subject subject_of(const Certificate& certificate) {
  Subject out;
  for (const Attribute& a : certificate.subject().attributes())
    out.name.attributes.emplace_back(a.type, std::string(a.value));
  out.registered_id = certificate.registered_id();
  const Extensions& x = certificate.extensions();
  if (x.subject_alt_name) {
    for (std::string_view name : x.subject_alt_name->value.dns_names) out.hosts.emplace_back(name);
    for (View ip : x.subject_alt_name->value.ip_addresses) {
      char address[INET6_ADDRSTRLEN] = {};
      inet_ntop(ip.size() == 4 ? AF_INET : AF_INET6, ip.data(), address, sizeof address);
      out.hosts.emplace_back(address);
    }
  }
  if (x.name_constraints && !x.name_constraints->value.permitted_directory_names.empty()) {
    const Name& permitted = x.name_constraints->value.permitted_directory_names.front();
    out.iin = permitted.get(attribute::serial_number).value_or("");
  }
  if (x.crl_distribution_points) {
    for (std::string_view uri : x.crl_distribution_points->value) out.crl_uris.emplace_back(uri);
  }
  return out;
}

namespace {

Bytes integer(uint64_t value) {
  Writer w;
  w.unsigned_integer(0x02, value);
  return std::move(w).take();
}

std::vector<ExtensionSpec> crl_extensions(const CrlSpec& spec, const Certificate& ci) {
  std::vector<ExtensionSpec> out{
      {extension::authority_key_identifier, false, asn1::tlv(0x30, asn1::tlv(0x80, ci.subject_key_id()))},
      {x509::crl_number, false, integer(spec.number)}};
  if (spec.scope != CrlScope::all || !spec.distribution_points.empty())
    out.push_back({x509::issuing_distribution_point, true, issuing_distribution_point_value(spec)});
  if (spec.parts > 1) {
    out.push_back({x509::rsp_total_parts, true, integer(spec.parts)});
    out.push_back({x509::rsp_part, true, integer(spec.part)});
  }
  return out;
}

void write_entry(Writer& w, const RevokedCertificate& revoked) {
  size_t entry = w.mark();
  if (revoked.reason != RevocationReason::unspecified) {
    size_t all = w.mark();
    size_t one = w.mark();
    w.tlv(0x04, asn1::tlv(0x0A, Bytes{static_cast<uint8_t>(revoked.reason)}));
    w.tlv(0x06, x509::reason_code.content());
    w.header(0x30, one);
    w.header(0x30, all);
  }
  write_time(w, revoked.when);
  w.tlv(0x02, revoked.serial_number);
  w.header(0x30, entry);
}

}  // namespace

Result<Crl> issue_crl(const CrlSpec& spec, const Certificate& ci, crypto::Signer& ci_signer) {
  Writer w;
  write_extensions(w, crl_extensions(spec, ci), 0xA0);
  if (!spec.revoked.empty()) {
    size_t list = w.mark();
    for (size_t i = spec.revoked.size(); i-- > 0;) write_entry(w, spec.revoked[i]);
    w.header(0x30, list);
  }
  write_time(w, spec.next_update);
  write_time(w, spec.this_update);
  w.bytes(ci.subject().der());
  w.bytes(x509::ecdsa_with_sha256_identifier());
  w.unsigned_integer(0x02, 1);
  w.header(0x30, 0);
  Bytes tbs = std::move(w).take();
  crypto::Signature signature = TRY(ci_signer.sign({tbs}));
  return Crl::parse(x509::close(tbs, signature));
}

}  // namespace sealift::pki
