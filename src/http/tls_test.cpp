#include "http/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "http/test_support.hpp"

namespace sealift::http {
namespace {

using namespace std::chrono_literals;

class TlsRefusals : public testing::Test {
 protected:
  /// What a client that trusts ci_ says of a server with this identity, reached as `name`.
  Result<Response> get(const TlsIdentity& identity, const std::string& name = "smdp.test") {
    auto server = Server::start(test::quick_options(), identity, test::echo_router()).value();
    auto client = Client::make(test::client_options(ci_, server->port(), {name}), test::noon_clock()).value();
    Result<Response> result = client.get(HostPort{name, 443}, "/hello");
    // Nothing may be sent to a server that is not verified.
    EXPECT_EQ(server->stats().requests, result ? 1u : 0u);
    return result;
  }
  void expect_refused(const TlsIdentity& identity, const std::string& because,
                      const std::string& name = "smdp.test") {
    auto result = get(identity, name);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::verification) << result.error().message;
    EXPECT_NE(result.error().message.find(because), std::string::npos) << result.error().message;
    EXPECT_NE(result.error().message.find(name), std::string::npos) << result.error().message;
  }
  test::TestCi ci_;
};

TEST_F(TlsRefusals, accepts_the_right_server) {
  auto result = get(ci_.tls());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, 200u);
}

TEST_F(TlsRefusals, refuses_another_name) {
  expect_refused(ci_.tls({"other.test"}), "for another name");
  expect_refused(ci_.tls({"smdp.test"}), "for another name", "smdp.test.evil.test");
  expect_refused(ci_.tls({"10.0.0.1"}), "for another name", "10.0.0.2");
}

TEST_F(TlsRefusals, refuses_a_name_that_stands_in_the_subject_only) {
  pki::CertificateSpec spec = ci_.spec({"smdp.test"});
  spec.remove(asn1::Oid::of({2, 5, 29, 17}));
  expect_refused(ci_.tls(spec), "for another name");
}

TEST_F(TlsRefusals, judges_validity_by_the_clock_port) {
  using std::chrono::days;
  expect_refused(ci_.tls({"smdp.test"}, test::noon() - days(9), test::noon() - 1s), "expired");
  expect_refused(ci_.tls({"smdp.test"}, test::noon() + 1s, test::noon() + days(9)), "not valid yet");
  EXPECT_TRUE(get(ci_.tls({"smdp.test"}, test::noon(), test::noon() + 1s)));
}

TEST_F(TlsRefusals, refuses_an_unknown_ci) {
  test::TestCi other(2);
  expect_refused(other.tls(), "not trusted");
  TlsIdentity with_its_ci = other.tls();
  with_its_ci.certificates.push_back(other.der());
  expect_refused(with_its_ci, "not trusted");
}

TEST_F(TlsRefusals, refuses_a_self_signed_certificate) {
  expect_refused(ci_.self_signed("smdp.test"), "signed by itself");
}

TEST_F(TlsRefusals, refuses_a_certificate_that_is_not_for_servers) {
  pki::CertificateSpec spec = ci_.spec({"smdp.test"});
  // extendedKeyUsage: clientAuth alone
  spec.find(asn1::Oid::of({2, 5, 29, 37}))->value = from_hex("300A06082B06010505070302").value();
  expect_refused(ci_.tls(spec), "not for a TLS server");
}

TEST_F(TlsRefusals, refuses_a_certificate_with_an_unknown_critical_extension) {
  pki::CertificateSpec spec = ci_.spec({"smdp.test"});
  spec.extensions.push_back({asn1::Oid::of({2, 999, 77}), true, {0x05, 0x00}});
  expect_refused(ci_.tls(spec), "critical extension");
}

TEST_F(TlsRefusals, refuses_a_certificate_of_another_role_or_of_none) {
  pki::CertificateSpec spec = ci_.spec({"smdp.test"});
  const asn1::Oid policies = asn1::Oid::of({2, 5, 29, 32});
  spec.find(policies)->value = from_hex("300B3009060767811201020104").value();  // CERT.DPauth
  expect_refused(ci_.tls(spec), "SGP.22 4.5.2");
  spec.remove(policies);
  expect_refused(ci_.tls(spec), "SGP.22 4.5.2");
  spec = ci_.spec({"smdp.test"});
  spec.find(policies)->value = from_hex("300B3009060767811201020106").value();  // CERT.DS.TLS
  EXPECT_TRUE(get(ci_.tls(spec)));
}

TEST_F(TlsRefusals, tolerates_critical_policies) {
  pki::CertificateSpec spec = ci_.spec({"smdp.test"});
  auto* policies = spec.find(asn1::Oid::of({2, 5, 29, 32}));
  ASSERT_NE(policies, nullptr);
  policies->critical = true;
  auto result = get(ci_.tls(spec));
  EXPECT_TRUE(result) << result.error().message;
}

