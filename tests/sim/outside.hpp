// Whom the SM-DP+ of a simulation tells things: operators, who take callbacks (ES2+), and an SM-DS (ES12),
// over a network that loses, doubles and delays.
#pragma once

#include <set>

#include "tests/sim/phone.hpp"

namespace sealift::sim {

inline constexpr std::string_view smds_address = "smds.example.com";

class Outside {
 public:
  Outside(Shared& shared, Ledger& ledger, Late& late) : shared_(shared), ledger_(ledger), late_(late) {}

  /// Sends one row of the outbox, as the network lets it through.
  smdp::Sent carry(const smdp::Outgoing& what);
  /// ES12.RegisterEvent while a call of ES2+ waits.
  smdp::EventRegistrar::Outcome register_event(const Eid& eid, const std::string& eventId);
  /// Somebody's server goes down, or comes up again.
  void turn(smdp::Lane lane);
  void up() { down_.clear(); }

  /// What waits for an eUICC at the SM-DS: MatchingIDs.
  std::vector<std::string> events_of(const Eid& eid) const;
  size_t events() const { return events_.size(); }

 private:
  smdp::Sent serve(const smdp::Outgoing& what);
  smdp::Sent serve_operator(const smdp::Outgoing& what);
  smdp::Sent serve_smds(const smdp::Outgoing& what);
  Shared& shared_;
  Ledger& ledger_;
  Late& late_;
  std::set<smdp::Lane> down_;
  std::set<std::pair<Eid, std::string>> events_;
};

}  // namespace sealift::sim
