// Authentication and key agreement as the card computes it: the algorithms, and the sequence number check of
// TS 33.102 Annex C with 32 indices.
//
// Pure functions of the stored parameters; the caller makes the new sequence number durable. Milenage
// (TS 35.206), TUAK (TS 35.231) and the test algorithm of TS 34.108 8.1.2.
#pragma once

#include <variant>

#include "euicc/fs_image.hpp"

namespace sealift::euicc {

/// AUTN: SQN xor AK, AMF, MAC (TS 33.102 6.3.2).
struct AkaChallenge {
  Octets<16> rand{};
  Octets<16> autn{};
};

struct AkaSuccess {
  SecretBytes res;
  Secret<16> ck, ik;
  /// The index of the received SQN, and its SEQ to be kept there.
  size_t index = 0;
  uint64_t seq = 0;
};
/// AUTS: SQNms xor AK*, MAC-S.
struct AkaResynchronise {
  Octets<14> auts{};
};
struct AkaWrongMac {};
using AkaResult = std::variant<AkaSuccess, AkaResynchronise, AkaWrongMac>;

/// UMTS AKA. Error kind: unsupported for an algorithm that this card does not have.
Result<AkaResult> authenticate(const Aka& aka, const AkaChallenge& challenge);

/// GSM triplet values of a challenge, by the conversions c2 and c3 (TS 33.102 6.8.1.2).
struct GsmResponse {
  Octets<4> sres{};
  Secret<8> kc;
};
Result<GsmResponse> authenticate_gsm(const Aka& aka, const Octets<16>& rand);
/// c3: Kc from CK and IK.
Secret<8> gsm_key(const Secret<16>& ck, const Secret<16>& ik);

/// Where a received SEQ stands (TS 33.102 C.2.2). `index` is IND.
bool sequence_is_fresh(const Aka& aka, uint64_t seq, size_t index);

}  // namespace sealift::euicc
