// TLS contexts for our servers and clients: what is offered, whom we trust, and how a certificate is judged.
//
// A client trusts the GSMA certificate issuers it is given and nobody else: the system's store is never read,
// and there is no option, here or above, that switches verification off (SGP.22 2.6.6). Certificates are
// judged at the Clock port's time. Contexts are immutable once made and may be shared between threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/ports.hpp"
#include "base/secret.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace sealift::pki {
class TrustStore;
}

namespace sealift::http {

/// A server's certificate and key.
struct TlsIdentity {
  /// DER, the server's own first, then any between it and the issuer that clients hold.
  std::vector<Bytes> certificates;
  /// PKCS#8 (PrivateKeyInfo) or SEC 1 (ECPrivateKey), DER, in clear.
  SecretBytes private_key;
  /// Identities below further CIs, shown to a client that names the curve of one of them in its list of
  /// groups and not the curve of this one; those of no other curve are never shown.
  std::vector<TlsIdentity> others;
};

/// What the certificate a peer showed says about who it is.
struct PeerIdentity {
  std::vector<std::string> dns_names;  ///< SAN dNSName
  std::vector<std::string>
      registered_ids;  ///< SAN registeredID, dotted; an RSP server's OID (SGP.22 4.5.2.1)
  Bytes certificate;   ///< DER
};

/// Who a client is, by the certificate that a listener's handshake verified (tls_client_auth.hpp).
struct ClientIdentity : PeerIdentity {
  Octets<32> fingerprint{};  ///< SHA-256 of the certificate
  std::string common_name;   ///< of the subject; empty where it has none
  /// True where the chain ends at a CI of RSP: registered_ids are then the OID of an SM-DP+ or SM-DS. A private
  /// CA can write any OID it likes.
  bool under_rsp_ci = false;
  Time not_after{};
  Time judged{};  ///< when the certificate was last found to hold
};

/// A shared SSL_CTX.
class TlsContext {
 public:
  /// For a server: TLS 1.2 and 1.3, X25519 before P-256, no tickets, no session cache, no renegotiation. A
  /// brainpool key brings TLS 1.2 alone, since OpenSSL 3.0 has no brainpool in TLS 1.3.
  /// Errors: invalid (certificate or key unreadable), verification (key and certificate do not match).
  static Result<TlsContext> server(const TlsIdentity& identity);

  /// For a client that trusts the given CI certificates (DER) only. One that is no CI of RSP is a public CA
  /// that the user chose to believe: what is under it has no RSP roles. `own` is shown to a server that asks
  /// who calls (mutual TLS); null: nothing is. `live_trust` as ClientOptions has it. Errors: invalid (a
  /// certificate unreadable, or none given), and those of server() for `own`.
  static Result<TlsContext> client(const std::vector<Bytes>& trusted_ci, const TlsIdentity* own = nullptr,
                                   const pki::TrustStore* live_trust = nullptr);
  /// Of a client: takes up a CRL (DER) of one of its CIs; a server that it lists is refused from then on.
  /// Errors: those of pki::TrustStore::add_crl.
  Status add_crl(View crl);

  ssl_ctx_st* get() const { return ctx_.get(); }

 private:
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> ctx) : ctx_(std::move(ctx)) {}
  std::shared_ptr<ssl_ctx_st> ctx_;
};

/// The rules every connection of ours to a server keeps, on a context or connection that another library
/// made: trust in `trusted` only, peer verified, host name checked against SAN dNSName, validity judged at
/// `now`. The first also holds certificates below an RSP CI to the profile of CERT.DP.TLS or CERT.DS.TLS
/// (SGP.22 4.5.2), their key to our curves, and both to the CRLs (tls_trust.hpp); the second, for load and
/// measurement, does not.
void apply_client_rules(ssl_ctx_st* ctx, const TlsContext& trusted, const std::string& host, Time now);
void apply_client_rules(ssl_st* connection, const std::string& host, Time now);

/// The names in a certificate (DER). Error kind: invalid.
Result<PeerIdentity> identity_of(View certificate);
/// True where a client that asked for `host` will take a certificate (DER, with a key of any kind) for it.
bool is_for_host(View certificate, const std::string& host);
/// When a certificate (DER, with a key of any kind) runs out. Error kind: invalid.
Result<Time> valid_until(View certificate);
/// The names of the peer of an established connection. Error kind: verification where it showed none.
Result<PeerIdentity> identity_of_peer(ssl_st* connection);

/// An X.509 verification result (X509_V_ERR_...) in words, with what to do. `server` is "name:port".
Error verification_error(long code, const std::string& server);

/// The newest entries of OpenSSL's error queue of this thread as one line; empties the queue.
std::string take_tls_errors();

}  // namespace sealift::http
