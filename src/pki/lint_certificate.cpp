#include <algorithm>
#include <array>

#include "asn1/time.hpp"
#include "crypto/hash.hpp"
#include "pki/lint.hpp"
#include "pki/role_check.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {

std::string_view name(Severity severity) {
  static constexpr std::array<std::string_view, 3> names{"error", "warning", "note"};
  return names[static_cast<size_t>(severity)];
}

namespace {

/// Where SGP.22 describes the certificate.
std::string clause_of(Role role) {
  switch (role) {
    case Role::ci:
      return "SGP.22 4.5.2.1.0.1";
    case Role::euicc:
      return "SGP.22 4.5.2.1.0.2";
    case Role::eum:
      return "SGP.22 4.5.2.1.0.3";
    default:
      return "SGP.22 4.5.2.1.0";
  }
}

class CertificateLint {
 public:
  CertificateLint(const Certificate& certificate, const LintOptions& options)
      : c_(certificate), x_(certificate.extensions()), options_(options) {}

  Findings run() && {
    role_ = options_.role;
    check_policies();
    check_encoding();
    check_validity();
    check_key_identifiers();
    check_unknown_extensions();
    if (role_) {
      profile_ = clause_of(*role_);
      check_key_usage();
      check_basic_constraints();
      check_subject();
      check_alternative_names();
      check_extended_key_usage();
      check_name_constraints();
      check_distribution_points();
    }
    check_issuer();
    return std::move(findings_);
  }

 private:
  void add(Severity severity, std::string rule, std::string clause, std::string text) {
    findings_.push_back({severity, std::move(rule), std::move(clause), std::move(text)});
  }
  void error(std::string rule, std::string clause, std::string text) {
    add(Severity::error, std::move(rule), std::move(clause), std::move(text));
  }
  void warn(std::string rule, std::string clause, std::string text) {
    add(Severity::warning, std::move(rule), std::move(clause), std::move(text));
  }
  const RoleRules& rules_() const { return rules(*role_); }

  /// Says where an extension is marked otherwise than demanded.
  template <class T>
  void check_criticality(const std::optional<Extension<T>>& e, bool demanded, std::string_view what,
                         const std::string& clause) {
    if (!e || e->critical == demanded) return;
    warn(std::string(what) + (demanded ? ".not_critical" : ".critical"), clause,
         std::string(what) + " must " + (demanded ? "" : "not ") + "be critical");
  }

  void check_policies() {
    if (!x_.certificate_policies) {
      error("policies.missing", "SGP.22 4.5.2.1.0.0", "no certificatePolicies: it has no role");
      return;
    }
    std::vector<Role> named;
    for (const asn1::Oid& policy : x_.certificate_policies->value) {
      if (auto role = role_from_policy(policy)) named.push_back(*role);
    }
    if (named.size() != 1) {
      error("policies.role", "SGP.22 4.5.2.1.0.0",
            named.empty() ? "no policy names a role (id-rspRole)" : "the policies name several roles");
    } else if (role_ && named.front() != *role_) {
      error("policies.other_role", clause_of(*role_),
            "its policy is that of role " + std::string(pki::name(named.front())));
    }
    if (!role_ && !named.empty()) role_ = named.front();
    if (role_) check_criticality(x_.certificate_policies, !rules_().tls, "policies", clause_of(*role_));
  }

