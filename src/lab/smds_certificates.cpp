#include "lab/smds_certificates.hpp"

#include <algorithm>

#include "asn1/time.hpp"
#include "pki/pem.hpp"

namespace sealift::lab {

namespace {

Result<std::shared_ptr<const http::TlsIdentity>> tls_identity(const std::vector<KeysFolder>& sets,
                                                              const std::string& host) {
  auto out = std::make_shared<http::TlsIdentity>();
  for (const KeysFolder& set : sets) {
    pki::Identity tls = TRY(set.identity(pki::Role::ds_tls));
    if (!tls.certificate.names_host(host)) {
      return Error{ErrorKind::invalid,
                   "CERT.DS.TLS in " + set.dir + " is not for the host name '" + host +
                       "': give the name that it has, or make another PKI with `sealift pki init "
                       "--host " +
                       host + "`"};
    }
    http::TlsIdentity one{{to_bytes(tls.certificate.der())}, pki::private_key_to_pkcs8(tls.key)};
    if (out->certificates.empty())
      *out = std::move(one);
    else
      out->others.push_back(std::move(one));
  }
  return std::shared_ptr<const http::TlsIdentity>(std::move(out));
}

Result<std::vector<auth::ServerIdentity>> identities_of(const std::vector<KeysFolder>& sets,
                                                        const pki::TrustStore& trust, Time now) {
  std::vector<auth::ServerIdentity> out;
  for (const KeysFolder& set : sets) {
    auto certificate = TRY(set.certificate(pki::Role::ds_auth));
    auto signer = TRY(set.signer(pki::Role::ds_auth));
    auto made = auth::server_identity(pki::Role::ds_auth, certificate.der(), std::move(signer), trust, now);
    if (!made) return std::move(made.error()).within("CERT.DSauth in " + set.dir);
    out.push_back(std::move(*made));
  }
  return out;
}

Result<std::vector<SmdsCertificates::Prepared::Expiry>> expiries_of(const std::vector<KeysFolder>& sets) {
  std::vector<SmdsCertificates::Prepared::Expiry> out;
  for (const KeysFolder& set : sets) {
    for (pki::Role role : {pki::Role::ci, pki::Role::ds_auth, pki::Role::ds_tls}) {
      const auto certificate = TRY(set.certificate(role));
      out.push_back({set.dir, pki::rules(role).title, certificate.not_after()});
    }
  }
  return out;
}

/// The lists that one store has, for another one; those of CIs that it does not know are passed over.
void hand_over_crls(const pki::TrustStore& from, pki::TrustStore& to) {
  for (const pki::Certificate& ci : from.all())
    for (const pki::Crl& crl : from.crls(ci.subject_key_id())) (void)to.add_crl(crl);
}

std::vector<Bytes> der_of(const std::vector<pki::Certificate>& certificates) {
  std::vector<Bytes> out;
  for (const pki::Certificate& one : certificates) out.push_back(to_bytes(one.der()));
  return out;
}

}  // namespace

http::ClientCertificates SmdsCertificates::Prepared::client_certificates() const {
  http::ClientCertificates out;
  out.rsp_ci = der_of(rsp_ci);
  out.crls = crls;
  return out;
}

http::ClientCertificates SmdsCertificates::client_certificates() const {
  http::ClientCertificates out;
  out.rsp_ci = rsp_ci_;
  out.crls = crls_;
  return out;
}

Result<std::unique_ptr<SmdsCertificates>> SmdsCertificates::open(const SmdsSiteOptions& options, Time now) {
  std::unique_ptr<SmdsCertificates> out(new SmdsCertificates(options.dir + "/pki"));
  Prepared first = TRY(out->prepare(options, now));
  out->first_cis_ = der_of(first.cis);
  out->take(std::move(first));
  return out;
}

// All is tried on trust stores of their own, with the lists of now and those of the folder.
Result<SmdsCertificates::Prepared> SmdsCertificates::prepare(const SmdsSiteOptions& options, Time now) const {
  const auto sets = TRY(KeysFolder::open_all(dir_));
  Prepared out;
  out.policy = options.crl_policy;
  for (const KeysFolder& set : sets) out.cis.push_back(TRY(set.certificate(pki::Role::ci)));
  out.trust = pki::TrustStore(options.crl_policy);
  if (auto trusted = out.trust.trust_only(out.cis); !trusted)
    return Error(trusted.error()).within("CERT.CI in " + dir_);
  for (const pki::Certificate& ci : out.cis) (void)out.clients.add(ci);
  for (const Bytes& ci : options.further_cis)
    if (auto added = out.clients.add(ci); !added) return Error(added.error()).within("a CI for SM-DP+s");
  out.rsp_ci = out.clients.all();
  hand_over_crls(trust, out.trust);
  hand_over_crls(peers, out.clients);
  CrlFiles files(dir_);
  files.look();
  for (const auto& file : files.all()) {
    auto octets = CrlFiles::read(file);
    if (!octets) continue;  // told by read_crls
    (void)out.trust.add_crl(*octets);
    if (out.clients.add_crl(*octets)) out.crls.push_back(std::move(*octets));
  }
  // Our own chains are judged by those too.
  out.identities = TRY(identities_of(sets, out.trust, now));
  out.tls = TRY(tls_identity(sets, options.host));
  out.expiries = TRY(expiries_of(sets));
  return out;
}

void SmdsCertificates::take(Prepared next) {
  check(trust.trust_only(next.cis).has_value(), "CIs that were taken a moment ago");
  check(peers.trust_only(next.rsp_ci).has_value(), "CIs that were taken a moment ago");
  trust.set_crl_policy(next.policy);
  peers.set_crl_policy(next.policy);
  hand_over_crls(next.trust, trust);
  hand_over_crls(next.clients, peers);
  identities.replace(std::move(next.identities));
  crls_ = std::move(next.crls);
  rsp_ci_ = der_of(next.rsp_ci);
  tls_ = std::move(next.tls);
  std::lock_guard lock(mutex_);
  expiries_ = std::move(next.expiries);
  crls_required_ = next.policy == pki::CrlPolicy::required;
}

bool SmdsCertificates::read_crls(smds::Observer& observer) {
  if (!crl_files_.look()) return false;
  crls_.clear();
  for (const auto& file : crl_files_.all()) {
    auto octets = CrlFiles::read(file);
    if (octets) crls_.push_back(std::move(*octets));
    if (!octets) observer.maintained("CRL " + file.filename().string(), &octets.error());
  }
  std::erase_if(crls_, [&](const Bytes& crl) {
    const auto taken = peers.add_crl(crl);
    (void)trust.add_crl(crl);  // whether it is of a CI of eUICCs or not
    if (taken) return false;
    const Error problem(taken.error());
    if (taken.error().error != pki::CrlError::fresher_loaded) observer.maintained("CRL", &problem);
    return true;
  });
  observer.maintained("CRLs: " + std::to_string(crls_.size()), nullptr);
  return true;
}

void SmdsCertificates::each_expiry(
    const std::function<void(const std::string&, std::string_view, Time)>& tell) const {
  std::lock_guard lock(mutex_);
  for (const auto& one : expiries_) tell(one.set, one.certificate, one.until);
}

std::string SmdsCertificates::expiry_problem(std::chrono::seconds ahead, Time now) const {
  std::string out;
  each_expiry([&](const std::string& set, std::string_view name, Time until) {
    if (until - now >= ahead) return;
    out += (out.empty() ? "runs out: " : ", ") + std::string(name) + " of " + set + " until " +
           asn1::rfc3339(until);
  });
  return out;
}

std::string SmdsCertificates::crls_problem(Time now) const {
  {
    std::lock_guard lock(mutex_);
    if (!crls_required_) return {};
  }
  std::string out;
  for (const pki::Certificate& ci : trust.all()) {
    const auto is_current = [&](const pki::Crl& crl) {
      return crl.next_update() && *crl.next_update() > now;
    };
    if (std::ranges::none_of(trust.crls(ci.subject_key_id()), is_current))
      out += (out.empty() ? "no current CRL of CI " : ", ") + hex(ci.subject_key_id());
  }
  return out;
}

}  // namespace sealift::lab
