// The servers that an LPA's client must not speak to (G-TLS-1, G-TLS-2): each is a real one on loopback, and
// each test says what the client says. Where the fault is in the handshake, not one octet of a request arrives.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "http/test_support.hpp"
#include "http/tls_trust.hpp"

namespace sealift::http {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view good_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A TLS server of OpenSSL's own making, without our server's rules: takes one connection.
class BadServer {
 public:
  using SetUp = std::function<void(SSL_CTX*)>;
  using Talk = std::function<void(SSL*)>;
  explicit BadServer(const SetUp& set_up, Talk talk = answer) : context_(SSL_CTX_new(TLS_server_method())), talk_(std::move(talk)) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, 0);
    set_up(context_);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    check(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 4) == 0,
          "a test's server can listen");
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread(&BadServer::serve, this);
  }
  ~BadServer() {
    join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  BadServer(const BadServer&) = delete;
  BadServer& operator=(const BadServer&) = delete;
  void join() {
    if (!thread_.joinable()) return;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
  }
  /// Answers a request as it should be.
  static void answer(SSL* ssl) { say(ssl, good_answer); }
  static void say(SSL* ssl, std::string_view text) { SSL_write(ssl, text.data(), static_cast<int>(text.size())); }

  uint16_t port = 0;
  std::atomic<size_t> received{0};  ///< octets of requests
  std::atomic<bool> reached{false};

 private:
  void serve() {
    int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    reached = true;
    SSL* ssl = SSL_new(context_);
    SSL_set_fd(ssl, peer);
    char request[4096];
    if (SSL_accept(ssl) == 1) {
      int got = SSL_read(ssl, request, sizeof request);
      if (got > 0) {
        received += static_cast<size_t>(got);
        talk_(ssl);
      }
    }
    SSL_free(ssl);  // without a close_notify
    ERR_clear_error();
    ::close(peer);
  }
  SSL_CTX* context_;
  Talk talk_;
  int listener_ = -1;
  std::thread thread_;
};

/// Puts an identity of ours into a context, whatever it is worth.
void use(SSL_CTX* ctx, const TlsIdentity& identity) {
  const uint8_t* p = identity.certificates[0].data();
  X509* certificate = d2i_X509(nullptr, &p, static_cast<long>(identity.certificates[0].size()));
  View der = identity.private_key.expose();
  p = der.data();
  EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &p, static_cast<long>(der.size()));
  check(SSL_CTX_use_certificate(ctx, certificate) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1,
        "a test's certificate can be used");
  X509_free(certificate);
  EVP_PKEY_free(key);
}

/// A PKI as the web has it: a CA and a certificate for smdp.test under it, nothing of RSP in either.
class WebPki {
 public:
  explicit WebPki(const char* curve, bool rsa = false) {
    EVP_PKEY* ca_key = EVP_EC_gen("P-256");
    ca_ = make(ca_key, "Web Root", nullptr, ca_key, true);
    key_ = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen(curve);
    leaf_ = make(key_, "smdp.test", ca_, ca_key, false);
    EVP_PKEY_free(ca_key);
  }
  ~WebPki() {
    X509_free(leaf_);
    X509_free(ca_);
    EVP_PKEY_free(key_);
  }
  WebPki(const WebPki&) = delete;
  WebPki& operator=(const WebPki&) = delete;
  void use(SSL_CTX* ctx) const {
    check(SSL_CTX_use_certificate(ctx, leaf_) == 1 && SSL_CTX_use_PrivateKey(ctx, key_) == 1,
          "a test's certificate can be used");
  }
  Bytes ca() const {
    uint8_t* der = nullptr;
    int size = i2d_X509(ca_, &der);
    Bytes out(der, der + size);
    OPENSSL_free(der);
    return out;
  }
  X509* leaf() const { return leaf_; }
  X509* root() const { return ca_; }

