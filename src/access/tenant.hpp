// A tenant: an operator that shares the server with others, with its own client certificates, stock, callback
// and policies. The tenant "default" is there without being made, and owns what nobody else does.
//
// Plain values, kept as Records of kind "tenant"; a TenantList is an immutable snapshot of them
// (directory.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "asn1/types.hpp"
#include "base/ports.hpp"

namespace sealift::access {

inline constexpr const char* default_tenant = "default";

/// How a client certificate of a tenant is recognised: by all that is set, one of the first four at least.
struct ClientCertificate {
  std::optional<Octets<32>> fingerprint;    ///< SHA-256 of the certificate, DER
  std::optional<std::string> dnsName;       ///< one of its SAN dNSName; lower case
  std::optional<std::string> registeredId;  ///< one of its SAN registeredID, dotted
  std::optional<std::string> commonName;    ///< CN of its subject
  std::optional<Octets<20>>
      issuer;  ///< subjectKeyIdentifier of a CA above it; none: any CA the listener trusts
  bool operator==(const ClientCertificate&) const = default;
};

/// Who a TLS client showed to be; the listener has verified its chain.
struct ClientIdentity {
  Octets<32> fingerprint{};
  std::vector<std::string> dnsNames, registeredIds;
  std::string commonName;
  std::vector<Octets<20>> issuers;  ///< subjectKeyIdentifiers of the CAs of its chain
};

/// Where an operator hears of its orders (ES2+.HandleDownloadProgressInfo, HandleNotification).
struct Callback {
  std::string address;         ///< host, or host:port
  std::string pathPrefix;      ///< before "/gsma/rsp2/es2plus/..."; begins with '/', or empty
  bool notifications = false;  ///< the peer announced v3: it hears of enable, disable and delete too
  std::vector<Bytes> trust;    ///< CA certificates (DER) its server is judged by; empty: the CIs of this site
  bool operator==(const Callback&) const = default;
};

/// What a tenant's orders may be. Times are seconds.
struct Policies {
  bool allowUnbound = false;          ///< orders without an EID
  uint32_t unboundLifetime = 86'400;  ///< after which they expire; 1 to 86,400
  uint32_t orderLifetime = 0;         ///< of other orders that do not say; 0: they do not expire
  std::string reinstall = "never";    ///< of orders that do not say: never, sameEid, afterDeletion
  uint32_t uses = 1;  ///< installations, where `reinstall` allows more than one; 0: any number
  uint32_t confirmationAttempts = 0;  ///< of orders that do not say, 1 to 10; 0: the server's setting
  bool confirmationRequired = false;  ///< every order has a confirmation code
  uint32_t callsPerMinute = 0;        ///< of ES2+; 0: any number
  uint32_t reissuesPerDay = 100;      ///< reissues that may be asked for in 24 hours; 0: any number
  uint32_t coolingOff = 86'400;       ///< between asking for a reissue and getting it; at most 30 days
  bool stepUp = true;                 ///< a reissue takes a second factor
  std::optional<Octets<65>>
      stepUpKey;  ///< P-256 point: who may vouch for a subscriber (smdp/admin_reissue.cpp)
  bool operator==(const Policies&) const = default;
};

struct Tenant {
  std::string id;    ///< 1 to 32 of a-z 0-9 . _ -
  std::string name;  ///< for people
  std::vector<ClientCertificate> clients;
  std::vector<std::string> requesters;  ///< functionRequesterIdentifiers its clients may use; empty: any
  std::optional<Callback> callback;
  Policies policies;
  bool suspended = false;  ///< neither ES2+ nor downloads of its profiles
  asn1::Unknown more;      ///< of a later version
  bool operator==(const Tenant&) const = default;
};

/// The tenant "default" where nobody has set it: its orders may be without an EID, since there is only an
/// administrator to give it one.
Tenant implicit_default();

/// Error kind invalid: names the member and what it may be.
Status validate(const Tenant& tenant);
/// Letters and digits that a tenant, a principal or another record may be named by. Error kind invalid.
Status validate_name(std::string_view what, std::string_view name);

class TenantList {
 public:
  TenantList() : TenantList(std::vector<Tenant>()) {}
  explicit TenantList(std::vector<Tenant> tenants);
  /// By id, the implicit one included; null where there is none.
  const Tenant* find(std::string_view id) const;
  /// Whose certificate this is; null where it is nobody's, or of several. One that is named by its
  /// fingerprint is that tenant's, whatever names are in it.
  const Tenant* of(const ClientIdentity& client) const;
  const std::vector<Tenant>& all() const { return tenants_; }

 private:
  std::vector<Tenant> tenants_;  ///< by id
};

/// True where that client of this tenant may call itself so.
bool may_be_requester(const Tenant& tenant, std::string_view functionRequesterIdentifier);

}  // namespace sealift::access