TEST_F(TlsRefusals, takes_no_trust_from_the_environment) {
  test::TestCi other(2);
  const std::string path = testing::TempDir() + "/sealift-other-ci.pem";
  std::ofstream(path) << "-----BEGIN CERTIFICATE-----\n"
                      << base64(other.der()) << "\n-----END CERTIFICATE-----\n";
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) ::setenv(name, path.c_str(), 1);
  expect_refused(other.tls(), "not trusted");
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) ::unsetenv(name);
  ::unlink(path.c_str());
  EXPECT_FALSE(TlsContext::client({})) << "no CI given is no trust, never all trust";
}

TEST_F(TlsRefusals, refuses_tls_1_1_on_either_side) {
  TlsIdentity identity = ci_.tls();
  test::OneAnswerServer old_server(&identity, "HTTP/1.1 204 No Content\r\n\r\n", TLS1_1_VERSION);
  auto client = Client::make(test::client_options(ci_, old_server.port()), test::noon_clock()).value();
  auto result = client.get(HostPort{"smdp.test", 443}, "/");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::verification) << result.error().message;

  auto server = test::start_server(ci_);
  EXPECT_FALSE(test::RawClient(ci_, server->port(), true, TLS1_1_VERSION).connected());
  test::RawClient tls12(ci_, server->port(), true, TLS1_2_VERSION), newest(ci_, server->port());
  ASSERT_TRUE(tls12.connected());
  EXPECT_EQ(tls12.version(), "TLSv1.2");
  EXPECT_EQ(newest.version(), "TLSv1.3");
}

TEST_F(TlsRefusals, notices_a_truncated_answer) {
  TlsIdentity identity = ci_.tls();
  test::OneAnswerServer server(&identity, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  auto client = Client::make(test::client_options(ci_, server.port()), test::noon_clock()).value();
  auto result = client.get(HostPort{"smdp.test", 443}, "/");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::io) << result.error().message;
}

TEST_F(TlsRefusals, speaks_tls_1_2_with_a_brainpool_certificate) {
  test::TestCi ci(3, crypto::Curve::brainpool_p256r1);
  auto server = test::start_server(ci);
  test::RawClient client(ci, server->port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.version(), "TLSv1.2");
}

/// The curve of the certificate that a server with this context shows to a client with these groups; empty
/// where there is no handshake. Over memory, without a socket.
std::string certificate_curve_for(const TlsContext& context, const char* client_groups) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> ctx(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  EXPECT_EQ(SSL_CTX_set1_groups_list(ctx.get(), client_groups), 1);
  // OpenSSL's client begins no TLS 1.3 without a group of that version.
  if (std::string_view(client_groups) == "brainpoolP256r1")
    SSL_CTX_set_max_proto_version(ctx.get(), TLS1_2_VERSION);
  std::unique_ptr<SSL, decltype(&SSL_free)> client(SSL_new(ctx.get()), SSL_free);
  std::unique_ptr<SSL, decltype(&SSL_free)> server(SSL_new(context.get()), SSL_free);
  BIO *one = nullptr, *other = nullptr;
  EXPECT_EQ(BIO_new_bio_pair(&one, 0, &other, 0), 1);
  SSL_set_bio(client.get(), one, one);
  SSL_set_bio(server.get(), other, other);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  for (int i = 0; i < 10; ++i) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
  }
  (void)take_tls_errors();
  X509* shown = SSL_get0_peer_certificate(client.get());
  if (!shown || !SSL_is_init_finished(client.get())) return "";
  char curve[64] = {};
  EVP_PKEY_get_group_name(X509_get0_pubkey(shown), curve, sizeof curve, nullptr);
  return curve;
}

TEST_F(TlsRefusals, shows_a_certificate_on_a_curve_that_the_client_names) {
  test::TestCi brainpool(3, crypto::Curve::brainpool_p256r1);
  TlsIdentity both = ci_.tls();
  both.others.push_back(brainpool.tls());
  const TlsContext context = TlsContext::server(both).value();
  EXPECT_EQ(certificate_curve_for(context, "P-256:brainpoolP256r1"), "prime256v1");
  EXPECT_EQ(certificate_curve_for(context, "X25519:P-256"), "prime256v1");
  EXPECT_EQ(certificate_curve_for(context, "brainpoolP256r1"), "brainpoolP256r1");
  TlsIdentity turned = brainpool.tls();
  turned.others.push_back(ci_.tls());
  const TlsContext turned_context = TlsContext::server(turned).value();
  EXPECT_EQ(certificate_curve_for(turned_context, "P-256:brainpoolP256r1"), "brainpoolP256r1");
  EXPECT_EQ(certificate_curve_for(turned_context, "P-256"), "prime256v1");
  TlsIdentity spoiled = ci_.tls();
  spoiled.others.push_back(brainpool.tls());
  spoiled.others[0].certificates.clear();
  EXPECT_FALSE(TlsContext::server(spoiled));
}

