#include "access/administration.hpp"

namespace sealift::access {
namespace {

Error unknown(const std::string& id) {
  return {ErrorKind::not_found, "there is no tenant " + id};
}

/// No certificate of it is already another tenant's: the rules of two may overlap in ways that only a
/// certificate shows (TenantList::of then gives neither), but not be the same.
Status check_clients(const Tenant& tenant, const TenantList& others) {
  for (const Tenant& other : others.all()) {
    if (other.id == tenant.id) continue;
    for (const ClientCertificate& theirs : other.clients) {
      for (const ClientCertificate& ours : tenant.clients) {
        const bool same = ours.fingerprint ? ours.fingerprint == theirs.fingerprint : ours == theirs;
        if (same)
          return Error{ErrorKind::exists, "clients: one of these certificates is tenant " + other.id + "'s"};
      }
    }
  }
  return {};
}

Status check_all(const Tenant& tenant, const Directory& directory) {
  TRY_VOID(validate(tenant));
  return check_clients(tenant, directory.current()->tenants);
}

Status put(Office& office, Record record, const Tenant& tenant, const Audit& audit) {
  record.content = asn1::encode(tenant);
  TRY_VOID(office.records().put(record, audit));
  return office.directory.refresh();
}

}  // namespace

Result<Tenant> add_tenant(Office& office, const Principal& who, const Tenant& tenant) {
  TRY_VOID(permit(who, Permission::change_tenants));
  TRY_VOID(office.directory.refresh());
  TRY_VOID(check_all(tenant, office.directory));
  const Status done =
      put(office, {tenant_kind, tenant.id, {}}, tenant, audit_of(office, who, "add_tenant", tenant.id));
  if (!done && done.error().kind == ErrorKind::exists) {
    return Error{ErrorKind::exists, "there is a tenant " + tenant.id + " already; change it instead"};
  }
  TRY_VOID(done);
  return tenant;
}

Result<Tenant> change_tenant(Office& office, const Principal& who, const std::string& id,
                             const std::function<Status(Tenant&)>& change) {
  TRY_VOID(permit(who, Permission::change_tenants));
  TRY_VOID(office.directory.refresh());
  auto apply = [&](Tenant& tenant) -> Status {
    TRY_VOID(change(tenant));
    tenant.id = id;
    return check_all(tenant, office.directory);
  };
  const Audit audit = audit_of(office, who, "change_tenant", id);
  const auto record = TRY(office.records().find(tenant_kind, id));
  if (record) return change_record<Tenant>(office, tenant_kind, id, audit, apply);
  if (id != default_tenant) return unknown(id);
  Tenant made = implicit_default();
  TRY_VOID(apply(made));
  TRY_VOID(put(office, {tenant_kind, id, {}}, made, audit));
  return made;
}

Status remove_tenant(Office& office, const Principal& who, const std::string& id) {
  TRY_VOID(permit(who, Permission::change_tenants));
  const auto record = TRY(office.records().find(tenant_kind, id));
  if (!record) return unknown(id);
  TRY_VOID(office.records().remove(*record, audit_of(office, who, "remove_tenant", id)));
  return office.directory.refresh();
}

Result<std::vector<Tenant>> list_tenants(Office& office, const Principal& who) {
  TRY_VOID(permit(who, Permission::read_tenants));
  TRY_VOID(office.directory.refresh());
  std::vector<Tenant> out;
  for (const Tenant& one : office.directory.current()->tenants.all()) {
    if (sees(who, one.id)) out.push_back(one);
  }
  return out;
}

Result<Tenant> show_tenant(Office& office, const Principal& who, const std::string& id) {
  TRY_VOID(permit(who, Permission::read_tenants));
  TRY_VOID(office.directory.refresh());
  const auto known = office.directory.current();
  const Tenant* found = known->tenants.find(id);
  if (!found || !sees(who, id)) return unknown(id);
  return *found;
}

}  // namespace sealift::access
