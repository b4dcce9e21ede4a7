// An HTTPS client (libcurl): one connection kept for a run of requests, TLS verified against the CIs given.
//
// Not thread safe: one Client a thread. Every failure is an Error that says what went wrong and what to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ports.hpp"
#include "base/result.hpp"
#include "http/message.hpp"
#include "http/tls.hpp"

namespace sealift::http {

/// A server as smdpAddress names it: an FQDN, perhaps with ":port" (docs/divergences.md). Default port 443.
struct HostPort {
  std::string host;
  uint16_t port = 443;
  /// Letters, digits, '-', '.' of at most 255 octets; port 1 to 65535. Error kind: invalid.
  static Result<HostPort> parse(std::string_view address);
  /// As people give it: "https://" before it and a "/" behind it are taken as well.
  static Result<HostPort> parse_url(std::string_view address);
  std::string text() const { return host + ":" + std::to_string(port); }
};

/// Another way to a server (`--connect-to NAME:PORT:ADDR:PORT`): where packets go, never what is verified.
struct ConnectTo {
  HostPort name;
  std::string address;  ///< IPv4, IPv6 in brackets, or a name
  uint16_t port = 0;
  static Result<ConnectTo> parse(std::string_view text);
};

struct ClientOptions {
  std::vector<Bytes> trusted_ci;  ///< CI certificates, DER; at least one
  std::vector<Bytes> crls;        ///< of those CIs, DER: a server that one lists is refused
  /// Borrowed, for as long as the client lives: a server below a CI that it has must hold by it as well, by
  /// the CRLs that it has then, and its policy. No connection is kept for longer than a minute then.
  const pki::TrustStore* live_trust = nullptr;
  /// Shown to servers that ask who calls (mutual TLS: ES2+, ES12, ES15); null: nothing is.
  std::shared_ptr<const TlsIdentity> identity;
  std::vector<ConnectTo> connect_to;
  std::chrono::milliseconds connect_timeout{10'000};  ///< name, TCP and TLS
  std::chrono::milliseconds request_timeout{60'000};  ///< whole exchange
  size_t max_response = 4 * 1024 * 1024;              ///< octets of body; more is an error
  std::string user_agent = "gsma-rsp-lpad";           ///< SGP.22 6.5.1
};

class Client {
 public:
  /// `clock` judges certificates and must outlive the client. Errors: those of TlsContext::client.
  static Result<Client> make(ClientOptions options, Clock& clock);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// Any HTTP status is a Response; an Error means that there was none. `path` begins with '/'.
  /// Errors: verification (TLS), permission (the server does not take our certificate), io (name,
  /// connection), timeout, limit (response too large).
  Result<Response> post(const HostPort& server, std::string_view path, const Headers& headers,
                        std::string_view body);
  Result<Response> get(const HostPort& server, std::string_view path, const Headers& headers = {});

  /// Whether anything of the last request was sent: where it gave an Error, the server may have acted on it.
  bool may_have_sent() const;

  /// Takes up one more CRL (DER). Errors: those of TlsContext::add_crl.
  Status add_crl(View crl);

  /// Who answered the last exchange, by the certificate that TLS verified; null where nobody did. The OID of
  /// an activation code is compared with its registered_ids (SGP.22 3.1.3). Valid until the next exchange.
  const PeerIdentity* peer() const;

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sealift::http
