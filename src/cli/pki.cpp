// sealift pki: make a hierarchy of test or own certificates, look at one, verify one in its role.
#include <boost/json/array.hpp>
#include <filesystem>

#include "asn1/time.hpp"
#include "cli/command.hpp"
#include "crypto/hash.hpp"
#include "lab/keys_folder.hpp"
#include "pki/chain.hpp"
#include "pki/issue.hpp"
#include "pki/pem.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

// ---- pki init ----

struct InitOptions {
  std::string directory;
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

crypto::Curve curve_from_name(const std::string& name) {
  return name == "brainpool" ? crypto::Curve::brainpool_p256r1 : crypto::Curve::p256;
}

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

int init(const InitOptions& o, Output& out) {
  auto hierarchy = make(o);
  if (!hierarchy) return out.fail(hierarchy.error());
  SystemRandom random;
  auto written = lab::KeysFolder::create(o.directory, *hierarchy, random);
  if (!written) return out.fail(written.error());
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

// ---- pki show ----

/// The role that the certificate's policy names.
std::string role_text(const pki::Certificate& c) {
  const auto& policies = c.extensions().certificate_policies;
  for (const asn1::Oid& policy : policies ? policies->value : std::vector<asn1::Oid>()) {
    if (auto role = pki::role_from_policy(policy)) return std::string(pki::name(*role));
  }
  return "";
}

json::array usages(uint16_t bits) {
  static constexpr std::string_view names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                               "dataEncipherment", "keyAgreement",   "keyCertSign",
                                               "cRLSign",          "encipherOnly",   "decipherOnly"};
  json::array out;
  for (size_t i = 0; i < std::size(names); ++i) {
    if (bits >> i & 1) out.emplace_back(names[i]);
  }
  return out;
}

json::array dotted(const std::vector<asn1::Oid>& oids) {
  json::array out;
  for (const asn1::Oid& oid : oids) out.emplace_back(oid.dotted());
  return out;
}

json::array texts(const std::vector<std::string_view>& values) {
  json::array out;
  for (std::string_view v : values) out.emplace_back(is_utf8(view(v)) ? std::string(v) : hex(view(v)));
  return out;
}

std::string address_text(View ip) {
  std::string out;
  for (size_t i = 0; i < ip.size(); ++i) {
    if (ip.size() == 4)
      out += (i ? "." : "") + std::to_string(ip[i]);
    else
      out += (i && i % 2 == 0 ? ":" : "") + hex(ip.subspan(i, 1));
  }
  return out;
}

void describe_names(const pki::SubjectAltName& names, json::object& out) {
  json::array addresses;
  for (View ip : names.ip_addresses) addresses.emplace_back(address_text(ip));
  if (!names.dns_names.empty()) out["dNSNames"] = texts(names.dns_names);
  if (!addresses.empty()) out["iPAddresses"] = addresses;
  if (!names.registered_ids.empty()) out["registeredIDs"] = dotted(names.registered_ids);
  if (!names.uris.empty()) out["uris"] = texts(names.uris);
}

json::object describe(const pki::Certificate& c) {
  const pki::Extensions& x = c.extensions();
  json::object out{{"role", role_text(c)},
                   {"subject", c.subject().text()},
                   {"issuer", c.issuer().text()},
                   {"serialNumber", hex(c.serial_number())},
                   {"notBefore", asn1::rfc3339(c.not_before())},
                   {"notAfter", asn1::rfc3339(c.not_after())},
                   {"curve", crypto::name(c.public_key().curve())},
                   {"publicKey", hex(c.public_key().point())},
                   {"subjectKeyIdentifier", hex(c.subject_key_id())},
                   {"authorityKeyIdentifier", hex(c.authority_key_id())},
                   {"sha256", hex(crypto::sha256(c.der()))}};
  if (x.key_usage) out["keyUsage"] = usages(x.key_usage->value);
  if (x.certificate_policies) out["certificatePolicies"] = dotted(x.certificate_policies->value);
  if (x.basic_constraints) out["cA"] = x.basic_constraints->value.ca;
  if (x.basic_constraints && x.basic_constraints->value.path_len) {
    out["pathLenConstraint"] = *x.basic_constraints->value.path_len;
  }
  if (x.subject_alt_name) describe_names(x.subject_alt_name->value, out);
  if (x.extended_key_usage) out["extendedKeyUsage"] = dotted(x.extended_key_usage->value);
  if (x.name_constraints) {
    json::array permitted;
    for (const pki::Name& name : x.name_constraints->value.permitted_directory_names)
      permitted.emplace_back(name.text());
    out["permittedNames"] = permitted;
  }
  if (x.crl_distribution_points) out["cRLDistributionPoints"] = texts(x.crl_distribution_points->value);
  if (!x.unknown_critical.empty()) out["unknownCriticalExtensions"] = dotted(x.unknown_critical);
  if (!x.unknown.empty()) out["unknownExtensions"] = dotted(x.unknown);
  return out;
}

std::string value_text(const json::value& v) {
  if (v.is_string()) return std::string(v.as_string());
  if (v.is_bool()) return v.as_bool() ? "yes" : "no";
  if (!v.is_array()) return std::to_string(v.to_number<uint64_t>());
  std::string out;
  for (const json::value& item : v.as_array()) out += (out.empty() ? "" : ", ") + value_text(item);
  return out;
}

Result<std::vector<pki::Certificate>> read_certificates(const std::string& file) {
  std::string octets = TRY(read_file(file, 1u << 20));
  auto certificates = pki::certificates_from_file_octets(view(octets));
  if (!certificates) return std::move(certificates.error()).within(file);
  return certificates;
}

int show(const std::string& file, Output& out) {
  auto certificates = read_certificates(file);
  if (!certificates) return out.fail(certificates.error());
  json::array all;
  for (const pki::Certificate& c : *certificates) {
    json::object described = describe(c);
    if (!all.empty()) out.line("");
    for (const auto& [key, value] : described) {
      std::string text = value_text(value);
      if (text.empty()) continue;
      std::string label(key);
      label.resize(std::max<size_t>(24, label.size() + 1), ' ');
      out.line(label + text);
    }
    all.emplace_back(std::move(described));
  }
  out.object({{"certificates", all}});
  return exit_ok;
}

// ---- pki verify ----

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

Status load_crl(const std::string& file, pki::TrustStore& trust) {
  std::string octets = TRY(read_file(file, pki::Crl::max_size * 2));
  Bytes der = to_bytes(octets);
  if (octets.find("-----BEGIN X509 CRL-----") != octets.npos) {
    std::vector<pki::PemBlock> blocks = TRY(pki::from_pem(octets));
    der = std::move(blocks.front().der);
  }
  auto crl = pki::Crl::parse(der);
  if (!crl) return std::move(crl.error()).within(file);
  auto added = trust.add_crl(*crl);
  if (!added) return Error(added.error()).within(file);
  return {};
}

Result<pki::TrustStore> load_trust(const VerifyOptions& o) {
  pki::TrustStore trust;
  for (const std::string& file : o.cas) {
    std::vector<pki::Certificate> certificates = TRY(read_certificates(file));
    for (const pki::Certificate& ci : certificates) {
      auto added = trust.add(ci);
      if (!added) return Error(added.error()).within(file);
    }
  }
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

// ---- the command line ----

void add_init(CLI::App& pki, Output& out) {
  auto o = std::make_shared<InitOptions>();
  auto* cmd = pki.add_subcommand(
      "init", "Make a whole hierarchy: CI, EUM, eUICC, SM-DP+ and SM-DS certificates with their keys");
  cmd->add_option("directory", o->directory, "Where to; made where it is absent")
      ->required()
      ->type_name("DIR");
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
      ->type_name("URI");
  cmd->footer(
      "Example:  sealift pki init ./site --host smdp.example.com --eid 89049032123451234512345678901235");
  on_run(cmd, out, [o](Output& output) { return init(*o, output); });
}

void add_show(CLI::App& pki, Output& out) {
  auto file = std::make_shared<std::string>();
  auto* cmd = pki.add_subcommand("show", "Print what a certificate says");
  cmd->add_option("file", *file, "DER or PEM; - is standard input")->required()->type_name("FILE");
  cmd->footer("Example:  sealift pki show site/pki/dp_auth.der");
  on_run(cmd, out, [file](Output& output) { return show(*file, output); });
}

void add_verify(CLI::App& pki, Output& out) {
  auto o = std::make_shared<VerifyOptions>();
  auto* cmd = pki.add_subcommand("verify", "Verify a certificate in a role, by the rules of SGP.22 4.5.2");
  std::vector<std::string> roles;
  for (const pki::RoleRules& r : pki::role_table()) roles.emplace_back(r.name);
  cmd->add_option("file", o->file, "DER or PEM; PEM may hold the rest of the chain")
      ->required()
      ->type_name("FILE");
  cmd->add_option("--role", o->role, "What it must be good for")->required()->check(CLI::IsMember(roles));
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

void add_pki(CLI::App& app, Output& out) {
  auto* cmd = app.add_subcommand("pki", "Certificates: make a hierarchy, show one, verify one");
  cmd->require_subcommand(1);
  cmd->footer("Example:  sealift pki init ./site --host smdp.example.com");
  add_init(*cmd, out);
  add_show(*cmd, out);
  add_verify(*cmd, out);
}

}  // namespace

SEALIFT_COMMAND(add_pki)

}  // namespace sealift::cli
