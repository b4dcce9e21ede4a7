#include "http/tls_trust.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace sealift::http {
namespace {

using Trust = std::shared_ptr<RspTrust>;

void free_trust(void*, void* trust, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Trust*>(trust);
}
int trust_index() {
  static const int index = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, free_trust);
  return index;
}

thread_local std::string refusal;

int refuse(X509_STORE_CTX* context, int code, std::string why) {
  refusal = std::move(why);
  X509_STORE_CTX_set_error(context, code);
  return 0;
}

bool is_our_curve(X509* certificate) {
  char group[64] = {};
  size_t size = 0;
  if (EVP_PKEY_get_group_name(X509_get0_pubkey(certificate), group, sizeof group, &size) != 1) return false;
  std::string_view name(group, size);
  return name == "prime256v1" || name == "secp384r1" || name == "brainpoolP256r1";
}

/// A CI of the RSP PKI, by its own policy; other CAs may stand behind TLS too.
bool is_rsp_ci(X509* anchor) {
  auto certificate = pki::Certificate::parse(der_of(anchor));
  if (!certificate || !certificate->extensions().certificate_policies) return false;
  const auto& policies = certificate->extensions().certificate_policies->value;
  return std::any_of(policies.begin(), policies.end(),
                     [](const asn1::Oid& p) { return pki::role_from_policy(p) == pki::Role::ci; });
}

int code_of(pki::ChainError error) {
  switch (error) {
    case pki::ChainError::revoked:
      return X509_V_ERR_CERT_REVOKED;
    case pki::ChainError::revocation_unknown:
      return X509_V_ERR_UNABLE_TO_GET_CRL;
    default:
      return X509_V_ERR_APPLICATION_VERIFICATION;
  }
}

}  // namespace

Bytes der_of(X509* certificate) {
  Bytes out;
  uint8_t* der = nullptr;
  int size = i2d_X509(certificate, &der);
  if (size > 0) out.assign(der, der + size);
  OPENSSL_free(der);
  return out;
}

void set_trust(X509_STORE* store, Trust trust) {
  delete static_cast<Trust*>(X509_STORE_get_ex_data(store, trust_index()));
  X509_STORE_set_ex_data(store, trust_index(), new Trust(std::move(trust)));
}

Trust trust_of(X509_STORE* store) {
  auto* trust = static_cast<Trust*>(X509_STORE_get_ex_data(store, trust_index()));
  return trust ? *trust : nullptr;
}

int judge_rsp_tls(View leaf, const pki::TrustStore& trust, Time now) {
  auto judged = pki::verify_chain(pki::Role::dp_tls, leaf, trust, now);
  if (!judged && judged.error().error == pki::ChainError::wrong_role) {
    auto as_smds = pki::verify_chain(pki::Role::ds_tls, leaf, trust, now);
    if (as_smds || as_smds.error().error != pki::ChainError::wrong_role) judged = std::move(as_smds);
  }
  if (judged) return X509_V_OK;
  refusal = judged.error().message();
  return code_of(judged.error().error);
}

int judge_rsp_tls(View leaf, const pki::TrustStore& trust, const pki::TrustStore* live_trust, View ci_key_id,
                  Time now) {
  const int code = judge_rsp_tls(leaf, trust, now);
  if (code != X509_V_OK || !live_trust || !live_trust->find(ci_key_id)) return code;
  return judge_rsp_tls(leaf, *live_trust, now);
}

int verify_rsp_server(int ok, X509_STORE_CTX* context) {
  if (ok != 1 || X509_STORE_CTX_get_error_depth(context) != 0) return ok;
  X509* leaf = X509_STORE_CTX_get_current_cert(context);
  if (!is_our_curve(leaf)) {
    return refuse(context, X509_V_ERR_APPLICATION_VERIFICATION,
                  "its key is on none of the curves P-256, P-384 and brainpoolP256r1");
  }
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
  X509* anchor = sk_X509_value(chain, sk_X509_num(chain) - 1);
  const ASN1_OCTET_STRING* key = X509_get0_subject_key_id(anchor);
  const Trust trust = trust_of(X509_STORE_CTX_get0_store(context));
  if (!trust) return refuse(context, X509_V_ERR_APPLICATION_VERIFICATION, "nothing says which CIs are trusted");
  View key_id;
  if (key) key_id = View(ASN1_STRING_get0_data(key), static_cast<size_t>(ASN1_STRING_length(key)));
  if (!trust->cis.find(key_id)) {
    return is_rsp_ci(anchor) ? refuse(context, X509_V_ERR_APPLICATION_VERIFICATION, "its CI breaks the profile") : 1;
  }

  const Time now{std::chrono::seconds(X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context)))};
  const int code = judge_rsp_tls(der_of(leaf), trust->cis, trust->live_trust, key_id, now);
  if (code == X509_V_OK) return 1;
  X509_STORE_CTX_set_error(context, code);
  return 0;
}

std::string take_refusal() {
  return std::exchange(refusal, {});
}

}  // namespace sealift::http
