#include "lab/smdp_certificates.hpp"

#include "lab/crl_files.hpp"

namespace sealift::lab {

static Result<std::vector<pki::Certificate>> cis_of(const std::vector<KeysFolder>& sets) {
  std::vector<pki::Certificate> out;
  for (const KeysFolder& set : sets) out.push_back(TRY(set.certificate(pki::Role::ci)));
  return out;
}

Result<std::unique_ptr<SmdpCertificates>> SmdpCertificates::open(const std::string& dir,
                                                                 pki::CrlPolicy policy) {
  std::unique_ptr<SmdpCertificates> out(new SmdpCertificates(dir, policy));
  out->sets = TRY(KeysFolder::open_all(dir));
  const auto cis = TRY(cis_of(out->sets));
  if (auto trusted = out->trust.trust_only(cis); !trusted)
    return Error(trusted.error()).within("CERT.CI in " + dir);
  for (const pki::Certificate& ci : cis) out->cis.push_back(to_bytes(ci.der()));
  out->look_over(out->sets);
  return out;
}

/// Certificate and signer of a server role, its chain checked as an eUICC will check it.
static Result<auth::ServerIdentity> server_identity(const KeysFolder& folder, pki::Role role,
                                                    const pki::TrustStore& trust, Time now) {
  pki::Certificate certificate = TRY(folder.certificate(role));
  auto chain = pki::verify_chain(role, certificate, {}, trust, now);
  if (!chain) {
    Error why(chain.error());
    if (chain.error().error == pki::ChainError::revocation_unknown) {
      why.message += "; sign one with `sealift pki crl " + folder.dir + "`, or put the CI's there as *.crl";
    }
    return std::move(why).within(std::string(pki::rules(role).title) + " in " + folder.dir);
  }
  auto signer = TRY(folder.signer(role));
  if (signer->public_key() != certificate.public_key()) {
    return Error{ErrorKind::invalid,
                 std::string(pki::rules(role).title) + " in " + folder.dir + " does not belong to its key"};
  }
  auth::ServerIdentity out;
  out.ciPKId = TRY(octets<20>(chain->ci_key_id()));
  out.certificate.tlv = to_bytes(certificate.der());
  out.oid = chain->owner().value_or(asn1::Oid());
  out.signer = std::move(signer);
  return out;
}

/// Keeps what monitors and the fetcher of CRLs ask for.
void SmdpCertificates::look_over(const std::vector<KeysFolder>& now) {
  std::vector<Expiry> expiries;
  std::set<std::string> uris;
  for (const KeysFolder& set : now) {
    for (pki::Role role : {pki::Role::ci, pki::Role::dp_auth, pki::Role::dp_pb, pki::Role::dp_tls}) {
      const auto certificate = set.certificate(role);
      if (!certificate) continue;
      if (role != pki::Role::dp_tls)  // the listeners say which they show
        expiries.push_back({set.dir, pki::rules(role).title, certificate->not_after()});
      const auto& points = certificate->extensions().crl_distribution_points;
      if (points) uris.insert(points->value.begin(), points->value.end());
    }
  }
  std::lock_guard lock(mutex_);
  expiries_ = std::move(expiries);
  crl_uris_ = std::move(uris);
}

std::set<std::string> SmdpCertificates::crl_uris() const {
  std::lock_guard lock(mutex_);
  return crl_uris_;
}

void SmdpCertificates::each_expiry(
    const std::function<void(const std::string&, std::string_view, Time)>& tell) const {
  std::lock_guard lock(mutex_);
  for (const Expiry& one : expiries_) tell(one.set, one.certificate, one.until);
}

// An SM-DP+ has one OID, whichever CI vouches for it (SGP.22 4.5.2.1).
Result<std::vector<smdp::Signers>> SmdpCertificates::signers_of(const std::vector<KeysFolder>& sets,
                                                                const pki::TrustStore& trust, Time now) {
  std::vector<smdp::Signers> out;
  for (const KeysFolder& set : sets) {
    auto dp_auth = TRY(server_identity(set, pki::Role::dp_auth, trust, now));
    auto dp_pb = TRY(server_identity(set, pki::Role::dp_pb, trust, now));
    if (dp_auth.oid != dp_pb.oid)
      return Error{ErrorKind::invalid, "CERT.DPauth and CERT.DPpb in " + set.dir + " have different OIDs"};
    if (dp_auth.ciPKId != dp_pb.ciPKId)
      return Error{ErrorKind::invalid,
                   "CERT.DPauth and CERT.DPpb in " + set.dir + " are below different CIs"};
    if (!out.empty() && out.front().dpAuth.oid != dp_auth.oid) {
      return Error{ErrorKind::invalid, "CERT.DPauth in " + set.dir + " has another OID than that in " +
                                           sets.front().dir + ": they must be of one SM-DP+"};
    }
    out.push_back({std::move(dp_auth), std::move(dp_pb)});
  }
  return out;
}

Status SmdpCertificates::add_signers(Time now) {
  signers.replace(TRY(signers_of(sets, trust, now)));
  return {};
}

// All is tried on a trust store of its own first, with the lists of now and those of the folder.
Status SmdpCertificates::reload(Time now, pki::CrlPolicy policy) {
  auto next = TRY(KeysFolder::open_all(dir));
  const auto next_cis = TRY(cis_of(next));
  pki::TrustStore tried(policy);
  if (auto trusted = tried.trust_only(next_cis); !trusted)
    return Error(trusted.error()).within("CERT.CI in " + dir);
  for (const pki::Certificate& ci : next_cis)
    for (const pki::Crl& crl : trust.crls(ci.subject_key_id())) (void)tried.add_crl(crl);
  take_up_crls(dir, tried);
  auto next_signers = TRY(signers_of(next, tried, now));
  if (signers.oid() && next_signers.front().dpAuth.oid != *signers.oid())
    return Error{ErrorKind::invalid,
                 "the certificates in " + dir + " have another OID: restart to change it"};

  check(trust.trust_only(next_cis).has_value(), "CIs that were taken a moment ago");
  trust.set_crl_policy(policy);
  for (const pki::Certificate& ci : next_cis)
    for (const pki::Crl& crl : tried.crls(ci.subject_key_id())) (void)trust.add_crl(crl);
  signers.replace(std::move(next_signers));
  look_over(next);
  sets = std::move(next);
  return {};
}

}  // namespace sealift::lab
