// sealift pki lint: what in certificates and CRLs departs from the profiles of SGP.22 4.5.2.
#include <boost/json/array.hpp>
#include <map>

#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "pki/lint.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct LintOptions {
  std::vector<std::string> files, issuers;
  std::string role, at;
  bool no_clock = false;
  bool strict = false;
};

/// Everything that was given, by its subject key identifier: issuers are looked for among it.
using Issuers = std::map<std::string, pki::Certificate>;

struct Thing {
  std::string file;
  Bytes der;
  bool crl = false;
};

/// Certificates and CRLs of a file; DER is a CRL where it reads as one and as no certificate.
Result<std::vector<Thing>> read_things(const std::string& file) {
  std::string octets = TRY(read_file(file, pki::Crl::max_size * 2));
  std::vector<Thing> out;
  if (octets.find("-----BEGIN ") == octets.npos) {
    Bytes der = to_bytes(octets);
    const bool crl = !pki::Certificate::parse(der) && pki::Crl::parse(der);
    out.push_back({file, std::move(der), crl});
    return out;
  }
  auto blocks = pki::from_pem(octets);
  if (!blocks) return std::move(blocks.error()).within(file);
  for (pki::PemBlock& b : *blocks) {
    if (b.label == "CERTIFICATE" || b.label == "X509 CRL")
      out.push_back({file, std::move(b.der), b.label == "X509 CRL"});
  }
  return out;
}

struct Counts {
  size_t errors = 0, warnings = 0;
};

pki::Findings lint_thing(const Thing& thing, const Issuers& issuers, pki::LintOptions options) {
  std::string authority;
  if (thing.crl) {
    if (auto crl = pki::Crl::parse(thing.der)) authority = hex(crl->authority_key_id());
  } else if (auto certificate = pki::Certificate::parse(thing.der)) {
    authority = hex(certificate->authority_key_id());
  }
  if (auto found = issuers.find(authority); found != issuers.end()) options.issuer = &found->second;
  return thing.crl ? pki::lint_crl(thing.der, options) : pki::lint_certificate(thing.der, options);
}

json::object tell(const Thing& thing, const pki::Findings& findings, Counts& counts, Output& out) {
  json::array all;
  for (const pki::Finding& f : findings) {
    counts.errors += f.severity == pki::Severity::error;
    counts.warnings += f.severity == pki::Severity::warning;
    out.line(thing.file + ": " + std::string(pki::name(f.severity)) + ": " + f.text + " [" + f.rule + ", " +
             f.clause + "]");
    all.push_back(
        {{"severity", pki::name(f.severity)}, {"rule", f.rule}, {"clause", f.clause}, {"text", f.text}});
  }
  if (findings.empty()) out.line(thing.file + ": clean");
  return {{"file", thing.file}, {"kind", thing.crl ? "crl" : "certificate"}, {"findings", all}};
}

Result<Counts> lint_all(const LintOptions& o, Output& out, json::array& results) {
  pki::LintOptions options;
  if (!o.role.empty()) options.role = TRY(pki::role_from_name(o.role));
  if (!o.no_clock) options.when = SystemClock().now();
  if (!o.at.empty()) options.when = TRY(asn1::parse_rfc3339(o.at));
  std::vector<Thing> things;
  Issuers issuers;
  auto know = [&](const pki::Certificate& c) { issuers.emplace(hex(c.subject_key_id()), c); };
  for (const std::string& file : o.issuers) {
    for (const pki::Certificate& c : TRY(read_certificates(file))) know(c);
  }
  for (const std::string& file : o.files) {
    for (Thing& thing : TRY(read_things(file))) {
      if (auto c = pki::Certificate::parse(thing.der)) know(*c);
      things.push_back(std::move(thing));
    }
  }
  Counts counts;
  for (const Thing& thing : things)
    results.emplace_back(tell(thing, lint_thing(thing, issuers, options), counts, out));
  return counts;
}

int lint(const LintOptions& o, Output& out) {
  json::array results;
  auto counts = lint_all(o, out, results);
  if (!counts) return out.fail(counts.error());
  const bool clean = counts->errors == 0 && !(o.strict && counts->warnings > 0);
  json::object result{{"files", results}, {"errors", counts->errors}, {"warnings", counts->warnings}};
  if (!clean) result["ok"] = false;
  out.object(std::move(result));
  return clean ? exit_ok : exit_failed;
}

}  // namespace

void add_pki_lint(CLI::App& pki, Output& out) {
  auto o = std::make_shared<LintOptions>();
  auto* cmd = pki.add_subcommand("lint", "Find what in certificates and CRLs departs from SGP.22 4.5.2");
  cmd->add_option("files", o->files, "Certificates and CRLs, DER or PEM; issuers are found among them")
      ->required()
      ->type_name("FILE");
  cmd->add_option("--issuer", o->issuers, "Certificate of an issuer; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  cmd->add_option("--role", o->role, "What a certificate is to be; else what its policy says")
      ->check(CLI::IsMember(role_names()));
  auto* at = cmd->add_option("--at", o->at, "Instant to judge at, as 2026-01-01T00:00:00Z; now where absent")
                 ->type_name("TIME");
  cmd->add_flag("--no-clock", o->no_clock, "Leave validity periods unjudged")->excludes(at);
  cmd->add_flag("--strict", o->strict, "Fail for warnings too");
  cmd->footer("Example:  sealift pki lint site/pki/*.der\nExit code 1 where there is an error.");
  on_run(cmd, out, [o](Output& output) { return lint(*o, output); });
}

}  // namespace sealift::cli
