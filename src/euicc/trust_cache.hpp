// Parsed CI certificates shared by the cards of a process, so that thousands of virtual cards hold them once.
// Thread safe; outlives the cards that use it.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "pki/chain.hpp"

namespace sealift::euicc {

/// Anchors made of these CI certificates (DER). Error: the first one that is no CI certificate.
Result<std::shared_ptr<const pki::TrustStore>> make_trust(std::span<const Bytes> ci_certificates);

class TrustCache {
 public:
  Result<std::shared_ptr<const pki::TrustStore>> get(std::span<const Bytes> ci_certificates);

 private:
  std::mutex mutex_;
  std::map<Octets<32>, std::weak_ptr<const pki::TrustStore>> stores_;
};

}  // namespace sealift::euicc