  /// What our reader forgives: values of a DEFAULT that are written out, and times in the wrong form.
  void check_encoding() {
    asn1::Reader tbs(asn1::Reader(c_.tbs(), "").next()->value, "TBSCertificate");
    asn1::Tlv field;
    while (!tbs.at_end()) {
      field = *tbs.next();
      if (field.tag == 0x30 && View(field.value).size() > 1 &&
          (field.value[0] == asn1::tag_utc_time || field.value[0] == asn1::tag_generalized_time)) {
        check_times(tbs.inside(field));
      }
      if (field.tag == 0xA3) check_defaults(asn1::Reader(asn1::Reader(field.value, "").next()->value, ""));
    }
  }
  void check_times(asn1::Reader validity) {
    for (Time time : {c_.not_before(), c_.not_after()}) {
      if (validity.next()->tag == asn1::x509_time(time).tag) continue;
      warn("validity.form", "RFC 5280 4.1.2.5", "UTCTime until 2049, GeneralizedTime from 2050");
    }
  }
  void check_defaults(asn1::Reader extensions) {
    while (!extensions.at_end()) {
      asn1::Reader fields = extensions.inside(*extensions.next());
      auto id = asn1::Oid::from_content(fields.next()->value);
      if (!fields.peek(0x01) || fields.next()->value[0] != 0) continue;
      warn("extension.default_written", "X.690 11.5", "critical FALSE is written out in " + id->dotted());
    }
  }

  void check_validity() {
    if (c_.not_after() <= c_.not_before())
      error("validity.empty", "RFC 5280 4.1.2.5", "notAfter is not behind notBefore");
    if (options_.when && *options_.when < c_.not_before())
      error("validity.not_yet", "RFC 5280 6.1.3", "valid from " + asn1::rfc3339(c_.not_before()));
    if (options_.when && *options_.when > c_.not_after())
      error("validity.expired", "RFC 5280 6.1.3", "valid until " + asn1::rfc3339(c_.not_after()));
    if (role_ && rules_().tls && c_.not_after() - c_.not_before() > std::chrono::days(398)) {
      add(Severity::note, "validity.long_tls", "SGP.26",
          "a TLS certificate of more than 398 days; some TLS stacks refuse it");
    }
  }

  void check_key_identifiers() {
    const bool ci = role_ == Role::ci;
    if (!x_.subject_key_identifier) {
      const bool needed = role_ && rules_().ca;
      add(needed ? Severity::error : Severity::warning, "subject_key_id.missing", "SGP.22 4.5.2.1.0.0",
          "no subjectKeyIdentifier");
    } else if (!equal(c_.subject_key_id(), c_.public_key().key_identifier())) {
      warn("subject_key_id.not_of_the_key", "RFC 5280 4.2.1.2", "not the SHA-1 of the public key");
    }
    if (c_.authority_key_id().empty() && !ci)
      error("authority_key_id.missing", "SGP.22 4.5.2.1.0.0", "no authorityKeyIdentifier with keyIdentifier");
    if (ci && !c_.authority_key_id().empty() && !equal(c_.authority_key_id(), c_.subject_key_id()))
      error("authority_key_id.other", "RFC 5280 4.2.1.1", "a CI that names another authority");
    check_criticality(x_.subject_key_identifier, false, "subject_key_id", "RFC 5280 4.2.1.2");
    check_criticality(x_.authority_key_identifier, false, "authority_key_id", "RFC 5280 4.2.1.1");
  }

  void check_unknown_extensions() {
    for (const asn1::Oid& id : x_.unknown_critical)
      error("extension.unknown_critical", "RFC 5280 4.2", "the critical extension " + id.dotted());
    for (const asn1::Oid& id : x_.unknown)
      add(Severity::note, "extension.unknown", "RFC 5280 4.2", "the extension " + id.dotted());
  }

  void check_key_usage() {
    if (!x_.key_usage) {
      error("key_usage.missing", profile_, "no keyUsage");
      return;
    }
    const uint16_t usage = x_.key_usage->value;
    if ((usage & rules_().key_usage) != rules_().key_usage)
      error("key_usage.lacking", profile_, "keyUsage lacks what the role does");
    if (usage & rules_().key_usage_forbidden)
      error("key_usage.may_certify", profile_, "keyUsage lets an end entity sign certificates or CRLs");
    else if (usage & ~rules_().key_usage)
      warn("key_usage.more", profile_, "keyUsage allows more than the role does");
    check_criticality(x_.key_usage, true, "key_usage", profile_);
  }

