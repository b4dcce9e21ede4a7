// What the authentication centre needs of the world: where subscribers are kept, and randomness.
//
// The store is shared by all workers. Its one promise is that `advance` is durable before it returns: a
// sequence number that has been handed out must not come out again after a power loss.
#pragma once

#include <optional>
#include <vector>

#include "auc/sqn.hpp"
#include "base/ids.hpp"
#include "base/ports.hpp"
#include "crypto/milenage.hpp"

namespace sealift::auc {

/// The part of a subscriber that changes; written as a whole.
struct SubscriberState {
  Sqn issued;               ///< the last number handed out, or taken over from the card
  Sqn confirmed;            ///< the highest number that a card has answered with the right RES
  Octets<16> last_rand{};   ///< challenge of the last vector; zeros before the first
  uint32_t suspicions = 0;  ///< how often a clone was suspected
  bool barred = false;      ///< no vectors until an operator lifts it
  bool operator==(const SubscriberState&) const = default;
};

/// What a subscriber with TUAK has in place of K and OPc.
struct TuakKeys {
  SecretBytes k;     ///< 16 or 32 octets
  SecretBytes topc;  ///< 32 octets
  uint8_t res_size = 8;
  uint8_t iterations = 1;

  TuakKeys clone() const { return {k.clone(), topc.clone(), res_size, iterations}; }
};

/// One subscriber; the keys equal those of the profile.
struct Subscriber {
  Imsi imsi;
  Secret<16> k;    ///< Milenage
  Secret<16> opc;  ///< Milenage
  Octets<2> amf{0x80, 0x00};  ///< separation bit set, as EPS and 5G ask (TS 33.102 Annex H)
  crypto::MilenageConstants constants;
  SubscriberState state;
  /// Present where the subscriber authenticates with TUAK; K, OPc and constants are then not used.
  std::optional<TuakKeys> tuak;

  Subscriber clone() const {
    Subscriber out{imsi, k.clone(), opc.clone(), amf, constants, state, {}};
    if (tuak) out.tuak = tuak->clone();
    return out;
  }
};

class SubscriberStore {
 public:
  virtual ~SubscriberStore() = default;
  /// Error kinds: exists (the IMSI is there), io.
  virtual Status add(const Subscriber& subscriber) = 0;
  /// Error kinds: not_found, io.
  virtual Result<Subscriber> find(const Imsi& imsi) = 0;
  /// Compare and swap: writes `next` where the state still is `expected`, durably. Error kinds: conflict
  /// (another worker was first), not_found, io.
  virtual Status advance(const Imsi& imsi, const SubscriberState& expected, const SubscriberState& next) = 0;
  /// At most `limit` identities in order, those behind `after`. Error kind: io.
  virtual Result<std::vector<Imsi>> list(const std::optional<Imsi>& after, size_t limit) = 0;
};

struct Ports {
  SubscriberStore& subscribers;
  Random& random;
};

}  // namespace sealift::auc
