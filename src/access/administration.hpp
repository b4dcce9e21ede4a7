// What an administrator does with tenants, principals and the switch that stops issuance. The administration
// interface of each role calls these.
//
// Thread safe; they block on the record store. Each change leaves an audit row in its transaction. Error
// kinds: permission where the principal may not, and what each says. Errors are for people.
#pragma once

#include <functional>

#include "access/approval.hpp"

namespace sealift::access {

// ---- tenants ----

/// Error kinds: invalid, exists.
Result<Tenant> add_tenant(Office& office, const Principal& who, const Tenant& tenant);
/// The tenant as `change` leaves it; "default" is made where it was not yet. Its id stays. Error kinds:
/// not_found, invalid, those of `change`.
Result<Tenant> change_tenant(Office& office, const Principal& who, const std::string& id,
                             const std::function<Status(Tenant&)>& change);
/// For whoever has made sure that nothing is the tenant's any more. Error kind not_found.
Status remove_tenant(Office& office, const Principal& who, const std::string& id);
/// Those that `who` sees.
Result<std::vector<Tenant>> list_tenants(Office& office, const Principal& who);
/// Error kind not_found, also where `who` does not see it.
Result<Tenant> show_tenant(Office& office, const Principal& who, const std::string& id);

// ---- principals ----

/// A principal with a new token, which is shown this once. None of it where the act awaits an approval.
struct NewPrincipal {
  std::optional<Principal> principal;
  Secret<32> token;
  std::optional<Approval> awaits;
};
/// An approver takes the approval of two others; the site's own administrator makes the first two alone.
/// Error kinds: invalid, exists, not_found (its tenant), those of pass().
Result<NewPrincipal> add_principal(Office& office, const Principal& who, Principal principal,
                                   const std::optional<std::string>& approval);
/// A new token in place of the old one, as add_principal.
Result<NewPrincipal> renew_token(Office& office, const Principal& who, const std::string& name,
                                 const std::optional<std::string>& approval);

struct PrincipalChange {
  std::optional<bool> disabled;
  std::optional<Time> expires;
  std::optional<Octets<32>> certificate;
};
struct ChangedPrincipal {
  std::optional<Principal> principal;  ///< as it is now
  std::optional<Approval> awaits;      ///< where nothing was changed yet
};
/// A change of an approver as add_principal; the site's own administrator disables one alone. Error kinds:
/// not_found, invalid, those of pass().
Result<ChangedPrincipal> change_principal(Office& office, const Principal& who, const std::string& name,
                                          const PrincipalChange& change,
                                          const std::optional<std::string>& approval);
Result<std::vector<Principal>> list_principals(Office& office, const Principal& who);

// ---- the big red button ----

/// No order is released and no profile given out from now on: at once on this node, within seconds on others.
/// Where it is stopped already the first stop stays with this one beside it (Issuance::later), and what was
/// approved of reopening before is of no use any more.
Result<Issuance> stop_issuance(Office& office, const Principal& who, std::string reason);

struct Reopening {
  Issuance issuance;
  std::optional<Approval> awaits;
};
/// Takes the approval of two people other than whoever asks. Error kinds: conflict (it is open), those of
/// pass().
Result<Reopening> reopen_issuance(Office& office, const Principal& who,
                                  const std::optional<std::string>& approval);
Result<Issuance> show_issuance(Office& office, const Principal& who);

}  // namespace sealift::access