  void check_basic_constraints() {
    const bool ca = x_.basic_constraints && x_.basic_constraints->value.ca;
    if (!rules_().ca) {
      if (ca) error("basic_constraints.ca", profile_, "a CA where the last certificate of a chain belongs");
      return;
    }
    if (!ca) {
      error("basic_constraints.no_ca", profile_, "basicConstraints do not say cA");
      return;
    }
    if (rules_().path_len && x_.basic_constraints->value.path_len != rules_().path_len) {
      error("basic_constraints.path_length", profile_,
            "pathLenConstraint is not " + std::to_string(*rules_().path_len));
    }
    check_criticality(x_.basic_constraints, true, "basic_constraints", "RFC 5280 4.2.1.9");
  }

  void check_subject() {
    const Name& subject = c_.subject();
    if (!subject.get(attribute::organization) && !rules_().tls)
      error("subject.no_organization", profile_, "the subject has no organizationName");
    if (!subject.get(attribute::common_name))
      warn("subject.no_common_name", profile_, "the subject has no commonName");
    for (const Attribute& a : subject.attributes()) {
      if (a.tag != 0x0C && a.tag != 0x13 && a.tag != 0x16)
        warn("subject.string_type", "RFC 5280 4.1.2.4", "neither UTF8String nor PrintableString");
      if (a.type == attribute::common_name && a.value.size() > 64)
        warn("subject.long_common_name", "RFC 5280 A.1", "a commonName of more than 64 octets");
    }
    if (*role_ == Role::euicc) check_eid();
  }
  void check_eid() {
    auto eid = eid_of(c_);
    if (!eid) {
      error("subject.eid", profile_, eid.error().detail);
      return;
    }
    if (!Eid::parse(hex(*eid)))
      add(Severity::note, "subject.eid_check_digits", "SGP.29", "wrong check digits");
  }

  void check_alternative_names() {
    if (rules_().registered_id && !c_.registered_id())
      error("alternative_name.no_owner", profile_, "subjectAltName has no registeredID");
    if (!x_.subject_alt_name) return;
    const SubjectAltName& names = x_.subject_alt_name->value;
    if (rules_().dns_name && names.dns_names.empty() && names.ip_addresses.empty())
      error("alternative_name.no_host", profile_, "subjectAltName has no dNSName");
    if (rules_().dns_name && names.dns_names.empty() && !names.ip_addresses.empty())
      warn("alternative_name.address_alone", profile_, "iPAddress without any dNSName");
    if (!rules_().dns_name && !names.dns_names.empty())
      warn("alternative_name.host", profile_, "a host name in a certificate that is not for TLS");
    if (names.registered_ids.size() > 1)
      warn("alternative_name.several_owners", profile_, "more than one registeredID");
    check_criticality(x_.subject_alt_name, false, "alternative_name", "RFC 5280 4.2.1.6");
  }

  void check_extended_key_usage() {
    if (!rules_().tls) {
      if (x_.extended_key_usage)
        error("extended_key_usage.limits", profile_, "extendedKeyUsage limits the key to other purposes");
      return;
    }
    if (!x_.extended_key_usage) {
      error("extended_key_usage.missing", profile_, "no extendedKeyUsage");
      return;
    }
    const auto& purposes = x_.extended_key_usage->value;
    auto has = [&](const asn1::Oid& p) {
      return std::find(purposes.begin(), purposes.end(), p) != purposes.end();
    };
    if (!has(purpose::server_auth)) error("extended_key_usage.no_server", profile_, "no serverAuth");
    if (!has(purpose::client_auth))
      warn("extended_key_usage.no_client", profile_, "no clientAuth, which ES2+, ES12 and ES15 need");
    check_criticality(x_.extended_key_usage, true, "extended_key_usage", profile_);
  }

