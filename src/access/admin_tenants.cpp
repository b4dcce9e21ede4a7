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

/// For an audit row: the members that change, with the values of those that are short.
class Changes {
 public:
  explicit Changes(std::string what) : text_(std::move(what)) {}
  void flag(const char* member, bool before, bool after) {
    if (before != after) add(member, after ? " false -> true" : " true -> false");
  }
  void number(const char* member, uint32_t before, uint32_t after) {
    if (before != after) add(member, " " + std::to_string(before) + " -> " + std::to_string(after));
  }
  void text(const char* member, const std::string& before, const std::string& after) {
    if (before != after) add(member, " " + before + " -> " + after);
  }
  void other(const char* member, bool same) {
    if (!same) add(member, "");
  }
  std::string done() && { return std::move(text_); }

 private:
  void add(const char* member, const std::string& how) {
    text_ += (first_ ? ": " : ", ") + std::string(member) + how;
    first_ = false;
  }
  std::string text_;
  bool first_ = true;
};

void list_policies(const Policies& was, const Policies& is, Changes& out) {
  out.flag("allowUnbound", was.allowUnbound, is.allowUnbound);
  out.number("unboundLifetime", was.unboundLifetime, is.unboundLifetime);
  out.number("orderLifetime", was.orderLifetime, is.orderLifetime);
  out.text("reinstall", was.reinstall, is.reinstall);
  out.number("uses", was.uses, is.uses);
  out.number("confirmationAttempts", was.confirmationAttempts, is.confirmationAttempts);
  out.flag("confirmationRequired", was.confirmationRequired, is.confirmationRequired);
  out.number("callsPerMinute", was.callsPerMinute, is.callsPerMinute);
  out.number("reissuesPerDay", was.reissuesPerDay, is.reissuesPerDay);
  out.number("coolingOff", was.coolingOff, is.coolingOff);
  out.flag("stepUp", was.stepUp, is.stepUp);
  out.other("stepUpKey", was.stepUpKey == is.stepUpKey);
}

std::string changes_of(const Tenant& was, const Tenant& is) {
  Changes out(is.id);
  out.other("name", was.name == is.name);
  out.other("clients", was.clients == is.clients);
  out.other("requesters", was.requesters == is.requesters);
  const auto address = [](const Tenant& t) { return t.callback ? t.callback->address : "none"; };
  out.text("callback", address(was), address(is));
  if (was.callback && is.callback && was.callback->address == is.callback->address) {
    out.text("pathPrefix", was.callback->pathPrefix, is.callback->pathPrefix);
    out.flag("notifications", was.callback->notifications, is.callback->notifications);
    out.other("trust", was.callback->trust == is.callback->trust);
  }
  list_policies(was.policies, is.policies, out);
  out.flag("suspended", was.suspended, is.suspended);
  return std::move(out).done();
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
  Audit audit = audit_of(office, who, "change_tenant");
  auto apply = [&](Tenant& tenant) -> Status {
    const Tenant before = tenant;
    TRY_VOID(change(tenant));
    tenant.id = id;
    TRY_VOID(check_all(tenant, office.directory));
    audit.detail = changes_of(before, tenant);
    return {};
  };
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
