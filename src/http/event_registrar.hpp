// The events that an order needs before it is released, registered at its SM-DS over ES12 (SGP.22 5.9.1).
//
// Thread safe: each call borrows a client of the pool, whose time-outs bound it. An SM-DS that does not answer holds up
// few calls (slow_peers.hpp): operators choose its address.
#pragma once

#include "http/es12_client.hpp"
#include "http/slow_peers.hpp"
#include "smdp/es2.hpp"

namespace sealift::http {

struct EventRegistrarOptions {
  std::string requester;               ///< our functionRequesterIdentifier: the OID of the SM-DP+
  std::vector<std::string> root_smds;  ///< those that announce no further; every other one is asked to
};

class Es12Registrar final : public smdp::EventRegistrar {
 public:
  /// `settings` says what our address is; `observer` is told why an SM-DS did not register (maintained). All
  /// four outlive this.
  Es12Registrar(EventRegistrarOptions options, ClientPool& clients, const smdp::Settings& settings,
                smdp::Observer& observer, Clock& clock)
      : options_(std::move(options)),
        clients_(clients),
        settings_(settings),
        observer_(observer),
        peers_(clock) {}

  Outcome register_event(const std::string& smdsAddress, const Eid& eid, const std::string& eventId) override;

 private:
  const EventRegistrarOptions options_;
  ClientPool& clients_;
  const smdp::Settings& settings_;
  smdp::Observer& observer_;
  SlowPeers peers_;
};

}  // namespace sealift::http
