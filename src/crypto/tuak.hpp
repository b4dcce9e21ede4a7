// TUAK, the second example algorithm set for f1, f1*, f2, f3, f4, f5 and f5* (TS 35.231), made of Keccak.
//
// Used by the authentication centre and by the USIM. K has 128 or 256 bits; the sizes of MAC, RES, CK and IK
// are the operator's choice and enter the computation, as does the number of permutations. For one thread;
// move-only.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace sealift::crypto {

/// Sizes in octets, and how often Keccak-f[1600] is applied.
struct TuakParameters {
  size_t mac = 8;            ///< 8, 16 or 32
  size_t res = 8;            ///< 4, 8, 16 or 32
  size_t ck = 16;            ///< 16 or 32
  size_t ik = 16;            ///< 16 or 32
  unsigned iterations = 1;   ///< 1 to 255 (TS 35.231 7.2)
  bool operator==(const TuakParameters&) const = default;
};

class Tuak {
 public:
  /// `k` of 16 or 32 octets. Error kind invalid: a size that TS 35.231 does not have.
  static Result<Tuak> make(View k, View topc, const TuakParameters& parameters = {});
  /// TOPc from the operator's TOP (32 octets) and the subscriber's K (TS 35.231 6.1). Error kind: invalid.
  static Result<Secret<32>> derive_topc(View k, View top, unsigned iterations = 1);

  /// What f2 to f5 make of a challenge, in one computation.
  struct Response {
    SecretBytes res;
    SecretBytes ck;
    SecretBytes ik;
    Secret<6> ak;
  };
  Response f2345(const Octets<16>& rand) const;
  /// MAC-A, the network's proof; as many octets as the parameters say.
  Bytes f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  /// MAC-S, the card's proof of its SQN when it asks to resynchronise.
  Bytes f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  /// AK for resynchronisation.
  Secret<6> f5_star(const Octets<16>& rand) const;

 private:
  Tuak(View k, View topc, const TuakParameters& parameters)
      : k_(to_bytes(k)), topc_(to_bytes(topc)), parameters_(parameters) {}
  Bytes mac(uint8_t instance, const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  SecretBytes k_;
  SecretBytes topc_;
  TuakParameters parameters_;
};

}  // namespace sealift::crypto
