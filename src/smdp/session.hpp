// A session of ES9+ as states: a step takes one out of the store, and puts the next in (SGP.22 3.1.3).
//
// Cheap on purpose: whoever reaches the server may open one. Nothing here is durable; a client whose session
// is lost starts again, and a package that was bound is delivered again.
#pragma once

#include <variant>

#include "auth/euicc_identity.hpp"
#include "smdp/restrictions.hpp"
#include "smdp/signers.hpp"

namespace sealift::smdp {

/// After InitiateAuthentication: waits for AuthenticateClient.
struct InitDone {
  Challenge serverChallenge{};
  crypto::KeyIdentifier euiccCiPKIdToBeUsed{};
  SignersId signers = 0;  ///< of Ports::signers
};

/// After AuthenticateClient: waits for GetBoundProfilePackage or CancelSession.
struct ClientAuthenticated {
  auth::EuiccIdentity euicc;
  Iccid iccid;
  Octets<64> smdpSignature2{};  ///< euiccSignature2 runs on over it
  SignersId signers = 0;
  Subject subject;  ///< for restrictions that come between two steps
  Order order;      ///< as it was read; the next step tries it before it reads again
};

/// After GetBoundProfilePackage: waits for CancelSession, or to be forgotten.
struct BppDelivered {
  auth::EuiccIdentity euicc;
  Iccid iccid;
  SignersId signers = 0;
  Order order;  ///< as it was written
};

using Session = std::variant<InitDone, ClientAuthenticated, BppDelivered>;

}  // namespace sealift::smdp
