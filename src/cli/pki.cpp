// sealift pki: the sub-commands, and `pki init`, which makes a whole hierarchy.
#include <algorithm>
#include <filesystem>

#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "lab/eid_register.hpp"
#include "lab/keys_folder.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct InitOptions {
  std::string directory;
  bool add = false;
  std::optional<uint64_t> seed;
  std::string curve = "p256";
  std::string tls_curve = "p256";
  std::vector<std::string> hosts = {"localhost", "127.0.0.1", "::1"};
  std::vector<std::string> ds_hosts;
  std::string eid;
  std::string organization = "Sealift";
  std::string eum_organization = "Sealift EUM";
  std::string iin = "89049032";
  std::string dp_oid = "2.999.10";
  std::string ds_oid = "2.999.15";
  std::string not_before;
  std::vector<std::string> crl_uris;
};

/// A seeded hierarchy must come out the same on any day, so its validity does not start at today.
constexpr const char* seeded_not_before = "2025-01-01T00:00:00Z";

Result<pki::HierarchyOptions> hierarchy_options(const InitOptions& o) {
  pki::HierarchyOptions h;
  h.curve = curve_from_name(o.curve);
  h.tls_curve = curve_from_name(o.tls_curve);
  h.deterministic = o.seed.has_value();
  h.organization = o.organization;
  h.eum_organization = o.eum_organization;
  h.iin = o.iin;
  h.dp_hosts = o.hosts;
  h.ds_hosts = o.ds_hosts.empty() ? o.hosts : o.ds_hosts;
  h.dp_oid = TRY(asn1::Oid::parse(o.dp_oid));
  h.ds_oid = TRY(asn1::Oid::parse(o.ds_oid));
  h.crl_uris = o.crl_uris;
  if (o.eid.empty()) {
    std::string digits = o.iin + std::string(o.iin.size() < 30 ? 30 - o.iin.size() : 0, '0');
    h.eid = TRY(Eid::with_check_digits(digits));
  } else {
    h.eid = TRY(Eid::parse(o.eid));
  }
  if (!o.not_before.empty()) {
    h.not_before = TRY(asn1::parse_rfc3339(o.not_before));
  } else if (o.seed) {
    h.not_before = TRY(asn1::parse_rfc3339(seeded_not_before));
  } else {
    h.not_before = SystemClock().now() - std::chrono::hours(1);  // clocks of peers differ
  }
  if (o.seed) h.tls_validity = h.server_validity;
  return h;
}

Result<pki::Hierarchy> make(const InitOptions& o) {
  pki::HierarchyOptions h = TRY(hierarchy_options(o));
  if (o.seed) {
    SeededRandom random(*o.seed);
    return pki::make_hierarchy(h, random);
  }
  SystemRandom random;
  return pki::make_hierarchy(h, random);
}

/// Its eUICC is the first that the EUM has issued for.
Status keep_eid(const std::string& directory, const pki::Hierarchy& hierarchy) {
  auto digits = hierarchy.certificate(pki::Role::euicc).subject().get(pki::attribute::serial_number);
  Eid eid = TRY(Eid::parse(digits.value_or("")));
  auto claim = TRY(lab::EidClaim::take(directory, eid));
  return claim.keep();
}

/// A further set is of the same servers and the same manufacturer, so what the command line leaves open is
/// as in the first set.
Status take_from_first_set(InitOptions& o, const CLI::App& cmd) {
  auto first = TRY(lab::KeysFolder::open(o.directory));
  auto take = [&](const char* option, auto& value, auto found) {
    if (cmd.count(option) == 0 && !found.empty()) value = std::move(found);
  };
  const auto of = [&](pki::Role role) -> Result<pki::Subject> {
    pki::Certificate certificate = TRY(first.certificate(role));
    return pki::subject_of(certificate);
  };
  pki::Subject dp_tls = TRY(of(pki::Role::dp_tls)), ds_tls = TRY(of(pki::Role::ds_tls));
  pki::Subject eum = TRY(of(pki::Role::eum));
  auto dp_auth = TRY(first.certificate(pki::Role::dp_auth));
  auto eum_certificate = TRY(first.certificate(pki::Role::eum));
  auto euicc = TRY(first.certificate(pki::Role::euicc));
  const auto name_in = [](const pki::Certificate& c, const asn1::Oid& type) {
    return std::string(c.subject().get(type).value_or(""));
  };
  const auto dotted = [](const pki::Subject& s) { return s.registered_id ? s.registered_id->dotted() : ""; };
  take("--host", o.hosts, dp_tls.hosts);
  take("--ds-host", o.ds_hosts, ds_tls.hosts);
  take("--dp-oid", o.dp_oid, dotted(dp_tls));
  take("--ds-oid", o.ds_oid, dotted(ds_tls));
  take("--organization", o.organization, name_in(dp_auth, pki::attribute::organization));
  take("--eum-organization", o.eum_organization, name_in(eum_certificate, pki::attribute::organization));
  take("--eid", o.eid, name_in(euicc, pki::attribute::serial_number));
  take("--iin", o.iin, eum.iin);
  return {};
}

