#include "http/tls_client_auth.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "crypto/hash.hpp"
#include "http/tls_trust.hpp"

namespace sealift::http {
namespace {

struct Free {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_CRL* p) const { X509_CRL_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<X509> parse_certificate(View der) {
  const uint8_t* p = der.data();
  Owned<X509> certificate(d2i_X509(nullptr, &p, static_cast<long>(der.size())));
  if (certificate && p != der.data() + der.size()) certificate.reset();
  return certificate;
}

Owned<X509_CRL> parse_crl(View der) {
  const uint8_t* p = der.data();
  Owned<X509_CRL> crl(d2i_X509_CRL(nullptr, &p, static_cast<long>(der.size())));
  if (crl && p != der.data() + der.size()) crl.reset();
  return crl;
}

View key_id_of(X509* certificate) {
  const ASN1_OCTET_STRING* key = X509_get0_subject_key_id(certificate);
  return key ? View(ASN1_STRING_get0_data(key), static_cast<size_t>(ASN1_STRING_length(key))) : View();
}

X509* anchor_of(const STACK_OF(X509) * chain) {
  return sk_X509_value(chain, sk_X509_num(chain) - 1);
}

bool names_client_auth(X509* certificate) {
  return (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) &&
         (X509_get_extended_key_usage(certificate) & XKU_SSL_CLIENT);
}

int refuse(X509_STORE_CTX* context, int code) {
  X509_STORE_CTX_set_error(context, code);
  return 0;
}

Error unreadable(std::string what) {
  ERR_clear_error();
  return {ErrorKind::invalid, "TLS client certificates: " + std::move(what) + " is not readable DER"};
}

Time time_of(const ASN1_TIME* when) {
  tm utc{};
  ASN1_TIME_to_tm(when, &utc);
  return Time{std::chrono::seconds(timegm(&utc))};
}

}  // namespace

struct ClientTrust::State {
  int mode = SSL_VERIFY_PEER;
  Clock* clock = nullptr;
  pki::TrustStore rsp;
  const pki::TrustStore* live_trust = nullptr;
  bool private_lists_have_to_be_current = false;
  std::vector<Owned<X509>> private_cas;
  std::vector<Owned<X509_CRL>> private_crls;
  Owned<X509_STORE> store{X509_STORE_new()};
  std::unique_ptr<STACK_OF(X509_NAME), void (*)(STACK_OF(X509_NAME)*)> names{
      sk_X509_NAME_new_null(), [](STACK_OF(X509_NAME) * s) { sk_X509_NAME_pop_free(s, X509_NAME_free); }};

  Status believe(const Bytes& der, bool is_rsp_ci);
  Status take_crl(const Bytes& der);
  int judge_by_private_crls(X509* certificate, time_t now) const;
  int judge(X509_STORE_CTX* context, X509* leaf) const;
  ClientIdentity client_of(X509* leaf, X509* anchor, PeerIdentity names) const;
  static int index() {
    static const int value = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return value;
  }
};

Status ClientTrust::State::believe(const Bytes& der, bool is_rsp_ci) {
  Owned<X509> certificate = parse_certificate(der);
  if (!certificate) return unreadable("a CA certificate");
  if (is_rsp_ci) {
    auto added = rsp.add(der);
    if (!added) return Error(added.error());
  }
  X509_STORE_add_cert(store.get(), certificate.get());
  sk_X509_NAME_push(names.get(), X509_NAME_dup(X509_get_subject_name(certificate.get())));
  if (!is_rsp_ci) private_cas.push_back(std::move(certificate));
  return {};
}

Status ClientTrust::State::take_crl(const Bytes& der) {
  Owned<X509_CRL> crl = parse_crl(der);
  if (!crl) return unreadable("a CRL");
  auto signed_it = [&](const Owned<X509>& ca) {
    return X509_NAME_cmp(X509_get_subject_name(ca.get()), X509_CRL_get_issuer(crl.get())) == 0 &&
           X509_CRL_verify(crl.get(), X509_get0_pubkey(ca.get())) == 1;
  };
  const bool is_private = std::ranges::any_of(private_cas, signed_it);
  ERR_clear_error();
  auto added = rsp.add_crl(der);
  // An older list beside a newer one of the same scope is no fault: the newer is judged by.
  const bool is_taken = added || added.error().error == pki::CrlError::fresher_loaded;
  if (!is_taken && !is_private) return Error(added.error());
  if (is_private) private_crls.push_back(std::move(crl));
  return {};
}

int ClientTrust::State::judge_by_private_crls(X509* certificate, time_t now) const {
  bool any = false, current = false;
  for (const Owned<X509_CRL>& crl : private_crls) {
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), X509_get_issuer_name(certificate)) != 0) continue;
    X509_REVOKED* entry = nullptr;
    if (X509_CRL_get0_by_cert(crl.get(), &entry, certificate) == 1) return X509_V_ERR_CERT_REVOKED;
    any = true;
    const ASN1_TIME* next = X509_CRL_get0_nextUpdate(crl.get());
    current = current || (next && X509_cmp_time(X509_CRL_get0_lastUpdate(crl.get()), &now) < 0 &&
                          X509_cmp_time(next, &now) > 0);
  }
  return any && !current && private_lists_have_to_be_current ? X509_V_ERR_CRL_HAS_EXPIRED : X509_V_OK;
}