 private:
  static X509* make(EVP_PKEY* key, const char* name, X509* issuer, EVP_PKEY* signer, bool ca) {
    X509* x = X509_new();
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ca ? 1 : 2);
    auto seconds = std::chrono::system_clock::to_time_t(test::noon());
    X509_time_adj(X509_getm_notBefore(x), -3600, &seconds);
    X509_time_adj(X509_getm_notAfter(x), 3600, &seconds);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    X509_set_pubkey(x, key);
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer ? issuer : x, x, nullptr, nullptr, 0);
    auto extend = [&](int nid, const char* value) {
      X509_EXTENSION* e = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
      X509_add_ext(x, e, -1);
      X509_EXTENSION_free(e);
    };
    extend(NID_subject_key_identifier, "hash");
    if (ca) {
      extend(NID_basic_constraints, "critical,CA:TRUE");
    } else {
      extend(NID_subject_alt_name, "DNS:smdp.test");
      extend(NID_ext_key_usage, "serverAuth");
      extend(NID_key_usage, "critical,digitalSignature,keyEncipherment");
    }
    X509_sign(x, signer, EVP_sha256());
    return x;
  }
  X509* ca_ = nullptr;
  X509* leaf_ = nullptr;
  EVP_PKEY* key_ = nullptr;
};

class BadServers : public testing::Test {
 protected:
  Result<Response> get(BadServer& server, ClientOptions options) {
    auto client = Client::make(std::move(options), test::noon_clock()).value();
    auto result = client.post(HostPort{"smdp.test", 443}, "/gsma/rsp2/es9plus/initiateAuthentication", {}, "{}");
    server.join();
    EXPECT_TRUE(server.reached);
    return result;
  }
  Result<Response> get(BadServer& server) { return get(server, test::client_options(ci_, server.port)); }
  /// Refused within the handshake, with these words.
  void expect_refused(BadServer& server, const std::string& words, std::optional<ClientOptions> options = {}) {
    auto result = get(server, options ? *options : test::client_options(ci_, server.port));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::verification) << result.error().message;
    EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
    EXPECT_NE(result.error().message.find("smdp.test"), std::string::npos) << result.error().message;
    EXPECT_EQ(server.received, 0u) << "of a request";
  }
  void expect_refused(const TlsIdentity& identity, const std::string& words) {
    BadServer server([&](SSL_CTX* ctx) { use(ctx, identity); });
    expect_refused(server, words);
  }
  test::TestCi ci_;
};

TEST_F(BadServers, are_not_all_there_are) {
  const TlsIdentity identity = ci_.tls();
  BadServer server([&](SSL_CTX* ctx) { use(ctx, identity); });
  auto result = get(server);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->body, "ok");
  EXPECT_GT(server.received, 0u);
}

TEST_F(BadServers, self_signed_is_refused) {
  expect_refused(ci_.self_signed("smdp.test"), "signed by itself");
}
TEST_F(BadServers, of_another_host_is_refused) {
  expect_refused(ci_.tls({"other.test"}), "for another name");
}
TEST_F(BadServers, expired_is_refused) {
  expect_refused(ci_.tls({"smdp.test"}, test::noon() - 48h, test::noon() - 1s), "has expired");
}
TEST_F(BadServers, not_yet_valid_is_refused) {
  expect_refused(ci_.tls({"smdp.test"}, test::noon() + 1s, test::noon() + 48h), "not valid yet");
}
TEST_F(BadServers, of_another_ci_is_refused) {
  test::TestCi other(2);
  expect_refused(other.tls(), "comes from a CI that is not trusted");
}

TEST_F(BadServers, revoked_is_refused_as_soon_as_the_list_is_there) {
  const TlsIdentity identity = ci_.tls();
  const auto certificate = pki::Certificate::parse(identity.certificates[0]).value();
  auto with = [&](Bytes serial) {
    pki::CrlSpec spec;
    spec.this_update = test::noon() - 1h;
    spec.next_update = test::noon() + 24h;
    spec.revoked.push_back({std::move(serial), test::noon() - 2h, pki::RevocationReason::unspecified});
    return ci_.crl(spec);
  };
  {
    BadServer server([&](SSL_CTX* ctx) { use(ctx, identity); });
    auto options = test::client_options(ci_, server.port);
    options.crls = {with({0x01})};
    EXPECT_TRUE(get(server, options)) << "another one is listed";
  }
  BadServer server([&](SSL_CTX* ctx) { use(ctx, identity); });
  auto options = test::client_options(ci_, server.port);
  options.crls = {with(to_bytes(certificate.serial_number()))};
  expect_refused(server, "was revoked", options);
  // A list that no CI of ours signed is not taken up.
  test::TestCi other(2);
  options.crls = {other.crl({.this_update = test::noon(), .next_update = test::noon() + 1h})};
  EXPECT_FALSE(Client::make(options, test::noon_clock()));
}

