// sealift pki show: what a certificate says.
#include <boost/json/array.hpp>

#include "asn1/time.hpp"
#include "cli/pki_commands.hpp"
#include "crypto/hash.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

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

json::object describe(const pki::Crl& crl) {
  json::array revoked;
  for (const pki::Crl::Entry& e : crl.entries()) {
    revoked.push_back({{"serialNumber", hex(e.serial_number)},
                       {"since", asn1::rfc3339(e.when)},
                       {"reason", pki::name(e.reason)}});
  }
  json::object out{{"issuer", crl.issuer().text()},
                   {"authorityKeyIdentifier", hex(crl.authority_key_id())},
                   {"number", hex(crl.number())},
                   {"scope", pki::name(crl.scope())},
                   {"thisUpdate", asn1::rfc3339(crl.this_update())}};
  if (crl.next_update()) out["nextUpdate"] = asn1::rfc3339(*crl.next_update());
  if (!crl.distribution_points().empty()) out["distributionPoints"] = texts(crl.distribution_points());
  out["revoked"] = std::move(revoked);
  return out;
}

int show(const pki::Crl& crl, Output& out) {
  json::object described = describe(crl);
  for (const auto& [key, value] : described) {
    if (key == "revoked") continue;
    std::string label(key);
    label.resize(std::max<size_t>(24, label.size() + 1), ' ');
    out.line(label + value_text(value));
  }
  for (const json::value& one : described.at("revoked").as_array()) {
    const json::object& r = one.as_object();
    out.line("revoked                 " + value_text(r.at("serialNumber")) + "  " + value_text(r.at("since")) + "  " +
             value_text(r.at("reason")));
  }
  out.object({{"crl", std::move(described)}});
  return exit_ok;
}

int show(const std::string& file, Output& out) {
  if (file != "-") {  // standard input can be read once, and is a certificate
    if (auto der = read_crl(file); der) {
      if (auto crl = pki::Crl::parse(*der); crl) return show(*crl, out);
    }
  }
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

}  // namespace

void add_pki_show(CLI::App& pki, Output& out) {
  auto file = std::make_shared<std::string>();
  auto* cmd = pki.add_subcommand("show", "Print what a certificate or a CRL says");
  cmd->add_option("file", *file, "DER or PEM; - is a certificate on standard input")->required()->type_name("FILE");
  cmd->footer("Example:  sealift pki show site/pki/dp_auth.der");
  on_run(cmd, out, [file](Output& output) { return show(*file, output); });
}

}  // namespace sealift::cli
