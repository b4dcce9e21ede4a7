// Milenage, the example algorithm set of TS 35.206 for f1, f1*, f2, f3, f4, f5 and f5*.
//
// Used by the authentication centre and by the USIM. An operator may change the rotations and the constants
// (TS 35.206 5.3); SAIP carries both in akaParameter. For one thread; move-only.
#pragma once

#include "crypto/aes.hpp"

namespace sealift::crypto {

/// r1..r5 in bits, and c1..c5; as SAIP's rotationConstants (5 octets) and xoringConstants (80 octets).
struct MilenageConstants {
  std::array<uint8_t, 5> r{64, 0, 32, 64, 96};
  std::array<Block, 5> c{Block{}, last_octet(1), last_octet(2), last_octet(4), last_octet(8)};
  /// Error kind invalid: sizes differ from 5 and 80, a rotation of 128 or more, or two of the five
  /// (c, r) pairs the same, which would make two outputs equal (TS 35.206 5.3).
  static Result<MilenageConstants> from(View rotation_constants, View xoring_constants);
  bool operator==(const MilenageConstants&) const = default;

 private:
  static constexpr Block last_octet(uint8_t value) {
    Block b{};
    b[15] = value;
    return b;
  }
};

class Milenage {
 public:
  Milenage(Key128 k, Key128 opc, const MilenageConstants& constants = {});
  /// OPc from the operator's OP and the subscriber's K (TS 35.206 4.1).
  static Secret<16> derive_opc(Key128 k, Key128 op);

  /// What f2 to f5 make of a challenge, with one block cipher call less each than apart.
  struct Response {
    Secret<8> res;
    Secret<16> ck;
    Secret<16> ik;
    Secret<6> ak;
  };
  Response f2345(const Octets<16>& rand) const;
  /// MAC-A, the network's proof.
  Octets<8> f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  /// MAC-S, the card's proof of its SQN when it asks to resynchronise.
  Octets<8> f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  /// AK for resynchronisation.
  Secret<6> f5_star(const Octets<16>& rand) const;

 private:
  Block temp(const Octets<16>& rand) const;
  Block out(size_t i, const Block& temp) const;
  Block out1(const Block& temp, const Octets<6>& sqn, const Octets<2>& amf) const;
  Aes128 cipher_;
  Secret<16> opc_;
  MilenageConstants constants_;
};

}  // namespace sealift::crypto
