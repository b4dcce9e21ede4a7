#include "pki/broken.hpp"

#include <algorithm>
#include <array>

#include "pki/x509.hpp"

namespace sealift::pki {

std::string_view name(CheckingPlace place) {
  static constexpr std::array<std::string_view, 6> names{
      "card.authenticateServer",   "card.prepareDownload",      "card.personalise",
      "server.authenticateClient", "server.handleNotification", "lpa.tls"};
  return names[static_cast<size_t>(place)];
}

namespace {

// ---- what is wrong, as far as the places tell it apart ----

/// SGP.22 has a code for these faults; all others are "the certificate is invalid".
enum class Fault : uint8_t { none, expired, not_yet_valid, unknown_ci, role, curve, other_owner, other };

bool is_time(Fault f) {
  return f == Fault::expired || f == Fault::not_yet_valid;
}

/// SGP.22 5.7.13. A card has no clock.
std::string at_authenticate_server(Fault f) {
  if (f == Fault::none || is_time(f)) return "accepted";
  if (f == Fault::unknown_ci) return "ciPKUnknown";
  if (f == Fault::role) return "invalidOid";
  return f == Fault::curve ? "unsupportedCurve" : "invalidCertificate";
}

/// SGP.22 5.7.5
std::string at_prepare_download(Fault f) {
  if (f == Fault::none || is_time(f)) return "accepted";
  return f == Fault::curve ? "unsupportedCurve" : "invalidCertificate";
}

/// SGP.22 5.6.3: 8.1.2 is the EUM's certificate, 8.1.3 the eUICC's
std::string at_authenticate_client(Fault f, Link link) {
  if (f == Fault::none) return "accepted";
  if (f == Fault::unknown_ci) return "8.11.1/3.9";
  return (link == Link::eum ? "8.1.2/" : "8.1.3/") + std::string(f == Fault::expired ? "6.3" : "6.1");
}

std::vector<ExpectedRefusal> places_of(Role role, Fault f, Link link) {
  const bool good = f == Fault::none;
  switch (role) {
    case Role::dp_auth:
    case Role::ds_auth:
      return {{CheckingPlace::card_authenticate_server, at_authenticate_server(f)}};
    case Role::dp_pb:
      return {{CheckingPlace::card_prepare_download, at_prepare_download(f)}};
    case Role::dp_tls:
    case Role::ds_tls:
      return {{CheckingPlace::lpa_tls, good ? "accepted" : "refused"}};
    case Role::eum:
    case Role::euicc:
      return {{CheckingPlace::server_authenticate_client, at_authenticate_client(f, link)},
              {CheckingPlace::server_handle_notification, good ? "taken" : "ignored"},
              {CheckingPlace::card_personalise, good || is_time(f) ? "accepted" : "refused"}};
    case Role::ci:
      break;
  }
  return {};
}

// ---- how it is made ----

/// A good certificate of a role, to be spoilt.
struct Draft {
  Role role;
  CertificateSpec spec;
  crypto::PrivateKey key;
  std::optional<crypto::Curve> other_curve;  ///< give it a key on this curve
  std::optional<Bytes> spki;                 ///< in the place of the key's
  const Identity* issuer;                    ///< whose name and key identifier it has
  const Identity* signer;                    ///< whose key signs it
  std::optional<Bytes> eum;
  Bytes (*afterwards)(Bytes der) = nullptr;
};

/// Who takes part.
struct Cast {
  const Hierarchy& good;
  const Hierarchy& foreign;  ///< the same names below a CI that nobody knows
  Time now;
  const Identity& issuer(Role role) const { return issuer_in(good, role); }
  static const Identity& issuer_in(const Hierarchy& h, Role role) {
    return h[rules(role).issued_by == IssuedBy::eum ? Role::eum : Role::ci];
  }
};

Bytes oid_list_list(std::initializer_list<asn1::Oid> policies) {
  Bytes all;
  for (const asn1::Oid& p : policies) append(all, asn1::tlv(0x30, asn1::tlv(0x06, p.content())));
  return asn1::tlv(0x30, all);
}

/// Whose policy a certificate of the wrong role has: one that the same issuer gives out.
Role mistaken_for(Role role) {
  switch (role) {
    case Role::eum:
      return Role::euicc;
    case Role::euicc:
      return Role::eum;
    case Role::dp_auth:
    case Role::ds_auth:
      return Role::dp_pb;
    default:
      return Role::dp_auth;
  }
}

void set(Draft& d, const asn1::Oid& id, std::string_view hex_value) {
  ExtensionSpec* e = d.spec.find(id);
  Bytes value = *from_hex(hex_value);
  if (e) {
    e->value = std::move(value);
  } else {
    d.spec.extensions.push_back({id, true, std::move(value)});
  }
}

/// The same subject with one attribute changed, or left out where `value` is null.
void set_subject(Draft& d, const Certificate& model, const asn1::Oid& type, const char* value) {
  NameSpec name;
  for (const Attribute& a : model.subject().attributes()) {
    if (a.type != type) name.attributes.emplace_back(a.type, std::string(a.value));
    if (a.type == type && value) name.attributes.emplace_back(type, value);
  }
  d.spec.subject = encode_name(name);
}

/// Names the owner `oid` and, for TLS, the host `host`.
void set_names(Draft& d, const char* host, const asn1::Oid* oid) {
  Bytes names;
  if (host) append(names, asn1::tlv(0x82, view(std::string_view(host))));
  if (oid) append(names, asn1::tlv(0x88, oid->content()));
  d.spec.find(extension::subject_alt_name)->value = asn1::tlv(0x30, names);
}

void add_policy(Draft& d, std::initializer_list<asn1::Oid> policies) {
  d.spec.find(extension::certificate_policies)->value = oid_list_list(policies);
}

/// EC key on P-384: its generator.
Bytes p384_key() {
  static constexpr std::string_view x =
      "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7";
  static constexpr std::string_view y =
      "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F";
  Bytes algorithm = asn1::tlv(0x30, *from_hex("06072A8648CE3D020106052B81040022"));
  Bytes point = *from_hex("0004" + std::string(x) + std::string(y));
  return asn1::tlv(0x30, concat({algorithm, asn1::tlv(0x03, point)}));
}

Bytes flip_last_octet(Bytes der) {
  der.back() = static_cast<uint8_t>(der.back() ^ 1);
  return der;
}

/// Turns every ecdsa-with-SHA256 into ecdsa-with-SHA384.
Bytes say_sha384(Bytes der) {
  const Bytes sha256 = *from_hex("06082A8648CE3D040302");
  for (auto at = der.begin(); at != der.end();) {
    at = std::search(at, der.end(), sha256.begin(), sha256.end());
    if (at == der.end()) break;
    at += static_cast<ptrdiff_t>(sha256.size());
    at[-1] = 0x03;
  }
  return der;
}

// ---- the faults ----

enum Roles : uint8_t { servers = 1, tls = 2, eum = 4, euicc = 8, binding = 16 };
constexpr uint8_t leaves = servers | tls | euicc | binding;
constexpr uint8_t everybody = leaves | eum;
constexpr uint8_t below_ci = servers | tls | eum | binding;
constexpr uint8_t on_rsp_curve = servers | binding | eum | euicc;

uint8_t group_of(Role role) {
  if (role == Role::ci) return 0;
  if (role == Role::eum) return eum;
  if (role == Role::euicc) return euicc;
  if (rules(role).tls) return tls;
  return role == Role::dp_pb ? binding : servers;
}

struct Kind {
  std::string_view name;
  std::string_view what;
  uint8_t roles;
  Fault fault;
  std::optional<ChainError> error;
  void (*spoil)(Draft&, const Cast&);
  std::optional<Link> link;  ///< where it is not that of the certificate itself
};

using E = ChainError;
constexpr auto sec = std::chrono::seconds(1);

// clang-format off
const Kind kinds[] = {
  {"good", "nothing is wrong with it", everybody, Fault::none, std::nullopt,
    [](Draft&, const Cast&) {}, {}},
  {"expired", "its validity ended a second ago", everybody, Fault::expired, E::expired,
    [](Draft& d, const Cast& c) { d.spec.not_after = c.now - sec; }, {}},
  {"not_yet_valid", "its validity begins in an hour", everybody, Fault::not_yet_valid, E::not_yet_valid,
    [](Draft& d, const Cast& c) { d.spec.not_before = c.now + std::chrono::hours(1); }, {}},
  {"wrong_role", "its policy OID is another role's", everybody, Fault::role, E::wrong_role,
    [](Draft& d, const Cast&) { add_policy(d, {rules(mistaken_for(d.role)).policy}); }, {}},
  {"no_role", "it has no certificatePolicies", everybody, Fault::role, E::wrong_role,
    [](Draft& d, const Cast&) { d.spec.remove(extension::certificate_policies); }, {}},
  {"two_roles", "its policies name two roles", everybody, Fault::role, E::wrong_role,
    [](Draft& d, const Cast&) { add_policy(d, {rules(d.role).policy, rules(mistaken_for(d.role)).policy}); }, {}},
  {"unknown_ci", "its chain ends at a CI that nobody trusts", everybody, Fault::unknown_ci, E::unknown_ci,
    [](Draft& d, const Cast& c) {
      d.issuer = d.signer = &Cast::issuer_in(c.foreign, d.role);
      d.spec.find(extension::authority_key_identifier)->value =
          asn1::tlv(0x30, asn1::tlv(0x80, d.issuer->certificate.subject_key_id()));
      if (d.role == Role::euicc) d.eum = to_bytes(d.issuer->certificate.der());
    }, Link::eum},
  {"bad_signature", "another key signed it than its issuer's", everybody, Fault::other, E::bad_signature,
    [](Draft& d, const Cast& c) { d.signer = &c.foreign[Role::ci]; }, {}},
  {"altered", "one bit of its signature was changed", everybody, Fault::other, E::bad_signature,
    [](Draft& d, const Cast&) { d.afterwards = flip_last_octet; }, {}},
  {"other_algorithm", "it says that SHA-384 was used", everybody, Fault::other, E::malformed,
    [](Draft& d, const Cast&) { d.afterwards = say_sha384; }, {}},
  {"other_curve", "its key is on the other curve than its CI's", on_rsp_curve, Fault::curve, E::wrong_curve,
    [](Draft& d, const Cast&) {
      d.other_curve = d.key.curve() == crypto::Curve::p256 ? crypto::Curve::brainpool_p256r1 : crypto::Curve::p256;
    }, {}},
  {"unknown_curve", "its key is on P-384", on_rsp_curve, Fault::curve, E::wrong_curve,
    [](Draft& d, const Cast&) { d.spki = p384_key(); }, {}},
  {"point_off_curve", "its public key is no point of the curve", on_rsp_curve, Fault::other, E::malformed,
    [](Draft& d, const Cast&) { d.spki = flip_last_octet(subject_public_key_info(d.key.public_key())); }, {}},
  {"negative_serial_number", "its serial number is below zero", everybody, Fault::other, E::malformed,
    [](Draft& d, const Cast&) { d.spec.serial_number[0] |= 0x80; }, {}},
  {"extension_twice", "it has keyUsage twice", everybody, Fault::other, E::malformed,
    [](Draft& d, const Cast&) { d.spec.extensions.push_back(ExtensionSpec(*d.spec.find(extension::key_usage))); }, {}},
  {"unknown_critical_extension", "it has a critical extension that nobody knows", everybody, Fault::other, E::unknown_critical_extension,
    [](Draft& d, const Cast&) { d.spec.extensions.push_back({asn1::Oid::of({2, 999, 77}), true, {0x05, 0x00}}); }, {}},
  {"missing_key_usage", "it has no keyUsage", everybody, Fault::other, E::wrong_key_usage,
    [](Draft& d, const Cast&) { d.spec.remove(extension::key_usage); }, {}},
  {"wrong_key_usage", "its keyUsage is keyAgreement alone", everybody, Fault::other, E::wrong_key_usage,
    [](Draft& d, const Cast&) { set(d, extension::key_usage, "03020308"); }, {}},
  {"may_certify", "its keyUsage lets it sign certificates too", leaves, Fault::other, E::wrong_key_usage,
    [](Draft& d, const Cast&) { set(d, extension::key_usage, "03020284"); }, {}},
  {"limited_purpose", "extendedKeyUsage limits its key to signing code", everybody & ~eum, Fault::other, E::wrong_key_usage,
    [](Draft& d, const Cast&) { set(d, extension::extended_key_usage, "300A06082B06010505070303"); }, {}},
  {"missing_authority_key_id", "it has no authorityKeyIdentifier", everybody, Fault::other, E::missing_extension,
    [](Draft& d, const Cast&) { d.spec.remove(extension::authority_key_identifier); }, {}},
  {"authority_key_id_of_nobody", "its authorityKeyIdentifier is no CI's", below_ci, Fault::unknown_ci, E::unknown_ci,
    [](Draft& d, const Cast&) { set(d, extension::authority_key_identifier, "30168014" + std::string(40, 'A')); }, {}},
  {"authority_key_id_of_another", "its authorityKeyIdentifier is not its EUM's", euicc, Fault::other, E::issuer_mismatch,
    [](Draft& d, const Cast&) { set(d, extension::authority_key_identifier, "30168014" + std::string(40, 'A')); }, {}},
  {"name_that_does_not_chain", "its issuer is not its issuer's subject", everybody, Fault::other, E::issuer_mismatch,
    [](Draft& d, const Cast&) { d.spec.issuer = encode_name({{{attribute::common_name, "Somebody else"}}}); }, {}},
  {"ca", "it says that it is a CA", leaves, Fault::other, E::path_length,
    [](Draft& d, const Cast&) { d.spec.extensions.push_back({extension::basic_constraints, true, *from_hex("30030101FF")}); }, {}},
  {"missing_owner", "it has no subjectAltName with its owner's OID", below_ci, Fault::other, E::missing_extension,
    [](Draft& d, const Cast&) { d.spec.remove(extension::subject_alt_name); }, {}},
  {"other_owner", "its OID is not that of CERT.DPauth", binding, Fault::other_owner, std::nullopt,
    [](Draft& d, const Cast&) { asn1::Oid oid = asn1::Oid::of({2, 999, 4711}); set_names(d, nullptr, &oid); }, {}},
  {"other_host", "it is for another host", tls, Fault::other_owner, std::nullopt,
    [](Draft& d, const Cast& c) { auto oid = c.good.certificate(d.role).registered_id(); set_names(d, "other.invalid", &*oid); }, {}},
  {"missing_host", "it names no host", tls, Fault::other, E::missing_extension,
    [](Draft& d, const Cast& c) { auto oid = c.good.certificate(d.role).registered_id(); set_names(d, nullptr, &*oid); }, {}},
  {"missing_purpose", "it has no extendedKeyUsage", tls, Fault::other, E::wrong_key_usage,
    [](Draft& d, const Cast&) { d.spec.remove(extension::extended_key_usage); }, {}},
  {"client_only", "its extendedKeyUsage lacks serverAuth", tls, Fault::other, E::wrong_key_usage,
    [](Draft& d, const Cast&) { set(d, extension::extended_key_usage, "300A06082B06010505070302"); }, {}},
  {"eid_outside_the_range", "its EID does not begin with its EUM's IIN", euicc, Fault::other, E::name_constraint,
    [](Draft& d, const Cast& c) { set_subject(d, c.good.certificate(Role::euicc), attribute::serial_number, "89999999999999999999999999999999"); }, {}},
  {"other_organization", "its organization is not its EUM's", euicc, Fault::other, E::name_constraint,
    [](Draft& d, const Cast& c) { set_subject(d, c.good.certificate(Role::euicc), attribute::organization, "Somebody else"); }, {}},
  {"no_eid", "its subject has no EID", euicc, Fault::other, E::malformed,
    [](Draft& d, const Cast& c) { set_subject(d, c.good.certificate(Role::euicc), attribute::serial_number, nullptr); }, {}},
  {"short_eid", "its EID has 31 digits", euicc, Fault::other, E::malformed,
    [](Draft& d, const Cast& c) { set_subject(d, c.good.certificate(Role::euicc), attribute::serial_number, "8904903200000000000000000000000"); }, {}},
  {"no_ca", "it does not say that it is a CA", eum, Fault::other, E::not_a_ca,
    [](Draft& d, const Cast&) { d.spec.remove(extension::basic_constraints); }, {}},
  {"missing_path_length", "its pathLenConstraint is absent", eum, Fault::other, E::path_length,
    [](Draft& d, const Cast&) { set(d, extension::basic_constraints, "30030101FF"); }, {}},
  {"path_length_1", "its pathLenConstraint is 1", eum, Fault::other, E::path_length,
    [](Draft& d, const Cast&) { set(d, extension::basic_constraints, "30060101FF020101"); }, {}},
  {"below_another_eum", "an EUM signed it, whose pathLenConstraint is 0", eum, Fault::unknown_ci, E::unknown_ci,
    [](Draft& d, const Cast& c) {
      d.issuer = d.signer = &c.good[Role::eum];
      d.spec.issuer = to_bytes(d.issuer->certificate.subject().der());
      d.spec.find(extension::authority_key_identifier)->value =
          asn1::tlv(0x30, asn1::tlv(0x80, d.issuer->certificate.subject_key_id()));
    }, {}},
  {"missing_subject_key_id", "it has no subjectKeyIdentifier", eum, Fault::other, E::missing_extension,
    [](Draft& d, const Cast&) { d.spec.remove(extension::subject_key_identifier); }, {}},
  {"other_subject_key_id", "its subjectKeyIdentifier is not what its eUICCs name", eum, Fault::other, E::issuer_mismatch,
    [](Draft& d, const Cast&) { set(d, extension::subject_key_identifier, "0414" + std::string(40, 'B')); }, Link::leaf},
  {"missing_name_constraints", "it has no nameConstraints", eum, Fault::other, E::name_constraint,
    [](Draft& d, const Cast&) { d.spec.remove(extension::name_constraints); }, {}},
  {"other_range", "its nameConstraints permit other EIDs", eum, Fault::other, E::name_constraint,
    [](Draft& d, const Cast& c) {
      Subject other = subject_of(c.good.certificate(Role::eum));
      other.iin = "89999999";
      SeededRandom unused(0);
      CertificateSpec spec = profile(Role::eum, other, d.key.public_key(), &d.issuer->certificate, {}, {}, unused);
      *d.spec.find(extension::name_constraints) = *spec.find(extension::name_constraints);
    }, Link::leaf},
};
// clang-format on

Draft draft_of(Role role, const Cast& cast, const crypto::PrivateKey& key, Random& random) {
  const Certificate& model = cast.good.certificate(role);
  const Identity& issuer = cast.issuer(role);
  const auto day = std::chrono::days(1);
  CertificateSpec spec = profile(role, subject_of(model), key.public_key(), &issuer.certificate,
                                 cast.now - day, cast.now + 30 * day, random);
  return {role, std::move(spec), key.clone(), {}, {}, &issuer, &issuer, {}, nullptr};
}

Result<BrokenVariant> make(const Kind& kind, Role role, const Cast& cast, const crypto::PrivateKey& key,
                           Random& random) {
  Draft d = draft_of(role, cast, key, random);
  kind.spoil(d, cast);
  if (d.other_curve) d.key = crypto::PrivateKey::generate(*d.other_curve, random);
  const bool own_key = !d.spki;
  if (own_key) d.spki = subject_public_key_info(d.key.public_key());
  crypto::SoftwareSigner signer(d.signer->key);
  Bytes der = TRY(sign_certificate(d.spec, *d.spki, signer));
  if (d.afterwards) der = d.afterwards(std::move(der));
  BrokenVariant out;
  out.name = std::string(name(role)) + "." + std::string(kind.name);
  out.role = role;
  out.what = kind.what;
  out.certificate = std::move(der);
  if (own_key) out.key = std::move(d.key);
  out.eum = std::move(d.eum);
  out.error = kind.error;
  out.only_with_clock = is_time(kind.fault);
  out.link = role == Role::eum ? Link::eum : Link::leaf;
  if (kind.link && (role == Role::eum || role == Role::euicc)) out.link = *kind.link;
  out.places = places_of(role, kind.fault, out.link);
  return out;
}

/// The same names and EID under keys of their own.
Result<Hierarchy> make_foreign(const Hierarchy& good, Time now, Random& random) {
  HierarchyOptions o;
  o.curve = good[Role::ci].key.curve();
  o.not_before = now - std::chrono::days(1);
  const Subject eum = subject_of(good.certificate(Role::eum));
  o.iin = eum.iin;
  o.organization =
      std::string(good.certificate(Role::ci).subject().get(attribute::organization).value_or(""));
  o.eum_organization =
      std::string(good.certificate(Role::eum).subject().get(attribute::organization).value_or(""));
  o.eid = TRY(Eid::parse(good.certificate(Role::euicc).subject().get(attribute::serial_number).value_or("")));
  return make_hierarchy(o, random);
}

}  // namespace

Result<std::vector<BrokenVariant>> make_broken(const Hierarchy& hierarchy, Time now, Random& random) {
  const Hierarchy foreign = TRY(make_foreign(hierarchy, now, random));
  const Cast cast{hierarchy, foreign, now};
  std::vector<BrokenVariant> out;
  for (const RoleRules& r : role_table()) {
    // an EUM keeps its key, so that the eUICC certificate below it stays good
    const crypto::PrivateKey key = r.role == Role::eum
                                       ? hierarchy[r.role].key.clone()
                                       : crypto::PrivateKey::generate(hierarchy[r.role].key.curve(), random);
    for (const Kind& kind : kinds) {
      if (kind.roles & group_of(r.role)) out.push_back(TRY(make(kind, r.role, cast, key, random)));
    }
  }
  return out;
}

}  // namespace sealift::pki
