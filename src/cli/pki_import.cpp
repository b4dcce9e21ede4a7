// sealift pki import: a certificate that somebody else issued, with its key, into a PKI's folder.
#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "lab/pki_office.hpp"

namespace sealift::cli {

namespace {

struct ImportOptions {
  std::string role, directory, certificate, key, label;
  std::string eum = "eum", ci = "ci";
  bool replace = false;
};

Result<pki::Certificate> import_one(const ImportOptions& o) {
  lab::ImportOptions options;
  options.role = TRY(pki::role_from_name(o.role));
  options.label = o.label;
  options.eum = o.eum;
  options.ci = o.ci;
  options.replace = o.replace;
  pki::Certificate certificate = TRY(read_certificate(o.certificate));
  if (!o.key.empty()) options.key = TRY(read_private_key(o.key));
  SystemRandom random;
  auto folder = TRY(lab::KeysFolder::open_or_make(o.directory, random));
  Status done = lab::import_certificate(folder, certificate, options, SystemClock().now(), random);
  if (!done) return std::move(done.error()).within(o.certificate);
  return certificate;
}

int import(const ImportOptions& o, Output& out) {
  auto taken = import_one(o);
  if (!taken) return out.fail(taken.error());
  const std::string file = o.directory + "/" + (o.label.empty() ? o.role : o.label) + ".der";
  out.line(file + "  " + taken->subject().text() + "  until " + asn1::rfc3339(taken->not_after()));
  out.object({{"file", file},
              {"subject", taken->subject().text()},
              {"subjectKeyIdentifier", hex(taken->subject_key_id())},
              {"notAfter", asn1::rfc3339(taken->not_after())}});
  return exit_ok;
}

}  // namespace

void add_pki_import(CLI::App& pki, Output& out) {
  auto o = std::make_shared<ImportOptions>();
  auto* cmd = pki.add_subcommand("import", "Take in a certificate that was issued elsewhere, with its key");
  cmd->add_option("role", o->role, "What it is for; the CI's comes first, and needs no key")
      ->required()
      ->check(CLI::IsMember(role_names()));
  cmd->add_option("directory", o->directory, "Where to; made where it is absent")
      ->required()
      ->type_name("DIR");
  cmd->add_option("certificate", o->certificate, "The certificate, DER or PEM")
      ->required()
      ->type_name("FILE");
  cmd->add_option("--key", o->key, "Its private key, SEC 1 or PKCS #8, DER or PEM; kept sealed in DIR/keys")
      ->type_name("FILE");
  cmd->add_option("--label", o->label, "Name of files and key; the role's where absent")->type_name("NAME");
  cmd->add_option("--ci", o->ci, "Label of the CI above it")->type_name("NAME")->capture_default_str();
  cmd->add_option("--eum", o->eum, "Label of the EUM above an eUICC's")
      ->type_name("NAME")
      ->capture_default_str();
  cmd->add_flag("--replace", o->replace, "In the place of what has that label");
  cmd->footer(
      "Example:  sealift pki import ci ./site/pki gsma-ci.pem\n"
      "          sealift pki import dp_auth ./site/pki dpauth.der --key dpauth.key");
  on_run(cmd, out, [o](Output& output) { return import(*o, output); });
}

}  // namespace sealift::cli
