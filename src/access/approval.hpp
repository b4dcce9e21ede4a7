// Acts that take more than one person: asked for by one, approved by others, done once. An Approval is bound
// to the SHA-256 of the act's exact parameters, holds for 15 minutes, and is spent by the act.
//
// Records of kind "approval", shared by all nodes; every change is a compare-and-swap. Thread safe.
#pragma once

#include "access/office.hpp"

namespace sealift::access {

/// An act about to be done: what its approval has to be of.
struct Act {
  std::string action;   ///< "reopen issuance"
  std::string tenant;   ///< whose matter it is; empty: the whole server's
  Bytes parameters;     ///< all that it depends on, in one encoding
  std::string summary;  ///< the same for people; public
  uint32_t needed = 2;  ///< approvals
};

struct Vote {
  std::string principal;
  Time at{};
  bool operator==(const Vote&) const = default;
};

struct Approval {
  std::string id;  ///< 32 hexadecimal digits
  std::string action, tenant, summary;
  Octets<32> digest{};    ///< of the Act
  std::string requester;  ///< who asks, and who alone can spend it
  Time at{};
  uint32_t needed = 0;
  std::vector<Vote> votes;
  bool spent = false;
  asn1::Unknown more;  ///< of a later version
  bool operator==(const Approval&) const = default;
};

inline constexpr std::chrono::minutes approval_lifetime{15};

/// SHA-256 over action, tenant and parameters.
Octets<32> digest_of(const Act& act);
bool is_open(const Approval& approval, Time now);

/// The way into an act that takes approvals. Without `id`: files a request and gives it; the act is not done.
/// With `id`: spends that approval, and gives none: go on. Error kinds: limit (too many are open, of this
/// requester or in all), not_found, permission (another
/// requester's, too few approvers who still may), verification (of another act), conflict (spent, expired).
Result<std::optional<Approval>> pass(Office& office, const Principal& who, const Act& act,
                                     const std::optional<std::string>& id);
/// One more approval. `digest` says what the approver has seen. Error kinds: not_found, permission (no
/// approver, the requester itself, twice), verification (another digest), conflict (spent, expired).
Result<Approval> approve(Office& office, const Principal& who, const std::string& id,
                         const Octets<32>& digest);
/// What `who` may see, the newest last.
Result<std::vector<Approval>> list_approvals(Office& office, const Principal& who);

}  // namespace sealift::access
