// sealift pki verify: a certificate in its role, by the rules that a card, a server and an LPA apply.
#include <boost/json/object.hpp>

#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct VerifyOptions {
  std::string file;
  std::string role;
  std::vector<std::string> cas;
  std::vector<std::string> intermediates;
  std::vector<std::string> crls;
  std::string at;
  std::string host;
  bool no_clock = false;
};

Result<pki::TrustStore> load_trust(const VerifyOptions& o) {
  pki::TrustStore trust;
  for (const std::string& file : o.cas) TRY_VOID(load_ci(file, trust));
  for (const std::string& file : o.crls) TRY_VOID(load_crl(file, trust));
  return trust;
}

/// An error of the command's own (a file, an option) is `error`; what the chain says is inside the result.
Result<Result<pki::VerifiedChain, pki::ChainFailure>> verify_file(const VerifyOptions& o) {
  pki::Role role = TRY(pki::role_from_name(o.role));
  pki::TrustStore trust = TRY(load_trust(o));
  std::vector<pki::Certificate> leaves = TRY(read_certificates(o.file));
  std::vector<pki::Certificate> intermediates(leaves.begin() + 1, leaves.end());
  for (const std::string& file : o.intermediates) {
    std::vector<pki::Certificate> more = TRY(read_certificates(file));
    intermediates.insert(intermediates.end(), more.begin(), more.end());
  }
  pki::JudgeAt when = SystemClock().now();
  if (!o.at.empty()) when = TRY(asn1::parse_rfc3339(o.at));
  if (o.no_clock) when = pki::no_clock;
  return pki::verify_chain(role, leaves.front(), intermediates, trust, when);
}

int verify(const VerifyOptions& o, Output& out) {
  auto done = verify_file(o);
  if (!done) return out.fail(done.error());
  const auto& chain = *done;
  if (!chain) {
    const pki::ChainFailure& f = chain.error();
    if (!out.json) return out.fail(Error(f).within(o.file));
    out.object(
        {{"ok", false},
         {"error",
          {{"kind", pki::name(f.error)}, {"certificate", pki::name(f.link)}, {"message", f.message()}}}});
    return exit_failed;
  }
  if (!o.host.empty() && !chain->leaf().names_host(o.host)) {
    return out.fail(
        Error{ErrorKind::verification, o.file + ": the certificate does not name the host " + o.host});
  }
  out.line(o.file + ": good as " + std::string(pki::rules(chain->role()).title) + ", ends at CI " +
           hex(chain->ci_key_id()));
  json::object result{{"role", pki::name(chain->role())}, {"ciKeyId", hex(chain->ci_key_id())}};
  if (chain->owner()) result["owner"] = chain->owner()->dotted();
  if (chain->role() == pki::Role::euicc) result["eid"] = hex(chain->eid_octets());
  out.object(std::move(result));
  return exit_ok;
}

}  // namespace

void add_pki_verify(CLI::App& pki, Output& out) {
  auto o = std::make_shared<VerifyOptions>();
  auto* cmd = pki.add_subcommand("verify", "Verify a certificate in a role, by the rules of SGP.22 4.5.2");
  cmd->add_option("file", o->file, "DER or PEM; PEM may hold the rest of the chain")
      ->required()
      ->type_name("FILE");
  cmd->add_option("--role", o->role, "What it must be good for")
      ->required()
      ->check(CLI::IsMember(role_names()));
  cmd->add_option("--ca", o->cas, "CI certificate to trust; may be repeated")
      ->allow_extra_args(false)
      ->required()
      ->type_name("CI");
  cmd->add_option("--intermediate", o->intermediates, "EUM certificate, for an eUICC's")
      ->allow_extra_args(false)
      ->type_name("EUM");
  cmd->add_option("--crl", o->crls, "CRL of the CI; may be repeated")
      ->allow_extra_args(false)
      ->type_name("CRL");
  auto* at = cmd->add_option("--at", o->at, "Instant to judge at, as 2026-01-01T00:00:00Z; now where absent")
                 ->type_name("TIME");
  cmd->add_flag("--no-clock", o->no_clock, "Leave validity periods unjudged, as a card does")->excludes(at);
  cmd->add_option("--host", o->host, "Host name that it must hold")->type_name("NAME");
  cmd->footer(
      "Example:  sealift pki verify --role euicc --ca site/pki/ci.der --intermediate site/pki/eum.der "
      "site/pki/euicc.der");
  on_run(cmd, out, [o](Output& output) { return verify(*o, output); });
}

}  // namespace sealift::cli
