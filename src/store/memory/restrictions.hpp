// Restrictions in this process's memory: for tests and simulations. Thread safe: one lock.
#pragma once

#include <mutex>

#include "smdp/restrictions.hpp"

namespace sealift::store {

class MemoryRestrictions final : public smdp::RestrictionStore {
 public:
  Result<std::vector<smdp::Restriction>> all() override;
  Status add(const smdp::Restriction&, const smdp::Audit&) override;
  Status remove(smdp::RestrictionKind, const std::string& value, const smdp::Audit&) override;

  /// Audit rows so far.
  std::vector<smdp::Audit> audit() const;

 private:
  mutable std::mutex mutex_;
  std::vector<smdp::Restriction> list_;
  std::vector<smdp::Audit> audit_;
};

}  // namespace sealift::store