int init(InitOptions o, const CLI::App& cmd, Output& out) {
  if (o.add) {
    if (Status taken = take_from_first_set(o, cmd); !taken) return out.fail(taken.error());
  }
  auto hierarchy = make(o);
  if (!hierarchy) return out.fail(hierarchy.error());
  SystemRandom random;
  auto written = o.add ? lab::KeysFolder::add(o.directory, *hierarchy, random)
                       : lab::KeysFolder::create(o.directory, *hierarchy, random);
  if (!written) return out.fail(written.error());
  o.directory = written->dir;
  auto kept = keep_eid(o.directory, *hierarchy);
  if (!kept) return out.fail(kept.error());
  json::object certificates;
  for (const pki::RoleRules& r : pki::role_table()) {
    const pki::Certificate& c = hierarchy->certificate(r.role);
    std::string file = (std::filesystem::path(o.directory) / (std::string(r.name) + ".der")).string();
    out.line(file + "  " + std::string(r.title) + "  " + c.subject().text());
    certificates[r.name] = {
        {"file", file}, {"subject", c.subject().text()}, {"subjectKeyIdentifier", hex(c.subject_key_id())}};
  }
  out.line("Private keys are in " + o.directory + "/keys, sealed under " + o.directory +
           "/master.key: keep that file to yourself.");
  if (o.seed) out.line("Made from a seed: anyone can make these keys again. For tests only.");
  out.object({{"directory", o.directory}, {"test", o.seed.has_value()}, {"certificates", certificates}});
  return exit_ok;
}

// ---- the command line ----

void add_init(CLI::App& pki, Output& out) {
  auto o = std::make_shared<InitOptions>();
  auto* cmd = pki.add_subcommand(
      "init", "Make a whole hierarchy: CI, EUM, eUICC, SM-DP+ and SM-DS certificates with their keys");
  cmd->add_option("directory", o->directory, "Where to; made where it is absent")
      ->required()
      ->type_name("DIR");
  cmd->add_flag("--add", o->add,
                "Add a set below another CI to DIR, as DIR/ci-2; what is not said is as in the first set");
  cmd->add_option("--seed", o->seed, "Same seed, same keys and certificates; marked OU=TEST")->type_name("N");
  auto curves = CLI::IsMember({"p256", "brainpool"});
  cmd->add_option("--curve", o->curve, "Curve of the RSP certificates")->check(curves)->capture_default_str();
  cmd->add_option("--tls-curve", o->tls_curve, "Curve of the TLS keys")->check(curves)->capture_default_str();
  cmd->add_option("--host", o->hosts, "Host name or IP address of the SM-DP+; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->capture_default_str();
  cmd->add_option("--ds-host", o->ds_hosts, "The same for the SM-DS; as --host where absent")
      ->allow_extra_args(false)
      ->type_name("NAME");
  cmd->add_option("--eid", o->eid, "EID of the eUICC, 32 digits; made from --iin where absent")
      ->type_name("EID");
  cmd->add_option("--iin", o->iin, "Issuer number that the EUM's EIDs begin with")
      ->type_name("DIGITS")
      ->capture_default_str();
  cmd->add_option("--organization", o->organization, "O of the CI and the servers")
      ->type_name("NAME")
      ->capture_default_str();
  cmd->add_option("--eum-organization", o->eum_organization, "O of the EUM")
      ->type_name("NAME")
      ->capture_default_str();
  cmd->add_option("--dp-oid", o->dp_oid, "OID of the SM-DP+")->type_name("OID")->capture_default_str();
  cmd->add_option("--ds-oid", o->ds_oid, "OID of the SM-DS")->type_name("OID")->capture_default_str();
  cmd->add_option("--not-before", o->not_before,
                  "Start of validity, as 2026-01-01T00:00:00Z; an hour ago where absent")
      ->type_name("TIME");
  cmd->add_option("--crl-uri", o->crl_uris, "CRL distribution point; may be repeated")
      ->allow_extra_args(false)
      ->check(check_uri)
      ->type_name("URI");
  cmd->footer(
      "Example:  sealift pki init ./site/pki --host smdp.example.com --eid 89049032123451234512345678901235\n"
      "          sealift pki init ./site/pki --add --curve brainpool");
  on_run(cmd, out, [o, cmd](Output& output) { return init(*o, *cmd, output); });
}

void add_pki(CLI::App& app, Output& out) {
  auto* cmd =
      app.add_subcommand("pki", "Certificates: make, issue, import, renew, revoke, look at, verify, lint");
  cmd->require_subcommand(1);
  cmd->footer("Example:  sealift pki init ./site --host smdp.example.com");
  add_init(*cmd, out);
  add_pki_issue(*cmd, out);
  add_pki_import(*cmd, out);
  add_pki_renew(*cmd, out);
  add_pki_hsm(*cmd, out);
  add_pki_revoke(*cmd, out);
  add_pki_crl(*cmd, out);
  add_pki_show(*cmd, out);
  add_pki_verify(*cmd, out);
  add_pki_lint(*cmd, out);
  add_pki_broken(*cmd, out);
}

}  // namespace

SEALIFT_COMMAND(add_pki)

crypto::Curve curve_from_name(const std::string& name) {
  return name == "brainpool" ? crypto::Curve::brainpool_p256r1 : crypto::Curve::p256;
}

std::string check_uri(const std::string& given) {
  const size_t scheme = given.find("://");
  bool visible = std::all_of(given.begin(), given.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  bool fits = visible && scheme != given.npos && scheme > 0 && scheme + 3 < given.size();
  return fits ? "" : "'" + given + "' is no URI (it looks like http://ci.example.com/ci.crl)";
}

std::vector<std::string> role_names() {
  std::vector<std::string> out;
  for (const pki::RoleRules& r : pki::role_table()) out.emplace_back(r.name);
  return out;
}

}  // namespace sealift::cli
