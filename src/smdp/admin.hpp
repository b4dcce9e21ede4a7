// What an operator of the SM-DP+ does with orders. Its functions are called by the administration interface
// and by the command line; ES2+ comes on top of them.
//
// Thread safe; they block on the order store. Errors are for people.
#pragma once

#include "access/office.hpp"
#include "messages/es8.hpp"
#include "smdp/ports.hpp"

namespace sealift::smdp {

/// Who asks: a person, a program, or whoever runs the process (access::administrator).
using access::Principal;

/// A profile that enters the stock.
struct ImportProfile {
  SecretBytes upp;  ///< profile elements (TCA), header first, end last
  Protection protection = Protection::random_keys;
  /// What the eUICC and its user see. The ICCID is that of the profile header and need not be set.
  messages::StoreMetadataRequest metadata;
  std::string tenant;       ///< whose it is; empty: the principal's, or the default tenant's
  std::string profileType;  ///< what ES2+.DownloadOrder may name in place of an ICCID; may be empty
};

/// An order for a profile in stock. What it does not say its tenant's policies say.
struct CreateOrder {
  Iccid iccid;
  std::optional<Eid> eid;                ///< the only eUICC that may have it
  std::optional<MatchingId> matchingId;  ///< none: one of 128 random bits; empty: default SM-DP+, needs eid
  std::optional<SecretBytes> confirmationCode;     ///< UTF-8; only its SHA-256 is kept
  std::optional<Octets<32>> confirmationCodeHash;  ///< that SHA-256, from who does not tell the code
  std::optional<Time> expires;                     ///< a download has to end before this instant
  std::optional<uint32_t> confirmationAttempts;    ///< 1 to 10
  bool rebind = true;  ///< a new one-time key of the same eUICC gets a new binding
  std::optional<Reinstall> reinstall;
  std::optional<uint32_t> uses;  ///< installations in all where `reinstall` is not never; 0: any number
  bool release = true;           ///< false: confirmed, and not to be downloaded yet
  std::optional<std::string> smdsAddress;  ///< an SM-DS that is to announce it; needs eid and a MatchingID
};

// All of these: error kind permission where the principal may not; a profile of a tenant that it does not see
// is not_found.

/// Puts a profile in stock, sealed. Error kinds: invalid (not a profile, metadata out of bounds), exists,
/// not_found (no such tenant).
Result<Order> import_profile(Ports&, const Principal&, ImportProfile);
/// Available -> Unavailable: nobody can order it any more. Error kinds: not_found, conflict (not available).
Result<Order> withdraw_profile(Ports&, const Principal&, const Iccid&);
/// Available -> Released, or Confirmed. Error kinds: not_found, conflict (not available, the MatchingID is
/// taken, issuance is stopped), invalid (the request, or the tenant's policies).
Result<Order> create_order(Ports&, const Principal&, const CreateOrder&);
/// Confirmed -> Released. Error kinds: not_found, conflict.
Result<Order> release_order(Ports&, const Principal&, const Iccid&);
/// An order that no device has got -> Available, or Unavailable. Error kinds: not_found, conflict.
Result<Order> cancel_order(Ports&, const Principal&, const Iccid&, bool available);
/// At most `limit` orders after `after`, in order of ICCID. Error kind: not_found (no such tenant).
Result<std::vector<Order>> list_orders(Ports&, const Principal&, OrderFilter,
                                       const std::optional<Iccid>& after, size_t limit);
/// Error kind: not_found.
Result<Order> show_order(Ports&, const Principal&, const Iccid&);
/// Ends orders whose time has run out, at most `limit`: state, callback and event (callbacks.hpp). Gives how
/// many ended. Safe with several nodes: each order is ended by one of them.
Result<size_t> expire_orders(Ports&, size_t limit);

/// What a tenant has.
struct TenantStock {
  std::string tenant;
  std::vector<StockCount> counts;
};
/// How many profiles of each type are in each state, for each tenant that has any; `tenant` empty: all that
/// the principal sees. Error kind: not_found (no such tenant).
Result<std::vector<TenantStock>> count_stock(Ports&, const Principal&, const std::string& tenant);

/// Puts somebody on the list of those who are not served, from the next request on. Error kinds: invalid,
/// exists.
Status restrict(Ports&, const Principal&, RestrictionKind kind, std::string value, std::string reason);
/// Takes somebody off the list. Error kind: not_found.
Status unrestrict(Ports&, const Principal&, RestrictionKind kind, const std::string& value);
/// The list, oldest first.
Result<std::vector<Restriction>> list_restrictions(Ports&, const Principal&);

/// Where its tenants, principals and switches are administered (access/administration.hpp). Error kind
/// unsupported: this server keeps none.
Result<access::Office> office_of(Ports&);
/// A tenant that has no profile any more. Error kinds: not_found, conflict (it has), unsupported.
Status remove_tenant(Ports&, const Principal&, const std::string& id);

/// "1$address$matchingId$oid", "$1" after it where a confirmation code is required
/// (SGP.22 4.1). Error kind conflict: the order has no MatchingID yet.
Result<std::string> activation_code(const Ports&, const Order&);

}  // namespace sealift::smdp
