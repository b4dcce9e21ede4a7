// Mutual TLS at a listener: whose client certificates are believed, and who a connection's client turned out
// to be (SGP.22 2.6.6: ES2+, ES12 and ES15 authenticate both ends).
//
// A ClientTrust is immutable and shared between threads; a listener may be given another one while it runs.
// What a client shows is judged whole, at the Clock port's time, or the handshake fails: there is no way to
// look at a certificate that did not verify.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/ports.hpp"
#include "http/tls.hpp"
#include "pki/chain.hpp"

struct x509_store_ctx_st;

namespace sealift::http {

/// What a listener asks of its clients.
struct ClientCertificates {
  enum class Demand : uint8_t {
    optional,  ///< a client may come without; one that it shows must verify. Paths decide (Request::client).
    required,  ///< no handshake without
  };
  Demand demand = Demand::required;
  /// CIs of RSP, DER: below them a client is an SM-DP+ or SM-DS by its CERT.DP.TLS or CERT.DS.TLS
  /// (SGP.22 4.5.2), which must be for clientAuth too.
  std::vector<Bytes> rsp_ci;
  /// An operator's own CAs, DER: RFC 5280 with an extendedKeyUsage of clientAuth. A client's own certificate
  /// in this list is believed by itself (pinned).
  std::vector<Bytes> private_ca;
  /// CRLs of either, DER. What a list names is refused, however old the list.
  std::vector<Bytes> crls;
  /// Borrowed, for as long as the listener lives: a client below a CI of RSP that it has must hold by it as
  /// well, by the CRLs that it has then, and its policy. Others may add lists to it at any time: connections
  /// from before are judged by them within a minute.
  const pki::TrustStore* live_trust = nullptr;
  /// Of private CAs: where it is required, one that `crls` has lists of must have a current one. Those
  /// without any list are not asked for one.
  pki::CrlPolicy private_crls = pki::CrlPolicy::if_present;
  /// Certificates are judged at its time; must outlive the listener.
  Clock* clock = nullptr;
  bool operator==(const ClientCertificates&) const = default;
};

class ClientTrust {
 public:
  /// Errors: invalid (nothing to trust, no clock, a certificate or CRL unreadable), verification (a CRL that
  /// none of the CAs signed, a CI that is none), and those of pki::TrustStore::add_crl.
  static Result<ClientTrust> make(const ClientCertificates& asked);

  /// Prepares a server's connection before its handshake.
  void apply(ssl_st* connection) const;
  /// Whom an established connection belongs to; nullopt where it showed no certificate.
  std::optional<ClientIdentity> identity(ssl_st* connection) const;
  /// False where it has to be judged again: its certificate has run out, or was judged a while ago.
  bool still_valid(const ClientIdentity& client) const;
  /// Judges anew, by this trust and at the time of now, what an established connection showed; `client` is
  /// then who it is by this trust. False where the certificate does not hold, or is demanded and was not
  /// shown.
  bool judge_again(ssl_st* connection, std::optional<ClientIdentity>& client) const;

 private:
  struct State;
  static int verify(int ok, x509_store_ctx_st* context);
  explicit ClientTrust(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace sealift::http
