// A listener of a server: where it listens, under which name, with which certificate, and what it serves.
//
// Several sets of certificates, one for each CI, come from a folder as `sealift pki init` makes it; a TLS
// certificate of a public CA comes from files instead (PEM, as certbot writes them), and phones that know no
// GSMA CI can verify it.
#pragma once

#include <optional>
#include <set>

#include "http/server.hpp"
#include "lab/keys_folder.hpp"

namespace sealift::lab {

/// What may be served on a listener.
enum class Interface : uint8_t {
  es9plus,
  es2plus,  ///< for operators: asks for client certificates
  admin,    ///< the administration API
  metrics,  ///< /healthz, /readyz and /metrics alone
};
std::string_view name(Interface interface);
Result<Interface> interface_named(std::string_view name);
/// All of them, for messages: "es9plus", "admin", ...
std::string interface_names();

/// A certificate and its key in files, in place of those of a folder.
struct TlsFiles {
  std::string chain;  ///< PEM: the server's own certificate first, then those between it and the CA
  std::string key;    ///< PEM or DER, PKCS #8, SEC 1 or RSA, not encrypted; readable by us alone
};

/// Mutual TLS of a listener: whom it asks, and whom it believes.
struct ClientAuthentication {
  enum class Demand : uint8_t { none, optional, required };
  Demand demand = Demand::none;
  std::vector<std::string> ca;    ///< files (PEM, DER): CAs of operators, or clients' own certificates
  bool rsp = false;               ///< also SM-DP+ and SM-DS below the CIs of the listener's certificate sets
  std::vector<std::string> crls;  ///< files (DER) of either
  bool operator==(const ClientAuthentication&) const = default;
};

struct ListenerOptions {
  std::string name = "es9plus";  ///< for people: in messages, logs and metrics
  std::set<Interface> interfaces{Interface::es9plus};
  http::ServerOptions server{.workers = 256};  ///< address and port to listen on, limits
  std::string host = "localhost";              ///< the name that its clients use; its TLS certificate has it
  uint16_t public_port = 0;                    ///< the port that they use; 0: the one listened on
  std::string certificates;                    ///< folder of certificate sets; empty: the site's own, DIR/pki
  ClientAuthentication clients;
  std::optional<TlsFiles> tls;  ///< none: CERT.DP.TLS (CERT.DS.TLS) of each set

  bool serves(Interface interface) const { return interfaces.contains(interface); }
};

/// True where one differs from the other at most by what may change while it listens: its certificates'
/// files.
bool same_place(const ListenerOptions& a, const ListenerOptions& b);

/// "smdp.example.com", with the port where it is not 443.
std::string public_address(const ListenerOptions& listener, uint16_t listening_on);

/// The TLS certificates and keys of a listener; `role` is whose they are in `sets`. Errors: not_found,
/// permission, io, invalid (a file, or a certificate that does not have the host's name): each says which
/// file.
Result<http::TlsIdentity> tls_identity(const ListenerOptions& listener, const std::vector<KeysFolder>& sets,
                                       pki::Role role);

/// What the listener asks of its clients; none where it asks for nothing. `clock` outlives the listener.
/// Errors: not_found, permission, io, invalid: each says which file.
Result<std::optional<http::ClientCertificates>> client_certificates(const ListenerOptions& listener,
                                                                    const std::vector<KeysFolder>& sets,
                                                                    Clock& clock);

}  // namespace sealift::lab
