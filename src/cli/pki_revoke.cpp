// sealift pki revoke, crl: the record of revoked certificates, and the list that a CI signs from it.
#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "lab/pki_office.hpp"

namespace sealift::cli {

namespace {

struct RevokeOptions {
  std::string directory, what, at;
  std::string reason = "unspecified";
};

/// A label of the folder, or a file.
Result<pki::Certificate> certificate_meant(const std::string& directory, const std::string& what) {
  std::error_code none;
  const std::string labelled = directory + "/" + what + ".der";
  std::vector<pki::Certificate> all =
      TRY(read_certificates(std::filesystem::exists(labelled, none) ? labelled : what));
  return std::move(all.front());
}

Status revoke_one(const RevokeOptions& o, std::string& serial) {
  auto folder = TRY(lab::KeysFolder::open(o.directory));
  const pki::Certificate certificate = TRY(certificate_meant(o.directory, o.what));
  const pki::RevocationReason reason = TRY(pki::revocation_reason_from_name(o.reason));
  Time when = SystemClock().now();
  if (!o.at.empty()) when = TRY(asn1::parse_rfc3339(o.at));
  serial = hex(certificate.serial_number());
  const std::string word = std::filesystem::path(o.what).filename().string();
  return lab::revoke_certificate(folder, certificate, reason, when,
                                 word.find_first_of(" \n") == word.npos ? word : "");
}

int revoke(const RevokeOptions& o, Output& out) {
  std::string serial;
  auto done = revoke_one(o, serial);
  if (!done) return out.fail(done.error());
  out.line(o.what + " is revoked (serial number " + serial + ", " + o.reason +
           "). Publish it: sealift pki crl " + o.directory);
  out.object({{"serialNumber", serial}, {"reason", o.reason}});
  return exit_ok;
}

struct CrlOptions {
  std::string directory, out;
  std::string scope = "all";
  std::vector<std::string> uris;
  unsigned days = 30;
  uint64_t number = 0;
};

Result<pki::Crl> make_crl(const CrlOptions& o, std::string& file) {
  auto folder = TRY(lab::KeysFolder::open(o.directory));
  pki::CrlSpec spec;
  spec.this_update = SystemClock().now();
  spec.next_update = spec.this_update + std::chrono::days(o.days);
  spec.number = o.number;
  spec.scope = o.scope == "all"     ? pki::CrlScope::all
               : o.scope == "users" ? pki::CrlScope::user_certificates
                                    : pki::CrlScope::ca_certificates;
  spec.distribution_points = o.uris;
  file = lab::crl_file(folder, spec.scope).string();
  pki::Crl crl = TRY(lab::publish_crl(folder, std::move(spec)));
  if (!o.out.empty()) {
    auto copied = write_file(o.out, text(crl.der()), false);
    if (!copied) return std::move(copied.error()).within("the list is in " + file + ", and not where --out says");
  }
  return crl;
}

int crl(const CrlOptions& o, Output& out) {
  std::string file;
  auto made = make_crl(o, file);
  if (!made) return out.fail(made.error());
  const std::string next = asn1::rfc3339(*made->next_update());
  out.line(file + "  number " + hex(made->number()) + ", " + std::to_string(made->size()) +
           " certificates, next update " + next);
  out.object({{"file", file},
              {"number", hex(made->number())},
              {"entries", made->size()},
              {"thisUpdate", asn1::rfc3339(made->this_update())},
              {"nextUpdate", next}});
  return exit_ok;
}

}  // namespace

void add_pki_revoke(CLI::App& pki, Output& out) {
  auto o = std::make_shared<RevokeOptions>();
  auto* cmd = pki.add_subcommand("revoke", "Enter a certificate of the CI into the record of the revoked");
  cmd->add_option("directory", o->directory, "Folder that `pki init` made")->required()->type_name("DIR");
  cmd->add_option("certificate", o->what, "A label of the folder, or a file")->required()->type_name("NAME");
  std::vector<std::string> reasons;
  for (pki::RevocationReason r : pki::revocation_reasons()) reasons.emplace_back(pki::name(r));
  cmd->add_option("--reason", o->reason, "Why")->check(CLI::IsMember(reasons))->capture_default_str();
  cmd->add_option("--at", o->at, "Since when, as 2026-01-01T00:00:00Z; now where absent")->type_name("TIME");
  cmd->footer("Example:  sealift pki revoke ./site/pki dp_auth --reason keyCompromise");
  on_run(cmd, out, [o](Output& output) { return revoke(*o, output); });
}

void add_pki_crl(CLI::App& pki, Output& out) {
  auto o = std::make_shared<CrlOptions>();
  auto* cmd = pki.add_subcommand("crl", "Sign the list of revoked certificates with the CI's key");
  cmd->add_option("directory", o->directory, "Folder that `pki init` made")->required()->type_name("DIR");
  cmd->add_option("--out", o->out, "Write it here too (DER); it always is in DIR/ci.crl")->type_name("FILE");
  cmd->add_option("--days", o->days, "Days until the next one")
      ->check(CLI::Range(1u, 3650u))
      ->capture_default_str();
  cmd->add_option("--number", o->number, "Its number; one more than the last one's where absent")
      ->type_name("N");
  cmd->add_option("--scope", o->scope, "Which certificates it speaks of")
      ->check(CLI::IsMember({"all", "users", "cas"}))
      ->capture_default_str();
  cmd->add_option("--uri", o->uris, "Distribution point that it is published at; may be repeated")
      ->allow_extra_args(false)
      ->check(check_uri)
      ->type_name("URI");
  cmd->footer("Example:  sealift pki crl ./site/pki --days 7");
  on_run(cmd, out, [o](Output& output) { return crl(*o, output); });
}

}  // namespace sealift::cli
