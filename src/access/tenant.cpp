#include "access/tenant.hpp"

#include <algorithm>

#include "access/audit.hpp"
#include "asn1/oid.hpp"
#include "base/ids.hpp"

namespace sealift::access {
namespace {

constexpr size_t kMostClients = 16, kMostRequesters = 32, kMostTrusted = 4, kLargestCertificate = 8192;
constexpr uint32_t kDay = 86'400, kLongestCoolingOff = 30 * kDay, kLongestOrder = 10 * 366 * kDay;
constexpr uint32_t kMostCalls = 1'000'000;

Error invalid(std::string message) {
  return {ErrorKind::invalid, std::move(message)};
}

bool is_text(std::string_view text, size_t most) {
  return !text.empty() && text.size() <= most && is_printable(text);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), is_host_character);
}

/// "host" or "host:port".
bool is_address(std::string_view address) {
  const size_t colon = std::min(address.find(':'), address.size());
  if (!is_host(address.substr(0, colon))) return false;
  if (colon == address.size()) return true;
  const std::string_view port = address.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 && port[0] != '0' &&
                      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && std::stoul(std::string(port)) <= 65'535;
}

Status validate(const ClientCertificate& c) {
  if (!c.fingerprint && !c.dnsName && !c.registeredId && !c.commonName) {
    return invalid("clients: each names a fingerprint, dnsName, registeredId or commonName");
  }
  if (c.dnsName && !is_host(*c.dnsName)) return invalid("clients: dnsName is a host name in lower case");
  if (c.registeredId && !asn1::Oid::parse(*c.registeredId)) {
    return invalid("clients: registeredId is an OID in dotted decimals");
  }
  if (c.commonName && !is_text(*c.commonName, 64)) return invalid("clients: commonName has 1 to 64 octets");
  return {};
}

Status validate(const Callback& c) {
  if (!is_address(c.address))
    return invalid("callback: address is HOST or HOST:PORT, the host in lower case");
  const bool path_fits = c.pathPrefix.size() <= 128 && is_printable(c.pathPrefix) &&
                         c.pathPrefix.find_first_of(" ?#%") == std::string::npos;
  const bool path = c.pathPrefix.empty() || (c.pathPrefix.starts_with('/') && !c.pathPrefix.ends_with('/'));
  if (!path_fits || !path) {
    return invalid(
        "callback: pathPrefix is empty, or begins with '/' and does not end with it, 128 octets at most");
  }
  if (c.trust.size() > kMostTrusted) return invalid("callback: at most 4 trusted certificates");
  for (const Bytes& one : c.trust) {
    if (one.empty() || one.size() > kLargestCertificate)
      return invalid("callback: trust is certificates (DER)");
  }
  return {};
}

Status validate(const Policies& p) {
  const auto bounds = [](const char* name, uint32_t value, uint32_t least, uint32_t most) -> Status {
    if (value >= least && value <= most) return {};
    return invalid("policies: " + std::string(name) + " is a number from " + std::to_string(least) + " to " +
                   std::to_string(most));
  };
  TRY_VOID(bounds("unboundLifetime", p.unboundLifetime, 1, kDay));
  TRY_VOID(bounds("orderLifetime", p.orderLifetime, 0, kLongestOrder));
  TRY_VOID(bounds("uses", p.uses, 0, 1000));
  TRY_VOID(bounds("confirmationAttempts", p.confirmationAttempts, 0, 10));
  TRY_VOID(bounds("callsPerMinute", p.callsPerMinute, 0, kMostCalls));
  TRY_VOID(bounds("reissuesPerDay", p.reissuesPerDay, 0, kMostCalls));
  TRY_VOID(bounds("coolingOff", p.coolingOff, 0, kLongestCoolingOff));
  if (p.reinstall != "never" && p.reinstall != "sameEid" && p.reinstall != "afterDeletion") {
    return invalid("policies: reinstall is never, sameEid or afterDeletion");
  }
  if (p.reinstall == "never" && p.uses > 1) {
    return invalid("policies: more than one of uses needs a reinstall policy");
  }
  return {};
}

template <class T>
bool has(const std::vector<T>& list, const T& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool matches(const ClientCertificate& rule, const ClientIdentity& client) {
  if (rule.fingerprint && *rule.fingerprint != client.fingerprint) return false;
  const auto same_name = [&](const std::string& name) { return lower(name) == *rule.dnsName; };
  if (rule.dnsName && std::none_of(client.dnsNames.begin(), client.dnsNames.end(), same_name)) return false;
  if (rule.registeredId && !has(client.registeredIds, *rule.registeredId)) return false;
  if (rule.commonName && *rule.commonName != client.commonName) return false;
  if (rule.issuer && !has(client.issuers, *rule.issuer)) return false;
  return rule.fingerprint || rule.dnsName || rule.registeredId || rule.commonName;
}

}  // namespace

Tenant implicit_default() {
  Tenant out{.id = default_tenant, .name = "Everything without an operator of its own"};
  out.policies.allowUnbound = true;
  return out;
}

Status validate_name(std::string_view what, std::string_view name) {
  const bool fits = !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return is_host_character(c) || c == '_';
  });
  if (fits) return {};
  return invalid(std::string(what) + ": 1 to 32 of a-z, 0-9, '.', '_' and '-'");
}

Status validate(const Tenant& tenant) {
  TRY_VOID(validate_name("id", tenant.id));
  if (!is_text(tenant.name, 64)) return invalid("name: 1 to 64 octets, for people");
  if (tenant.clients.size() > kMostClients) return invalid("clients: at most 16");
  for (const ClientCertificate& one : tenant.clients) TRY_VOID(validate(one));
  if (tenant.requesters.size() > kMostRequesters) return invalid("requesters: at most 32");
  for (const std::string& one : tenant.requesters) {
    if (!is_text(one, 64)) return invalid("requesters: each has 1 to 64 octets");
  }
  if (tenant.callback) TRY_VOID(validate(*tenant.callback));
  return validate(tenant.policies);
}

TenantList::TenantList(std::vector<Tenant> tenants) : tenants_(std::move(tenants)) {
  const auto is_default = [](const Tenant& t) { return t.id == default_tenant; };
  if (std::none_of(tenants_.begin(), tenants_.end(), is_default)) tenants_.push_back(implicit_default());
  std::sort(tenants_.begin(), tenants_.end(), [](const Tenant& a, const Tenant& b) { return a.id < b.id; });
}

const Tenant* TenantList::find(std::string_view id) const {
  const auto at = std::lower_bound(tenants_.begin(), tenants_.end(), id,
                                   [](const Tenant& t, std::string_view wanted) { return t.id < wanted; });
  return at != tenants_.end() && at->id == id ? &*at : nullptr;
}

const Tenant* TenantList::of(const ClientIdentity& client) const {
  const Tenant* by_name = nullptr;
  bool ambiguous = false;
  for (const Tenant& tenant : tenants_) {
    for (const ClientCertificate& rule : tenant.clients) {
      if (!matches(rule, client)) continue;
      if (rule.fingerprint) return &tenant;
      ambiguous = ambiguous || (by_name && by_name != &tenant);
      by_name = &tenant;
    }
  }
  return ambiguous ? nullptr : by_name;
}

bool may_be_requester(const Tenant& tenant, std::string_view identifier) {
  return tenant.requesters.empty() ||
         std::find(tenant.requesters.begin(), tenant.requesters.end(), identifier) != tenant.requesters.end();
}

}  // namespace sealift::access
