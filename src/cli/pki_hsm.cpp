// sealift pki hsm: the signing keys of a PKI's folder, made within a PKCS#11 token.
#include <filesystem>

#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "lab/hsm_office.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct HsmOptions {
  std::string directory, module, token, pin_file, socket, label, request, certificate;
  std::string organization, common_name, owner;
  std::vector<std::string> roles;
  bool existing = false;
};

/// The file DIR/hsm is read by programs that run elsewhere.
std::filesystem::path absolute(const std::string& path) {
  std::error_code none;
  return std::filesystem::absolute(path, none);
}

Result<std::optional<pki::Subject>> subject_given(const HsmOptions& o) {
  if (o.organization.empty() && o.common_name.empty() && o.owner.empty())
    return std::optional<pki::Subject>();
  pki::Subject out;
  if (!o.organization.empty()) out.name.attributes.emplace_back(pki::attribute::organization, o.organization);
  if (!o.common_name.empty()) out.name.attributes.emplace_back(pki::attribute::common_name, o.common_name);
  if (!o.owner.empty()) out.registered_id = TRY(asn1::Oid::parse(o.owner));
  return std::optional(std::move(out));
}

Result<lab::HsmKeyOptions> options_for(const HsmOptions& o, const std::string& role) {
  lab::HsmKeyOptions out;
  out.role = TRY(pki::role_from_name(role));
  out.token = {absolute(o.module), o.token, absolute(o.pin_file)};
  if (!o.socket.empty()) out.socket = absolute(o.socket).string();
  out.label = o.label;
  out.existing = o.existing;
  out.subject = TRY(subject_given(o));
  return out;
}

Status ask(lab::KeysFolder& folder, const HsmOptions& o, const lab::HsmKeyOptions& options, Output& out) {
  const Bytes request = TRY(lab::request_for_hsm_key(folder, options));
  TRY_VOID(write_file(o.request, pki::to_pem("CERTIFICATE REQUEST", request), false));
  out.line(o.request + ": have the CI issue a certificate for it, then\n  sealift pki hsm " + o.directory +
           " " + o.roles.front() + " ... --certificate FILE");
  out.object({{"directory", o.directory}, {"request", o.request}});
  return {};
}

Status take_in(lab::KeysFolder& folder, const HsmOptions& o, lab::HsmKeyOptions options, Output& out) {
  pki::Certificate certificate = TRY(read_certificate(o.certificate));
  SystemRandom random;
  TRY_VOID(lab::import_for_hsm_key(folder, certificate, std::move(options), SystemClock().now(), random));
  out.line(o.roles.front() + ": " + certificate.subject().text() + "  until " +
           asn1::rfc3339(certificate.not_after()));
  out.object({{"directory", o.directory}, {"subject", certificate.subject().text()}});
  return {};
}

Status take_keys(lab::KeysFolder& folder, const HsmOptions& o, Output& out) {
  SystemRandom random;
  json::object keys;
  for (const std::string& role : o.roles) {
    const auto options = TRY(options_for(o, role));
    auto done = lab::take_key_into_hsm(folder, options, SystemClock().now(), random);
    if (!done) return std::move(done.error()).within(role);
    const std::string label = folder.hsm->keys.find(role)->second;
    out.line(role + ": key '" + label + "' in the HSM, certificate until " +
             asn1::rfc3339(done->after.not_after()));
    keys[role] = {{"label", label}, {"subjectKeyIdentifier", hex(done->after.subject_key_id())}};
  }
  out.line(kTakenUp);
  out.object({{"directory", o.directory}, {"keys", std::move(keys)}});
  return {};
}

int hsm(const HsmOptions& o, Output& out) {
  if (o.roles.size() > 1 && !(o.label.empty() && o.request.empty() && o.certificate.empty())) {
    return out.fail({ErrorKind::invalid, "--label, --csr and --certificate are for one role at a time"});
  }
  auto folder = lab::KeysFolder::open(o.directory);
  if (!folder) return out.fail(folder.error());
  auto options = options_for(o, o.roles.front());
  if (!options) return out.fail(options.error());
  const Status done = !o.request.empty()       ? ask(*folder, o, *options, out)
                      : !o.certificate.empty() ? take_in(*folder, o, std::move(*options), out)
                                               : take_keys(*folder, o, out);
  return done ? exit_ok : out.fail(done.error());
}

}  // namespace

void add_pki_hsm(CLI::App& pki, Output& out) {
  auto o = std::make_shared<HsmOptions>();
  auto* cmd = pki.add_subcommand(
      "hsm", "Make signing keys within a PKCS#11 token and certificates for them; the key files go");
  cmd->add_option("directory", o->directory, "Folder that `pki init` made")->required()->type_name("DIR");
  cmd->add_option("roles", o->roles, "Which keys")
      ->required()
      ->check(CLI::IsMember({"dp_auth", "dp_pb", "ds_auth"}));
  cmd->add_option("--module", o->module, "The PKCS#11 module")->required()->type_name("FILE");
  cmd->add_option("--token", o->token, "Label of the token")->required()->type_name("LABEL");
  cmd->add_option("--pin-file", o->pin_file, "File of mode 0600 with the user PIN")
      ->required()
      ->type_name("FILE");
  cmd->add_option(
         "--socket", o->socket,
         "Socket of the sealift-keyd that servers will use; without it they load the module themselves, "
         "which is for a laboratory")
      ->type_name("PATH");
  cmd->add_option("--label", o->label, "Label of the key in the token; the role's name where absent")
      ->type_name("LABEL");
  cmd->add_flag("--existing", o->existing, "Take the key that has the label, instead of making one");
  cmd->add_option("--csr", o->request, "Write a request for a certificate here, and leave DIR as it is")
      ->type_name("FILE");
  cmd->add_option("--organization", o->organization,
                  "--csr: O of the subject; as in DIR's certificate where absent")
      ->type_name("NAME");
  cmd->add_option("--common-name", o->common_name, "--csr: CN of the subject")->type_name("NAME");
  cmd->add_option("--oid", o->owner, "--csr: OID of the owner")->type_name("OID");
  cmd->add_option("--certificate", o->certificate, "Take in the certificate that was issued for the request")
      ->type_name("FILE")
      ->excludes("--csr");
  cmd->footer(
      "Example:  sealift pki hsm ./site/pki dp_auth dp_pb --module /usr/lib/softhsm/libsofthsm2.so \\\n"
      "            --token sealift --pin-file ./pin --socket /run/sealift-keyd/socket");
  on_run(cmd, out, [o](Output& output) { return hsm(*o, output); });
}

}  // namespace sealift::cli
