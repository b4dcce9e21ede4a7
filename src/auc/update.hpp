// Inside this room: read, decide, compare and swap; again where another worker was first.
#pragma once

#include "auc/auc.hpp"

namespace sealift::auc {

/// `decide` takes the subscriber, changes its state and returns Result<T>. An error from it writes nothing.
template <class F>
auto update_subscriber(const Ports& ports, const Imsi& imsi, F&& decide)
    -> decltype(decide(std::declval<Subscriber&>())) {
  constexpr int attempts = 100;
  for (int i = 0; i < attempts; ++i) {
    Subscriber subscriber = TRY(ports.subscribers.find(imsi));
    const SubscriberState before = subscriber.state;
    auto result = decide(subscriber);
    if (!result || subscriber.state == before) return result;
    const Status written = ports.subscribers.advance(imsi, before, subscriber.state);
    if (written) return result;
    if (written.error().kind != ErrorKind::conflict) return written.error();
  }
  return Error{ErrorKind::conflict, "the subscriber is in use by too many at once; try again"};
}

/// a xor b; conceals and reveals SQN.
inline Octets<6> exclusive_or(std::span<const uint8_t, 6> a, std::span<const uint8_t, 6> b) {
  Octets<6> out;
  for (size_t i = 0; i < 6; ++i) out[i] = a[i] ^ b[i];
  return out;
}

inline CloneSuspected suspect(Subscriber& subscriber, Suspicion why, Sqn of_card) {
  ++subscriber.state.suspicions;
  return {subscriber.imsi, why, of_card, subscriber.state.issued, subscriber.state.confirmed};
}

}  // namespace sealift::auc
