// TS 33.102 6.3.3: the network's comparison of RES with XRES, and the record of what a card has answered.
#include "auc/auc.hpp"
#include "auc/functions.hpp"
#include "auc/update.hpp"

namespace sealift::auc {

Result<Confirmation> check_response(const Ports& ports, const Imsi& imsi, const Octets<16>& rand,
                                    const Octets<16>& autn, View res) {
  return update_subscriber(ports, imsi, [&](Subscriber& subscriber) -> Result<Confirmation> {
    if (subscriber.state.barred) {
      return Error{ErrorKind::permission, "the subscriber is barred; an operator can lift that"};
    }
    const Functions functions = TRY(Functions::of(subscriber));
    const Functions::Response expected = functions.f2345(rand);
    const std::span<const uint8_t, 16> parts(autn);
    const Sqn sqn = Sqn::from_octets(exclusive_or(parts.first<6>(), expected.ak.expose()));
    const Octets<2> amf{autn[6], autn[7]};
    if (!equal_constant_time(functions.f1(rand, sqn.octets(), amf), parts.last<8>())) {
      return Error{ErrorKind::verification, "AUTN was not made with this subscriber's key"};
    }
    if (!equal_constant_time(expected.res.expose(), res)) {
      return Error{ErrorKind::verification, "RES is wrong: the card does not hold this subscriber's key"};
    }
    Confirmation confirmation{sqn, std::nullopt};
    SubscriberState& state = subscriber.state;
    if (sqn > state.issued) {
      // The challenge bears our key but not our number. It is not taken as confirmed, or every later card
      // would look as if it were behind.
      confirmation.suspected = suspect(subscriber, Suspicion::never_issued, sqn);
    } else if (sqn > state.confirmed) {
      state.confirmed = sqn;
    }
    return confirmation;
  });
}

}  // namespace sealift::auc
