#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "http/tls_trust.hpp"

namespace sealift::http {
namespace {

struct Free {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(GENERAL_NAMES* p) const { GENERAL_NAMES_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// SGP.22 2.6.6 names the two AES_128 suites; the CBC one is last and only for peers that have nothing better.
constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA256";
// A public CA may have certified an RSA key.
constexpr const char* tls12_rsa_ciphers =
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* tls13_ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
// brainpool is last and thus only reached by a peer that needs it, over TLS 1.2.
constexpr const char* groups = "X25519:P-256:P-384:brainpoolP256r1";

Owned<X509> parse_certificate(View der) {
  const uint8_t* p = der.data();
  Owned<X509> certificate(d2i_X509(nullptr, &p, static_cast<long>(der.size())));
  if (certificate && p != der.data() + der.size()) certificate.reset();
  return certificate;
}

void common_settings(SSL_CTX* ctx) {
  SSL_CTX_set_security_level(ctx, 2);  // whatever openssl.cnf says
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(ctx, tls12_ciphers);
  SSL_CTX_set_ciphersuites(ctx, tls13_ciphers);
  SSL_CTX_set1_groups_list(ctx, groups);
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
}

bool is_brainpool(EVP_PKEY* key) {
  char group[64] = {};
  size_t size = 0;
  return EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         std::string_view(group, size).starts_with("brainpool");
}

// We speak HTTP/1.1 alone. A client that offers other protocols only is left to find out by itself.
int choose_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                  unsigned in_size, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, ours, sizeof ours, in, in_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Error tls_error(ErrorKind kind, std::string what) {
  std::string details = take_tls_errors();
  if (!details.empty()) what += " (" + details + ")";
  return Error{kind, std::move(what)};
}

void judge(X509_VERIFY_PARAM* rules, const std::string& host, Time now) {
  X509_VERIFY_PARAM_set_time(rules, std::chrono::system_clock::to_time_t(now));
  // The name is looked for in SAN dNSName only; the subject's CN does not count.
  X509_VERIFY_PARAM_set_hostflags(rules,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
}

PeerIdentity names_in(X509* certificate) {
  PeerIdentity identity;
  identity.certificate = der_of(certificate);
  Owned<GENERAL_NAMES> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      identity.dns_names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                                      static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_RID) {
      char dotted[256] = {};
      int length = OBJ_obj2txt(dotted, sizeof dotted, name->d.registeredID, 1);
      if (length > 0 && length < static_cast<int>(sizeof dotted))
        identity.registered_ids.emplace_back(dotted);
    }
  }
  return identity;
}

// TLS numbers of the curves that a certificate of ours can have (RFC 8422, RFC 7027).
constexpr uint16_t group_p256 = 23;
constexpr uint16_t group_brainpool = 26;

/// Contexts of further identities, each with the curve of its key. Belongs to the context of the first.
struct OtherContexts {
  struct One {
    uint16_t group = 0;
    std::shared_ptr<SSL_CTX> ctx;
  };
  uint16_t first_group = 0;
  std::vector<One> others;
};

int other_contexts_index() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* value, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<OtherContexts*>(value);
      });
  return index;
}

uint16_t group_of(SSL_CTX* ctx) {
  return is_brainpool(SSL_CTX_get0_privatekey(ctx)) ? group_brainpool : group_p256;
}

/// The octets of the list in a supported_groups extension; empty where it is absent or malformed.
View groups_offered(SSL* connection) {
  const unsigned char* octets = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(connection, TLSEXT_TYPE_supported_groups, &octets, &size) != 1 || size < 2)
    return {};
  const size_t listed = static_cast<size_t>(octets[0]) << 8 | octets[1];
  return listed == size - 2 && listed % 2 == 0 ? View(octets + 2, listed) : View();
}

bool offers(View offered, uint16_t group) {
  for (size_t i = 0; i + 1 < offered.size(); i += 2) {
    if ((offered[i] << 8 | offered[i + 1]) == group) return true;
  }
  return false;
}

