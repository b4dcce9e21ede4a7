#include <algorithm>

#include "access/administration.hpp"
#include "asn1/time.hpp"

namespace sealift::access {
namespace {

bool is_approver(const Principal& one) {
  return has_role(one, Role::approver);
}

/// The site's own administrator makes the first two approvers; there is nobody yet who could approve them.
bool may_alone(Office& office, const Principal& who) {
  if (!has_role(who, Role::local_admin)) return false;
  const auto known = office.directory.current();
  const Time now = office.clock.now();
  const auto& all = known->principals;
  return std::count_if(all.begin(), all.end(),
                       [&](const Principal& p) { return is_approver(p) && is_active(p, now); }) < 2;
}

/// All of a principal but its token, which is drawn when the act is done.
Act act_on(const char* action, Principal wanted) {
  wanted.token.reset();
  std::string summary = std::string(action) + " " + wanted.name + ":";
  for (Role one : wanted.roles) summary += " " + std::string(name(one));
  if (!wanted.tenant.empty()) summary += " of " + wanted.tenant;
  return {.action = action, .tenant = "", .parameters = asn1::encode(wanted), .summary = std::move(summary)};
}

/// None where the act may be done now.
Result<std::optional<Approval>> approval_for(Office& office, const Principal& who, const Act& act,
                                             bool needed, const std::optional<std::string>& id) {
  if (!needed) return std::optional<Approval>();
  return pass(office, who, act, id);
}

Result<Principal> find(Office& office, const std::string& name) {
  const auto known = office.directory.current();
  const auto& all = known->principals;
  const auto at = std::find_if(all.begin(), all.end(), [&](const Principal& p) { return p.name == name; });
  if (at == all.end()) return Error{ErrorKind::not_found, "there is no principal " + name};
  return *at;
}

Status check_new(Office& office, const Principal& principal) {
  TRY_VOID(validate(principal));
  const auto known = office.directory.current();
  if (!principal.tenant.empty() && !known->tenants.find(principal.tenant)) {
    return Error{ErrorKind::not_found, "there is no tenant " + principal.tenant};
  }
  for (const Principal& other : known->principals) {
    const bool same = principal.certificate && principal.certificate == other.certificate;
    if (same && other.name != principal.name) {
      return Error{ErrorKind::exists,
                   "certificate: it is " + other.name + "'s; each person has one of their own"};
    }
  }
  return {};
}

Secret<32> draw_token(Office& office, Principal& principal) {
  Secret<32> token;
  office.random.fill(token.expose_mutable());
  principal.token = token_digest(token.expose());
  return token;
}

/// For an audit row: whom, and what changes.
std::string changes_of(const std::string& name, const PrincipalChange& change) {
  std::string out = name;
  if (change.disabled) out += *change.disabled ? ", disabled" : ", enabled";
  if (change.expires) out += ", expires " + asn1::rfc3339(*change.expires);
  if (change.certificate) out += ", certificate " + hex(*change.certificate);
  return out;
}

}  // namespace

Result<NewPrincipal> add_principal(Office& office, const Principal& who, Principal principal,
                                   const std::optional<std::string>& approval) {
  TRY_VOID(permit(who, Permission::change_principals));
  TRY_VOID(office.directory.refresh());
  NewPrincipal out;
  const Act act = act_on("add principal", principal);
  out.token = draw_token(office, principal);
  TRY_VOID(check_new(office, principal));
  if (find(office, principal.name)) {
    return Error{ErrorKind::exists,
                 "there is a principal " + principal.name + " already; names are used once"};
  }
  out.awaits =
      TRY(approval_for(office, who, act, is_approver(principal) && !may_alone(office, who), approval));
  if (out.awaits) return out;
  TRY_VOID(office.records().put({principal_kind, principal.name, asn1::encode(principal)},
                                audit_of(office, who, "add_principal", principal.name)));
  TRY_VOID(office.directory.refresh());
  out.principal = std::move(principal);
  return out;
}

Result<NewPrincipal> renew_token(Office& office, const Principal& who, const std::string& name,
                                 const std::optional<std::string>& approval) {
  TRY_VOID(permit(who, Permission::change_principals));
  TRY_VOID(office.directory.refresh());
  const Principal before = TRY(find(office, name));
  NewPrincipal out;
  const Act act = act_on("renew token", before);
  out.awaits = TRY(approval_for(office, who, act, is_approver(before) && !may_alone(office, who), approval));
  if (out.awaits) return out;
  Principal fresh;
  out.token = draw_token(office, fresh);
  auto renew = [&](Principal& p) -> Status {
    p.token = fresh.token;
    return {};
  };
  out.principal = TRY(change_record<Principal>(office, principal_kind, name,
                                               audit_of(office, who, "renew_token", name), renew));
  return out;
}

Result<ChangedPrincipal> change_principal(Office& office, const Principal& who, const std::string& name,
                                          const PrincipalChange& change,
                                          const std::optional<std::string>& approval) {
  TRY_VOID(permit(who, Permission::change_principals));
  TRY_VOID(office.directory.refresh());
  const auto apply = [&](Principal& p) -> Status {
    if (change.disabled) p.disabled = *change.disabled;
    if (change.expires) p.expires = change.expires;
    if (change.certificate) p.certificate = change.certificate;
    return check_new(office, p);
  };
  Principal wanted = TRY(find(office, name));
  TRY_VOID(apply(wanted));
  // A stolen key has to be out of use at once: taking it away is no way to more power, giving it back would
  // be.
  const bool only_disables = change.disabled == true && !change.expires && !change.certificate;
  const bool alone = may_alone(office, who) || (only_disables && has_role(who, Role::local_admin));
  ChangedPrincipal out;
  out.awaits = TRY(
      approval_for(office, who, act_on("change principal", wanted), is_approver(wanted) && !alone, approval));
  if (out.awaits) return out;
  const Audit audit = audit_of(office, who, "change_principal", changes_of(name, change));
  out.principal = TRY(change_record<Principal>(office, principal_kind, name, audit, apply));
  return out;
}

Result<std::vector<Principal>> list_principals(Office& office, const Principal& who) {
  TRY_VOID(permit(who, Permission::read_principals));
  TRY_VOID(office.directory.refresh());
  return office.directory.current()->principals;
}

}  // namespace sealift::access
