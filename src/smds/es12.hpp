// The ES12 functions of an SM-DS, towards SM-DP+s, and ES15's towards other SM-DSs, which are the same
// (SGP.22 5.9, 5.10). One source file each; and what an alternative SM-DS does beside them.
//
// Thread safe; they block on the event store, and on the root SM-DS where an event is announced there. An
// event belongs to the OID that TLS verified, whatever the request's header says.
#pragma once

#include "smds/ports.hpp"

namespace sealift::smds {

/// SGP.22 5.9.1. Durable when it returns, and announced at the root SM-DS where it has to be. The same call
/// again (owner, functionCallIdentifier and content) has the same answer.
Result<void, Refusal> register_event(Ports&, const asn1::Oid& owner, const messages::RegisterEventRequest&);

/// SGP.22 5.9.2. Durable when it returns; where the root SM-DS cannot be told now, tell_root tells it later.
/// The same call again has the same answer.
Result<void, Refusal> delete_event(Ports&, const asn1::Oid& owner, const messages::DeleteEventRequest&);

/// Ends what has expired, and what was never announced at the root. Gives how many. Error: the store's.
Result<size_t> end_expired(Ports&);

/// Tells the root SM-DS of some deleted events of which it does not know, those numbered above `after`, which
/// moves on behind them: to 0 where there are no more, or where the root cannot be reached. One that it
/// refuses is passed over. Gives how many it knows of now. Error: the store's.
Result<size_t> tell_root(Ports&, uint64_t& after);
inline Result<size_t> tell_root(Ports& ports) {
  uint64_t after = 0;
  return tell_root(ports, after);
}

/// Forgets deleted events that are older than the settings keep. Error: the store's.
Result<size_t> prune(Ports&);
/// And audit rows. Error: the store's.
Result<size_t> prune_audit(Ports&);

}  // namespace sealift::smds
