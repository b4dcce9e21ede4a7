// sealift pki issue, renew: one more certificate in a PKI's folder, and one in the place of another.
#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "lab/pki_office.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct IssueOptions {
  std::string role, directory, label, owner, organization, common_name, iin, eid, curve, not_before;
  std::string eum = "eum", ci = "ci";
  std::vector<std::string> hosts, crl_uris;
  std::optional<unsigned> days;
};

Result<pki::Certificate> issue_one(const IssueOptions& o, std::string& label) {
  lab::IssueOptions options;
  options.role = TRY(pki::role_from_name(o.role));
  options.label = label = o.label.empty() ? o.role : o.label;
  options.hosts = o.hosts;
  if (!o.owner.empty()) options.owner = TRY(asn1::Oid::parse(o.owner));
  options.organization = o.organization;
  options.common_name = o.common_name;
  options.iin = o.iin;
  if (!o.eid.empty()) options.eid = TRY(Eid::parse(o.eid));
  options.crl_uris = o.crl_uris;
  if (!o.curve.empty()) options.curve = curve_from_name(o.curve);
  if (o.days) options.validity = std::chrono::days(*o.days);
  options.eum = o.eum;
  options.ci = o.ci;
  auto folder = TRY(lab::KeysFolder::open(o.directory));
  SystemRandom random;
  return lab::issue_certificate(folder, options, SystemClock().now(), random);
}

int issue(const IssueOptions& o, Output& out) {
  std::string label;
  auto made = issue_one(o, label);
  if (!made) return out.fail(made.error());
  const std::string file = o.directory + "/" + label + ".der";
  out.line(file + "  " + made->subject().text() + "  until " + asn1::rfc3339(made->not_after()));
  out.object({{"file", file},
              {"key", label},
              {"subject", made->subject().text()},
              {"serialNumber", hex(made->serial_number())},
              {"subjectKeyIdentifier", hex(made->subject_key_id())},
              {"notAfter", asn1::rfc3339(made->not_after())}});
  return exit_ok;
}

struct RenewOptions {
  std::vector<std::string> labels;
  std::string directory;
  std::optional<unsigned> within;
  bool new_key = false;
};

int renew(const RenewOptions& o, Output& out) {
  auto folder = lab::KeysFolder::open(o.directory);
  if (!folder) return out.fail(folder.error());
  SystemRandom random;
  std::optional<std::chrono::days> within;
  if (o.within) within = std::chrono::days(*o.within);
  json::object results;
  for (const std::string& label : o.labels) {
    auto done = lab::renew_certificate(*folder, label, within, o.new_key, SystemClock().now(), random);
    if (!done) return out.fail(std::move(done.error()).within(label));
    if (!*done) {
      out.line(label + ": not due");
      results[label] = {{"renewed", false}};
      continue;
    }
    const std::string until = asn1::rfc3339((*done)->after.not_after());
    out.line(label + ": renewed until " + until + "; it was valid until " +
             asn1::rfc3339((*done)->before.not_after()));
    results[label] = {
        {"renewed", true}, {"notAfter", until}, {"serialNumber", hex((*done)->after.serial_number())}};
  }
  out.line(kTakenUp);
  out.object({{"directory", o.directory}, {"certificates", results}});
  return exit_ok;
}

}  // namespace

void add_pki_issue(CLI::App& pki, Output& out) {
  auto o = std::make_shared<IssueOptions>();
  auto* cmd = pki.add_subcommand("issue", "Make one more key and certificate, of any role");
  cmd->add_option("role", o->role, "What it is for")->required()->check(CLI::IsMember(role_names()));
  cmd->add_option("directory", o->directory, "Folder that `pki init` made")->required()->type_name("DIR");
  cmd->add_option("--label", o->label, "Name of files and key; the role's where absent")->type_name("NAME");
  cmd->add_option("--host", o->hosts, "TLS: host name or IP address; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME");
  cmd->add_option("--oid", o->owner, "OID of the owner; as in the folder's own where absent")
      ->type_name("OID");
  cmd->add_option("--eid", o->eid, "eUICC: its EID, which no other certificate has")->type_name("EID");
  cmd->add_option("--iin", o->iin, "EUM: digits that its EIDs begin with")->type_name("DIGITS");
  cmd->add_option("--organization", o->organization, "O of the subject")->type_name("NAME");
  cmd->add_option("--common-name", o->common_name, "CN of the subject")->type_name("NAME");
  cmd->add_option("--curve", o->curve, "Curve of the key; its issuer's where absent, p256 for TLS")
      ->check(CLI::IsMember({"p256", "brainpool"}));
  cmd->add_option("--days", o->days, "Days that it is valid")->check(CLI::Range(1u, 36500u));
  cmd->add_option("--crl-uri", o->crl_uris, "CRL distribution point; may be repeated")
      ->allow_extra_args(false)
      ->check(check_uri)
      ->type_name("URI");
  cmd->add_option("--ci", o->ci, "Label of the CI that issues")->type_name("NAME")->capture_default_str();
  cmd->add_option("--eum", o->eum, "Label of the EUM that issues an eUICC's")
      ->type_name("NAME")
      ->capture_default_str();
  cmd->footer("Example:  sealift pki issue dp_tls ./site/pki --label dp_tls_2 --host b.example.com");
  on_run(cmd, out, [o](Output& output) { return issue(*o, output); });
}

void add_pki_renew(CLI::App& pki, Output& out) {
  auto o = std::make_shared<RenewOptions>();
  auto* cmd =
      pki.add_subcommand("renew", "Put a new certificate of the same contents in the place of another");
  cmd->add_option("directory", o->directory, "Folder that `pki init` made")->required()->type_name("DIR");
  cmd->add_option("labels", o->labels, "Which: a role, or a label that `pki issue` was given")
      ->required()
      ->type_name("NAME");
  cmd->add_option("--within", o->within, "Only what runs out within so many days")->type_name("DAYS");
  cmd->add_flag("--new-key", o->new_key, "With a new key; the old one is gone then");
  cmd->footer("Example:  sealift pki renew ./site/pki dp_tls dp_auth dp_pb --within 30");
  on_run(cmd, out, [o](Output& output) { return renew(*o, output); });
}

}  // namespace sealift::cli
