// An order: one profile in stock and what is to become of it (SGP.22 3.1.6).
//
// Plain values; the rules that change them are in the functions of this room, and a store only keeps them.
#pragma once

#include <optional>

#include "access/audit.hpp"
#include "base/ids.hpp"
#include "base/ports.hpp"
#include "smdp/outbox.hpp"

namespace sealift::smdp {

enum class OrderState : uint8_t {
  available,    ///< in stock
  allocated,    ///< reserved, no EID yet
  linked,       ///< reserved for an EID
  confirmed,    ///< has its MatchingID, not to be given out yet
  released,     ///< may be downloaded
  downloaded,   ///< bound to an eUICC, result not known yet
  installed,    ///< the eUICC reported success
  error,        ///< ended by a permanent failure, a refusal of the user or too many attempts
  unavailable,  ///< withdrawn
  deleted,      ///< was installed, and the eUICC reported that it deleted it
};
std::string_view name(OrderState state);
Result<OrderState> order_state(std::string_view name);

/// How the profile elements of a package are protected (SGP.22 2.5.3, 2.5.4).
enum class Protection : uint8_t {
  random_keys,   ///< once, at import, under random keys of this profile; binding protects only those keys
  session_keys,  ///< at binding, under the keys agreed with the eUICC
};

/// What a profile asks of an eUICC.
struct ProfileNeeds {
  uint8_t major = 0;  ///< version of the profile package specification, from the profile header
  uint8_t minor = 0;
  uint32_t size = 0;      ///< octets of the profile elements
  uint64_t services = 0;  ///< mandatory services of the header: bit n is the n-th of SAIP ServicesList
  bool operator==(const ProfileNeeds&) const = default;
};

/// What becomes of an order whose profile was installed. A profile is one subscription: no policy lets two
/// eUICCs have it at a time.
enum class Reinstall : uint8_t {
  never,           ///< single use
  same_eid,        ///< the eUICC that had it may download it again
  after_deletion,  ///< released anew once that eUICC has reported the deletion
  perpetual,  ///< for test beds: whatever becomes of a download, the eUICC may have it again, without end
};
std::string_view name(Reinstall policy);
Result<Reinstall> reinstall_policy(std::string_view name);

/// Whose a profile is that was stocked without saying whose.
inline constexpr const char* default_tenant = "default";

struct Order {
  Iccid iccid;
  OrderState state = OrderState::available;
  /// None until confirmed; empty where the default SM-DP+ address leads here and the EID selects.
  std::optional<MatchingId> matchingId;
  /// Given with the order, or set by the binding.
  std::optional<Eid> eid;
  bool eid_ordered = false;  ///< it was given with the order
  /// SHA-256 of the confirmation code, where one is required.
  std::optional<Octets<32>> confirmation;
  /// Codes that were wrong, or that nobody knows yet to be right: each is counted before it is looked at.
  uint32_t confirmation_attempts = 0;
  uint32_t confirmation_limit = 3;  ///< attempts, then the order ends
  uint32_t download_attempts = 0;   ///< packages delivered so far, for the installation to come
  bool rebind = true;               ///< a new otPK.EUICC of the same eUICC gets a new binding
  Reinstall reinstall = Reinstall::never;
  uint32_t uses = 1;      ///< installations allowed; 0: any number
  uint32_t installs = 0;  ///< installations reported so far
  /// Number of the notification that last told of an installation or deletion: older ones change nothing.
  std::optional<uint64_t> last_event;
  std::optional<Time> expires;
  Protection protection = Protection::random_keys;
  ProfileNeeds needs;
  Bytes metadata;  ///< StoreMetadataRequest, DER
  /// otPK.EUICC the package was bound to, 65 octets; empty before the binding.
  Bytes euiccOtpk;
  /// The session the package was last given to.
  std::optional<TransactionId> delivered;
  /// Counts the changes. A change names the version it read; the store refuses it where that is past.
  uint64_t version = 0;
  std::string tenant{default_tenant};  ///< the operator whose profile it is
  std::string profileType;  ///< what ES2+.DownloadOrder may name in place of an ICCID; may be empty
  std::optional<std::string> smdsAddress;  ///< the SM-DS that has, or is to have, its event
  bool operator==(const Order&) const = default;
};

/// True where nothing that an eUICC does ends it, and no count of attempts.
bool never_ends(const Order& order);
/// True where its policy leaves installations after those that were reported.
bool has_uses_left(const Order& order);
/// True where an eUICC may download it: released, downloaded, or open again to the eUICC that had it.
bool is_downloadable(const Order& order);

/// True where both have the same terms: all that an operator orders and confirms, and nothing that a download
/// moves (state, eUICC, counts, binding, session).
bool same_terms(const Order& a, const Order& b);

/// A profile as the store holds it: never in clear. AES-256-GCM under the store key, bound to the ICCID.
struct StoredProfile {
  /// random_keys: the protected '86' blocks, encrypted by the random keys alone.
  /// session_keys: the profile elements, sealed.
  Bytes content;
  /// random_keys: the three random keys, sealed. session_keys: empty.
  Bytes keys;
};

/// A package given to an eUICC: what it takes to judge the installation result, which carries no certificate.
struct Delivery {
  TransactionId transactionId;
  Iccid iccid;
  Eid eid;
  Bytes euiccKey;           ///< PK.EUICC: one octet of curve, 65 of point
  bool superseded = false;  ///< another one followed before its result was heard
};

/// Identity of a notification for ever: an eUICC never uses a number twice (SGP.22 3.5).
struct NotificationKey {
  Eid eid;
  uint64_t seqNumber = 0;
  auto operator<=>(const NotificationKey&) const = default;
};

using access::Audit;

/// A call of ES2+ as its requester identifies it (SGP.22 5.2.6.2, functionCallIdentifier).
struct CallKey {
  std::string requester;  ///< tenant and functionRequesterIdentifier
  std::string function;   ///< "downloadOrder"
  std::string identifier;
  auto operator<=>(const CallKey&) const = default;
};
/// A call that was answered: the same one again gets the same answer.
struct FunctionCall {
  CallKey key;
  Octets<32> digest{};  ///< SHA-256 of the request's body
  Bytes answer;         ///< as it went out
  Time at;
};

/// One change of an order, all or nothing.
struct Transition {
  Order after;                              ///< `version` as read; the store counts it up
  bool keeps_terms = false;                 ///< same_terms as before: a store need write only the others
  std::optional<Bytes> package;             ///< what a new binding made (BoundPackage, DER)
  std::optional<Delivery> delivery;         ///< the session that got it
  std::optional<TransactionId> superseded;  ///< the delivery before, whose result was not heard yet
  std::optional<NotificationKey> heard;     ///< the notification that caused it
  Audit audit;
  std::vector<Outgoing> outgoing;    ///< what others are to be told of it
  std::optional<FunctionCall> call;  ///< the call of ES2+ that caused it, with its answer
};

}  // namespace sealift::smdp
