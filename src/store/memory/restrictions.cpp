#include "store/memory/restrictions.hpp"

#include <algorithm>

namespace sealift::store {

using smdp::Restriction;

Result<std::vector<Restriction>> MemoryRestrictions::all() {
  std::lock_guard lock(mutex_);
  return list_;
}

Status MemoryRestrictions::add(const Restriction& one, const smdp::Audit& audit) {
  std::lock_guard lock(mutex_);
  const auto same = [&](const Restriction& r) { return r.kind == one.kind && r.value == one.value; };
  if (std::any_of(list_.begin(), list_.end(), same))
    return Error{ErrorKind::exists, "this is on the list already"};
  list_.push_back(one);
  audit_.push_back(audit);
  return {};
}

Status MemoryRestrictions::remove(smdp::RestrictionKind kind, const std::string& value,
                                  const smdp::Audit& audit) {
  std::lock_guard lock(mutex_);
  const auto same = [&](const Restriction& r) { return r.kind == kind && r.value == value; };
  if (std::erase_if(list_, same) == 0) return Error{ErrorKind::not_found, "this is not on the list"};
  audit_.push_back(audit);
  return {};
}

std::vector<smdp::Audit> MemoryRestrictions::audit() const {
  std::lock_guard lock(mutex_);
  return audit_;
}

}  // namespace sealift::store
