#include "euicc/trust_cache.hpp"

#include "crypto/hash.hpp"

namespace sealift::euicc {

Result<std::shared_ptr<const pki::TrustStore>> make_trust(std::span<const Bytes> ci_certificates) {
  auto trust = std::make_shared<pki::TrustStore>();
  for (const auto& der : ci_certificates) {
    if (auto added = trust->add(View(der)); !added) return Error(added.error());
  }
  return std::shared_ptr<const pki::TrustStore>(std::move(trust));
}

Result<std::shared_ptr<const pki::TrustStore>> TrustCache::get(std::span<const Bytes> ci_certificates) {
  std::vector<View> parts(ci_certificates.begin(), ci_certificates.end());
  auto key = crypto::sha256(parts);
  std::lock_guard lock(mutex_);
  if (auto known = stores_[key].lock()) return known;
  auto made = TRY(make_trust(ci_certificates));
  stores_[key] = made;
  return made;
}

}  // namespace sealift::euicc
