// Whom the SM-DP+ of a simulation tells things: operators, who take callbacks (ES2+), and an SM-DS (ES12),
// over a network that loses, doubles and delays.
#pragma once

#include "tests/sim/phone.hpp"
#include "tests/sim/smds.hpp"

namespace sealift::sim {

class Outside {
 public:
  Outside(Shared& shared, Ledger& ledger, Late& late, Smds& smds)
      : shared_(shared), ledger_(ledger), late_(late), smds_(smds) {}

  /// Sends one row of the outbox, as the network lets it through.
  smdp::Sent carry(const smdp::Outgoing& what);
  /// ES12.RegisterEvent while a call of ES2+ waits.
  smdp::EventRegistrar::Outcome register_event(const Eid& eid, const std::string& eventId);
  /// True while such a call waits.
  bool is_registering() const { return registering_ > 0; }
  /// Somebody's server goes down, or comes up again.
  void turn(smdp::Lane lane);
  void up();

 private:
  smdp::EventRegistrar::Outcome try_to_register(const Eid& eid, const std::string& eventId);
  smdp::Sent serve(const smdp::Outgoing& what);
  smdp::Sent serve_operator(const smdp::Outgoing& what);
  smdp::Sent serve_smds(const smdp::Outgoing& what);
  Shared& shared_;
  Ledger& ledger_;
  Late& late_;
  Smds& smds_;
  bool down_ = false;  ///< the operator's server
  unsigned registering_ = 0;
};

}  // namespace sealift::sim