TEST_F(BadServers, revoked_is_refused_by_what_a_store_that_others_keep_fresh_has_now) {
  const TlsIdentity identity = ci_.tls();
  const auto certificate = pki::Certificate::parse(identity.certificates[0]).value();
  pki::TrustStore live(pki::CrlPolicy::required);
  const auto answer = [&] {
    BadServer server([&](SSL_CTX* ctx) { use(ctx, identity); });
    auto options = test::client_options(ci_, server.port);
    options.live_trust = &live;
    const auto result = get(server, options);
    return result ? std::string("ok") : result.error().message;
  };
  EXPECT_EQ(answer(), "ok") << "the store does not have that CI";
  ASSERT_TRUE(live.add(View(ci_.der())));
  EXPECT_NE(answer(), "ok") << "it has to have a list of it now";
  pki::CrlSpec spec{.this_update = test::noon() - 1h, .next_update = test::noon() + 24h};
  ASSERT_TRUE(live.add_crl(View(ci_.crl(spec))));
  EXPECT_EQ(answer(), "ok");
  spec.revoked.push_back({to_bytes(certificate.serial_number()), test::noon() - 2h});
  ASSERT_TRUE(live.add_crl(View(ci_.crl(spec))));
  EXPECT_NE(answer().find("was revoked"), std::string::npos);
}

TEST_F(BadServers, of_another_use_or_role_is_refused) {
  pki::CertificateSpec client_only = ci_.spec({"smdp.test"});
  client_only.find(asn1::Oid::of({2, 5, 29, 37}))->value = from_hex("300A06082B06010505070302").value();
  expect_refused(ci_.tls(client_only), "not for a TLS server");
  // The certificate of an SM-DP+ that signs, id-rspRole-dp-auth, on a TLS server's place.
  pki::CertificateSpec signs = ci_.spec({"smdp.test"});
  auto* policies = signs.find(asn1::Oid::of({2, 5, 29, 32}));
  ASSERT_NE(policies, nullptr);
  ASSERT_EQ(policies->value.back(), 0x03) << "id-rspRole-dp-tls";
  policies->value.back() = 0x04;
  expect_refused(ci_.tls(signs), "not the TLS certificate of an SM-DP+");
  pki::CertificateSpec none = ci_.spec({"smdp.test"});
  none.remove(asn1::Oid::of({2, 5, 29, 32}));
  expect_refused(ci_.tls(none), "not the TLS certificate of an SM-DP+");
}

TEST_F(BadServers, of_tls_1_1_or_older_is_refused) {
  const TlsIdentity identity = ci_.tls();
  for (int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    BadServer server([&](SSL_CTX* ctx) {
      use(ctx, identity);
      SSL_CTX_set_max_proto_version(ctx, version);
      SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
    });
    expect_refused(server, "with TLS 1.2 or 1.3");
  }
}

TEST_F(BadServers, without_encryption_or_forward_secrecy_are_refused) {
  const TlsIdentity identity = ci_.tls();
  {
    BadServer server([&](SSL_CTX* ctx) {
      use(ctx, identity);
      SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(ctx, "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0");
    });
    expect_refused(server, "TLS with smdp.test");
  }
  WebPki rsa("", true);
  BadServer server([&](SSL_CTX* ctx) {
    rsa.use(ctx);
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ctx, "AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0");  // key exchange by RSA
  });
  auto options = test::client_options(ci_, server.port);
  options.trusted_ci.push_back(rsa.ca());
  expect_refused(server, "TLS with smdp.test", options);
}

