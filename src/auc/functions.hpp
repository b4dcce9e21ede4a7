// Inside this room: f1 to f5* of a subscriber, by Milenage or TUAK. Pure; for one thread.
#pragma once

#include <variant>

#include "auc/ports.hpp"
#include "crypto/tuak.hpp"

namespace sealift::auc {

class Functions {
 public:
  /// Error kind invalid: keys or sizes that the algorithm does not have.
  static Result<Functions> of(const Subscriber& subscriber);

  struct Response {
    SecretBytes res;
    Secret<16> ck;
    Secret<16> ik;
    Secret<6> ak;
  };
  Response f2345(const Octets<16>& rand) const;
  Octets<8> f1(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  Octets<8> f1_star(const Octets<16>& rand, const Octets<6>& sqn, const Octets<2>& amf) const;
  Secret<6> f5_star(const Octets<16>& rand) const;

 private:
  using Algorithm = std::variant<crypto::Milenage, crypto::Tuak>;
  explicit Functions(Algorithm algorithm) : algorithm_(std::move(algorithm)) {}
  Algorithm algorithm_;
};

}  // namespace sealift::auc
