// What an LPA judges of a server's certificates that the card cannot: their validity in time (a card has no
// clock) and whether the CI has revoked them (SGP.22 4.5.2.2, 2.6.6.2: the LPA uses CRLs where it can).
//
// One thread. Everything else of a certificate is the card's to judge, with its own codes.
#pragma once

#include <map>
#include <string>

#include "base/ports.hpp"
#include "pki/chain.hpp"

namespace sealift::download {

/// Gets a CRL from where a certificate says it is published.
class CrlSource {
 public:
  virtual ~CrlSource() = default;
  /// `uri` as the certificate has it. Error kinds: io, timeout, limit, invalid (no http URI).
  virtual Result<Bytes> fetch(const std::string& uri) = 0;
};

class ServerTrust {
 public:
  /// All borrowed. Without a source only the lists that `trust` holds already are used; with one, every list
  /// that a certificate of the CI names is got once, and what the policy of `trust` says holds where it cannot be.
  ServerTrust(pki::TrustStore& trust, Clock& clock, CrlSource* source = nullptr)
      : trust_(trust), clock_(clock), source_(source) {}

  /// Error kind verification: the certificate is revoked, not valid now, or whether it is revoked cannot be
  /// known where it must be. A certificate under a CI that is not trusted here is left to the card.
  Status judge(pki::Role role, View certificate);

  /// The lists that were got, for the card (ES10b.LoadCRL).
  const std::vector<Bytes>& fetched() const { return fetched_; }

 private:
  void fetch_lists(const pki::Certificate& certificate);
  pki::TrustStore& trust_;
  Clock& clock_;
  CrlSource* source_;
  std::map<std::string, Status> asked_;  ///< what came of each URI
  std::vector<Bytes> fetched_;
};

}  // namespace sealift::download
