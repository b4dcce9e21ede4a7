// What an operator of the SM-DP+ does with orders. Its functions are called by the administration interface
// and by the command line; ES2+ comes on top of them.
//
// Thread safe; they block on the order store. Errors are for people.
#pragma once

#include "messages/es8.hpp"
#include "smdp/ports.hpp"

namespace sealift::smdp {

/// A profile that enters the stock.
struct ImportProfile {
  SecretBytes upp;  ///< profile elements (TCA), header first, end last
  Protection protection = Protection::random_keys;
  /// What the eUICC and its user see. The ICCID is that of the profile header and need not be set.
  messages::StoreMetadataRequest metadata;
};

/// An order for a profile in stock.
struct CreateOrder {
  Iccid iccid;
  std::optional<Eid> eid;                ///< the only eUICC that may have it
  std::optional<MatchingId> matchingId;  ///< none: one of 128 random bits; empty: default SM-DP+, needs eid
  std::optional<SecretBytes> confirmationCode;     ///< UTF-8; only its SHA-256 is kept
  std::optional<Octets<32>> confirmationCodeHash;  ///< that SHA-256, from who does not tell the code
  std::optional<Time> expires;                     ///< a download has to end before this instant
  std::optional<uint32_t> confirmationAttempts;    ///< 1 to 10; none: the server's setting
  bool rebind = true;  ///< a new one-time key of the same eUICC gets a new binding
  Reinstall reinstall = Reinstall::never;
  uint32_t uses = 0;    ///< installations in all where `reinstall` is not never; 0: any number
  bool release = true;  ///< false: confirmed, and not to be downloaded yet
  std::optional<std::string> smdsAddress;  ///< an SM-DS that is to announce it; needs eid and a MatchingID
};

/// Puts a profile in stock, sealed. Error kinds: invalid (not a profile, metadata out of bounds), exists.
Result<Order> import_profile(Ports&, std::string_view principal, ImportProfile);
/// Available -> Released, or Confirmed. Error kinds: not_found, conflict (not available, or the MatchingID is
/// taken), invalid.
Result<Order> create_order(Ports&, std::string_view principal, const CreateOrder&);
/// Ends orders whose time has run out, at most `limit`: state, callback and event (callbacks.hpp). Gives how
/// many ended. Safe with several nodes: each order is ended by one of them.
Result<size_t> expire_orders(Ports&, size_t limit);
/// Puts somebody on the list of those who are not served, from the next request on. Error kinds: invalid,
/// exists.
Status restrict(Ports&, std::string_view principal, RestrictionKind kind, std::string value,
                std::string reason);
/// Takes somebody off the list. Error kind: not_found.
Status unrestrict(Ports&, std::string_view principal, RestrictionKind kind, const std::string& value);
/// The list, oldest first.
Result<std::vector<Restriction>> list_restrictions(Ports&);
/// At most `limit` orders after `after`, in order of ICCID.
Result<std::vector<Order>> list_orders(Ports&, const std::optional<Iccid>& after, size_t limit);
/// Error kind: not_found.
Result<Order> show_order(Ports&, const Iccid&);
/// "1$address$matchingId$oid", "$1" after it where a confirmation code is required
/// (SGP.22 4.1). Error kind conflict: the order has no MatchingID yet.
Result<std::string> activation_code(const Ports&, const Order&);

}  // namespace sealift::smdp
