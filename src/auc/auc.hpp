// The authentication centre: UMTS AKA of TS 33.102 6.3 with Milenage or TUAK, and a watch for cloned subscribers.
//
// Functions keep no state of their own; several threads and processes may serve one store. Results that the
// operator should hear of are events in the result, not log lines.
#pragma once

#include "auc/ports.hpp"

namespace sealift::auc {

/// Quintet (TS 33.102 6.3.2). The secret parts are wiped when it goes.
struct Vector {
  Octets<16> rand;
  SecretBytes xres;  ///< 8 octets with Milenage, 4 to 16 with TUAK
  Secret<16> ck;
  Secret<16> ik;
  Octets<16> autn;  ///< SQN xor AK, AMF, MAC-A
  Sqn sqn;
};

/// Why two holders of one K are suspected.
enum class Suspicion : uint8_t {
  never_issued,      ///< a card holds a number that this centre did not hand out: somebody else makes vectors
  behind_confirmed,  ///< a card is behind a number already answered: it is not the card that answered
};
std::string_view name(Suspicion suspicion);

/// Event for the operator. A restored back-up of the subscriber store, or a card's first number that the
/// store was not told, look the same as never_issued.
struct CloneSuspected {
  Imsi imsi;
  Suspicion why;
  Sqn of_card;
  Sqn issued;
  Sqn confirmed;
};

/// One fresh vector. The number it carries is durable in the store before this returns. Error kinds:
/// not_found (no such subscriber), invalid (its keys are of no algorithm), permission (barred), limit (numbers used up), conflict (other workers
/// kept being first), io.
Result<Vector> generate_vector(const Ports& ports, const Imsi& imsi);

struct Confirmation {
  Sqn sqn;
  std::optional<CloneSuspected> suspected;
};
/// Judges a card's RES for a challenge that this subscriber's K made: `rand` and `autn` as they were sent
/// (AUTN carries the number, and its MAC-A shows it to be ours). Error kinds: verification (RES or AUTN is
/// wrong), and those of generate_vector except limit.
Result<Confirmation> check_response(const Ports& ports, const Imsi& imsi, const Octets<16>& rand,
                                    const Octets<16>& autn, View res);

struct Resynchronisation {
  Sqn of_card;
  Sqn before;
  Sqn after;  ///< equal to `before` where the next vector would have been taken anyway
  std::optional<CloneSuspected> suspected;
};
/// Takes up a card's AUTS (14 octets: SQN_MS xor AK*, MAC-S) for the challenge `rand` (TS 33.102 6.3.5).
/// MAC-S is always verified, and the card's number is taken over only where the next vector would be
/// refused otherwise. Error kinds: invalid (size), verification (MAC-S), and as check_response.
Result<Resynchronisation> resynchronise(const Ports& ports, const Imsi& imsi, const Octets<16>& rand,
                                        View auts);

/// Stops or allows vectors for a subscriber, the answer to a suspected clone. Error kinds: not_found,
/// conflict, io.
Status set_barred(const Ports& ports, const Imsi& imsi, bool barred);

}  // namespace sealift::auc
