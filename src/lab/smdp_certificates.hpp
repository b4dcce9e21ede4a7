// What an SM-DP+ has from one folder of certificate sets (keys_folder.hpp): the CIs it trusts, and what it
// signs with below each of them.
//
// Its address stays, since others borrow from it. reload() may be called while requests run, from one thread.
#pragma once

#include <functional>
#include <mutex>
#include <set>

#include "lab/keys_folder.hpp"
#include "smdp/ports.hpp"

namespace sealift::lab {

/// Certificates that run out sooner are warned of.
inline constexpr std::chrono::days soon{30};

class SmdpCertificates {
 public:
  /// Reads the sets and trusts their CIs. Errors: not_found (says what to run), permission, invalid, io.
  static Result<std::unique_ptr<SmdpCertificates>> open(const std::string& dir, pki::CrlPolicy policy);
  /// Makes the signers, their chains judged as an eUICC will judge them, by the CRLs taken up so far. Errors:
  /// not_found, verification, invalid; each names the folder.
  Status add_signers(Time now);
  /// Reads the folder anew. Sessions under way end with the certificates they began with; new ones begin with
  /// those of now. Where there is an error, as for open() and add_signers(), everything stays as it was.
  Status reload(Time now, pki::CrlPolicy policy);
  /// Of each certificate that serves: its folder, its name, and when it runs out.
  void each_expiry(const std::function<void(const std::string&, std::string_view, Time)>& tell) const;

  /// Where the CRLs of its CIs are published, as its certificates say.
  std::set<std::string> crl_uris() const;

  const std::string dir;
  std::vector<KeysFolder> sets;
  pki::TrustStore trust;
  auth::Authenticator authenticator{trust};
  smdp::SignerList signers;
  std::vector<Bytes> cis;  ///< CERT.CI of each set, DER, as they were at the start

 private:
  struct Expiry {
    std::string set;
    std::string_view certificate;
    Time until;
  };
  SmdpCertificates(std::string folder, pki::CrlPolicy policy) : dir(std::move(folder)), trust(policy) {}
  static Result<std::vector<smdp::Signers>> signers_of(const std::vector<KeysFolder>& sets,
                                                       const pki::TrustStore& trust, Time now);
  void look_over(const std::vector<KeysFolder>& now);
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Expiry> expiries_;
  std::set<std::string> crl_uris_;
};

}  // namespace sealift::lab