int ClientTrust::State::judge(X509_STORE_CTX* context, X509* leaf) const {
  if (!names_client_auth(leaf)) return refuse(context, X509_V_ERR_INVALID_PURPOSE);
  X509* anchor = anchor_of(X509_STORE_CTX_get0_chain(context));
  const View ci = key_id_of(anchor);
  if (!rsp.find(ci)) return 1;
  const Time now{std::chrono::seconds(X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context)))};
  const int code = judge_rsp_tls(der_of(leaf), rsp, live_trust, ci, now);
  if (code == X509_V_OK) return 1;
  // The alert for it tells a client that it is its certificate.
  return refuse(context, code == X509_V_ERR_APPLICATION_VERIFICATION ? X509_V_ERR_CERT_REJECTED : code);
}

/// OpenSSL asks for every certificate from the anchor down, and heeds the first no.
int ClientTrust::verify(int ok, X509_STORE_CTX* context) {
  if (ok != 1) return 0;
  auto* state =
      static_cast<const State*>(X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(context), State::index()));
  if (!state) return refuse(context, X509_V_ERR_APPLICATION_VERIFICATION);
  X509* certificate = X509_STORE_CTX_get_current_cert(context);
  const int listed = state->judge_by_private_crls(
      certificate, X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context)));
  if (listed != X509_V_OK) return refuse(context, listed);
  return X509_STORE_CTX_get_error_depth(context) == 0 ? state->judge(context, certificate) : 1;
}

Result<ClientTrust> ClientTrust::make(const ClientCertificates& asked) {
  if (asked.rsp_ci.empty() && asked.private_ca.empty()) {
    return Error{
        ErrorKind::invalid,
        "TLS client certificates: no CA to believe was given; name a CI of RSP or the operator's own CA"};
  }
  if (!asked.clock) return Error{ErrorKind::invalid, "TLS client certificates: no clock to judge them by"};
  auto state = std::make_shared<State>();
  if (!state->store || !state->names) return Error{ErrorKind::internal, "TLS: no store for certificates"};
  if (asked.demand == ClientCertificates::Demand::required) state->mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  state->clock = asked.clock;
  state->live_trust = asked.live_trust;
  state->private_lists_have_to_be_current = asked.private_crls == pki::CrlPolicy::required;
  for (const Bytes& der : asked.rsp_ci) TRY_VOID(state->believe(der, true));
  for (const Bytes& der : asked.private_ca) TRY_VOID(state->believe(der, false));
  for (const Bytes& der : asked.crls) TRY_VOID(state->take_crl(der));
  X509_STORE_set_flags(state->store.get(),
                       X509_V_FLAG_PARTIAL_CHAIN);  // a pinned certificate is its own anchor
  X509_STORE_set_ex_data(state->store.get(), State::index(), state.get());
  ERR_clear_error();
  return ClientTrust(std::move(state));
}

void ClientTrust::apply(SSL* connection) const {
  SSL_set_verify(connection, state_->mode, verify);
  SSL_set1_verify_cert_store(connection, state_->store.get());
  SSL_set0_CA_list(connection, SSL_dup_CA_list(state_->names.get()));
  X509_VERIFY_PARAM_set_time(SSL_get0_param(connection),
                             std::chrono::system_clock::to_time_t(state_->clock->now()));
}

ClientIdentity ClientTrust::State::client_of(X509* leaf, X509* anchor, PeerIdentity names) const {
  ClientIdentity client;
  static_cast<PeerIdentity&>(client) = std::move(names);
  client.fingerprint = crypto::sha256(client.certificate);
  client.under_rsp_ci = rsp.find(key_id_of(anchor)).has_value();
  client.not_after = time_of(X509_get0_notAfter(leaf));
  client.judged = clock->now();
  char common_name[256] = {};
  const int length =
      X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_commonName, common_name, sizeof common_name);
  if (length > 0) client.common_name.assign(common_name, static_cast<size_t>(length));
  return client;
}

std::optional<ClientIdentity> ClientTrust::identity(SSL* connection) const {
  X509* leaf = SSL_get0_peer_certificate(connection);
  const STACK_OF(X509)* chain = SSL_get0_verified_chain(connection);
  if (!leaf || !chain || SSL_get_verify_result(connection) != X509_V_OK) return std::nullopt;
  auto names = identity_of_peer(connection);
  if (!names) return std::nullopt;
  return state_->client_of(leaf, anchor_of(chain), std::move(*names));
}

bool ClientTrust::still_valid(const ClientIdentity& client) const {
  // Lists of revoked certificates come by themselves: what they say holds within a minute.
  constexpr std::chrono::seconds settled_for{30};
  const Time now = state_->clock->now();
  return now <= client.not_after && now < client.judged + settled_for;
}

/// As OpenSSL does it in a handshake.
bool ClientTrust::judge_again(SSL* connection, std::optional<ClientIdentity>& client) const {
  X509* leaf = SSL_get0_peer_certificate(connection);
  if (!leaf) return (state_->mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) == 0;
  Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
  auto names = identity_of_peer(connection);
  if (!context || !names ||
      X509_STORE_CTX_init(context.get(), state_->store.get(), leaf, SSL_get_peer_cert_chain(connection)) !=
          1) {
    return false;
  }
  X509_STORE_CTX_set_default(context.get(), "ssl_client");
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(rules, SSL_get_security_level(connection));
  X509_VERIFY_PARAM_set_time(rules, std::chrono::system_clock::to_time_t(state_->clock->now()));
  X509_STORE_CTX_set_verify_cb(context.get(), verify);
  const bool holds = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (!holds) return false;
  client = state_->client_of(leaf, anchor_of(X509_STORE_CTX_get0_chain(context.get())), std::move(*names));
  return true;
}

}  // namespace sealift::http
