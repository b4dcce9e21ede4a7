// TS 33.102 6.3.5: a card refused a number and shows its own; and what that shows about clones.
#include "auc/auc.hpp"
#include "auc/functions.hpp"
#include "auc/update.hpp"

namespace sealift::auc {
namespace {

/// True where the card, at `of_card`, takes the number after `issued`: ahead, and by no more than Delta
/// (C.2.1). AUTS carries the card's highest number, so ahead of it is ahead for every IND.
bool next_is_acceptable(Sqn issued, Sqn of_card) {
  if (issued.exhausted()) return false;
  const uint64_t next = issued.next().seq();
  return next > of_card.seq() && next - of_card.seq() <= Sqn::largest_step;
}

std::optional<CloneSuspected> judge(Subscriber& subscriber, Sqn of_card, bool fresh) {
  const SubscriberState& state = subscriber.state;
  if (of_card.seq() > state.issued.seq()) return suspect(subscriber, Suspicion::never_issued, of_card);
  // Only the last challenge shows where a card stands now: an AUTS heard earlier may be played again later.
  if (fresh && of_card.seq() < state.confirmed.seq()) {
    return suspect(subscriber, Suspicion::behind_confirmed, of_card);
  }
  return std::nullopt;
}

bool may_take_over(const SubscriberState& state, Sqn of_card, bool fresh, bool suspected) {
  if (next_is_acceptable(state.issued, of_card)) return false;
  if (of_card.seq() >= state.issued.seq()) {
    // A subscriber who was served here can not honestly have leapt by more than Delta; whoever stole K could
    // use the numbers up so. A card never served may come from another operator's counting.
    return of_card.seq() - state.issued.seq() <= Sqn::largest_step || state.confirmed == Sqn();
  }
  // Back, to a card that lags by more than Delta: never for an AUTS that may be an old one played again, and
  // never to serve a card that lags behind an answered number, which would serve the clone.
  return fresh && !suspected;
}

}  // namespace

Result<Resynchronisation> resynchronise(const Ports& ports, const Imsi& imsi, const Octets<16>& rand,
                                        View auts) {
  if (auts.size() != 14) return Error{ErrorKind::invalid, "AUTS is 14 octets"};
  const std::span<const uint8_t, 14> parts(auts.data(), 14);
  return update_subscriber(ports, imsi, [&](Subscriber& subscriber) -> Result<Resynchronisation> {
    if (subscriber.state.barred) {
      return Error{ErrorKind::permission, "the subscriber is barred; an operator can lift that"};
    }
    const Functions functions = TRY(Functions::of(subscriber));
    const Sqn of_card = Sqn::from_octets(exclusive_or(parts.first<6>(), functions.f5_star(rand).expose()));
    constexpr Octets<2> amf_of_auts{};  // 6.3.3: AMF is all zeros in MAC-S, so that AUTS needs not carry it
    if (!equal_constant_time(functions.f1_star(rand, of_card.octets(), amf_of_auts), parts.last<8>())) {
      return Error{ErrorKind::verification, "MAC-S of AUTS does not verify"};
    }
    SubscriberState& state = subscriber.state;
    Resynchronisation result{of_card, state.issued, state.issued, std::nullopt};
    const bool fresh = rand == state.last_rand;
    result.suspected = judge(subscriber, of_card, fresh);
    if (may_take_over(state, of_card, fresh, result.suspected.has_value())) state.issued = of_card;
    result.after = state.issued;
    return result;
  });
}

}  // namespace sealift::auc
