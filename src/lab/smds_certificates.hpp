// What an SM-DS has from its folder of certificate sets (keys_folder.hpp): the CIs it trusts for eUICCs and
// for SM-DP+s, what it signs with, what it shows in TLS, and the CRLs beside them.
//
// Its address stays, since others borrow from it. Requests may run while prepare(), take() and read_crls()
// do, and monitors ask; those three are of one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "http/tls_client_auth.hpp"
#include "lab/crl_files.hpp"
#include "lab/keys_folder.hpp"
#include "lab/smds_site_options.hpp"

namespace sealift::lab {

class SmdsCertificates {
 public:
  /// All that a folder has, read and judged, and nothing of it taken up yet.
  struct Prepared {
    std::vector<pki::Certificate> cis;
    pki::CrlPolicy policy = pki::CrlPolicy::if_present;
    pki::TrustStore trust, clients;  ///< with the lists that they took
    std::vector<Bytes> crls;         ///< those that `clients` took
    std::vector<pki::Certificate> rsp_ci;
    std::vector<auth::ServerIdentity> identities;
    std::shared_ptr<const http::TlsIdentity> tls;
    struct Expiry {
      std::string set;
      std::string_view certificate;
      Time until;
    };
    std::vector<Expiry> expiries;
    /// Whose client certificates are believed; without a demand and a clock.
    http::ClientCertificates client_certificates() const;
  };

  /// Reads the folder `options.dir`/pki. Errors: not_found (says what to run), permission, verification,
  /// invalid, io.
  static Result<std::unique_ptr<SmdsCertificates>> open(const SmdsSiteOptions& options, Time now);
  /// The same folder as it is now, with what `options` has of trust; the CRLs of now go on.
  Result<Prepared> prepare(const SmdsSiteOptions& options, Time now) const;
  /// From now on new sessions begin with these, and chains are judged by these CIs.
  void take(Prepared next);

  /// Takes up CRLs where any file of them is new or has changed; true then. What can not be taken up is told.
  bool read_crls(smds::Observer& observer);
  http::ClientCertificates client_certificates() const;
  std::shared_ptr<const http::TlsIdentity> tls() const { return tls_; }
  /// CIs below which servers are believed: those of eUICCs, and the further ones.
  const std::vector<Bytes>& rsp_ci() const { return rsp_ci_; }
  /// CERT.CI of each set, DER, as they were at the start.
  const std::vector<Bytes>& first_cis() const { return first_cis_; }

  /// Of each certificate that serves: its folder, its name, and when it runs out.
  void each_expiry(const std::function<void(const std::string&, std::string_view, Time)>& tell) const;
  /// Those of ours that run out before `ahead` has passed; empty where there are none.
  std::string expiry_problem(std::chrono::seconds ahead, Time now) const;
  /// Where a current CRL is demanded, the CIs of eUICCs that have none.
  std::string crls_problem(Time now) const;

  pki::TrustStore trust;  ///< for eUICCs
  pki::TrustStore peers;  ///< for SM-DP+s and SM-DSs
  auth::Authenticator authenticator{trust};
  smds::Identities identities;

 private:
  explicit SmdsCertificates(std::string dir) : dir_(std::move(dir)), crl_files_(dir_) {}
  const std::string dir_;
  CrlFiles crl_files_;
  std::vector<Bytes> crls_, rsp_ci_, first_cis_;
  std::shared_ptr<const http::TlsIdentity> tls_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Prepared::Expiry> expiries_;
  bool crls_required_ = false;
};

}  // namespace sealift::lab
