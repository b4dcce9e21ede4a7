#include "lab/operators.hpp"

#include <map>

#include "pki/certificate.hpp"

namespace sealift::lab {
namespace {

access::ClientIdentity shown_by(const http::ClientIdentity& client) {
  access::ClientIdentity out{.fingerprint = client.fingerprint,
                             .dnsNames = client.dns_names,
                             .registeredIds = client.registered_ids,
                             .commonName = client.common_name};
  const auto certificate = pki::Certificate::parse(client.certificate);
  if (!certificate) return out;
  if (auto issuer = octets<20>(certificate->authority_key_id())) out.issuers.push_back(*issuer);
  return out;
}

/// How often each operator may call, one bucket each; a policy that was changed begins with a full one.
class Calls {
 public:
  explicit Calls(Clock& clock) : clock_(clock) {}
  bool take(const access::Tenant& tenant) {
    const uint32_t limit = tenant.policies.callsPerMinute;
    if (limit == 0) return true;
    smdp::Limiter* limiter = nullptr;
    {
      std::lock_guard lock(mutex_);
      auto& one = limiters_[limit];
      if (!one) one = std::make_unique<smdp::Limiter>(limit, std::chrono::minutes(1));
      limiter = one.get();
    }
    return limiter->take(tenant.id, clock_.monotonic());
  }

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::map<uint32_t, std::unique_ptr<smdp::Limiter>> limiters_;  ///< by calls a minute
};

}  // namespace

smdp::OrderPolicy order_policy(const access::Policies& policies) {
  using std::chrono::seconds;
  return {.allow_unbound = policies.allowUnbound,
          .unbound_lifetime = seconds(policies.unboundLifetime),
          .lifetime = seconds(policies.orderLifetime),
          .confirmation_required = policies.confirmationRequired,
          .reinstall = smdp::reinstall_policy(policies.reinstall).value_or(smdp::Reinstall::never),
          .uses = policies.uses,
          .confirmation_attempts = policies.confirmationAttempts > 0
                                       ? std::optional(policies.confirmationAttempts)
                                       : std::nullopt};
}

http::FindRequester operators(const access::Directory& directory, Clock& clock) {
  const auto calls = std::make_shared<Calls>(clock);
  return [&directory, calls](const http::ClientIdentity& client) -> Result<smdp::Requester, http::Denied> {
    const auto now = directory.current();
    const access::Tenant* tenant = now->tenants.of(shown_by(client));
    if (!tenant || tenant->suspended) return http::Denied{403};
    if (!calls->take(*tenant)) return http::Denied{429};
    return smdp::Requester{tenant->id, order_policy(tenant->policies), tenant->requesters};
  };
}

}  // namespace sealift::lab
