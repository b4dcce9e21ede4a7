// The ES11 functions of an SM-DS (SGP.22 5.8), towards LPAs. One source file each.
//
// Thread safe; they block on the event store and on signers. On a refusal the peer is answered with
// `row_of(refusal)`.
#pragma once

#include "messages/es11.hpp"
#include "smds/ports.hpp"

namespace sealift::smds {

/// SGP.22 5.8.1. Opens a session.
Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate_authentication(
    Ports&, const messages::InitiateAuthenticationRequest&);

/// SGP.22 5.8.2. Verifies the eUICC and gives it its events: all of them, or the one whose EventID it names.
/// The session is over with this.
Result<messages::AuthenticateClientOkEs11, Refusal> authenticate_client(
    Ports&, const messages::AuthenticateClientRequest&);

}  // namespace sealift::smds