/// The list of groups bounds the curve of a certificate (RFC 8422 5.1.1): a client that can not use the first
/// identity's curve gets an identity whose curve it can.
int choose_identity(SSL* connection, int*, void*) {
  auto* contexts = static_cast<const OtherContexts*>(
      SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), other_contexts_index()));
  const View offered = groups_offered(connection);
  if (!contexts || offered.empty() || offers(offered, contexts->first_group)) return SSL_CLIENT_HELLO_SUCCESS;
  for (const OtherContexts::One& other : contexts->others) {
    if (!offers(offered, other.group)) continue;
    X509_STORE* clients_trust = nullptr;  // a connection's own, which the next line would drop
    SSL_get0_verify_cert_store(connection, &clients_trust);
    if (clients_trust) X509_STORE_up_ref(clients_trust);
    SSL_set_SSL_CTX(connection, other.ctx.get());
    SSL_set0_verify_cert_store(connection, clients_trust);
    if (other.group == group_brainpool) SSL_set_max_proto_version(connection, TLS1_2_VERSION);
    break;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

/// Gives a context its own certificate, those that go with it, and the key. `whose` is for errors: "server".
Status use_identity(SSL_CTX* ctx, const TlsIdentity& identity, const std::string& whose) {
  if (identity.certificates.empty()) return Error{ErrorKind::invalid, "TLS: no " + whose + " certificate given"};
  for (size_t i = 0; i < identity.certificates.size(); ++i) {
    Owned<X509> certificate = parse_certificate(identity.certificates[i]);
    if (!certificate) {
      return tls_error(ErrorKind::invalid, "TLS: certificate " + std::to_string(i + 1) +
                                               " of the chain is not a DER certificate");
    }
    bool taken = i == 0 ? SSL_CTX_use_certificate(ctx, certificate.get()) == 1
                        : SSL_CTX_add1_chain_cert(ctx, certificate.get()) == 1;
    if (!taken) return tls_error(ErrorKind::invalid, "TLS: the " + whose + " certificate cannot be used");
  }

  View der = identity.private_key.expose();
  const uint8_t* p = der.data();
  Owned<EVP_PKEY> key(d2i_AutoPrivateKey(nullptr, &p, static_cast<long>(der.size())));
  if (!key) return tls_error(ErrorKind::invalid, "TLS: the private key is not DER in PKCS#8 or SEC 1 form");
  if (is_brainpool(key.get())) SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
  if (SSL_CTX_use_PrivateKey(ctx, key.get()) != 1 || SSL_CTX_check_private_key(ctx) != 1)
    return tls_error(ErrorKind::verification,
                     "TLS: the private key does not belong to the " + whose + " certificate");
  return {};
}

Result<std::shared_ptr<SSL_CTX>> server_context(const TlsIdentity& identity) {
  std::shared_ptr<SSL_CTX> ctx(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!ctx) return tls_error(ErrorKind::internal, "TLS: no context");
  common_settings(ctx.get());
  SSL_CTX_set_options(ctx.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(ctx.get(), 0);
  SSL_CTX_set_read_ahead(ctx.get(), 1);  // one read a record instead of two
  SSL_CTX_set_alpn_select_cb(ctx.get(), choose_http11, nullptr);
  TRY_VOID(use_identity(ctx.get(), identity, "server"));
  if (EVP_PKEY_is_a(SSL_CTX_get0_privatekey(ctx.get()), "RSA"))
    SSL_CTX_set_cipher_list(ctx.get(), tls12_rsa_ciphers);
  return ctx;
}

/// What a client shows of itself, from the context that we made on one that another library made.
void show_same_identity(SSL_CTX* ctx, SSL_CTX* ours) {
  X509* certificate = SSL_CTX_get0_certificate(ours);
  if (!certificate) return;
  SSL_CTX_use_certificate(ctx, certificate);
  STACK_OF(X509)* chain = nullptr;
  if (SSL_CTX_get0_chain_certs(ours, &chain) == 1 && chain) SSL_CTX_set1_chain(ctx, chain);
  EVP_PKEY* key = SSL_CTX_get0_privatekey(ours);
  SSL_CTX_use_PrivateKey(ctx, key);
  if (is_brainpool(key)) SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
}

}  // namespace

Result<TlsContext> TlsContext::server(const TlsIdentity& identity) {
  auto ctx = TRY(server_context(identity));
  auto contexts = std::make_unique<OtherContexts>();
  contexts->first_group = group_of(ctx.get());
  for (const TlsIdentity& other : identity.others) {
    auto one = TRY(server_context(other));
    const uint16_t group = group_of(one.get());
    if (group != contexts->first_group) contexts->others.push_back({group, std::move(one)});
  }
  if (!contexts->others.empty()) {
    SSL_CTX_set_client_hello_cb(ctx.get(), choose_identity, nullptr);
    SSL_CTX_set_ex_data(ctx.get(), other_contexts_index(), contexts.release());
  }
  return TlsContext(std::move(ctx));
}

Result<TlsContext> TlsContext::client(const std::vector<Bytes>& trusted_ci, const TlsIdentity* own,
                                      const pki::TrustStore* live_trust) {
  if (trusted_ci.empty()) {
    return Error{
        ErrorKind::invalid,
        "TLS: no CI certificate to trust was given; name the issuer's certificate (pki init makes one)"};
  }
  std::shared_ptr<SSL_CTX> ctx(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!ctx) return tls_error(ErrorKind::internal, "TLS: no context");
  common_settings(ctx.get());
  SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
  auto trust = std::make_shared<RspTrust>();
  trust->live_trust = live_trust;
  for (const Bytes& der : trusted_ci) {
    (void)trust->cis.add(der);  // a public CA is no CI of RSP
    Owned<X509> certificate = parse_certificate(der);
    if (!certificate) return tls_error(ErrorKind::invalid, "TLS: a CI certificate is not a DER certificate");
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx.get()), certificate.get());
  }
  set_trust(SSL_CTX_get_cert_store(ctx.get()), std::move(trust));
  if (own) TRY_VOID(use_identity(ctx.get(), *own, "client"));
  ERR_clear_error();
  return TlsContext(std::move(ctx));
}

