#include "lab/listener.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/files.hpp"
#include "pki/pem.hpp"

namespace sealift::lab {

namespace fs = std::filesystem;

static constexpr std::array<std::pair<Interface, std::string_view>, 4> names{
    {{Interface::es9plus, "es9plus"}, {Interface::es2plus, "es2plus"}, {Interface::admin, "admin"}, {Interface::metrics, "metrics"}}};

std::string_view name(Interface interface) {
  return std::ranges::find(names, interface, &decltype(names)::value_type::first)->second;
}

Result<Interface> interface_named(std::string_view name) {
  const auto* found = std::ranges::find(names, name, &decltype(names)::value_type::second);
  if (found != names.end()) return found->first;
  return Error{ErrorKind::invalid,
               "'" + std::string(name) + "' is no interface; there are " + interface_names()};
}

std::string interface_names() {
  std::string all;
  for (const auto& [interface, text] : names) all += (all.empty() ? "\"" : ", \"") + std::string(text) + "\"";
  return all;
}

bool same_place(const ListenerOptions& a, const ListenerOptions& b) {
  const auto place = [](const ListenerOptions& l) {
    const http::ServerOptions& s = l.server;
    return std::tie(l.name, l.interfaces, l.host, l.public_port, l.certificates, l.clients.demand, s.address,
                    s.port, s.io_threads, s.workers, s.max_waiting, s.max_connections, s.max_header,
                    s.max_body, s.handshake_timeout, s.header_timeout, s.body_timeout, s.write_timeout,
                    s.idle_timeout, s.stop_timeout);
  };
  return place(a) == place(b);
}

std::string public_address(const ListenerOptions& listener, uint16_t listening_on) {
  const uint16_t port = listener.public_port ? listener.public_port : listening_on;
  return listener.host + (port == 443 ? "" : ":" + std::to_string(port));
}

namespace {

constexpr size_t largest_pem = 256 * 1024;

/// The octets of a private key file in the DER form that is in it.
Result<SecretBytes> private_key_der(const std::string& path) {
  std::error_code problem;
  const fs::path real = fs::canonical(path, problem);  // certbot's files are links to those of the year
  SecretBytes file = TRY(read_secret_file(problem ? fs::path(path) : real, largest_pem));
  if (!text(file.expose()).starts_with("-----BEGIN") && file.size() > 0 && file.expose()[0] == 0x30)
    return file;
  auto blocks = pki::from_pem(text(file.expose()));
  if (!blocks) return std::move(blocks.error()).within(path);
  for (pki::PemBlock& block : *blocks) {
    if (block.label == "ENCRYPTED PRIVATE KEY")
      return Error{ErrorKind::unsupported,
                   path + " is encrypted: write it in clear, readable by the server alone"};
    if (!block.label.ends_with("PRIVATE KEY")) continue;
    return SecretBytes(std::move(block.der));
  }
  return Error{ErrorKind::invalid, path + " has no private key in it (PEM)"};
}

Result<http::TlsIdentity> identity_from_files(const TlsFiles& files, const std::string& host) {
  const Bytes chain = TRY(read_file(files.chain, largest_pem));
  auto blocks = pki::from_pem(text(chain));
  if (!blocks) return std::move(blocks.error()).within(files.chain);
  http::TlsIdentity out;
  for (pki::PemBlock& block : *blocks) {
    if (block.label == "CERTIFICATE") out.certificates.push_back(std::move(block.der));
  }
  if (out.certificates.empty())
    return Error{ErrorKind::invalid, files.chain + " has no certificate in it (PEM)"};
  if (!http::is_for_host(out.certificates.front(), host)) {
    return Error{ErrorKind::invalid, "the first certificate of " + files.chain +
                                         " is not for the host name '" + host +
                                         "'; put the server's own certificate first"};
  }
  out.private_key = TRY(private_key_der(files.key));
  return out;
}

Result<http::TlsIdentity> identity_from_set(const KeysFolder& set, pki::Role role, const std::string& host) {
  pki::Identity tls = TRY(set.identity(role));
  if (!tls.certificate.names_host(host)) {
    return Error{ErrorKind::invalid,
                 std::string(pki::rules(role).title) + " in " + set.dir + " is not for the host name '" +
                     host +
                     "': give the name that it has, or make another PKI with `sealift pki init "
                     "--host " +
                     host + "`"};
  }
  http::TlsIdentity identity;
  identity.certificates.push_back(to_bytes(tls.certificate.der()));
  identity.private_key = pki::private_key_to_pkcs8(tls.key);
  return identity;
}

}  // namespace

Result<http::TlsIdentity> tls_identity(const ListenerOptions& listener, const std::vector<KeysFolder>& sets,
                                       pki::Role role) {
  if (listener.tls) return identity_from_files(*listener.tls, listener.host);
  http::TlsIdentity identity = TRY(identity_from_set(sets.front(), role, listener.host));
  for (size_t i = 1; i < sets.size(); ++i) {
    auto other = TRY(identity_from_set(sets[i], role, listener.host));
    identity.others.push_back(std::move(other));
  }
  return identity;
}

Result<std::optional<http::ClientCertificates>> client_certificates(const ListenerOptions& listener,
                                                                    const std::vector<KeysFolder>& sets,
                                                                    Clock& clock) {
  using Demand = http::ClientCertificates::Demand;
  const ClientAuthentication& asked = listener.clients;
  if (asked.demand == ClientAuthentication::Demand::none) return std::optional<http::ClientCertificates>();
  http::ClientCertificates out;
  out.demand = asked.demand == ClientAuthentication::Demand::required ? Demand::required : Demand::optional;
  out.clock = &clock;
  for (const std::string& file : asked.ca) {
    const Bytes octets = TRY(read_file(file, largest_pem));
    if (!text(octets).starts_with("-----BEGIN")) {
      out.private_ca.push_back(octets);
      continue;
    }
    auto blocks = pki::from_pem(text(octets));
    if (!blocks) return std::move(blocks.error()).within(file);
    for (pki::PemBlock& block : *blocks)
      if (block.label == "CERTIFICATE") out.private_ca.push_back(std::move(block.der));
  }
  for (size_t i = 0; asked.rsp && i < sets.size(); ++i)
    out.rsp_ci.push_back(to_bytes(TRY(sets[i].certificate(pki::Role::ci)).der()));
  for (const std::string& file : asked.crls) out.crls.push_back(TRY(read_file(file, pki::Crl::max_size)));
  return std::optional(std::move(out));
}

}  // namespace sealift::lab
