// The five ES9+ functions of an SM-DP+ (SGP.22 5.6). One source file each.
//
// Thread safe; they block on the order store and on signers. On a refusal the peer is answered with
// `row_of(refusal)`.
#pragma once

#include "messages/es9.hpp"
#include "smdp/ports.hpp"
#include "smdp/refusals.hpp"

namespace sealift::smdp {

/// SGP.22 5.6.1. Opens a session.
Result<messages::InitiateAuthenticationOkEs9, Refusal> initiate_authentication(
    Ports&, const messages::InitiateAuthenticationRequest&);

/// SGP.22 5.6.3. Verifies the eUICC and finds its order, which it only reads.
Result<messages::AuthenticateClientOk, Refusal> authenticate_client(
    Ports&, const messages::AuthenticateClientRequest&);

/// SGP.22 5.6.2. Binds the profile to the eUICC: one compare and swap, durable before the answer.
Result<messages::GetBoundProfilePackageOk, Refusal> get_bound_profile_package(
    Ports&, const messages::GetBoundProfilePackageRequest&);

/// SGP.22 5.6.4. True where the peer may forget the notification: it was kept, or there is nothing in it to
/// keep; whoever is told of a failure then would send the same again for ever. False where a port failed: the
/// only copy is the eUICC's, and has to stay there.
bool handle_notification(Ports&, const messages::HandleNotification&);

/// SGP.22 5.6.5.
Result<void, Refusal> cancel_session(Ports&, const messages::CancelSessionRequestEs9&);

}  // namespace sealift::smdp