TEST_F(TlsRefusals, shows_the_names_of_the_server) {
  auto server = test::start_server(ci_);
  auto client = Client::make(test::client_options(ci_, server->port()), test::noon_clock()).value();
  EXPECT_EQ(client.peer(), nullptr);
  ASSERT_TRUE(client.get(HostPort{"smdp.test", 443}, "/hello"));
  ASSERT_NE(client.peer(), nullptr);
  EXPECT_EQ(client.peer()->dns_names, std::vector<std::string>{"smdp.test"});
  EXPECT_EQ(client.peer()->registered_ids, std::vector<std::string>{"2.999.10"});
}

TEST_F(TlsRefusals, refuses_unusable_identities) {
  TlsIdentity identity = ci_.tls();
  identity.certificates[0].push_back(0);
  EXPECT_EQ(TlsContext::server(identity).error().kind, ErrorKind::invalid);
  identity = ci_.tls();
  identity.private_key = test::TestCi(9).tls().private_key.clone();
  EXPECT_EQ(TlsContext::server(identity).error().kind, ErrorKind::verification);
  identity.certificates.clear();
  EXPECT_FALSE(TlsContext::server(identity));
}

Bytes vector_file(const std::string& name) {
  const char* root = std::getenv("SEALIFT_VECTORS");
  std::ifstream file(std::string(root ? root : "../shared/vectors") + "/sgp26/" + name, std::ios::binary);
  return to_bytes(std::string(std::istreambuf_iterator<char>(file), {}));
}

/// What OpenSSL's path building, with our trust and rules, says of a server certificate.
int path_result(const TlsContext& trusted, const Bytes& leaf, const std::string& host, Time when) {
  const uint8_t* p = leaf.data();
  X509* certificate = d2i_X509(nullptr, &p, static_cast<long>(leaf.size()));
  SSL* ssl = SSL_new(trusted.get());
  apply_client_rules(ssl, host, when);
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, SSL_CTX_get_cert_store(trusted.get()), certificate, nullptr);
  X509_STORE_CTX_set_default(context, "ssl_server");
  X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(context), SSL_get0_param(ssl));
  X509_verify_cert(context);
  int result = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  SSL_free(ssl);
  X509_free(certificate);
  return result;
}

TEST(Sgp26, tls_certificates_verify_within_their_validity_only) {
  struct Case {
    const char* ci;
    const char* leaf;
    const char* host;
  };
  const Case cases[] = {
      {"nist/CERT_CI_ECDSA_NIST.der", "nist/CERT_S_SM_DP_VARO_TLS_NIST.der", "testsmdpplus1.example.com"},
      {"nist/CERT_CI_ECDSA_NIST.der", "nist/CERT_S_SM_DP2_TLS.der", "testsmdpplus2.example.com"},
      {"brainpool/CERT_CI_ECDSA_BRP.der", "brainpool/CERT_S_SM_DP_VARO_TLS_BRP.der",
       "testsmdpplus1.example.com"},
  };
  for (const Case& c : cases) {
    Bytes ci = vector_file(c.ci), leaf = vector_file(c.leaf);
    if (ci.empty() || leaf.empty()) GTEST_SKIP() << "skipped: vectors not present";
    pki::Certificate parsed = pki::Certificate::parse(leaf).value();
    TlsContext trusted = TlsContext::client({ci}).value();
    Time inside = parsed.not_before() + (parsed.not_after() - parsed.not_before()) / 2;
    EXPECT_EQ(path_result(trusted, leaf, c.host, inside), X509_V_OK) << c.leaf;
    EXPECT_EQ(path_result(trusted, leaf, "else.example.com", inside), X509_V_ERR_HOSTNAME_MISMATCH) << c.leaf;
    EXPECT_EQ(path_result(trusted, leaf, c.host, parsed.not_after() + 1s), X509_V_ERR_CERT_HAS_EXPIRED)
        << c.leaf;
    EXPECT_EQ(path_result(trusted, leaf, c.host, parsed.not_before() - 1s), X509_V_ERR_CERT_NOT_YET_VALID)
        << c.leaf;
    PeerIdentity names = identity_of(leaf).value();
    ASSERT_EQ(names.registered_ids.size(), 1u) << c.leaf;
    EXPECT_TRUE(names.registered_ids[0].starts_with("2.999.1")) << names.registered_ids[0];
  }
}

}  // namespace
}  // namespace sealift::http
