// How a tenant is kept: ours alone (docs/formats/administration.md). New fields go to the end, with a
// DEFAULT.
#include "access/tenant.hpp"
#include "asn1/schema.hpp"

namespace sealift::asn1 {

using access::Callback;
using access::ClientCertificate;
using access::Policies;
using access::Tenant;

// ClientCertificate ::= SEQUENCE { fingerprint [0] OCTET STRING (SIZE(32)) OPTIONAL, dnsName [1],
// registeredId [2],
//   commonName [3] UTF8String OPTIONAL, issuer [4] OCTET STRING (SIZE(20)) OPTIONAL }
template <>
inline constexpr auto schema<ClientCertificate> =
    sequence(0x30, field("fingerprint", &ClientCertificate::fingerprint, 0x80),
             field("dnsName", &ClientCertificate::dnsName, 0x81),
             field("registeredId", &ClientCertificate::registeredId, 0x82),
             field("commonName", &ClientCertificate::commonName, 0x83),
             field("issuer", &ClientCertificate::issuer, 0x84));

// Callback ::= SEQUENCE { address [0], pathPrefix [1] UTF8String, notifications [2] BOOLEAN,
//   trust [3] SEQUENCE OF OCTET STRING }
template <>
inline constexpr auto schema<Callback> = sequence(0x30, field("address", &Callback::address, 0x80),
                                                  field("pathPrefix", &Callback::pathPrefix, 0x81),
                                                  field("notifications", &Callback::notifications, 0x82),
                                                  field("trust", &Callback::trust, 0xA3));

// Policies ::= SEQUENCE { allowUnbound [0] BOOLEAN, unboundLifetime [1] INTEGER, ... }
template <>
inline constexpr auto schema<Policies> =
    sequence(0x30, field("allowUnbound", &Policies::allowUnbound, 0x80),
             field("unboundLifetime", &Policies::unboundLifetime, 0x81),
             field("orderLifetime", &Policies::orderLifetime, 0x82),
             field("reinstall", &Policies::reinstall, 0x83), field("uses", &Policies::uses, 0x84),
             field("confirmationAttempts", &Policies::confirmationAttempts, 0x85),
             field("confirmationRequired", &Policies::confirmationRequired, 0x86),
             field("callsPerMinute", &Policies::callsPerMinute, 0x87),
             field("reissuesPerDay", &Policies::reissuesPerDay, 0x88),
             field("coolingOff", &Policies::coolingOff, 0x89), field("stepUp", &Policies::stepUp, 0x8A),
             field("stepUpKey", &Policies::stepUpKey, 0x8B));

// Tenant ::= SEQUENCE { id [0], name [1] UTF8String, clients [2] SEQUENCE OF ClientCertificate,
//   requesters [3] SEQUENCE OF UTF8String, callback [4] Callback OPTIONAL, policies [5] Policies,
//   suspended [6] BOOLEAN, ... }
template <>
inline constexpr auto schema<Tenant> = extensible(0x30, &Tenant::more, field("id", &Tenant::id, 0x80),
                                                  field("name", &Tenant::name, 0x81),
                                                  field("clients", &Tenant::clients, 0xA2),
                                                  field("requesters", &Tenant::requesters, 0xA3),
                                                  field("callback", &Tenant::callback, 0xA4),
                                                  field("policies", &Tenant::policies, 0xA5),
                                                  field("suspended", &Tenant::suspended, 0x86));
ASN1_MESSAGE(Tenant)

}  // namespace sealift::asn1