/// What the client's rules say of a path that is otherwise right.
int path_result(const WebPki& web) {
  TlsContext trusted = TlsContext::client({web.ca()}).value();
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, SSL_CTX_get_cert_store(trusted.get()), web.leaf(), nullptr);
  X509_STORE_CTX_set_default(context, "ssl_server");
  X509_STORE_CTX_set_time(context, 0, std::chrono::system_clock::to_time_t(test::noon()));
  X509_STORE_CTX_set_verify_cb(context, verify_rsp_server);
  X509_verify_cert(context);
  int result = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  return result;
}

TEST_F(BadServers, of_a_weak_curve_are_refused) {
  const TlsIdentity identity = ci_.tls();
  for (const char* group : {"P-192", "P-224", "sect233k1"}) {  // the exchange
    BadServer server([&](SSL_CTX* ctx) {
      use(ctx, identity);
      check(SSL_CTX_set1_groups_list(ctx, group) == 1, "a test's group is known");
    });
    expect_refused(server, "TLS with smdp.test");
  }
  for (const char* curve : {"P-192", "P-224"}) {  // the certificate
    WebPki weak(curve);
    BadServer server([&](SSL_CTX* ctx) { weak.use(ctx); });
    auto options = test::client_options(ci_, server.port);
    options.trusted_ci.push_back(weak.ca());
    expect_refused(server, "TLS with smdp.test", options);
  }
  // And were the exchange to let one through, the path's rules do not.
  EXPECT_EQ(path_result(WebPki("P-256")), X509_V_OK);
  EXPECT_EQ(path_result(WebPki("P-224")), X509_V_ERR_APPLICATION_VERIFICATION);
  EXPECT_NE(take_refusal().find("none of the curves"), std::string::npos);
  EXPECT_EQ(path_result(WebPki("", true)), X509_V_ERR_APPLICATION_VERIFICATION) << "RSA";
}

TEST_F(BadServers, that_renegotiate_are_left) {
  const TlsIdentity identity = ci_.tls();
  std::atomic<int> asked_again{-1};
  BadServer server(
      [&](SSL_CTX* ctx) {
        use(ctx, identity);
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
      },
      [&](SSL* ssl) {
        SSL_renegotiate(ssl);
        SSL_do_handshake(ssl);  // asks the client to begin
        char more[64];
        asked_again = SSL_read(ssl, more, sizeof more);  // its hello, or that it will not
      });
  auto result = get(server);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("smdp.test"), std::string::npos) << result.error().message;
  EXPECT_LE(asked_again, 0) << "neither a handshake nor another request came";
}

TEST_F(BadServers, that_cut_an_answer_short_are_found_out) {
  const TlsIdentity identity = ci_.tls();
  for (const char* cut : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
                          "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nup to a close that never comes",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly ", "HTTP/1.1 200 OK\r\nCont",
                          "HTTP/1.1 204 No Content\r\nX-Admin-Proto"}) {
    BadServer server([&](SSL_CTX* ctx) { use(ctx, identity); }, [&](SSL* ssl) { BadServer::say(ssl, cut); });
    auto result = get(server);
    ASSERT_FALSE(result) << cut;
    EXPECT_EQ(result.error().kind, ErrorKind::io) << result.error().message;
  }
}

// ---- G-TLS-2: a certificate of the web, where one of the CI is wanted.

TEST_F(BadServers, of_the_web_are_refused_where_a_ci_is_expected) {
  WebPki web("P-256");
  const std::string path = testing::TempDir() + "/sealift-web-root.pem";
  std::ofstream(path) << "-----BEGIN CERTIFICATE-----\n"
                      << base64(web.ca()) << "\n-----END CERTIFICATE-----\n";
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "CURL_SSL_BACKEND"}) ::setenv(name, path.c_str(), 1);
  {
    BadServer server([&](SSL_CTX* ctx) { web.use(ctx); });
    expect_refused(server, "comes from a CI that is not trusted");
  }
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "CURL_SSL_BACKEND"}) ::unsetenv(name);
  ::unlink(path.c_str());
  BadServer server([&](SSL_CTX* ctx) { web.use(ctx); });
  auto options = test::client_options(ci_, server.port);
  options.trusted_ci.push_back(web.ca());
  EXPECT_TRUE(get(server, options)) << "unless whoever runs the LPA names that root";
}

}  // namespace
}  // namespace sealift::http