Status TlsContext::add_crl(View crl) {
  auto trust = trust_of(SSL_CTX_get_cert_store(get()));
  if (!trust) return Error{ErrorKind::unsupported, "TLS: only a client's context takes CRLs"};
  auto added = trust->cis.add_crl(crl);
  if (!added) return Error(added.error());
  return {};
}

void apply_client_rules(SSL_CTX* ctx, const TlsContext& trusted, const std::string& host, Time now) {
  common_settings(ctx);
  SSL_CTX_set1_cert_store(ctx, SSL_CTX_get_cert_store(trusted.get()));
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, verify_rsp_server);
  SSL_CTX_set_keylog_callback(ctx, nullptr);  // libcurl would obey SSLKEYLOGFILE
  show_same_identity(ctx, trusted.get());
  judge(SSL_CTX_get0_param(ctx), host, now);
}

void apply_client_rules(SSL* connection, const std::string& host, Time now) {
  SSL_set_verify(connection, SSL_VERIFY_PEER, nullptr);
  judge(SSL_get0_param(connection), host, now);
}

Result<PeerIdentity> identity_of(View certificate) {
  Owned<X509> parsed = parse_certificate(certificate);
  if (!parsed) return tls_error(ErrorKind::invalid, "not a DER certificate");
  return names_in(parsed.get());
}

bool is_for_host(View certificate, const std::string& host) {
  Owned<X509> parsed = parse_certificate(certificate);
  if (!parsed) return false;
  constexpr unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  return X509_check_ip_asc(parsed.get(), host.c_str(), 0) == 1 ||
         X509_check_host(parsed.get(), host.data(), host.size(), flags, nullptr) == 1;
}

Result<Time> valid_until(View certificate) {
  Owned<X509> parsed = parse_certificate(certificate);
  tm utc{};
  if (!parsed || ASN1_TIME_to_tm(X509_get0_notAfter(parsed.get()), &utc) != 1)
    return tls_error(ErrorKind::invalid, "not a DER certificate");
  return Time(std::chrono::seconds(timegm(&utc)));
}

Result<PeerIdentity> identity_of_peer(SSL* connection) {
  X509* certificate = SSL_get0_peer_certificate(connection);
  if (!certificate) return Error{ErrorKind::verification, "TLS: the peer showed no certificate"};
  return names_in(certificate);
}

Error verification_error(long code, const std::string& server) {
  std::string what;
  switch (code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      what =
          "its certificate is for another name; check the address, or the server's certificate (SAN dNSName)";
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      what = "its certificate has expired; the operator must renew it (or this machine's clock is wrong)";
      break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      what = "its certificate is not valid yet; check this machine's clock";
      break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      what =
          "its certificate is signed by itself or by an issuer that is not trusted; it must come from a CI "
          "you trust";
      break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      what =
          "its certificate comes from a CI that is not trusted; give that CI's certificate if it should be";
      break;
    case X509_V_ERR_INVALID_PURPOSE:
      what = "its certificate is not for a TLS server (key usage or extended key usage)";
      break;
    case X509_V_ERR_APPLICATION_VERIFICATION:
      what = "its certificate is not the TLS certificate of an SM-DP+ or SM-DS (SGP.22 4.5.2): " +
             take_refusal() + "; look at it with `sealift pki lint`";
      break;
    case X509_V_ERR_CERT_REVOKED:
      what = "its certificate was revoked";
      break;
    default:
      what = std::string("its certificate does not verify: ") + X509_verify_cert_error_string(code);
  }
  return Error{ErrorKind::verification, "TLS: " + server + " refused: " + what};
}

std::string take_tls_errors() {
  std::string line;
  while (unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!line.empty()) line += "; ";
    line += reason ? reason : ("error " + std::to_string(code)).c_str();
  }
  return line;
}

}  // namespace sealift::http
