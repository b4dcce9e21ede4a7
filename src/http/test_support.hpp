// For tests of this room: a small PKI, a server on loopback, and a client that sends any octets it likes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "http/client.hpp"
#include "http/server.hpp"
#include "pki/issue.hpp"

namespace sealift::http::test {

/// Every test judges certificates at this instant, whatever the day.
Time noon();

/// A CI, and TLS certificates under it.
class TestCi {
 public:
  explicit TestCi(uint64_t seed = 1, crypto::Curve tls_curve = crypto::Curve::p256);
  const Bytes& der() const { return der_; }
  /// Valid from a day before noon() to a day after, for these hosts, with OID 2.999.10.
  TlsIdentity tls(std::vector<std::string> hosts = {"smdp.test"});
  TlsIdentity tls(std::vector<std::string> hosts, Time not_before, Time not_after);
  /// The specification of such a certificate, for a test to spoil, and the certificate it then makes.
  pki::CertificateSpec spec(std::vector<std::string> hosts);
  TlsIdentity tls(const pki::CertificateSpec& spec);
  /// Not under this CI: signed with its own key.
  TlsIdentity self_signed(const std::string& host);
  /// A list of this CI's, DER.
  Bytes crl(const pki::CrlSpec& spec);

 private:
  SeededRandom random_;
  crypto::PrivateKey ci_key_;
  crypto::PrivateKey tls_key_;
  std::unique_ptr<crypto::Signer> signer_;
  std::optional<pki::Certificate> ci_;
  Bytes der_;
};

/// POST /echo gives the body back, POST /slow does so after a while, GET /hello says hello.
Router echo_router();
/// Short time-outs, so that tests of them are short.
ServerOptions quick_options();
/// A running server for "smdp.test"; ends the test program where it cannot start.
std::unique_ptr<Server> start_server(TestCi& ci, ServerOptions options = quick_options());
/// A client that reaches every name given at `port` of this machine, at the instant noon().
ClientOptions client_options(const TestCi& ci, uint16_t port, std::vector<std::string> names = {"smdp.test"});
Clock& noon_clock();

/// While it lives, operator new refuses anything of this size or larger, in every thread.
class NoMemoryFor {
 public:
  explicit NoMemoryFor(size_t octets);
  ~NoMemoryFor();
  NoMemoryFor(const NoMemoryFor&) = delete;
  NoMemoryFor& operator=(const NoMemoryFor&) = delete;
};

/// A TLS connection that sends what it is told and reads what comes.
class RawClient {
 public:
  /// Connects; with `tls` false stays in clear. `max_version` as SSL_CTX_set_max_proto_version, 0 for the
  /// newest.
  RawClient(const TestCi& ci, uint16_t port, bool tls = true, int max_version = 0);
  /// The same with a context that the test has prepared.
  RawClient(const TlsContext& context, uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  /// True where the connection stands (handshake done and verified).
  bool connected() const { return connected_; }
  bool send(std::string_view octets);
  /// Reads until the peer closes or nothing comes for `patience`.
  std::string read_all(std::chrono::milliseconds patience = std::chrono::milliseconds(3000));
  /// Reads one response with Content-Length (or 204); empty where none came.
  std::string read_response();
  /// True where the peer closed within `patience`; drops what it sends.
  bool closed_within(std::chrono::milliseconds patience);
  /// Ends at once, without a TLS goodbye.
  void vanish();
  std::string version() const;
  PeerIdentity peer() const;

 private:
  void connect(uint16_t port);
  void handshake(const TlsContext& context);
  int receive(char* out, int size, std::chrono::milliseconds patience);
  int socket_ = -1;
  ssl_st* ssl_ = nullptr;
  bool tls_;
  bool connected_ = false;
  std::string received_;
};

/// Takes one connection, reads once, sends a text and closes without a TLS goodbye. In clear where no
/// identity is given; `max_version` as for RawClient.
class OneAnswerServer {
 public:
  OneAnswerServer(const TlsIdentity* identity, std::string answer, int max_version = 0);
  ~OneAnswerServer();
  uint16_t port() const { return port_; }

 private:
  void serve();
  std::optional<TlsContext> tls_;
  std::string answer_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

std::string post_text(std::string_view path, std::string_view body, std::string_view more_fields = "");

}  // namespace sealift::http::test