  void check_name_constraints() {
    if (*role_ != Role::eum) {
      if (x_.name_constraints)
        error("name_constraints.there", profile_, "nameConstraints on another than an EUM");
      return;
    }
    if (!x_.name_constraints || x_.name_constraints->value.permitted_directory_names.empty()) {
      error("name_constraints.missing", profile_, "no permitted directoryName");
      return;
    }
    if (x_.name_constraints->value.beyond_us)
      error("name_constraints.form", profile_, "excluded subtrees, or another form than directoryName");
    for (const Name& n : x_.name_constraints->value.permitted_directory_names) {
      if (!n.get(attribute::organization)) error("name_constraints.no_organization", profile_, "no O");
      auto iin = n.get(attribute::serial_number);
      if (!iin || iin->empty()) error("name_constraints.no_iin", profile_, "no serialNumber with an IIN");
      if (iin && iin->size() != 8)
        add(Severity::note, "name_constraints.iin_length", profile_, "an IIN of other than 8 digits");
    }
    check_criticality(x_.name_constraints, true, "name_constraints", "RFC 5280 4.2.1.10");
  }

  void check_distribution_points() {
    const bool there = x_.crl_distribution_points && !x_.crl_distribution_points->value.empty();
    if (*role_ == Role::euicc) {
      if (there) warn("distribution_points.there", profile_, "an eUICC's certificate stands on no CRL");
      return;
    }
    if (!there) {
      warn("distribution_points.missing", profile_, "no CRL distribution point: how to learn of revocation?");
      return;
    }
    for (std::string_view uri : x_.crl_distribution_points->value) {
      if (!uri.starts_with("http://") && !uri.starts_with("https://"))
        warn("distribution_points.scheme", "RFC 5280 4.2.1.13", "a distribution point that is not HTTP");
    }
    check_criticality(x_.crl_distribution_points, false, "distribution_points", "RFC 5280 4.2.1.13");
  }

  void check_issuer() {
    const Certificate* issuer = role_ == Role::ci ? &c_ : options_.issuer;
    if (!issuer) return;
    if (!c_.signed_by(issuer->public_key()))
      error("issuer.signature", "RFC 5280 6.1.3", "does not verify under the key of its issuer");
    if (!c_.issuer().same(issuer->subject()))
      error("issuer.name", "RFC 5280 6.1.3", "issuer is not the subject of its issuer");
    if (issuer == &c_) return;
    if (!equal(c_.authority_key_id(), issuer->subject_key_id()))
      error("issuer.key_id", "RFC 5280 4.2.1.1", "authorityKeyIdentifier is not its issuer's");
    if (c_.not_before() < issuer->not_before() ||
        (c_.not_after() > issuer->not_after() && role_ != Role::euicc))
      add(Severity::note, "issuer.validity", "RFC 5280 4.1.2.5", "valid at times when its issuer is not");
    if (!role_) return;
    if (!rules_().tls && c_.public_key().curve() != issuer->public_key().curve())
      error("issuer.curve", "SGP.22 2.6.7", "on another curve than its issuer");
    if (*role_ != Role::euicc || !issuer->extensions().name_constraints) return;
    auto eid = eid_of(c_);
    if (eid && !check_name_constraints_of(*issuer, *eid))
      error("issuer.name_constraints", "SGP.22 4.5.2.2",
            "organisation or EID outside what its EUM may issue");
  }
  bool check_name_constraints_of(const Certificate& eum, const Octets<16>& eid) const {
    return pki::check_name_constraints(eum, c_, eid).has_value();
  }

  const Certificate& c_;
  const Extensions& x_;
  const LintOptions& options_;
  std::optional<Role> role_;
  std::string profile_;
  Findings findings_;
};

}  // namespace

Findings lint_certificate(View der, const LintOptions& options) {
  auto certificate = Certificate::parse(der);
  if (certificate) return CertificateLint(*certificate, options).run();
  const bool curve = certificate.error().kind == ErrorKind::unsupported;
  return {{Severity::error, curve ? "key.unsupported" : "certificate.malformed",
           curve ? "SGP.22 2.6.7" : "RFC 5280 4.1", certificate.error().message}};
}

}  // namespace sealift::pki
