// sealift verify-transcript: who signed what in a download, checked afterwards and offline.
#include "auth/verify_transcript.hpp"

#include <boost/json/array.hpp>

#include "asn1/time.hpp"
#include "cli/trust_files.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string file, at;
  std::vector<std::string> ci, crls;
};

Result<pki::TrustStore> trust_of(const Options& o) {
  pki::TrustStore trust;
  for (const std::string& file : o.ci) TRY_VOID(load_ci(file, trust));
  for (const std::string& file : o.crls) TRY_VOID(load_crl(file, trust));
  return trust;
}

Result<auth::TranscriptReport> examine(const Options& o) {
  const pki::TrustStore trust = TRY(trust_of(o));
  SystemClock clock;
  Time when = clock.now();
  if (!o.at.empty()) when = TRY(asn1::parse_rfc3339(o.at));
  const std::string octets = TRY(read_file(o.file, messages::Transcript::max_octets));
  auto transcript = messages::Transcript::decode(view(octets));
  if (!transcript) return std::move(transcript.error()).within(o.file);
  return auth::verify_transcript(*transcript, trust, when);
}

json::object describe(const auth::TranscriptReport& report) {
  json::array signings;
  for (const auth::Signing& s : report.signings) {
    json::object one{{"what", s.what}, {"who", s.who}, {"says", s.says}, {"verified", bool(s.verified)}};
    if (!s.verified) one["why"] = s.verified.error().message;
    signings.push_back(std::move(one));
  }
  json::object out{{"transactionId", hex(report.transactionId.octets())},
                   {"serverAddress", report.serverAddress},
                   {"signings", std::move(signings)}};
  if (report.server) out["serverOid"] = report.server->dotted();
  if (report.eid) out["eid"] = report.eid->digits();
  if (report.offered) {
    out["offered"] = {{"iccid", report.offered->iccid.digits()}, {"profileName", report.offered->profileName}};
  }
  if (report.installed) out["installed"] = report.installed->digits();
  return out;
}

int run(const Options& o, Output& out) {
  auto report = examine(o);
  if (!report) return out.fail(report.error());
  out.line("Transaction " + hex(report->transactionId.octets()) + " with " + printable(report->serverAddress));
  for (const auth::Signing& s : report->signings) {
    std::string line = (s.verified ? "  holds   " : "  BROKEN  ") + std::string(s.what) + ", " + s.who + ": " + printable(s.says);
    if (!s.verified) line += " -- " + s.verified.error().message;
    out.line(line);
  }
  if (report->offered) {
    out.line("Offered: ICCID " + report->offered->iccid.digits() + " '" + printable(report->offered->profileName) + "'");
  }
  out.line(report->installed ? "Installed: the eUICC signed that it is." : "Not installed, as far as this transcript goes.");
  if (report->holds()) {
    out.object(describe(*report));
    return exit_ok;
  }
  if (out.json) {
    json::object failed = describe(*report);
    failed["ok"] = false;
    failed["error"] = {{"kind", name(ErrorKind::verification)}, {"message", "the transcript does not hold"}};
    out.object(std::move(failed));
    return exit_failed;
  }
  return out.fail(Error{ErrorKind::verification, "the transcript does not hold: see the lines marked BROKEN"});
}

void add_verify_transcript(CLI::App& app, Output& out) {
  auto o = std::make_shared<Options>();
  auto* cmd = app.add_subcommand("verify-transcript", "Check afterwards, offline, what both sides of a download signed");
  cmd->add_option("file", o->file, "Transcript, as `sealift lpa download --transcript` writes it")->required()->type_name("FILE");
  cmd->add_option("--ci", o->ci, "CI certificate that is trusted, DER or PEM; may be repeated")
      ->allow_extra_args(false)
      ->required()
      ->type_name("FILE");
  cmd->add_option("--crl", o->crls, "CRL of a CI, DER or PEM; may be repeated")->allow_extra_args(false)->type_name("FILE");
  cmd->add_option("--at", o->at, "Judge the certificates' validity at this time instead of now, such as 2026-11-21T12:00:00Z")
      ->type_name("TIME");
  cmd->footer(
      "Nothing in a download signs a time: a transcript proves who, with whom and what, not when.\n"
      "Example:  sealift verify-transcript download.transcript --ci site/pki/ci.pem\n"
      "Exit codes: 0 every signature holds, 1 one does not or the file is none, 2 the command line is wrong");
  on_run(cmd, out, [o](Output& output) { return run(*o, output); });
}

}  // namespace

SEALIFT_COMMAND(add_verify_transcript)

}  // namespace sealift::cli
