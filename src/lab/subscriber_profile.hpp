// A profile package together with what the operator's network has to know of its subscriber.
#pragma once

#include "auc/ports.hpp"
#include "base/ports.hpp"

namespace sealift::lab {

struct SubscriberProfile {
  SecretBytes package;  ///< profile elements, DER

  /// A new subscriber of the test network 001/01 with random K and OPc, or random K of 256 bits and TOPc, and
  /// a USIM profile for it.
  static Result<SubscriberProfile> make_random(Random& random, bool tuak = false);
  /// The n-th of a row of alike subscribers, its package filled up to `size` octets; for load tests.
  static Result<SubscriberProfile> make_numbered(uint64_t number, size_t size, Random& random);
  /// A package of somebody's own. Errors: those of saip::decode.
  static Result<SubscriberProfile> from_package(SecretBytes package);

  /// IMSI and keys as the package has them; none where its network authentication is neither Milenage nor
  /// TUAK.
  std::optional<auc::Subscriber> subscriber() const;
};

}  // namespace sealift::lab
