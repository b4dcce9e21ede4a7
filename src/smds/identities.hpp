// What an SM-DS signs with: CERT.DSauth, one for each CI, in the order of preference. They may be replaced
// while others sign: a list that was asked for stays as it is.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "auth/server.hpp"

namespace sealift::smds {

class Identities {
 public:
  using List = std::shared_ptr<const std::vector<auth::ServerIdentity>>;

  Identities() : Identities(std::vector<auth::ServerIdentity>()) {}
  explicit Identities(std::vector<auth::ServerIdentity> first) { replace(std::move(first)); }

  List current() const {
    std::lock_guard lock(mutex_);
    return current_;
  }
  /// From now on sessions begin with these.
  void replace(std::vector<auth::ServerIdentity> now) {
    auto next = std::make_shared<const std::vector<auth::ServerIdentity>>(std::move(now));
    std::lock_guard lock(mutex_);
    current_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_;
  List current_;
};

}  // namespace sealift::smds
