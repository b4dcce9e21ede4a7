#include <algorithm>

#include "asn1/time.hpp"
#include "pki/lint.hpp"
#include "pki/x509.hpp"

namespace sealift::pki {

namespace {

constexpr const char* profile = "SGP.22 4.5.2.1";

class CrlLint {
 public:
  CrlLint(const Crl& crl, const LintOptions& options) : crl_(crl), options_(options) {}

  Findings run() && {
    check_extensions();
    check_times();
    check_entries();
    check_issuer();
    return std::move(findings_);
  }

 private:
  void add(Severity severity, std::string rule, std::string clause, std::string text) {
    findings_.push_back({severity, std::move(rule), std::move(clause), std::move(text)});
  }
  const x509::RawExtension* find(const asn1::Oid& id) const {
    for (const x509::RawExtension& e : crl_.extensions()) {
      if (e.id == id) return &e;
    }
    return nullptr;
  }
  void check_criticality(const asn1::Oid& id, bool demanded, const std::string& what, const char* clause) {
    const x509::RawExtension* e = find(id);
    if (!e || e->critical == demanded) return;
    add(Severity::warning, "crl." + what + (demanded ? "_not_critical" : "_critical"), clause,
        what + " must " + (demanded ? "" : "not ") + "be critical");
  }

  void check_extensions() {
    if (crl_.authority_key_id().empty())
      add(Severity::error, "crl.no_authority_key_id", "RFC 5280 5.2.1", "no authorityKeyIdentifier");
    if (!find(x509::crl_number)) add(Severity::error, "crl.no_number", "RFC 5280 5.2.3", "no cRLNumber");
    check_criticality(extension::authority_key_identifier, false, "authority_key_id", "RFC 5280 5.2.1");
    check_criticality(x509::crl_number, false, "number", "RFC 5280 5.2.3");
    check_criticality(x509::issuing_distribution_point, true, "distribution_point", "RFC 5280 5.2.5");
    check_criticality(x509::rsp_total_parts, true, "parts", profile);
    check_criticality(x509::rsp_part, true, "part", profile);
    if (bool(find(x509::rsp_total_parts)) != bool(find(x509::rsp_part)))
      add(Severity::error, "crl.half_a_part", profile, "the number of the part without that of parts, or so");
  }

  void check_times() {
    if (!crl_.next_update()) {
      add(Severity::error, "crl.no_next_update", "RFC 5280 5.1.2.5",
          "no nextUpdate: it would never be stale");
      return;
    }
    if (!options_.when) return;
    if (*options_.when < crl_.this_update())
      add(Severity::error, "crl.not_yet", "RFC 5280 6.3.3", "of " + asn1::rfc3339(crl_.this_update()));
    if (*options_.when > *crl_.next_update())
      add(Severity::error, "crl.stale", "RFC 5280 6.3.3", "due since " + asn1::rfc3339(*crl_.next_update()));
  }

  void check_entries() {
    View last;
    size_t later = 0, twice = 0;
    for (const Crl::Entry& e : crl_.entries()) {
      later += e.when > crl_.this_update();
      twice += !last.empty() && equal(last, e.serial_number);
      last = e.serial_number;
    }
    if (later)
      add(Severity::warning, "crl.revoked_later", "RFC 5280 5.1.2.6",
          std::to_string(later) + " entries with a date behind thisUpdate");
    if (twice)
      add(Severity::warning, "crl.listed_twice", "RFC 5280 5.1.2.6",
          std::to_string(twice) + " serial numbers stand there more than once");
  }

  void check_issuer() {
    if (!options_.issuer) return;
    const Certificate& issuer = *options_.issuer;
    const auto& usage = issuer.extensions().key_usage;
    if (!usage || !(usage->value & key_usage::crl_sign))
      add(Severity::error, "crl.issuer_may_not", "RFC 5280 4.2.1.3", "its issuer's keyUsage lacks cRLSign");
    if (!crl_.signed_by(issuer.public_key()))
      add(Severity::error, "crl.signature", "RFC 5280 6.3.3", "does not verify under the key of its issuer");
    if (!crl_.issuer().same(issuer.subject()))
      add(Severity::error, "crl.issuer_name", "RFC 5280 6.3.3", "issuer is not the subject of its issuer");
    if (!equal(crl_.authority_key_id(), issuer.subject_key_id()))
      add(Severity::error, "crl.issuer_key_id", "RFC 5280 5.2.1",
          "authorityKeyIdentifier is not its issuer's");
  }

  const Crl& crl_;
  const LintOptions& options_;
  Findings findings_;
};

}  // namespace

Findings lint_crl(View der, const LintOptions& options) {
  auto crl = Crl::parse(der);
  if (crl) return CrlLint(*crl, options).run();
  return {{Severity::error, "crl.malformed", "RFC 5280 5.1", crl.error().message}};
}

}  // namespace sealift::pki
